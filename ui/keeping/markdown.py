"""A conversation as Markdown with footnotes (`[^1]`, as GitHub, Pandoc and others read them).

Whatever comes from documents, people or models is escaped: none of it becomes a heading, a link or
a picture, which a reader's program would fetch from wherever it points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from ui.keeping.telling import Note, Sentence, Telling, Told

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~^$]|&(?=[#\w]))")
# At the beginning of a line these begin a list, a heading's underline or a rule.
_OPENING = re.compile(r"^(?:(?=[-+=:])|\d+(?=[.)](?:\s|$)))")
# Many make links of bare addresses.
_ADDRESS = re.compile(r"(?<=\w)(?=://)|(?<=www)(?=\.)", re.IGNORECASE)


def markdown(told: Telling) -> str:
    """The whole file, ending with a line break."""
    blocks = [f"# {_plain(told.title)}", *(_plain(line) for line in told.lines)]
    for exchange in told.exchanges:
        blocks += _exchange(exchange, told.nearest)
    blocks += [_note(note) for note in told.notes]
    return "\n\n".join(blocks) + "\n"


def _exchange(told: Told, nearest: str) -> Iterator[str]:
    yield f"## {_plain(told.question)}"
    yield from map(_sentence, told.said)
    if told.nearest:
        yield f"**{_plain(nearest)}**"
        yield "\n".join(f"- {_sentence(passage)}" for passage in told.nearest)
    yield f"*{_plain(' · '.join(told.facts))}*"


def _sentence(sentence: Sentence) -> str:
    marks = "".join(f"[^{note.number}]" for note in sentence.notes)
    remark = f" {_plain(sentence.remark)}" if sentence.remark else ""
    return f"{_plain(sentence.text)}{marks}{remark}"


def _note(note: Note) -> str:
    facts = _plain(", ".join(note.facts))
    return (
        f"[^{note.number}]: “{_plain(note.quote)}” — *{_plain(note.title)}*, {facts}. "
        f"<{quote(note.link, safe=_SAFE)}>"
    )


_SAFE = ":/?#[]@!$&'()*+,;=%-._~"
"""What stays as it is in an address; it holds no angle bracket or blank."""


def _plain(text: str) -> str:
    """Text on one line that is shown as it is."""
    line = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    line = _ADDRESS.sub(lambda _: "\\", line)
    return _OPENING.sub(r"\g<0>\\", line)
