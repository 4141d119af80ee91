"""Headers of tables: two rows of names, of which the upper one spans columns, made one."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"\D*(?:19|20)\d\d\D*")
_DATE = re.compile(r"\d{1,2}\.?\s[^\W\d_]+\.?,?\s(?:19|20)\d\d")
_MOST_HEADER_ROWS = 3

Rows = tuple[tuple[str, ...], ...]


def has_figures(row: Sequence[str]) -> bool:
    """Whether a row after its first cell holds figures; a header's years are names, too."""
    return any(_DIGIT.search(cell) and not _YEAR.fullmatch(cell) for cell in row[1:])


def headed(rows: Rows, spans: Sequence[Collection[int]] = ()) -> Rows:
    """The rows with one header, where its upper row spans columns of the lower one.

    `spans` holds, for a row each, the columns that no rule parts from the one before; without it,
    a name spans the empty columns that are nearest to it.
    """
    joined = 0
    while joined < _MOST_HEADER_ROWS - 1 and _is_upper(rows, spans[0] if spans else None):
        upper = _spread(rows[0], spans[0]) if spans else _nearest(rows[0])
        header = tuple(_named(a, b) for a, b in zip(upper, rows[1], strict=True))
        rows, spans = (header, *rows[2:]), spans[1:]
        joined += 1
    return rows


def _is_upper(rows: Rows, merged: Collection[int] | None) -> bool:
    """Whether the first row only groups the names of the second."""
    if len(rows) < 3 or not all(map(_is_name, (*rows[0], *rows[1]))):
        return False
    pairs = list(zip(rows[0], rows[1], strict=True))
    below = [i for i, (a, b) in enumerate(pairs) if i and b and not a]
    if not below or any(i and not a and not b for i, (a, b) in enumerate(pairs)):
        return False
    if merged is not None:
        return any(i in merged for i in below)
    return not all(pairs[0]) and any(rows[0][1:]) and any(map(has_figures, rows[2:4]))


def _is_name(cell: str) -> bool:
    figure = _DIGIT.search(cell) and not _YEAR.fullmatch(cell) and not cell[0].isalpha()
    return not figure or bool(_DATE.fullmatch(cell))


def _spread(row: Sequence[str], merged: Collection[int]) -> list[str]:
    """A row with each name in all columns that it spans."""
    cells: list[list[int]] = []
    for i in range(len(row)):
        if cells and i in merged:
            cells[-1].append(i)
        else:
            cells.append([i])
    names = [" ".join(row[i] for i in cell if row[i]) for cell in cells]
    return [name for name, cell in zip(names, cells, strict=True) for _ in cell]


def _nearest(row: Sequence[str]) -> list[str]:
    named = [i for i, cell in enumerate(row) if cell and i]
    behind = len(row) > 1 and not row[1]
    if not named:
        return list(row)
    return [
        cell or (row[min(named, key=lambda n: (abs(n - i), n if not behind else -n))] if i else "")
        for i, cell in enumerate(row)
    ]


def _named(upper: str, lower: str) -> str:
    return " ".join(part for part in (upper, lower) if part)
