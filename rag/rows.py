"""Figures in the cells of a table's row: the row's label and the column say what is measured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rag.amounts import Amount, amounts_in, is_money
from rag.governing.place import Reading
from rag.grammar.tidy import tidy
from rag.models import Document, Sentence
from rag.period import Period, status_of, without_years, years_in
from rag.timing import Timing
from rag.units import unit_after

_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12, "万": 4, "亿": 8, "000": 3}
_SCALE = re.compile(r"\b(thousand|million|billion|trillion)s?\b|(万|亿)|['’](000)", re.I)
_IN_BRACKETS = re.compile(r"[(\[（]([^)\]）]*)[)\]）]")
_WORD = re.compile(r"[^\W\d_]{3,}")
_BAR = re.compile(r"(?<!\\)\|")
_OUTER = re.compile(r"^\||(?<!\\)\|$")


@dataclass(frozen=True, slots=True)
class Cell:
    """An amount with what it measures and when."""

    amount: Amount
    reading: Reading
    timing: Timing


def row_cells(quote: str) -> list[str]:
    """The cells of a table's row as it is quoted; a bar at its beginning or end parts nothing.

    Of several bars at the beginning only the first is one of these: an empty cell follows.
    """
    return _BAR.split(_OUTER.sub("", quote.strip()))


def cells_of(sentence: Sentence, document: Document) -> list[Cell]:
    """The figures of a table's row; nothing for a sentence that is none."""
    if len(sentence.pieces) < 2:
        return []
    header = document.text[sentence.pieces[0].start : sentence.pieces[0].end]
    columns = [" ".join(name.split()) for name in row_cells(header)]
    return list(_cells(sentence.text, columns, document))


def _cells(text: str, columns: list[str], document: Document) -> Iterator[Cell]:
    reference = document.published.year if document.published else None
    cells = list(_split(text, columns))
    label = next((cell for _, _, cell in cells if not _is_amount(cell)), "")
    for column, start, cell in cells:
        if cell == label or not _is_amount(cell):
            continue
        name = f"{label} {column}"
        years = years_in(column, reference) or years_in(label, reference)
        unit, power = _unit_of(name)
        timing = Timing(Period(years, status_of(name)), frozenset())
        measure = tidy(without_years(_IN_BRACKETS.sub(" ", f"{label}, {column}"))).strip(" ,")
        for amount in _amounts(cell)[:1]:
            placed = replace(
                amount,
                start=start + amount.start,
                end=start + amount.end,
                value=amount.value.scaleb(power) if amount.kind == "number" else amount.value,
            )
            if unit and placed.unit is None:
                kind = "percent" if unit == "%" else "money" if is_money(unit) else "measure"
                placed = replace(placed, unit=unit, kind=kind)
            yield Cell(placed, Reading(measure, counted=True), timing)


def _split(text: str, columns: list[str]) -> Iterator[tuple[str, int, str]]:
    """Each column with its cell and where the cell begins in the row's text."""
    at = 0
    for number, column in enumerate(columns):
        named = f"{column}: " if column else ""
        found = text.find(named, at) if named or not number else -1
        if found < 0 or (not named and _is_named(text, columns)):
            continue
        begin = found + len(named)
        ends = [text.find(f"; {later}: ", begin) for later in columns[number + 1 :] if later]
        end = min((e for e in ends if e >= 0), default=len(text))
        yield column, begin, text[begin:end]
        at = end


def _is_named(text: str, columns: list[str]) -> bool:
    """Whether a row begins with a cell of a column that has a name."""
    return any(column and text.startswith(f"{column}: ") for column in columns)


def _is_amount(cell: str) -> bool:
    """Whether a cell is hardly more than a number with its unit."""
    found = _amounts(cell)
    if not found:
        return False
    rest = cell[: found[0].start] + cell[found[0].end :]
    return len(found) == 1 and not _WORD.search(rest)


def _amounts(cell: str) -> list[Amount]:
    """The amounts of a cell, in which a bare number is none of a list."""
    lead = "is "
    return [
        replace(a, start=a.start - len(lead), end=a.end - len(lead))
        for a in amounts_in(lead + cell)
    ]


def _unit_of(name: str) -> tuple[str | None, int]:
    """The unit and the power of ten that a label or column gives in brackets."""
    for bracket in _IN_BRACKETS.findall(name):
        scale = _SCALE.search(bracket)
        power = _SCALES[next(g for g in scale.groups() if g).lower()] if scale else 0
        plain = _SCALE.sub(" ", bracket).strip()
        if plain in ("%", "percent", "per cent"):
            return "%", 0
        unit = unit_after(f"1 {plain}", 1) if plain else None
        if unit or power:
            return (unit[0] if unit else None), power
    return None, 0
