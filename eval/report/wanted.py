"""What a case wants of an answer, and what became of each part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.corpus import Corpus
from eval.dataset import ExpectedFigure
from eval.metrics import Context
from eval.metrics.answers import missing_groups, rejected_phrases
from eval.metrics.evidence import Piece, Place, cited_places, evidence_of, retrieved_places
from eval.run import Row


@dataclass(frozen=True, slots=True)
class Part:
    """Something the case names, whether it was found, and whether that is as it should be."""

    text: str
    state: str
    good: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must be said, what must not be, what must be cited, and the figures expected."""

    expected: Sequence[Part]
    rejected: Sequence[Part]
    evidence: Sequence[Part]
    figures: Sequence[str]


def wanted_of(row: Row, corpus: Corpus) -> Wanted:
    """What the case of a row wants, judged as the metrics judge it."""
    context = Context(row.case, row.answer, corpus)
    missing, rejected = set(missing_groups(context)), set(rejected_phrases(context))
    return Wanted(
        [_expected(group, missing=group in missing) for group in row.case.expect],
        [_rejected(phrase, said=phrase in rejected) for phrase in row.case.reject],
        _evidence(row, corpus),
        [_figure(figure) for figure in row.case.figures],
    )


def _expected(group: Sequence[str], *, missing: bool) -> Part:
    return Part(" or ".join(group), "missing" if missing else "said", not missing)


def _rejected(phrase: str, *, said: bool) -> Part:
    return Part(phrase, "said" if said else "not said", not said)


def _evidence(row: Row, corpus: Corpus) -> list[Part]:
    cited = cited_places(row.answer.citations, corpus)
    passages = retrieved_places(row.answer.trace.passages, corpus)
    pieces = evidence_of(row.case, corpus)
    return [_held(piece, _name(piece, corpus), cited, passages) for piece in pieces]


def _held(piece: Piece, name: str, cited: Sequence[Place], passages: Sequence[Place]) -> Part:
    if any(piece.held_by(place) for place in cited):
        return Part(name, "cited", True)
    ranks = (rank for rank, place in enumerate(passages, start=1) if piece.held_by(place))
    rank = next(ranks, None)
    state = f"not cited; in passage {rank}" if rank else "not cited and not retrieved"
    return Part(name, state, False)


def _name(piece: Piece, corpus: Corpus) -> str:
    if piece.span is None:
        return piece.label
    return f"{piece.label}: {corpus.text_at(piece.document_id, piece.span)}"


def _figure(figure: ExpectedFigure) -> str:
    parts = (figure.value, " or ".join(figure.measure), figure.period, figure.status)
    return " · ".join(part for part in parts if part)
