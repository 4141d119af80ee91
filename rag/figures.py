"""The register of figures: every amount of the documents with what it measures, when and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from rag.alignment import Alignment
from rag.amounts import amounts_in
from rag.grammar.clauses import Sentence
from rag.measures import read_measures, refers
from rag.models import Document, Passage, Span
from rag.models import Sentence as Quoted
from rag.period import Period, Status, years_in
from rag.rows import Cell, cells_of
from rag.text import term_set
from rag.timing import timing_of

EXTRACTION = 4
"""Changes with every change of what is extracted, so that an index is built anew."""
_DIRECTIONS = {1: "up", -1: "down"}


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount in a document. `span` and `sentence` count characters of the stored text.

    `kind` and `unit` are those of `rag.amounts.Amount`. `change` says that the figure is itself a
    change ("rose by 5%"), not a level ("rose to 5%"); `direction` is "up", "down" or `None`.
    `months` are told as (year, month) where a month, quarter or half is named. `terms` are the
    stemmed search terms of the measure.
    """

    value: Decimal
    kind: str
    unit: str | None
    text: str
    measure: str
    period: Period
    change: bool
    direction: str | None
    document_id: str
    passage_id: str
    span: Span
    sentence: Span
    heading: tuple[str, ...]
    terms: frozenset[str]
    high: Decimal | None = None
    bound: str | None = None
    months: frozenset[tuple[int, int]] = frozenset()


def figures_of(passage: Passage, document: Document) -> tuple[Figure, ...]:
    """The figures of a passage, in the order of the text."""
    return tuple(_figures(passage, document))


@dataclass(frozen=True, slots=True)
class _Told:
    """What the sentence before told: the measure last named, and its years."""

    measure: str = ""
    years: frozenset[int] = frozenset()


def _figures(passage: Passage, document: Document) -> Iterator[Figure]:
    reference = document.published.year if document.published else None
    told = _Told()
    for sentence in passage.sentences:
        found = cells_of(sentence, document) or _in_prose(sentence, passage, reference, told)
        alignment = Alignment(document.text, sentence) if found else None
        for cell in found:
            span = alignment.place(cell.amount.start, cell.amount.end) if alignment else None
            if span is not None:
                yield _figure(cell, span, sentence, passage, document)
        measure = found[-1].reading.measure if found else told.measure
        told = _Told(measure, years_in(sentence.text, reference))


def _in_prose(sentence: Quoted, passage: Passage, reference: int | None, told: _Told) -> list[Cell]:
    amounts = amounts_in(sentence.text)
    if not amounts:
        return []
    tagged = Sentence(
        sentence.text,
        [(a.start, a.end) for a in amounts],
        [a.unit is not None and "-" not in sentence.text[a.start + 1 : a.end] for a in amounts],
        passage.heading[-1] if passage.heading else "",
    )
    cells = []
    readings = read_measures(tagged, told.measure)
    for amount, reading, at in zip(amounts, readings, tagged.figures, strict=True):
        timing = timing_of(tagged, at, reading.verb, passage.heading, reference)
        if not timing.period.years and refers(tagged):
            timing = replace(timing, period=replace(timing.period, years=told.years))
        cells.append(Cell(amount, reading, timing))
    return cells


def _figure(
    cell: Cell, span: Span, sentence: Quoted, passage: Passage, document: Document
) -> Figure:
    amount, reading, timing = cell.amount, cell.reading, cell.timing
    return Figure(
        value=amount.value,
        kind=amount.kind,
        unit=amount.unit,
        text=document.text[span.start : span.end],
        measure=reading.measure,
        period=timing.period,
        change=reading.change,
        direction=_DIRECTIONS.get(reading.direction),
        document_id=document.id,
        passage_id=passage.id,
        span=span,
        sentence=sentence.span,
        heading=passage.heading,
        terms=term_set(reading.measure),
        high=amount.high,
        bound=amount.bound.value if amount.bound else None,
        months=timing.months,
    )


def figure_to_json(figure: Figure) -> dict[str, Any]:
    """A figure as JSON, as it is stored and exported; the value is a string, exact."""
    return {
        "value": plain(figure.value),
        "high": None if figure.high is None else plain(figure.high),
        "kind": figure.kind,
        "unit": figure.unit,
        "text": figure.text,
        "measure": figure.measure,
        "years": sorted(figure.period.years),
        "months": [f"{year}-{month:02}" for year, month in sorted(figure.months)],
        "status": figure.period.status.value if figure.period.status else None,
        "change": figure.change,
        "direction": figure.direction,
        "bound": figure.bound,
        "document": figure.document_id,
        "passage": figure.passage_id,
        "start": figure.span.start,
        "end": figure.span.end,
        "sentence": [figure.sentence.start, figure.sentence.end],
        "heading": list(figure.heading),
    }


def figure_from_json(row: dict[str, Any]) -> Figure:
    """The figure that `figure_to_json` wrote; raises `ValueError`, `KeyError` or `TypeError`."""
    status = Status(row["status"]) if row["status"] else None
    return Figure(
        value=Decimal(row["value"]),
        kind=row["kind"],
        unit=row["unit"],
        text=row["text"],
        measure=row["measure"],
        period=Period(frozenset(row["years"]), status),
        change=row["change"],
        direction=row["direction"],
        document_id=row["document"],
        passage_id=row["passage"],
        span=Span(row["start"], row["end"]),
        sentence=Span(*row["sentence"]),
        heading=tuple(row["heading"]),
        terms=term_set(row["measure"]),
        high=None if row["high"] is None else Decimal(row["high"]),
        bound=row["bound"],
        months=frozenset((int(m[:4]), int(m[5:])) for m in row["months"]),
    )


def plain(value: Decimal) -> str:
    """A value in digits, without an exponent."""
    return format(value.normalize(), "f")
