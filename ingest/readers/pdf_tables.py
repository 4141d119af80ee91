"""Tables of a page: by their ruled lines, or by cells that stand below each other.

A table is read row by row. Where rules part the rows, all that stands between two of them is one
row, however many lines its cells have; without rules every line is a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from statistics import median

from ingest.readers.pdf_frames import CELL_CHARS, NEAR, Frame, distinct, frames_of
from ingest.readers.pdf_headers import headed
from ingest.readers.pdf_lines import Segment, rows_of
from ingest.readers.pdf_page import Page, Word

_FEWEST_ROWS = 3
_FIGURE = re.compile(r"^[^A-Za-z]*\d[\d.,%\s]*\S{0,3}$")
_DATA = 0.3
"""The share of cells with figures from which on lines with gaps are a table for sure."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells and where on the page they stand; `edges` are the left sides of the columns."""

    rows: tuple[tuple[str, ...], ...]
    top: float
    bottom: float
    left: float
    right: float
    edges: tuple[float, ...]

    def holds(self, word: Word | Segment) -> bool:
        """Whether something stands inside it."""
        across = self.left - NEAR <= word.left and word.right <= self.right + NEAR
        return across and self.top - NEAR <= word.middle <= self.bottom + NEAR


def tables_of(page: Page, segments: Sequence[Segment]) -> list[Table]:
    """All tables of a page from top to bottom."""
    ruled = list(_ruled(page))
    loose = [s for s in segments if not any(table.holds(s) for table in ruled)]
    return sorted([*ruled, *_aligned(loose)], key=lambda table: table.top)


def _ruled(page: Page) -> Iterator[Table]:
    for frame in frames_of(page):
        table = _filled(frame, [word for word in page.words if frame.holds(word)])
        if table is not None:
            yield table


def _filled(frame: Frame, words: Sequence[Word]) -> Table | None:
    """The rows between the rules; nothing where the rules frame something else."""
    gridded = frame.gridded
    # Many a table has no rules at its sides.
    edges = distinct([frame.left, *frame.standing, frame.right])[:-1] if gridded else _edges(words)
    if len(edges) < 2:
        return None
    rows: list[tuple[str, ...]] = []
    spans: list[set[int]] = []
    for top, bottom in pairwise(frame.heights):
        band = [word for word in words if top - 1 <= word.middle < bottom]
        lines = rows_of(band)
        whole = gridded or not _are_rows(lines, edges)
        for group in [[w for line in lines for w in line]] if whole else lines:
            cells = _cells(group, edges)
            if any(cells):
                rows.append(cells)
                spans.append(_merged(frame, edges, (top + bottom) / 2))
    if len(rows) < 2:
        return None
    made = headed(tuple(rows), spans if gridded else ())
    return Table(made, frame.heights[0], frame.heights[-1], frame.left, frame.right, tuple(edges))


def _merged(frame: Frame, edges: Sequence[float], height: float) -> set[int]:
    """The columns that no standing rule parts from the one before at a height."""
    near = [rule.left for rule in frame.rules if not rule.lies and rule.top < height < rule.bottom]
    return {i for i, edge in enumerate(edges) if i and all(abs(edge - x) > NEAR for x in near)}


def _are_rows(lines: Sequence[Sequence[Word]], edges: Sequence[float]) -> bool:
    """Whether lines between two rules are rows of their own: all have their first column."""
    firsts = [any(_column(word, edges) == 0 for word in line) for line in lines]
    filled = [sum(bool(cell) for cell in _cells(line, edges)) for line in lines]
    return len(lines) > 1 and all(firsts) and min(filled) > 1


def _edges(words: Sequence[Word]) -> list[float]:
    """The left sides of columns: where blank stripes end that run through all lines."""
    size = median(word.size for word in words) if words else 0.0
    edges: list[float] = []
    reach = float("-inf")
    for word in sorted(words, key=lambda w: w.left):
        if word.left - reach > 0.6 * size:
            edges.append(word.left)
        reach = max(reach, word.right)
    return edges


def _column(word: Word, edges: Sequence[float]) -> int:
    middle = min((word.left + word.right) / 2, word.left + 2 * word.size)
    return max(0, sum(edge <= middle + 0.1 for edge in edges) - 1)


def _cells(words: Sequence[Word], edges: Sequence[float]) -> tuple[str, ...]:
    cells: list[list[Word]] = [[] for _ in edges]
    for word in words:
        cells[_column(word, edges)].append(word)
    return tuple(_joined(cell) for cell in cells)


def _joined(words: Sequence[Word]) -> str:
    """A cell's text, its lines one after another; a word that a hyphen parts is made whole."""
    lines = rows_of(words)
    text = ""
    for line in lines:
        part = " ".join(word.text for word in line)
        text = (
            f"{text[:-1]}{part}" if text.endswith("-") and part[:1].islower() else f"{text}\n{part}"
        )
    return text.strip()


def _aligned(segments: Sequence[Segment]) -> Iterator[Table]:
    """Lines in a row that all have gaps, their cells below each other."""
    lines: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: (round(s.middle), s.left)):
        if lines and abs(lines[-1][0].middle - segment.middle) < 0.5 * segment.size:
            lines[-1].append(segment)
        else:
            lines.append([segment])
    run: list[list[Segment]] = []
    for line, below in zip_longest(lines, lines[1:]):
        far = bool(run) and line[0].top - run[-1][0].bottom > 2.5 * line[0].size
        part = bool(run) and len(line) < 2 and below is not None and _is_part(line[0], below)
        if run and (far or (len(line) < 2 and not part)):
            yield from _tabled(run)
            run = []
        if len(line) > 1 or part:
            run.append(line)
    if run:
        yield from _tabled(run)


def _is_part(label: Segment, below: Sequence[Segment]) -> bool:
    """Whether a lone label begins the first cell of the row that goes on on the line below."""
    first = below[0]
    alike = label.bold == first.bold and abs(label.size - first.size) < 0.06 * first.size
    tight = first.top - label.bottom < 0.5 * first.size
    inside = len(below) > 1 and label.right < below[1].left and label.text[:1].isalnum()
    return inside and alike and tight and abs(label.left - first.left) < first.size


def _tabled(lines: Sequence[Sequence[Segment]]) -> Iterator[Table]:
    words = [word for line in lines for segment in line for word in segment.words]
    cells = [segment for line in lines for segment in line]
    edges = _edges(words)
    figures = sum(bool(_FIGURE.match(cell.text)) for cell in cells) / len(cells)
    short = median(cell.length for cell in cells) <= CELL_CHARS
    wide = len(edges) > 2 or figures > _DATA
    if len(lines) < _FEWEST_ROWS or len(edges) < 2 or not short or not wide:
        return
    rows = headed(tuple(_cells([w for s in line for w in s.words], edges) for line in lines))
    yield Table(
        rows,
        min(s.top for s in cells),
        max(s.bottom for s in cells),
        min(s.left for s in cells),
        max(s.right for s in cells),
        tuple(edges),
    )
