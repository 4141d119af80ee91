"""Lines of a plain text, and the paragraphs they make when broken lines are joined."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.models import Span

_LINE = re.compile(r"[^\n]+")
_CLOSED = re.compile(r"[.!?:。！？：…][\"'”’)\]」』）»]*\s*$")
_DANGLING = re.compile(
    r"(?:[,，、–—-]|\b(?:of|the|a|an|and|or|for|in|on|to|with|by|at|from|as|into|than|that|which))\s*$"
)
_BROAD_WORD = re.compile(r"\b[^\W\d_]{4,}\b")

LONG_LINE = 60
"""Characters after which a line without a stop looks broken rather than short."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of content without the blanks around it.

    `spaced`: an empty line stands before it. `indent`: the blanks before it.
    """

    span: Span
    text: str
    spaced: bool
    indent: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together; `mark` is the enumerator or bullet the first one begins with."""

    lines: tuple[Line, ...]
    text: str

    @property
    def pieces(self) -> tuple[Span, ...]:
        """Where the lines stand in the stored text."""
        return tuple(line.span for line in self.lines)

    @property
    def first(self) -> Line:
        """The line it begins with."""
        return self.lines[0]


def content_lines(text: str, skips: Sequence[Span] = ()) -> list[Line]:
    """The lines that hold something, less the skipped spans (sorted, apart from each other)."""
    lines: list[Line] = []
    ends = [skip.end for skip in skips]
    last = 0
    for match in _LINE.finditer(text):
        for start, end in _remains(match.span(), skips, bisect_left(ends, match.start())):
            part = text[start:end]
            if not part.strip():
                continue
            indent = len(part) - len(part.lstrip())
            span = Span(start + indent, start + len(part.rstrip()))
            spaced = not lines or text.count("\n", last, span.start) > 1
            lines.append(Line(span, text[span.start : span.end], spaced, indent))
            last = span.end
    return lines


def _remains(line: tuple[int, int], skips: Sequence[Span], first: int) -> list[tuple[int, int]]:
    start, end = line
    parts: list[tuple[int, int]] = []
    for skip in skips[first:]:
        if skip.start >= end:
            break
        parts.append((start, min(skip.start, end)))
        start = max(start, skip.end)
    parts.append((start, end))
    return [(a, b) for a, b in parts if a < b]


def is_closed(text: str) -> bool:
    """Whether a line ends as a sentence or a lead-in does."""
    return bool(_CLOSED.search(text))


def is_title_like(text: str) -> bool:
    """Whether a line looks like a title: no stop, few words, the long ones capitalised."""
    words = _BROAD_WORD.findall(text)
    return (
        bool(words)
        and len(text.split()) <= 20
        and not is_closed(text)
        and not _DANGLING.search(text)
        and all(word[0].isupper() for word in words)
    )


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text is set: whether all lines are broken at a margin, and how far a full line goes."""

    wrapped: bool
    reach: float

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Layout:
        """Judge by how many lines stop in mid-sentence just before another line."""
        pairs = [(a, b) for a, b in pairwise(lines) if not b.spaced]
        broken = sum(not is_closed(a.text) for a, _ in pairs)
        lengths = sorted(len(line.text) for line in lines)
        if len(pairs) < 3 or broken < 0.5 * len(pairs) or lengths[-1] > 140:
            return cls(wrapped=False, reach=LONG_LINE)
        return cls(wrapped=True, reach=0.7 * lengths[int(0.9 * (len(lengths) - 1))])

    def continues(self, last: Line, line: Line) -> bool:
        """Whether `line` goes on with what `last` began."""
        is_open = not is_closed(last.text)
        if is_open and line.text[0].islower():
            return not line.spaced or len(last.text) >= LONG_LINE
        if line.spaced or is_title_like(last.text):
            return False
        if is_open and _DANGLING.search(last.text):
            return len(last.text) >= self.reach
        return len(last.text) >= self.reach and (is_open or self.wrapped)
