"""The whole answer path on one screen: `Pipeline.ask()`, and `build_pipeline(settings)`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from rag.answering import Answering, nothing_held
from rag.bounded import Parts
from rag.chat import ChatModel
from rag.clock import Clock
from rag.closing import Closing
from rag.confidence import load_models
from rag.embedding import Embedder, load_embedder, packaged_folder
from rag.errors import ModelError, SourceError
from rag.extractive import cite
from rag.finder import Finder
from rag.generations import Generations
from rag.index import Index
from rag.models import Answer, Citation, Claim, Document, Filters, Passage, Scored, Turn
from rag.rank import Candidate, Ranker
from rag.reader import Reader, ReaderMismatch
from rag.recording import Recording
from rag.register import Register
from rag.settings import Settings
from rag.trace import Found
from rag.twins import cited_within, told_within


class Pipeline(Closing):
    """Answers questions from one generation of the index."""

    def __init__(
        self,
        index: Index,
        answering: Callable[[Index], Answering],
        settings: Settings,
        recent: int = 0,
    ) -> None:
        """`answering` makes what answers from an index, or from a part of it. At most `recent`
        quoted answers are kept, to be given again to equal questions."""
        self._index = index
        self._recording = Recording(settings, recent)
        self._parts = Parts(index, answering)

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
        finder, rest = self._finder(filters)
        return finder.find(finder.read(text), rest, Clock())

    def screen(self, text: str, filters: Filters | None = None) -> list[Scored[Candidate]]:
        """Every sentence that is looked at, by the cheap evidence alone; raises as `ask`."""
        finder, rest = self._finder(filters)
        return finder.screen(finder.read(text), rest)

    def search(self, text: str, filters: Filters | None = None) -> list[Scored[Passage]]:
        """The passages most likely to answer, best first, with their fused scores.

        Raises:
            QuestionError: the question is empty or too long.
        """
        finder, rest = self._finder(filters)
        return finder.search(finder.read(text), rest)

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

    def quoted(self, question: str, filters: Filters | None = None) -> Answer:
        """Answer a question by quoting, whatever the settings say; raises as `ask`.

        No model is asked, and nothing is recorded.
        """
        *_, answer = self._told(question, (), filters, Clock(), writes=False)
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
        with closing(self._told(question, history, filters, clock)) as events:
            for event in events:
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
        *,
        writes: bool = True,
    ) -> Generator[str | Claim | Answer]:
        part, rest = self._within(filters)
        if part is None:
            yield nothing_held(question, self.index_version)
            return
        with closing(part.told(question, history, rest, clock, writes=writes)) as events:
            for event in events:
                yield told_within(event, part.index.documents, rest)

    def _finder(self, filters: Filters | None) -> tuple[Finder, Filters | None]:
        """What searches within a bound, and the filters that are left."""
        part, rest = self._within(filters)
        return (part.finder, rest) if part else (self._parts.whole.finder, filters)

    def _within(self, filters: Filters | None) -> tuple[Answering | None, Filters | None]:
        """What answers within the bound of filters, and the filters that are left.

        There is nothing to answer from if the bound admits no document.
        """
        if filters is None or filters.sources is None:
            return self._parts.whole, filters
        rest = replace(filters, sources=None)
        return self._parts.within(filters.sources), None if rest == Filters() else rest

    def close(self) -> None:
        """Release the index and the engine, and what records."""
        self._parts.whole.close()
        self._recording.close()
        self._index.close()


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
    index: Index,
    embedder: Embedder,
    reader: Reader | None,
    settings: Settings,
    *,
    recent: int = 0,
) -> Pipeline:
    """The pipeline around an index and models that are loaded already.

    At most `recent` quoted answers are kept, to be given again to equal questions.

    Raises:
        ModelError: the weights of the ranking do not load.
    """
    models = load_models()
    chat = ChatModel(settings.chat) if settings.engine == "generative" else None

    def answering(over: Index) -> Answering:
        ranker = Ranker(over, models, settings.rank, reader)
        return Answering(over, embedder, ranker, models["answer"], settings, chat)

    return Pipeline(index, answering, settings, recent)


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
