"""Raised characters: a power stays a power, the mark of a note no part of the figure before it.

Readers put what is raised between two marks that no text holds; `settled` then writes it out.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_PARTS = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_LONGEST_BASE = 24
_LEFT = re.compile(f"[{_OPEN}{_CLOSE}]")
_EXPONENT = re.compile(r"[+\-\u2212\u2013]?\d{1,3}")
_MARK = re.compile(r"[\[(]?([*†‡§]{1,3}|[a-df-n]|\d{1,3}(?:\s?[,;\u2013-]\s?\d{1,3})*)[\])]?")
_TEN = re.compile(r"(?:.*[^\d.,])?10")
_UNIT = re.compile(r"(?:.*[^A-Za-z])?(?:[kcdm]?m|mi|ft|in|yd)", re.IGNORECASE)
_FIGURE = re.compile(r"\d%?[)\]]?$")
_LONG_FIGURE = re.compile(r"\d[\d.,]*\d%?[)\]]?$")
"""Nobody writes a power of such a one: what is raised beside it is the mark of a note."""
_SQUARES = {"2": "\u00b2", "3": "\u00b3"}


def raised(text: str) -> str:
    """A raised stretch of a line, for `settled` to write out."""
    return f"{_OPEN}{_LEFT.sub('', text)}{_CLOSE}" if text.strip() else text


def merged(line: str) -> str:
    """The line with raised parts that follow upon each other made one."""
    return line.replace(f"{_CLOSE}{_OPEN}", "")


def opening_mark(line: str) -> str | None:
    """The mark that a note of the page begins with, or `None`."""
    before, _, rest = line.partition(_OPEN)
    found = _MARK.fullmatch(rest.partition(_CLOSE)[0].strip()) if not before.strip() else None
    return found[1] if found else None


def settled(line: str, notes: Collection[str] = ()) -> str:
    """The line with its raised parts written out; `notes` are the marks of its page's notes."""
    done: list[str] = []
    end = ""
    for i, part in enumerate(_PARTS.split(line)):
        written = _written(_base(end), part.strip(), notes) if i % 2 else part
        if end.endswith("]") and written[:1] in ("[", "(") and len(done) > 1:
            written = f" {written}"  # side by side they would be a link
        done.append(written)
        end = (end + written)[-_LONGEST_BASE:]
    return _LEFT.sub("", "".join(done))


def _base(text: str) -> str:
    """The end of the text up to its last blank, which a raised part belongs to."""
    return text[max(text.rfind(" "), text.rfind("\n"), text.rfind("\t")) + 1 :]


def _written(base: str, text: str, notes: Collection[str]) -> str:
    mark = _MARK.fullmatch(text)
    label = mark[1].replace(" ", "") if mark else ""
    if base and label in notes:
        return f"[^{label}]"
    if text in _SQUARES and _UNIT.fullmatch(base):
        return _SQUARES[text]
    if _EXPONENT.fullmatch(text) and _TEN.fullmatch(base):
        return f"^{text}"
    if label and _FIGURE.search(base):
        return f"[^{label}]" if _LONG_FIGURE.search(base) else f"[{label}]"
    return text
