"""The whole answer path on one screen: `Pipeline.ask()`, and `build_pipeline(settings)`."""

from __future__ import annotations

import uuid
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from rag.clock import Clock
from rag.closing import Closing
from rag.confidence import Model, load_models
from rag.embedding import PACKAGED, Embedder, load_embedder, packaged_folder
from rag.engines import EXTRACTIVE, Spoken
from rag.errors import ModelError, SourceError
from rag.extractive import cite
from rag.finder import Finder
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
)
from rag.rank import Candidate, Ranker
from rag.reader import Reader, ReaderMismatch
from rag.recording import Recording
from rag.refusal import Refusals
from rag.register import Register
from rag.selecting import why_none
from rag.settings import Settings
from rag.smalltalk import small_talk
from rag.talking import Talking, traced
from rag.trace import Found, trace_of
from rag.twins import cited_within, told_within


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
        self._settings = settings
        self._talking = Talking(index, settings, writes=settings.engine == "generative")
        self._quoting = Talking(index, settings, writes=False)
        self._recording = Recording(settings)
        self._finder = Finder(index, embedder, ranker, answer_model, settings)
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
    def register(self) -> Register:
        """The register of figures of the generation that answers."""
        return Register(self.index_version, self._index.figures, self._index.documents)

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
        return self._finder.find(self._finder.read(text), filters, Clock())

    def screen(self, text: str, filters: Filters | None = None) -> list[Scored[Candidate]]:
        """Every sentence that is looked at, by the cheap evidence alone; raises as `ask`."""
        return self._finder.screen(self._finder.read(text), filters)

    def search(self, text: str, filters: Filters | None = None) -> list[Scored[Passage]]:
        """The passages most likely to answer, best first, with their fused scores.

        Raises:
            QuestionError: the question is empty or too long.
        """
        return self._finder.search(self._finder.read(text), filters)

    def look_up(
        self, text: str, most: int, filters: Filters | None = None
    ) -> Sequence[Scored[Citation]]:
        """The places most likely to answer, best first: whole passages, at most `most`.

        Raises:
            QuestionError: the question is empty or too long.
        """
        documents = self._index.documents
        cited = (
            Scored(cite(documents[s.item.document_id], s.item.span, s.item), s.score)
            for s in self.search(text, filters)[:most]
        )
        return [Scored(cited_within(s.item, documents, filters), s.score) for s in cited]

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

    def quoted(self, question: str) -> Answer:
        """Answer a question by quoting, whatever the settings say; raises as `ask`.

        No model is asked, and nothing is recorded.
        """
        *_, answer = self._told(question, (), None, Clock(), self._quoting)
        assert isinstance(answer, Answer)  # noqa: S101  it always ends with the answer
        return answer

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Generator[str | Claim | Answer]:
        """Like `ask`, but yields status lines (`str`), then claims, then the whole answer.

        Closing it ends the work of a chat model.
        """
        clock = Clock()
        key = self._recording.key(question, history, filters, self.index_version)
        kept = self._recording.given(key, question, clock)
        if kept is not None:
            yield from kept.claims
            self._recording.record(kept, clock, history)
            yield kept
            return
        with closing(self._told(question, history, filters, clock, self._talking)) as events:
            for told in events:
                event = told_within(told, self._index.documents, filters)
                if isinstance(event, Answer):
                    self._recording.keep(key, event)
                    self._recording.record(event, clock, history)
                yield event

    def _told(
        self,
        question: str,
        history: Sequence[Turn],
        filters: Filters | None,
        clock: Clock,
        talking: Talking,
    ) -> Generator[str | Claim | Answer]:
        read = self._finder.read(resolve(question, history))
        reply = small_talk(question, len(self._index.documents), follows=bool(history))
        clock.lap("question")
        if reply:
            yield self._answer(question, Found(read), (), reply, Trace(), clock)
            return
        if filters and (nowhere := why_none(filters, list(self._index.documents.values()))):
            yield self._answer(question, Found(read), (), nowhere, Trace(), clock)
            return
        errands = talking.errands()
        reading = yield from talking.rewriting.read(question, history, errands)
        read = self._finder.read(reading.text) if reading.by_model else read
        clock.lap("rewrite" if errands.raw else "question")
        yield "Searching the documents"
        answered, refused, whole = self._finder.answered(read, filters, clock)
        if self._refusals.is_foreign(whole):
            answered, refused = [], [whole]  # what it finds is chance
        said = yield from talking.tell(read, answered, reading, errands, clock)
        trace = traced(
            trace_of(whole, answered, refused, said.spoken.removed), said.spoken, reading
        )
        left = self._refusals.rest(read, refused, said.proved) if said.proved else None
        reason = left if said.proved else self._refusals.why(whole, said.spoken.removed)
        told = " ".join(filter(None, (reason, *said.notes))) or None
        yield self._answer(question, whole, said.shown, told, trace, clock, said.spoken)

    def close(self) -> None:
        """Release the index and the engine, and what records."""
        self._talking.close()
        self._recording.close()
        self._index.close()

    def _answer(
        self,
        asked: str,
        found: Found,
        claims: Sequence[Claim],
        reason: str | None,
        trace: Trace,
        clock: Clock,
        spoken: Spoken = Spoken(),  # noqa: B008  immutable
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
            engine=spoken.engine,
            model=spoken.model if spoken.engine != EXTRACTIVE else None,
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
