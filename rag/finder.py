"""A question to what may answer it: read, search, rank, weigh, part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.abbreviations import Abbreviations
from rag.clock import Clock
from rag.confidence import Model
from rag.embedding import Embedder, Vectors
from rag.evidence import answer_evidence
from rag.index import Index
from rag.mentions import Mentions
from rag.models import Filters, Passage, Scored
from rag.question import Question, read_question
from rag.rank import Candidate, Ranker
from rag.retrieve import retrieve
from rag.settings import Settings
from rag.spelling import Speller
from rag.trace import Found, in_turn

_PARTS_SHARE = 1.5
"""How much longer than one question all parts of one may take the reader."""
_MOSTLY = 0.5
"""Share of a question, by weight, above which most of it is meant."""


class Finder:
    """Finds what one generation of the index holds on a question."""

    def __init__(
        self,
        index: Index,
        embedder: Embedder,
        ranker: Ranker,
        answer_model: Model,
        settings: Settings,
    ) -> None:
        self._index = index
        self._embedder = embedder
        self._ranker = ranker
        self._answer_model = answer_model
        self._settings = settings
        self._speller = Speller(index.vocabulary, mends=settings.answer.spelling)
        self._mentions = Mentions(index)
        texts = [
            f"{index.documents[p.document_id].label}\n{p.searchable}"
            for p in index.passages.values()
        ]
        self._abbreviations = Abbreviations(texts, index.knows, embedder.embed)

    def read(self, text: str) -> Question:
        """Read a question; raises `QuestionError` if it is empty or too long."""
        longest = self._settings.answer.question_chars
        return read_question(
            text, self._speller, longest, self._mentions.stand, self._abbreviations
        )

    def search(self, question: Question, filters: Filters | None) -> list[Scored[Passage]]:
        """The passages most likely to answer, best first, with their fused scores."""
        return self._retrieve(question, self._vector(question), filters)

    def screen(self, question: Question, filters: Filters | None) -> list[Scored[Candidate]]:
        """Every sentence that is looked at, by the cheap evidence alone, best first."""
        vector = self._vector(question)
        return self._ranker.screen(question, vector, self._retrieve(question, vector, filters))

    def find(self, question: Question, filters: Filters | None, clock: Clock) -> Found:
        """Everything that leads to an answer of the question as a whole."""
        vector = self._vector(question)
        clock.lap("embed")
        return self._find(question, vector, filters, clock)

    def answered(
        self, question: Question, filters: Filters | None, clock: Clock
    ) -> tuple[list[Found], list[Found], Found]:
        """What holds an answer, what does not, and what stands for the whole question.

        A question asked in one breath with others is answered part by part; as a whole only if
        no part can be.
        """
        parts = self._parts(question, filters, clock)
        confident = [part for part in parts if self._is_confident(part)]
        if confident:
            refused = [part for part in parts if not self._is_confident(part)]
            return confident, refused, _joined(question, parts, confident)
        whole = self.find(question, filters, clock)
        return ([whole], [], whole) if self._is_confident(whole) else ([], [whole], whole)

    def _parts(self, question: Question, filters: Filters | None, clock: Clock) -> list[Found]:
        """What each part led to; together they take the reader little longer than one question."""
        parts = [self.read(part) for part in question.parts]
        vectors = self._embedder.embed([part.text for part in parts])
        clock.lap("embed")
        share = min(1.0, _PARTS_SHARE / max(1, len(parts)))
        return [
            self._find(part, vector, filters, clock, share)
            for part, vector in zip(parts, vectors, strict=True)
        ]

    def _is_confident(self, found: Found) -> bool:
        """Whether the best candidate may answer: sure enough, a figure where one is asked, of no
        other period, and about somebody or something that the question names, if any; least of
        all may the name be missing that weighs more than anything else in the question. Where
        most of the question stands nowhere in the documents, it must hold some of the rest."""
        if not found.ranked or found.confidence < self._settings.answer.threshold:
            return False
        best, evidence = found.ranked[0].parts, found.evidence
        clashes = min(best.get("amount", 0.0), best.get("period", 0.0)) < 0
        named = evidence.get("names", 1.0) > 0 and evidence.get("alien", 0.0) < 1
        heard = evidence.get("unknown", 0.0) <= _MOSTLY or best.get("coverage", 1.0) > 0
        return not clashes and named and heard

    def _vector(self, question: Question) -> Vectors:
        return self._embedder.embed([question.text]).reshape(-1)

    def _retrieve(
        self, question: Question, vector: Vectors, filters: Filters | None
    ) -> list[Scored[Passage]]:
        return retrieve(question, vector, self._index, self._settings.retrieval, filters)

    def _find(
        self,
        question: Question,
        vector: Vectors,
        filters: Filters | None,
        clock: Clock,
        share: float = 1.0,
    ) -> Found:
        passages = self._retrieve(question, vector, filters)
        clock.lap("retrieve")
        ranked = self._ranker.rank(question, vector, passages, share)
        clock.lap("rank")
        evidence = answer_evidence(question, ranked, self._index, self._settings.rank.without)
        confidence = self._answer_model.probability(evidence)
        return Found(question, passages, ranked, evidence, confidence)


def _joined(question: Question, parts: Sequence[Found], answered: Sequence[Found]) -> Found:
    """The parts as one: their passages in turn, and the confidence of the least sure answer."""
    passages = {p.item.id: p for p in in_turn(part.passages for part in parts)}
    least = min(answered, key=lambda found: found.confidence)
    return replace(least, question=question, passages=tuple(passages.values()))
