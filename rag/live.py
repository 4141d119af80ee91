"""A pipeline for servers: it follows the index to each new generation while questions are asked.

A question is answered from start to end by the generation that was current when it began. Each one
looks at the pointer to the current generation first, which costs some microseconds; a new one is
opened beside the old one, which goes on answering until that is done and is closed when the last
of its questions has ended.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from rag.closing import Closing
from rag.embedding import load_embedder
from rag.errors import SourceError
from rag.generations import Generations
from rag.index import Index
from rag.models import Answer, Citation, Claim, Document, Filters, Passage, Scored, Turn
from rag.pipeline import Pipeline, assemble, load_reader
from rag.register import Register
from rag.settings import Settings

_log = logging.getLogger(__name__)
_AGAIN_S = 30.0
"""Seconds until a generation that did not open is tried again."""


class LivePipeline(Closing):
    """Answers from the current generation of the index, whichever that is by then."""

    def __init__(self, index_dir: Path, open_pipeline: Callable[[Path], Pipeline]) -> None:
        self._generations = Generations(index_dir)
        self._open = open_pipeline
        self._lock = threading.Lock()
        self._seen = self._generations.pointer()
        self._opening: threading.Thread | None = None
        self._tried = 0.0
        self._now = _Shared(self._opened())

    @property
    def index_version(self) -> str:
        """The version of the index generation that answers now."""
        with self._current() as pipeline:
            return pipeline.index_version

    @property
    def documents(self) -> Sequence[Document]:
        """All documents of the index, by title."""
        with self._current() as pipeline:
            return pipeline.documents

    @property
    def passages(self) -> Mapping[str, Passage]:
        """All passages of the index by id."""
        with self._current() as pipeline:
            return pipeline.passages

    @property
    def register(self) -> Register:
        """The register of figures of the generation that answers now."""
        with self._current() as pipeline:
            return pipeline.register

    def document(self, document_id: str) -> Document:
        """One document by its id; raises `SourceError` if the index holds none."""
        with self._current() as pipeline:
            return pipeline.document(document_id)

    def look_up(
        self, text: str, most: int, filters: Filters | None = None
    ) -> Sequence[Scored[Citation]]:
        """As `Pipeline.look_up`, by one generation from start to end."""
        with self._current() as pipeline:
            return pipeline.look_up(text, most, filters)

    def ask(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Answer:
        """As `Pipeline.ask`, by one generation from start to end."""
        with self._current() as pipeline:
            return pipeline.ask(question, history=history, filters=filters)

    def quoted(self, question: str, filters: Filters | None = None) -> Answer:
        """As `Pipeline.quoted`, by one generation from start to end."""
        with self._current() as pipeline:
            return pipeline.quoted(question, filters)

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Generator[str | Claim | Answer]:
        """As `Pipeline.stream`, by one generation from start to end."""
        with self._current() as pipeline:
            yield from pipeline.stream(question, history=history, filters=filters)

    def refresh(self, seconds: float | None = None) -> None:
        """Wait until the generation that is current now answers, or could not be opened."""
        self._follow()
        opening = self._opening
        if opening is not None:
            opening.join(seconds)

    def close(self) -> None:
        """Release the index and the engine once their last question has ended."""
        self.refresh()
        with self._lock:
            self._now.retire()

    @contextmanager
    def _current(self) -> Iterator[Pipeline]:
        self._follow()
        with self._lock:
            shared = self._now
            shared.enter()
        try:
            yield shared.pipeline
        finally:
            shared.leave()

    def _follow(self) -> None:
        """Begin to open a generation that became current, unless that has begun or just failed."""
        pointer = self._generations.pointer()
        if pointer == self._seen and not self._tried:
            return
        with self._lock:
            if self._opening is not None and self._opening.is_alive():
                return
            failed = pointer == self._seen
            if failed and (not self._tried or time.monotonic() - self._tried < _AGAIN_S):
                return
            self._seen = pointer
            self._opening = threading.Thread(target=self._renew, name="open the new generation")
            self._opening.start()

    def _renew(self) -> None:
        try:
            shared = _Shared(self._opened())
        except Exception:  # noqa: BLE001  whatever it was, the thread must leave word of it
            _log.warning("The new generation does not open; the old one answers.", exc_info=True)
            self._tried = time.monotonic()
            return
        self._tried = 0.0
        with self._lock:
            self._now, old = shared, self._now
        old.retire()
        _log.info("The index is now of version %s.", shared.pipeline.index_version)

    def _opened(self) -> Pipeline:
        return self._open(self._generations.current())


AnyPipeline: TypeAlias = Pipeline | LivePipeline
"""What a page or an API is made around."""


def find_document(pipeline: AnyPipeline, document_id: str) -> Document | None:
    """A document by its id. `None` is no failure: an address that leads nowhere is an ordinary
    thing on the web."""
    try:
        return pipeline.document(document_id)
    except SourceError:
        return None


class _Shared:
    """A pipeline that is closed when it is retired and nobody uses it any more."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self._lock = threading.Lock()
        self._users = 1  # whoever retires it

    def enter(self) -> None:
        """One more uses it."""
        with self._lock:
            self._users += 1

    def leave(self) -> None:
        """One less uses it."""
        with self._lock:
            self._users -= 1
            last = self._users == 0
        if last:
            self.pipeline.close()

    retire = leave


def build_live_pipeline(settings: Settings) -> LivePipeline:
    """Load the models once, and follow the index from its current generation on.

    Raises:
        NoIndex: nothing has been ingested yet.
        IndexMismatch: the index was built with another model or splitter.
        IndexCorrupt: the index is damaged.
        ModelError: a model does not load.
    """
    Generations(settings.index_dir).current()  # said before the models are loaded
    embedder = load_embedder(settings.embedding)
    reader = load_reader() if settings.rank.reader else None

    def open_pipeline(folder: Path) -> Pipeline:
        index = Index(folder)
        try:
            index.manifest.require(embedder.identity, settings.split.version)
            return assemble(index, embedder, reader, settings, recent=settings.serving.recent)
        except BaseException:
            index.close()
            raise

    return LivePipeline(settings.index_dir, open_pipeline)
