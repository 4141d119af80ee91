"""Tables as grids of texts: which rows are their header, and what a table without one becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.readers import render

_YEAR = re.compile(r"(?:FY\s?)?(?:19|20)\d\d(?:\s?[/\u2013-]\s?\d{2,4})?\s?[年年度EFP*]{0,2}")
_FIGURE = re.compile(
    r"[~<>≤≥±+\u2212-]?\s?(?:[A-Z]{0,3}[$€£¥]\s?)?\d[\d.,' ]*(?![\d\u2013+-]|st\b|nd\b|rd\b|th\b)"
)
_DIGITS = re.compile(r"\d[\d.,' ]*")

Grid = Sequence[Sequence[str]]


def blocks_of(grid: Grid, marked: int, paired: bool = False) -> Iterator[str]:
    """A table as Markdown, of which the first `marked` rows are called a header by the format.

    `paired`: the format calls the first column, and no row, the names of the rest.
    """
    grid = [row for row in grid if any(row)]
    while len(grid) > 1 and _is_title(grid[0]):
        yield render.paragraph(grid[0][0])
        grid, marked = grid[1:], max(marked - 1, 0)
    width = max(map(len, grid), default=0)
    if (not marked or len(grid) == 1) and (paired or _opens_with_data(grid)):
        if width == 2:
            yield from map(_pair, grid)
        else:
            yield render.table([[""] * width, *grid])
    elif len(grid) == 1:
        yield render.paragraph("; ".join(filter(None, grid[0])))
    elif grid:
        yield render.table(under_one(grid, max(marked, 1)))


def under_one(grid: Grid, marked: int) -> list[list[str]]:
    """The rows of a header are made one: "Budget", "2024" become "Budget 2024"."""
    count = marked if marked < len(grid) else 1
    header = [list(row) for row in grid[:count]]
    while count < len(grid) - 1 and _goes_on(grid[count - 1], grid[count]):
        header[-1] = _spread(header[-1])
        header.append(list(grid[count]))
        count += 1
    names = []
    for column in range(max(map(len, grid))):
        parts = [row[column] for row in header if column < len(row)]
        names.append(" ".join(dict.fromkeys(filter(None, parts))))
    return [names, *map(list, grid[count:])]


def _spread(names: Sequence[str]) -> list[str]:
    """The names of a row that the next one parts; a name without a merged cell spans as well."""
    spread: list[str] = []
    for name in names:
        spread.append(name or (spread[-1] if len(spread) > 1 else ""))
    return spread


def said(grid: Grid, marked: int) -> str:
    """A table inside a cell as one line: "Floors: 7; Rooms: 133"."""
    if len(grid) < 2 or (not marked and _opens_with_data(grid)):
        return "; ".join(": ".join(filter(None, row)) for row in grid if any(row))
    names, *rows = under_one(grid, max(marked, 1))
    cells = (
        f"{name}: {cell}" if name else cell
        for row in rows
        for name, cell in zip(names, row, strict=False)
        if cell
    )
    return "; ".join(cells)


def _is_title(row: Sequence[str]) -> bool:
    """Whether one text spans the whole table."""
    return len(row) > 1 and len(set(row)) == 1


def _goes_on(above: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a row parts the names above it: "2023" and "2024" below "Budget", "Budget".

    Below a name of its own a cell is merged with it or empty; a row that has something else
    there is data.
    """
    if len(row) != len(above):
        return False
    parted = [i for i in range(len(row)) if _is_shared(above, i)]
    kept = all(row[i] in ("", above[i]) for i in range(len(row)) if i not in parted)
    new = [row[i] for i in parted]
    named = all(text and not _is_figure(text) for text in new)
    return bool(new) and kept and named and len(set(zip(row, above, strict=True))) == len(row)


def _is_shared(names: Sequence[str], column: int) -> bool:
    """Whether a name spans columns: it is repeated, or those behind it have none."""
    name = names[column]
    if not name:
        return column > 0
    after = names[column + 1] if column + 1 < len(names) else None
    before = names[column - 1] if column else None
    return after == name or before == name or (after == "" and column > 0)


def _opens_with_data(grid: Grid) -> bool:
    """Whether the first row holds figures as the rows below do, and names nothing.

    In a table of pairs every row is of another kind.
    """
    first = grid[0] if grid else ()
    figures = [i for i in range(1, len(first)) if _is_figure(first[i])]
    if len(first) == 2:
        return bool(figures) and bool(first[0])
    return any(_shape(first[i]) == _shape(_cell(row, i)) for i in figures for row in grid[1:])


def _cell(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _is_figure(text: str) -> bool:
    return bool(_FIGURE.match(text)) and not _YEAR.fullmatch(text)


def _shape(text: str) -> str:
    """What is left of a figure when every number is alike: "4,900 t" and "37 t" are of one."""
    return _DIGITS.sub("9", text).strip()


def _pair(row: Sequence[str]) -> str:
    name, text = (*row, "")[:2]
    both = name and text and name != text
    return render.paragraph(f"{name.rstrip(' :：')}: {text}" if both else name or text)
