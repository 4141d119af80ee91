"""Passages to sentences, best first, each with a score that means something.

Every sentence of the retrieved passages is scored on cheap evidence; the best few are read by the
reader. The score is the log-odds of a logistic model over all evidence (`rag.confidence`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rag.confidence import SCREEN, Model
from rag.embedding import Vectors
from rag.index import Index
from rag.models import Document, Passage, Scored, Sentence
from rag.period import Period, Status, period_of
from rag.quantities import holds_amount
from rag.question import Question, Wants
from rag.reader import Candidate as Pair
from rag.reader import Reader, make_context
from rag.settings import RankSettings
from rag.text import term_set


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence in its passage."""

    passage: Passage
    sentence: Sentence

    @property
    def previous(self) -> str:
        """The text of the sentence before it in the passage, or nothing."""
        place = self.passage.sentences.index(self.sentence)
        return self.passage.sentences[place - 1].text if place else ""


_FEWEST = 3
_CONTEXT_WORDS = 24


class Ranker:
    """Ranks the sentences of passages for a question."""

    def __init__(
        self, index: Index, model: Model, settings: RankSettings, reader: Reader | None
    ) -> None:
        self._index = index
        self._model = model
        self._settings = settings
        self._reader = reader

    def rank(
        self, question: Question, vector: Vectors, passages: Sequence[Scored[Passage]]
    ) -> list[Scored[Candidate]]:
        """The best sentences, best first; `parts` holds the evidence for each.

        `score` is the log-odds that the sentence answers the question.
        """
        screened = sorted(self._screen(question, vector, passages), key=lambda s: -s.score)[
            : self._settings.candidates
        ]
        read = self._read(question, self._affordable(question, screened))
        return sorted(
            (Scored(s.item, self._model.log_odds(parts), parts) for s, parts in read),
            key=lambda s: -s.score,
        )

    def _affordable(
        self, question: Question, screened: Sequence[Scored[Candidate]]
    ) -> Sequence[Scored[Candidate]]:
        """As many of the best as the reader may read, and never fewer than `_FEWEST`."""
        if self._reader is None:
            return screened
        asked = len(question.text.split())
        costs = accumulate(
            asked
            + min(_CONTEXT_WORDS, len(self._context(s.item).split()))
            + len(s.item.sentence.text.split())
            for s in screened
        )
        count = sum(1 for cost in costs if cost <= self._settings.reader_words)
        return screened[: max(_FEWEST, count)]

    def _screen(
        self, question: Question, vector: Vectors, passages: Sequence[Scored[Passage]]
    ) -> Iterator[Scored[Candidate]]:
        weights = {t: self._index.weight(t) for t in question.terms}
        seen: set[tuple[str, int]] = set()
        for found in passages:
            passage = found.item
            document = self._index.documents[passage.document_id]
            cosines = self._index.sentence_vectors(passage) @ vector
            context = _share(weights, term_set(f"{document.label} {passage.searchable}"))
            fits = _Fits(question, passage, document)
            for sentence, cosine in zip(passage.sentences, cosines, strict=True):
                place = (passage.document_id, sentence.span.start)
                if place in seen:
                    continue
                seen.add(place)
                parts = {
                    "cosine": float(cosine),
                    "coverage": _share(weights, term_set(sentence.text)),
                    "context": context,
                    "passage": found.score / passages[0].score,
                    **fits.of(sentence),
                }
                score = sum(SCREEN.get(name, 0.0) * value for name, value in parts.items())
                yield Scored(Candidate(passage, sentence), score, parts)

    def _context(self, candidate: Candidate) -> str:
        """What the reader sees before the sentence: its heading or title, the sentence before."""
        passage = candidate.passage
        title = self._index.documents[passage.document_id].title
        heading = passage.heading[-1] if passage.heading else title
        return make_context(heading, candidate.previous)

    def _read(
        self, question: Question, screened: Sequence[Scored[Candidate]]
    ) -> Iterator[tuple[Scored[Candidate], dict[str, float]]]:
        if self._reader is None or not screened:
            yield from ((s, dict(s.parts)) for s in screened)
            return
        pairs = [Pair(self._context(s.item), s.item.sentence.text) for s in screened]
        readings = self._reader.read(question.text, pairs)
        for scored, reading in zip(screened, readings, strict=True):
            yield scored, {**scored.parts, "reader": reading.logit}


def _share(weights: dict[str, float], held: frozenset[str]) -> float:
    """The share, by weight, of the question's terms that are held."""
    total = sum(weights.values())
    return sum(w for t, w in weights.items() if t in held) / total if total else 0.0


class _Fits:
    """How period, status and kind of a passage's sentences fit: -1 clash, 0 open, 1 fit."""

    def __init__(self, question: Question, passage: Passage, document: Document) -> None:
        self._question = question
        self._heading = passage.heading
        self._reference = document.published.year if document.published else None
        self._years = question.years(self._reference)
        self._dated = question.dated(document.published)
        self._status = _asked_status(question, self._years, self._reference)

    def of(self, sentence: Sentence) -> dict[str, float]:
        """The fit of one sentence, by name."""
        period = period_of(sentence.text, self._heading, self._reference)
        return {
            "period": _period_fit(self._years, period),
            "dated": self._dated,
            "status": _status_fit(self._status, period),
            "amount": _amount_fit(self._question, sentence),
        }


def _period_fit(asked: frozenset[int], period: Period) -> float:
    if not asked or not period.years:
        return 0.0
    return 1.0 if asked & period.years else -1.0


def _asked_status(
    question: Question, years: frozenset[int], reference: int | None
) -> Status | None:
    """The status asked for: of a year that is not over yet, a document tells no results only."""
    if reference is not None and years and min(years) >= reference:
        return Status.PLANNED if question.status is Status.PLANNED else None
    return question.status


def _status_fit(asked: Status | None, period: Period) -> float:
    if asked is None or period.status is None:
        return 0.0
    return 1.0 if asked is period.status else -1.0


def _amount_fit(question: Question, sentence: Sentence) -> float:
    if question.wants is not Wants.AMOUNT:
        return 0.0
    return 1.0 if holds_amount(sentence.text) else -1.0
