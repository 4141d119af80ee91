"""Words to segments and lines: what stands on one height with no wide gap, and in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.normalise import CJK
from ingest.readers.pdf_page import Word

GAP = 1.1
"""Ems between two words from which on they may stand in different columns; type is set closer."""
_FEWEST = 3
_FEWEST_ROWS = 4
_ROW_SHARE = 0.25
"""The share of a page's rows that columns must make up: a few loose lines also have gaps."""
_COLUMN_CHARS = 14
_GRID = 6.0
_HAN = re.compile(f"[{CJK}]")


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Words of one height without a wide gap between them, from left to right.

    `size` is that of most characters; of `length`, a Chinese one is as wide as two.
    """

    words: tuple[Word, ...]
    text: str
    left: float
    right: float
    top: float
    bottom: float
    middle: float
    size: float
    length: int
    bold: bool

    @classmethod
    def of(cls, words: Sequence[Word]) -> Segment:
        """The segment that these words make."""
        text = " ".join([word.text for word in words])
        wide = 0 if text.isascii() else len(_HAN.findall(text))
        length = len(text) - len(words) + 1 + wide
        return cls(
            words=tuple(words),
            text=text,
            left=words[0].left,
            right=max([word.right for word in words]),
            top=min([word.top for word in words]),
            bottom=max([word.bottom for word in words]),
            middle=sorted([word.middle for word in words])[len(words) // 2],
            size=_usual_size(words),
            length=length,
            bold=sum([len(word.text) for word in words if word.bold]) > 0.8 * length,
        )

    @property
    def broken(self) -> bool:
        """Whether a word goes on behind it."""
        return self.words[-1].broken


def _usual_size(words: Sequence[Word]) -> float:
    sizes: dict[float, int] = {}
    for word in words:
        key = round(word.size * 2) / 2
        sizes[key] = sizes.get(key, 0) + len(word.text)
    return max(sizes, key=lambda key: sizes[key])


def segments_of(words: Sequence[Word]) -> list[Segment]:
    """The segments of a page by height, then from left to right."""
    return [segment for row in rows_of(words) for segment in _parted(row)]


def rows_of(words: Sequence[Word]) -> list[list[Word]]:
    """Words by height; small marks that are raised belong to the line that they stand in."""
    rows: list[list[Word]] = []
    tops: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda w: (w.middle, w.left)):
        for i in range(len(rows) - 1, max(-1, len(rows) - 4), -1):
            middle, size = tops[i]
            if abs(word.middle - middle) < 0.4 * max(min(size, word.size), 0.6 * size):
                rows[i].append(word)
                break
        else:
            rows.append([word])
            tops.append((word.middle, word.size))
    return [sorted(row, key=lambda w: w.left) for row in rows]


def _parted(row: Sequence[Word]) -> Iterator[Segment]:
    held = [row[0]]
    reach = row[0].right
    for last, word in pairwise(row):
        if word.left - reach > GAP * max(last.size, word.size):
            yield Segment.of(held)
            held = []
        held.append(word)
        reach = max(reach, word.right)
    yield Segment.of(held)


def columns_of(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Segments in reading order, in groups that are read from top to bottom.

    Where the page is set in columns, what crosses the gap between them parts it into bands; in
    each band the left column is read before the right one.
    """
    gutter = _gutter(segments)
    if gutter is None:
        return [list(segments)] if segments else []
    groups: list[list[Segment]] = []
    for crossing, band in _bands(segments, gutter):
        left = [s for s in band if s.right <= gutter]
        right = [s for s in band if s.left >= gutter]
        if crossing or not _is_set(left, right):
            groups.append(list(band))
        else:
            groups += [*columns_of(left), *columns_of(right)]
    return groups


def _gutter(segments: Sequence[Segment]) -> float | None:
    """Where the gap between two columns is, or `None` on a page without columns."""
    candidates = sorted({int(s.left / _GRID) for s in segments})
    best, gain = None, max(_FEWEST_ROWS, _ROW_SHARE * len(_heights(segments))) - 1
    for cell in candidates[1:]:
        place = min(s.left for s in segments if int(s.left / _GRID) == cell) - 0.1
        found = 0
        for crossing, band in _bands(segments, place):
            left = [s for s in band if s.right <= place]
            right = [s for s in band if s.left >= place]
            if not crossing and _is_set(left, right):
                found += min(len(_heights(left)), len(_heights(right)))
        if found > gain:
            best, gain = place, found
    return best


def _bands(segments: Sequence[Segment], gutter: float) -> Iterator[tuple[bool, list[Segment]]]:
    """Neighbours in height that all cross the gutter, or all do not."""
    held: list[Segment] = []
    was = False
    for segment in sorted(segments, key=lambda s: (s.middle, s.left)):
        crosses = segment.left < gutter < segment.right
        if held and crosses != was:
            yield was, held
            held = []
        held.append(segment)
        was = crosses
    if held:
        yield was, held


def _is_set(left: Sequence[Segment], right: Sequence[Segment]) -> bool:
    """Whether both sides are running text, rather than labels beside it."""
    if min(len(left), len(right)) < _FEWEST:
        return False
    return all(_row_length(side) >= _COLUMN_CHARS for side in (left, right))


def _row_length(segments: Sequence[Segment]) -> float:
    """Characters on a row: a justified line may have fallen into several segments."""
    return sum(s.length for s in segments) / len(_heights(segments))


def _heights(segments: Sequence[Segment]) -> set[int]:
    """The heights that rows stand at, roughly."""
    return {round(s.middle / _GRID) for s in segments}
