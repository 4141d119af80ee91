"""The whole answer path on one screen: `Pipeline.ask()`, and `build_pipeline(settings)`."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag.closing import Closing
from rag.confidence import Model, load_models
from rag.embedding import Embedder, Vectors, load_embedder, packaged_folder
from rag.errors import ModelError, SourceError
from rag.evidence import answer_evidence
from rag.extractive import cite, compose
from rag.followup import resolve
from rag.generations import Generations
from rag.index import Index
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
from rag.rank import Ranker
from rag.reader import Reader, ReaderMismatch
from rag.retrieve import retrieve
from rag.settings import Settings
from rag.spelling import Speller
from rag.trace import Found, in_turn, trace_of
from rag.verify import verify

ENGINE = "extractive"


@dataclass(slots=True)
class _Clock:
    """Milliseconds by stage."""

    started: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.stages[stage] = self.stages.get(stage, 0.0) + 1000 * (now - self._last)
        self._last = now

    def total(self) -> Mapping[str, float]:
        return {**self.stages, "total": 1000 * (time.perf_counter() - self.started)}


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
        self._speller = Speller(index.vocabulary)

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
        return self._find(self._read(text), filters, _Clock())

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
        clock = _Clock()
        read = self._read(resolve(question, history))
        clock.lap("question")
        yield "Searching the documents"
        answered, refused, whole = self._answered(read, filters, clock)
        claims = [claim for found in answered for claim in self._composed(found)]
        clock.lap("verify")
        kept = list(dict.fromkeys(c for c in claims if c.verdict is Verdict.SUPPORTED))
        yield from kept
        removed = [c for c in claims if c.verdict is not Verdict.SUPPORTED]
        trace = trace_of(whole, answered, refused, removed)
        yield self._answer(question, whole, kept, trace, clock)

    def close(self) -> None:
        """Release the index."""
        self._index.close()

    def _read(self, text: str) -> Question:
        return read_question(text, self._speller, self._settings.answer.question_chars)

    def _vector(self, text: str) -> Vectors:
        return self._embedder.embed([text]).reshape(-1)

    def _retrieve(
        self, question: Question, vector: Vectors, filters: Filters | None
    ) -> list[Scored[Passage]]:
        return retrieve(question, vector, self._index, self._settings.retrieval, filters)

    def _find(self, question: Question, filters: Filters | None, clock: _Clock) -> Found:
        vector = self._vector(question.text)
        clock.lap("embed")
        passages = self._retrieve(question, vector, filters)
        clock.lap("retrieve")
        ranked = self._ranker.rank(question, vector, passages)
        clock.lap("rank")
        evidence = answer_evidence(question, ranked, self._index)
        confidence = self._answer_model.probability(evidence)
        return Found(question, passages, ranked, evidence, confidence)

    def _answered(
        self, question: Question, filters: Filters | None, clock: _Clock
    ) -> tuple[list[Found], list[Found], Found]:
        """What holds an answer, what does not, and what stands for the whole question.

        A question asked in one breath with others is answered part by part; as a whole only if
        no part can be.
        """
        parts = [self._find(self._read(p), filters, clock) for p in question.parts]
        confident = [part for part in parts if self._is_confident(part)]
        if confident:
            refused = [part for part in parts if not self._is_confident(part)]
            return confident, refused, _joined(question, parts, confident)
        whole = self._find(question, filters, clock)
        return ([whole], [], whole) if self._is_confident(whole) else ([], [whole], whole)

    def _is_confident(self, found: Found) -> bool:
        """Whether the best candidate may answer: sure enough, a figure where one is asked, and
        about somebody or something that the question names, if it names any."""
        if not found.ranked or found.confidence < self._settings.answer.threshold:
            return False
        amount = found.ranked[0].parts.get("amount", 0.0)
        return amount >= 0 and found.evidence.get("names", 1.0) > 0

    def _composed(self, found: Found) -> list[Claim]:
        most = self._settings.answer.sentences
        claims = compose(found.question, found.ranked, self._index, most)
        return [verify(claim, self._index.documents) for claim in claims]

    def _answer(
        self,
        asked: str,
        found: Found,
        claims: Sequence[Claim],
        trace: Trace,
        clock: _Clock,
    ) -> Answer:
        abstained = not claims
        return Answer(
            id=uuid.uuid4().hex,
            question=asked,
            claims=tuple(claims),
            abstained=abstained,
            reason=_reason(found, trace.removed) if abstained else None,
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


def _reason(found: Found, removed: Sequence[Claim]) -> str:
    if removed:
        return (
            "An answer was found but its proof did not hold "
            f"({removed[0].verdict.value}), so it is not shown."
        )
    if not found.passages:
        return "No document has anything on this."
    return "The documents do not say this; the nearest passages are listed."


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
    ranker = Ranker(index, models["sentence"], settings.rank, reader)
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
