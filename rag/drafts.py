"""Streamed text to drafted claims, each as soon as it is complete: JSON, or prose with [n]."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.instructions import visible


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence as the model wrote it, and the numbers of the passages it cites."""

    text: str
    cited: tuple[int, ...]


_MARKER = re.compile(r"\s*[\[【](?P<numbers>\d{1,3}(?:\s?[,;&]\s?\d{1,3})*)[\]】]")
_END = re.compile(
    r"[.!?][\"”’')]*(?:\s?[\[【]\d[\d,;& ]*[\]】])*(?=\s+[^\s\[【])"
    r"|[。！？](?:\s?[\[【]\d[\d,;& ]*[\]】])*(?=[^\[【])"
    r"|(?P<line>\n+)"
)
"""Where a sentence ends with its markers; only what follows tells that no more of them come."""
_SHORT = re.compile(
    r"(?:\b(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|No|vs|approx|Inc|Ltd|Co|Corp|Jr|Sr)|\.\w)\.$"
    r"|^\s*\d{1,3}\.$"
)
"""A full stop that ends an abbreviation or the number of a list item, not a sentence."""
_LABEL = re.compile(r"^(?:[-*•]\s+|#{1,6}\s+|\d{1,2}[.)]\s+)|\*\*|__")
_ASIDE = re.compile(r"^(?:answer|sources?|references?|citations?)\s*:?\s*$", re.I)
_OPENS = re.compile(r"\s*(?:```(?:json)?\s*)?[{\[]")
_MOST = 20_000
"""Characters of an answer that are read; a model that writes more is running in circles."""
_BLANK = re.compile(r"\s*(?:`{1,3}(?:json|jso|js|j)?\s*)?$")
_THINKS = re.compile(r"\s*<think>.*?(?:</think>|$)", re.S)


class Drafting:
    """Takes pieces of text and gives the drafts they complete; JSON is told by its first brace."""

    def __init__(self) -> None:
        self._text = ""
        self._done = 0

    @property
    def text(self) -> str:
        """Everything taken so far, raw."""
        return self._text

    def take(self, piece: str) -> Iterator[Draft]:
        """The drafts that are complete now that `piece` came."""
        self._text += piece[: max(0, _MOST - len(self._text))]
        start = self._start()
        if _BLANK.match(self._text, start):
            return iter(())
        is_json = _OPENS.match(self._text, start) and not _MARKER.match(self._text, start)
        return self._objects(start) if is_json else self._sentences(start)

    def finish(self) -> Iterator[Draft]:
        """The draft that the end of the text completes."""
        start = self._start()
        is_json = _OPENS.match(self._text, start) and not _MARKER.match(self._text, start)
        if not is_json:
            yield from self._sentences(start)
            yield from _draft(self._text[max(start, self._done) :])

    def _start(self) -> int:
        """Where the answer begins, after what the model thinks aloud."""
        match = _THINKS.match(self._text)
        return match.end() if match else 0

    def _objects(self, start: int) -> Iterator[Draft]:
        """Drafts out of complete innermost objects, each with a text; what else there is is not."""
        for begin, end in _innermost(self._text, max(start, self._done)):
            self._done = end
            yield from _from_object(self._text[begin:end])

    def _sentences(self, start: int) -> Iterator[Draft]:
        begin = max(start, self._done)
        for match in _END.finditer(self._text, begin):
            if not match["line"] and _SHORT.search(self._text[begin : match.end()]):
                continue
            yield from _draft(self._text[begin : match.end()])
            begin = self._done = match.end()


def _innermost(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Where objects that hold no other object begin and end, braces in strings left aside."""
    opened: int | None = None
    quoted = escaped = False
    for place in range(at, len(text)):
        char = text[place]
        if quoted:
            quoted = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            quoted = True
        elif char == "{":
            opened = place
        elif char == "}" and opened is not None:
            yield opened, place + 1
            opened = None


def _from_object(text: str) -> Iterator[Draft]:
    try:
        row = json.loads(text)
    except ValueError:
        return
    said, cited = row.get("text"), row.get("citations")
    if not isinstance(said, str):
        return
    numbers = cited if isinstance(cited, list) else [cited]
    told = [int(str(n)) for n in numbers if str(n).isdecimal() and len(str(n)) < 4]
    for draft in _draft(said, lines=False):
        yield Draft(draft.text, tuple(dict.fromkeys((*told, *draft.cited))))


def _draft(text: str, lines: bool = True) -> Iterator[Draft]:
    """The draft that a stretch of text makes, if it holds a sentence."""
    cited = [int(n) for m in _MARKER.finditer(text) for n in re.findall(r"\d+", m["numbers"])]
    plain = _LABEL.sub("", visible(_MARKER.sub("", text))).strip()
    plain = re.sub(r"\s+(?=[.!?。！？]$)", "", plain)
    if any(map(str.isalnum, plain)) and not (lines and _ASIDE.match(plain)):
        yield Draft(plain, tuple(dict.fromkeys(cited)))
