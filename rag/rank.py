"""Passages to sentences, best first, each with a score that means something.

Every sentence of the retrieved passages is scored on cheap evidence; the best few are read by the
reader. The score is the log-odds of a logistic model over all evidence (`rag.confidence`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from rag.confidence import Model
from rag.embedding import Vectors
from rag.fit import Fits
from rag.index import Index
from rag.labelled import Labels
from rag.models import Passage, Scored, Sentence
from rag.question import Question
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
        self,
        index: Index,
        models: Mapping[str, Model],
        settings: RankSettings,
        reader: Reader | None,
    ) -> None:
        self._index = index
        self._screening = models["screen"]
        self._model = models["sentence"]
        self._settings = settings
        self._reader = reader

    def rank(
        self,
        question: Question,
        vector: Vectors,
        passages: Sequence[Scored[Passage]],
        share: float = 1.0,
    ) -> list[Scored[Candidate]]:
        """The best sentences, best first; `parts` holds the evidence for each.

        `share`, 0 to 1, is how much of the reader's time this question may take; `score` is the
        log-odds that the sentence answers the question.
        """
        screened = self.screen(question, vector, passages)[: self._settings.candidates]
        read = self._read(question, self._affordable(question, screened, share))
        return sorted(
            (Scored(s.item, self._model.log_odds(parts), parts) for s, parts in read),
            key=lambda s: -s.score,
        )

    def screen(
        self, question: Question, vector: Vectors, passages: Sequence[Scored[Passage]]
    ) -> list[Scored[Candidate]]:
        """All sentences of the passages by the cheap evidence alone, best first."""
        return sorted(self._screen(question, vector, passages), key=lambda s: -s.score)

    def _affordable(
        self, question: Question, screened: Sequence[Scored[Candidate]], share: float
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
        count = sum(1 for cost in costs if cost <= share * self._settings.reader_words)
        return screened[: max(_FEWEST, count)]

    def _screen(
        self, question: Question, vector: Vectors, passages: Sequence[Scored[Passage]]
    ) -> Iterator[Scored[Candidate]]:
        weights = {t: self._index.weight(t) for t in question.terms}
        said = question.widened
        seen: set[tuple[str, int]] = set()
        told: dict[object, str] = {}
        labels = Labels(question, self._index, [found.item for found in passages])
        for found in passages:
            passage = found.item
            document = self._index.documents[passage.document_id]
            cosines = self._index.sentence_vectors(passage) @ vector
            context = _share(weights, said(term_set(f"{document.label} {passage.searchable}")))
            headed = _share(
                weights, said(term_set(f"{document.label} {' '.join(passage.heading)}"))
            )
            fits = Fits(question, passage, self._index, weights)
            before: frozenset[str] = frozenset()
            for sentence, cosine in zip(passage.sentences, cosines, strict=True):
                place = (passage.document_id, sentence.span.start)
                if place in seen or labels.tell_another(passage, sentence):
                    continue
                seen.add(place)
                words = self._index.twins.words(passage, sentence) or place
                if told.setdefault(words, passage.document_id) != passage.document_id:
                    continue  # a twin of this document has said so
                held = said(term_set(sentence.text))
                around, before = held | before, held
                parts = {
                    "cosine": float(cosine),
                    "coverage": _share(weights, held),
                    "around": _share(weights, around),
                    "pairs": _pairs(weights, held),
                    "length": math.log1p(len(sentence.text.split())),
                    "context": context,
                    "headed": headed,
                    "passage": found.score / passages[0].score,
                    **fits.of(sentence),
                }
                counted = {n: v for n, v in parts.items() if n not in self._settings.without}
                score = self._screening.log_odds(counted)
                yield Scored(Candidate(passage, sentence), score, counted)

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


def _share(weights: Mapping[str, float], held: frozenset[str]) -> float:
    """The share, by weight, of the question's terms that are held."""
    total = sum(weights.values())
    return sum(w for t, w in weights.items() if t in held) / total if total else 0.0


def _pairs(weights: Mapping[str, float], held: frozenset[str]) -> float:
    """The share, by weight, of neighbouring terms of the question that are both held."""
    neighbours = list(pairwise(weights.items()))
    total = sum(first + second for (_, first), (_, second) in neighbours)
    both = sum(w + v for (t, w), (u, v) in neighbours if t in held and u in held)
    return both / total if total else 0.0
