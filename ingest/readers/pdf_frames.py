"""Frames of ruled tables: which of a page's rules belong to one table.

Rules that touch make a grid. Lying rules without standing ones belong together while rows of
cells stand between them; a heading or a sentence between two of them ends the table.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.readers.pdf_drawn import Rule
from ingest.readers.pdf_lines import Segment, rows_of, segments_of
from ingest.readers.pdf_page import Page, Word

NEAR = 3.0
FEWEST = 3
"""Fewer rules, lying or standing, are no grid."""
_TOUCH = 1.5
_MOST_MEETINGS = 3_000_000
"""A drawing of more lying times standing lines is no table."""
_HEADER_LINES = 5
_THIN_GAP = 8.0
_SHARE_OF_ROWS = 0.5
_SAME_WIDTH = 6.0
CELL_CHARS = 28


@dataclass(frozen=True, slots=True)
class Frame:
    """The heights of lying rules, the sides, and the places of standing rules, if any."""

    heights: tuple[float, ...]
    left: float
    right: float
    rules: tuple[Rule, ...]

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> Frame:
        """The frame that these rules make."""
        return cls(
            tuple(distinct([rule.top for rule in rules if rule.lies])),
            min(rule.left for rule in rules),
            max(rule.right for rule in rules),
            tuple(rules),
        )

    @property
    def standing(self) -> list[float]:
        """Where columns are parted, from left to right."""
        return distinct([rule.left for rule in self.rules if not rule.lies])

    @property
    def gridded(self) -> bool:
        """Whether standing rules part its columns."""
        return len(self.standing) >= FEWEST

    def holds(self, word: Word | Segment) -> bool:
        """Whether something stands inside it."""
        across = self.left - NEAR <= word.left and word.right <= self.right + NEAR
        return across and self.heights[0] - NEAR <= word.middle <= self.heights[-1] + NEAR


def distinct(values: Sequence[float]) -> list[float]:
    """The values in order, those near each other once."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > NEAR:
            found.append(value)
    return found


def frames_of(page: Page) -> Iterator[Frame]:
    """The frames of a page that may be tables."""
    left = list(page.rules)
    for rules in _touching(left):
        grid = Frame.of(rules)
        if grid.gridded and len(grid.heights) >= FEWEST:
            yield grid
            taken = set(rules)
            left = [rule for rule in left if rule not in taken]
    for stack in _stacks([rule for rule in left if rule.lies]):
        for run in _runs(stack, page.words):
            frame = _with_outer_rows(_with_standing(run, left), page.words)
            if len(frame.heights) >= FEWEST and (frame.gridded or _is_table(frame, page.words)):
                yield frame


def _touching(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Rules in groups that hang together."""
    lying = list({rule for rule in rules if rule.lies})
    standing = sorted({rule for rule in rules if not rule.lies}, key=lambda r: r.left)
    if len(lying) * len(standing) > _MOST_MEETINGS:
        return []
    lefts = [rule.left for rule in standing]
    groups: dict[Rule, list[Rule]] = {rule: [rule] for rule in standing}
    for rule in lying:
        groups[rule] = [rule]
        first = bisect_left(lefts, rule.left - _TOUCH)
        for other in standing[first : bisect_right(lefts, rule.right + _TOUCH)]:
            meets = other.top - _TOUCH <= rule.top <= other.bottom + _TOUCH
            if meets and groups[other] is not groups[rule]:
                small, large = sorted((groups[other], groups[rule]), key=len)
                large.extend(small)
                groups.update(dict.fromkeys(small, large))
    return list({id(group): group for group in groups.values()}.values())


def _stacks(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Lying rules of which one is as wide as the others or wider, one below the other."""
    stacks: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda r: r.top):
        for stack in stacks:
            left, right = min(r.left for r in stack), max(r.right for r in stack)
            inside = left - NEAR <= rule.left and rule.right <= right + NEAR
            around = rule.left - NEAR <= left and right <= rule.right + NEAR
            if inside or around:
                stack.append(rule)
                break
        else:
            stacks.append([rule])
    return stacks


def _runs(stack: Sequence[Rule], words: Sequence[Word]) -> Iterator[list[Rule]]:
    """Parts of a stack with rows of cells between all rules, which begin and end equally wide."""
    run: list[Rule] = []
    for rule in stack:
        if run and rule.top - run[-1].top > NEAR and not _rows_between(run[-1], rule, run, words):
            yield from _even(run)
            run = []
        run.append(rule)
    yield from _even(run)


def _rows_between(above: Rule, below: Rule, run: Sequence[Rule], words: Sequence[Word]) -> bool:
    left, right = min(r.left for r in run), max(r.right for r in run)
    gap = Frame((above.top + NEAR + 1, below.top - NEAR - 1), left, right, ())
    lines = rows_of([word for word in words if gap.holds(word)])
    if not lines:
        return below.top - above.top < _THIN_GAP
    several = sum(len(segments_of(line)) > 1 for line in lines)
    return several >= _SHARE_OF_ROWS * len(lines)


def _even(run: Sequence[Rule]) -> Iterator[list[Rule]]:
    """The rules from the first to the last that are as wide as each other; what juts out is cut."""
    rows: list[list[Rule]] = []
    for rule in run:
        if rows and rule.top - rows[-1][0].top <= NEAR:
            rows[-1].append(rule)
        else:
            rows.append([rule])
    while rows:
        left, right = _sides(rows[0])
        alike = [
            i
            for i, row in enumerate(rows)
            if abs(_sides(row)[0] - left) + abs(_sides(row)[1] - right) < _SAME_WIDTH
        ]
        inner = [_sides(row) for row in rows[: alike[-1] + 1]]
        if len(alike) > 1 and all(a >= left - NEAR and b <= right + NEAR for a, b in inner):
            yield [rule for row in rows[: alike[-1] + 1] for rule in row]
            rows = rows[alike[-1] + 1 :]
        else:
            rows = rows[1:]


def _sides(row: Sequence[Rule]) -> tuple[float, float]:
    return min(rule.left for rule in row), max(rule.right for rule in row)


def _with_standing(run: Sequence[Rule], rules: Sequence[Rule]) -> Frame:
    frame = Frame.of(run)
    inside = [
        rule
        for rule in rules
        if not rule.lies
        and rule.bottom > frame.heights[0] + NEAR
        and rule.top < frame.heights[-1] - NEAR
        and frame.left - NEAR <= rule.left <= frame.right + NEAR
    ]
    return Frame(frame.heights, frame.left, frame.right, (*run, *inside))


def _with_outer_rows(frame: Frame, words: Sequence[Word]) -> Frame:
    """A table of shaded rows with those before the first and behind the last shade."""
    if frame.gridded or not frame.standing or len(frame.heights) < FEWEST:
        return frame
    heights = frame.heights
    step = heights[1] - heights[0]
    above, below = (heights[0] - step, heights[0]), (heights[-1], heights[-1] + step)
    first = (above[0],) if _is_row(frame, above, words) else ()
    last = (below[1],) if _is_row(frame, below, words) else ()
    return Frame((*first, *heights, *last), frame.left, frame.right, frame.rules)


def _is_row(frame: Frame, band: tuple[float, float], words: Sequence[Word]) -> bool:
    inside = [
        word
        for word in words
        if band[0] < word.middle < band[1] and frame.left <= word.left <= frame.right
    ]
    lines = rows_of(inside)
    return len(lines) == 1 and len(segments_of(lines[0])) > 1


def _is_table(frame: Frame, words: Sequence[Word]) -> bool:
    """Whether short cells stand below a header of few lines, not columns of running text."""
    inside = [word for word in words if frame.holds(word)]
    lines = [segments_of(line) for line in rows_of(inside)]
    top, below = next(pairwise(frame.heights))
    header = [line for line in lines if top <= line[0].middle < below]
    first = sorted(line[0].length for line in lines)
    others = sorted(s.length for line in lines for s in line[1:])
    if not others or len(header) > _HEADER_LINES:
        return False
    return min(first[len(first) // 2], others[len(others) // 2]) <= CELL_CHARS
