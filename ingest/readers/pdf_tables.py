"""Tables of a page: by their ruled lines, or by cells that stand below each other.

A table is read row by row. Where rules part the rows, all that stands between two of them is one
row, however many lines its cells have; without rules every line is a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.readers.pdf_lines import Segment, rows_of
from ingest.readers.pdf_page import Page, Rule, Word

_NEAR = 3.0
_FEWEST_RULES = 3
_FEWEST_ROWS = 3
_CELL_CHARS = 28
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
        across = self.left - _NEAR <= word.left and word.right <= self.right + _NEAR
        return across and self.top - _NEAR <= word.middle <= self.bottom + _NEAR


def tables_of(page: Page, segments: Sequence[Segment]) -> list[Table]:
    """All tables of a page from top to bottom."""
    ruled = list(_ruled(page))
    loose = [s for s in segments if not any(table.holds(s) for table in ruled)]
    return sorted([*ruled, *_aligned(loose)], key=lambda table: table.top)


def _ruled(page: Page) -> Iterator[Table]:
    for lying in _stacks([rule for rule in page.rules if rule.lies]):
        heights = _distinct([rule.top for rule in lying])
        left, right = min(r.left for r in lying), max(r.right for r in lying)
        if len(heights) < _FEWEST_RULES:
            continue
        frame = Table((), heights[0], heights[-1], left, right, ())
        words = [word for word in page.words if frame.holds(word)]
        standing = [
            rule.left
            for rule in page.rules
            if not rule.lies
            and rule.bottom > heights[0]
            and rule.top < heights[-1]
            and left - _NEAR <= rule.left <= right + _NEAR
        ]
        table = _filled(frame, words, heights, _distinct(standing))
        if table is not None:
            yield table


def _stacks(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Lying rules that belong together: those of one width, one below the other."""
    stacks: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda r: r.top):
        for stack in stacks:
            left, right = min(r.left for r in stack), max(r.right for r in stack)
            inside = left - _NEAR <= rule.left and rule.right <= right + _NEAR
            around = rule.left - _NEAR <= left and right <= rule.right + _NEAR
            if inside or around:
                stack.append(rule)
                break
        else:
            stacks.append([rule])
    return stacks


def _distinct(values: Sequence[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found


def _filled(
    frame: Table, words: Sequence[Word], heights: Sequence[float], standing: Sequence[float]
) -> Table | None:
    """The rows between the rules; nothing where the rules frame something else."""
    gridded = len(standing) >= _FEWEST_RULES
    edges = standing[:-1] if gridded else _edges(words)
    if len(edges) < 2:
        return None
    rows: list[tuple[str, ...]] = []
    for top, bottom in pairwise(heights):
        band = [word for word in words if top - 1 <= word.middle < bottom]
        lines = rows_of(band)
        whole = gridded or not _are_rows(lines, edges)
        for group in [[w for line in lines for w in line]] if whole else lines:
            cells = _cells(group, edges)
            if any(cells):
                rows.append(cells)
    if len(rows) < 2:
        return None
    return Table(tuple(rows), frame.top, frame.bottom, frame.left, frame.right, tuple(edges))


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
    for line in [*lines, []]:
        far = bool(run) and bool(line) and line[0].top - run[-1][0].bottom > 2.5 * line[0].size
        if run and (len(line) < 2 or far):
            yield from _tabled(run)
            run = []
        if len(line) > 1:
            run.append(line)


def _tabled(lines: Sequence[Sequence[Segment]]) -> Iterator[Table]:
    words = [word for line in lines for segment in line for word in segment.words]
    cells = [segment for line in lines for segment in line]
    edges = _edges(words)
    figures = sum(bool(_FIGURE.match(cell.text)) for cell in cells) / len(cells)
    short = median(cell.length for cell in cells) <= _CELL_CHARS
    wide = len(edges) > 2 or figures > _DATA
    if len(lines) < _FEWEST_ROWS or len(edges) < 2 or not short or not wide:
        return
    rows = tuple(_cells([w for s in line for w in s.words], edges) for line in lines)
    yield Table(
        rows,
        min(s.top for s in cells),
        max(s.bottom for s in cells),
        min(s.left for s in cells),
        max(s.right for s in cells),
        tuple(edges),
    )
