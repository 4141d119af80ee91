"""The whole answer path on one screen: `Pipeline.ask()`, and `build_pipeline(settings)`."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rag.abbreviations import Abbreviations
from rag.clock import Clock
from rag.closing import Closing
from rag.confidence import Model, load_models
from rag.difference import Side, difference
from rag.embedding import PACKAGED, Embedder, Vectors, load_embedder, packaged_folder
from rag.errors import ModelError, SourceError
from rag.evidence import answer_evidence
from rag.extractive import cite, compose
from rag.followup import resolve
from rag.generations import Generations
from rag.index import Index
from rag.mentions import Mentions
from rag.models import (
    Answer,
    Citation,
    Claim,
    Document,
    Filters,
    Passage,
    Scored,
    Trace,
    Turn,
    Verdict,
)
from rag.question import Question, read_question
from rag.rank import Candidate, Ranker
from rag.reader import Reader, ReaderMismatch
from rag.refusal import Refusals
from rag.retrieve import retrieve
from rag.settings import Settings
from rag.smalltalk import small_talk
from rag.spelling import Speller
from rag.trace import Found, in_turn, trace_of
from rag.verify import verify

ENGINE = "extractive"
_PARTS_SHARE = 1.5
"""How much longer than one question all parts of one may take the reader."""


class Pipeline(Closing):
    """Answers questions from one generation of the index."""

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
        self._refusals = Refusals(index, multilingual=embedder.identity.name != PACKAGED)

    @property
    def index_version(self) -> str:
        """The version of the index generation that answers."""
        return self._index.manifest.version

    @property
    def documents(self) -> Sequence[Document]:
        """All documents of the index, by title."""
        return sorted(self._index.documents.values(), key=lambda d: (d.title, d.source))

    @property
    def index(self) -> Index:
        """The generation of the index that answers."""
        return self._index

    @property
    def passages(self) -> Mapping[str, Passage]:
        """All passages of the index by id."""
        return self._index.passages

    def document(self, document_id: str) -> Document:
        """One document by its id.

        Raises:
            SourceError: the index holds none of this id.
        """
        try:
            return self._index.documents[document_id]
        except KeyError:
            raise SourceError(
                f"There is no document {document_id!r} in the index; see the list of documents."
            ) from None

    def find(self, text: str, filters: Filters | None = None) -> Found:
        """Everything that leads to an answer, for fitting and explaining; raises as `ask`."""
        question = self._read(text)
        return self._find(question, self._vector(question.text), filters, Clock())

    def screen(self, text: str, filters: Filters | None = None) -> list[Scored[Candidate]]:
        """Every sentence that is looked at, by the cheap evidence alone; raises as `ask`."""
        question = self._read(text)
        vector = self._vector(question.text)
        passages = self._retrieve(question, vector, filters)
        return self._ranker.screen(question, vector, passages)

    def search(self, text: str, filters: Filters | None = None) -> list[Scored[Passage]]:
        """The passages most likely to answer, best first, with their fused scores.

        Raises:
            QuestionError: the question is empty or too long.
        """
        question = self._read(text)
        return self._retrieve(question, self._vector(question.text), filters)

    def ask(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Answer:
        """Answer a question, or abstain.

        Raises:
            QuestionError: the question is empty or too long.
        """
        *_, answer = self.stream(question, history=history, filters=filters)
        assert isinstance(answer, Answer)  # noqa: S101  stream() always ends with the answer
        return answer

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Iterator[str | Claim | Answer]:
        """Like `ask`, but yields status lines (`str`), then claims, then the whole answer."""
        clock = Clock()
        read = self._read(resolve(question, history))
        reply = small_talk(question, len(self._index.documents))
        clock.lap("question")
        if reply:
            yield self._answer(question, Found(read), (), reply, Trace(), clock)
            return
        yield "Searching the documents"
        answered, refused, whole = self._answered(read, filters, clock)
        claims = self._claims(read, answered)
        clock.lap("verify")
        kept = list(dict.fromkeys(c for c in claims if c.verdict is Verdict.SUPPORTED))
        yield from kept
        removed = [c for c in claims if c.verdict is not Verdict.SUPPORTED]
        trace = trace_of(whole, answered, refused, removed)
        reason = (
            self._refusals.rest(read, refused, kept) if kept else self._refusals.why(whole, removed)
        )
        yield self._answer(question, whole, kept, reason, trace, clock)

    def close(self) -> None:
        """Release the index."""
        self._index.close()

    def _read(self, text: str) -> Question:
        longest = self._settings.answer.question_chars
        return read_question(
            text, self._speller, longest, self._mentions.stand, self._abbreviations
        )

    def _vector(self, text: str) -> Vectors:
        return self._embedder.embed([text]).reshape(-1)

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

    def _answered(
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
        whole = self._find(question, self._vector(question.text), filters, clock)
        return ([whole], [], whole) if self._is_confident(whole) else ([], [whole], whole)

    def _parts(self, question: Question, filters: Filters | None, clock: Clock) -> list[Found]:
        """What each part led to; together they take the reader little longer than one question."""
        parts = [self._read(part) for part in question.parts]
        vectors = self._embedder.embed([part.text for part in parts])
        clock.lap("embed")
        share = min(1.0, _PARTS_SHARE / max(1, len(parts)))
        return [
            self._find(part, vector, filters, clock, share)
            for part, vector in zip(parts, vectors, strict=True)
        ]

    def _is_confident(self, found: Found) -> bool:
        """Whether the best candidate may answer: sure enough, a figure where one is asked, of no
        other period, and about somebody or something that the question names, if any."""
        if not found.ranked or found.confidence < self._settings.answer.threshold:
            return False
        best, evidence = found.ranked[0].parts, found.evidence
        clashes = min(best.get("amount", 0.0), best.get("period", 0.0)) < 0
        return not clashes and evidence.get("names", 1.0) > 0

    def _claims(self, question: Question, answered: Sequence[Found]) -> list[Claim]:
        """The verified claims of all parts, and how far the sides of a comparison are apart."""
        composed = [self._composed(found) for found in answered]
        claims = [claim for part in composed for claim in part]
        if question.compares and len(composed) == len(question.parts) == 2 and all(composed):
            one, other = (
                Side(found.question.text, part[0])
                for found, part in zip(answered, composed, strict=True)
            )
            computed = difference(one, other)
            claims += [verify(computed, self._index.documents)] if computed else []
        return claims

    def _composed(self, found: Found) -> list[Claim]:
        most = self._settings.answer.sentences
        claims = compose(found.question, found.ranked, self._index, most)
        return [verify(claim, self._index.documents) for claim in claims]

    def _answer(
        self,
        asked: str,
        found: Found,
        claims: Sequence[Claim],
        reason: str | None,
        trace: Trace,
        clock: Clock,
    ) -> Answer:
        abstained = not claims
        return Answer(
            id=uuid.uuid4().hex,
            question=asked,
            claims=tuple(claims),
            abstained=abstained,
            reason=reason,
            confidence=found.confidence,
            nearest=self._nearest(found) if abstained else (),
            engine=ENGINE,
            model=None,
            index_version=self.index_version,
            timings_ms=clock.total(),
            trace=trace,
        )

    def _nearest(self, found: Found) -> tuple[Citation, ...]:
        best = found.ranked[: self._settings.answer.nearest]
        documents = self._index.documents
        return tuple(
            cite(documents[s.item.passage.document_id], s.item.sentence.span, s.item.passage)
            for s in best
        )


def _joined(question: Question, parts: Sequence[Found], answered: Sequence[Found]) -> Found:
    """The parts as one: their passages in turn, and the confidence of the least sure answer."""
    passages = {p.item.id: p for p in in_turn(part.passages for part in parts)}
    least = min(answered, key=lambda found: found.confidence)
    return replace(least, question=question, passages=tuple(passages.values()))


def build_pipeline(settings: Settings) -> Pipeline:
    """Load the models and open the current generation of the index.

    Raises:
        NoIndex: nothing has been ingested yet.
        IndexMismatch: the index was built with another model or splitter.
        IndexCorrupt: the index is damaged.
        ModelError: a model does not load.
    """
    folder = Generations(settings.index_dir).current()
    embedder = load_embedder(settings.embedding)
    index = Index(folder)
    index.manifest.require(embedder.identity, settings.split.version)
    return assemble(index, embedder, load_reader() if settings.rank.reader else None, settings)


def assemble(
    index: Index, embedder: Embedder, reader: Reader | None, settings: Settings
) -> Pipeline:
    """The pipeline around an index and models that are loaded already.

    Raises:
        ModelError: the weights of the ranking do not load.
    """
    models = load_models()
    ranker = Ranker(index, models, settings.rank, reader)
    return Pipeline(index, embedder, ranker, models["answer"], settings)


def load_reader() -> Reader:
    """The trained reader that is part of this package.

    Raises:
        ModelError: it is missing, altered or does not load.
    """
    weights = Path(__file__).parent / "weights" / "reader.safetensors"
    try:
        return Reader.load(packaged_folder(), weights)
    except (ReaderMismatch, OSError) as error:
        raise ModelError(
            f"The reader does not load ({error}); reinstall policy-qa, or switch the reader off "
            "with POLICYQA_RANK__READER=false."
        ) from error
