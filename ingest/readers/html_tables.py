"""Tables of a web page, their merged cells written out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from ingest.readers.html_text import line_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_WIDEST = 64
_TALLEST = 500


def is_data(table: LexborNode) -> bool:
    """Whether a table shows data, rather than lay out a page."""
    if table.attributes.get("role") in ("presentation", "none"):
        return False
    inner = table.css("table, h1, h2, h3, article, main")
    if any(node.mem_id != table.mem_id for node in inner):
        return False
    rows = [list(_cells(row)) for row in _rows(table)]
    return len(rows) > 1 and max(map(len, rows)) > 1


def grid_of(table: LexborNode, marks: Collection[str]) -> tuple[list[list[str]], int, bool]:
    """The texts of a table, how many rows are its header, and whether its first column names.

    A cell that spans rows or columns stands in each of them.
    """
    grid: list[list[str]] = []
    header = 0
    hanging: dict[int, tuple[int, str]] = {}
    rows = [(row, list(_cells(row))) for row in _rows(table)]
    for row, cells in rows:
        if header == len(grid) and _is_header(row, cells):
            header += 1
        grid.append(_filled(cells, hanging, marks))
    return grid, header, _is_paired([cells for _, cells in rows])


def _is_paired(rows: list[list[LexborNode]]) -> bool:
    """Whether every row begins with its name, the only one in it; titles in between aside."""
    pairs = [cells for cells in rows if len(cells) > 1]
    return bool(pairs) and all(
        cells[0].tag == "th" and all(cell.tag == "td" for cell in cells[1:]) and line_of(cells[0])
        for cells in pairs
    )


def _filled(
    cells: list[LexborNode], hanging: dict[int, tuple[int, str]], marks: Collection[str]
) -> list[str]:
    """One row's texts, with those that hang down from the rows above; `hanging` is kept up."""
    texts: list[str] = []

    def take_hanging() -> None:
        while len(texts) in hanging:
            left, text = hanging.pop(len(texts))
            if left > 1:
                below[len(texts)] = (left - 1, text)
            texts.append(text)

    below: dict[int, tuple[int, str]] = {}
    for cell in cells:
        take_hanging()
        text = line_of(cell, marks)
        for _ in range(_span(cell, "colspan", _WIDEST)):
            if (rows := _span(cell, "rowspan", _TALLEST)) > 1:
                below[len(texts)] = (rows - 1, text)
            texts.append(text)
    take_hanging()
    hanging.clear()
    hanging.update(below)
    return texts


def _is_header(row: LexborNode, cells: list[LexborNode]) -> bool:
    inside = row.parent is not None and row.parent.tag == "thead"
    return inside or (bool(cells) and all(cell.tag == "th" for cell in cells))


def _rows(table: LexborNode) -> Iterator[LexborNode]:
    yield from table.css("tr")


def _cells(row: LexborNode) -> Iterator[LexborNode]:
    cell = row.child
    while cell is not None:
        if cell.tag in ("td", "th"):
            yield cell
        cell = cell.next


def _span(cell: LexborNode, name: str, most: int) -> int:
    text = (cell.attributes.get(name) or "").strip()
    return max(1, min(int(text), most)) if text.isdecimal() and len(text) < 6 else 1
