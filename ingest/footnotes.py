"""Footnotes that stand in the middle of a text, as page breaks leave them there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.lines import Line, is_closed
from ingest.normalise import markers
from rag.models import Span

_NOTE = re.compile(r"(\d{1,2})\s+(?=[(“\"‘A-Z\[])")
_LABEL = re.compile(r"(?<!\S)(\S{1,12}):(?=\s)")
_RESUMED = re.compile(r"[.!?][\"'”’)\]]*(\s+)(?=[a-z])")


@dataclass(frozen=True, slots=True)
class Footnote:
    """A note lifted out of the text: its lines, and the line of the text it stood behind."""

    lines: tuple[Line, ...]
    after: Line


@dataclass(frozen=True, slots=True)
class Lifted:
    """The lines of the running text, the footnotes, and the numbers of their markers."""

    lines: tuple[Line, ...]
    footnotes: tuple[Footnote, ...]
    numbers: frozenset[str]


def lift_footnotes(text: str, lines: Sequence[Line]) -> Lifted:
    """Take out every line that begins with a number seen before as a marker, as in "lists2"."""
    running: list[Line] = []
    notes: list[Footnote] = []
    numbers: set[str] = set()
    known = markers(text)
    place = 0
    while place < len(lines):
        # A note stands behind some text; what opens the document is no note.
        number = _number(lines[place], known) if running else None
        if number is None:
            running.append(lines[place])
            place += 1
            continue
        numbers.add(number)
        note, rest, taken = _take(lines, place, running[-1])
        notes.append(Footnote(note, running[-1]))
        running.extend(rest)
        place += taken
    return Lifted(tuple(running), tuple(notes), frozenset(numbers))


def _number(line: Line, known: frozenset[str]) -> str | None:
    match = _NOTE.match(line.text)
    return match[1] if match and match[1] in known else None


def _take(
    lines: Sequence[Line], place: int, after: Line
) -> tuple[tuple[Line, ...], tuple[Line, ...], int]:
    """The note's lines, what of the running text shares its last line, and how many were read."""
    first = lines[place]
    interrupts = not is_closed(after.text)
    if interrupts and (resumed := _RESUMED.search(first.text)):
        # The text goes on behind the note, on the same line, in the middle of its sentence.
        return (_part(first, 0, resumed.start(1)),), (_part(first, resumed.end(1)),), 1
    taken = 1
    shapes = _shapes(first.text)
    while place + taken < len(lines) and _opens_alike(lines[place + taken].text, shapes):
        taken += 1
    return tuple(lines[place : place + taken]), (), taken


def _shapes(text: str) -> frozenset[str]:
    """The labels of a note with their digits made alike: "2+2:" and "4+5:" are of one shape."""
    return frozenset(re.sub(r"\d", "9", label) for label in _LABEL.findall(text))


def _opens_alike(text: str, shapes: frozenset[str]) -> bool:
    label = _LABEL.match(text)
    return label is not None and re.sub(r"\d", "9", label[1]) in shapes


def _part(line: Line, start: int, end: int | None = None) -> Line:
    text = line.text[start:end]
    begin = line.span.start + start
    return replace(line, span=Span(begin, begin + len(text)), text=text, spaced=False)
