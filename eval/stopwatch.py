"""Where a question's CPU time goes: the pipeline's parts with a clock around each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag.embedding import Embedder, ModelIdentity, Vectors
from rag.index import Index
from rag.models import Filters, Passage, Scored
from rag.reader import Candidate, Reader, Reading


class Stopwatch:
    """Milliseconds of CPU time by part, since the last `take`."""

    def __init__(self) -> None:
        self._spent: dict[str, float] = {}

    @contextmanager
    def timing(self, part: str) -> Iterator[None]:
        """Add the CPU time of the block, all threads of the process, to the part."""
        begin = time.process_time()
        try:
            yield
        finally:
            spent = 1000 * (time.process_time() - begin)
            self._spent[part] = self._spent.get(part, 0.0) + spent

    def take(self) -> dict[str, float]:
        """What was spent by part; from now on it counts from zero."""
        spent, self._spent = self._spent, {}
        return spent


class TimedEmbedder:
    """An embedder whose time counts as `embed`."""

    def __init__(self, embedder: Embedder, watch: Stopwatch) -> None:
        self._embedder = embedder
        self._watch = watch

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is."""
        return self._embedder.identity

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """As the embedder does."""
        with self._watch.timing("embed"):
            return self._embedder.embed(texts, progress)


class TimedReader(Reader):
    """A reader whose time counts as `reader`."""

    def __init__(self, reader: Reader, watch: Stopwatch) -> None:
        self._reader = reader
        self._watch = watch

    def read(self, question: str, candidates: Sequence[Candidate]) -> list[Reading]:
        """As the reader does."""
        with self._watch.timing("reader"):
            return self._reader.read(question, candidates)


class TimedIndex(Index):
    """An index whose searches count as `dense`, `sentence` and `lexical`."""

    def __init__(self, folder: Path, watch: Stopwatch) -> None:
        super().__init__(folder)
        self._watch = watch

    def dense(self, vector: Vectors, k: int, filters: Filters) -> list[Scored[Passage]]:
        """As the index does."""
        with self._watch.timing("dense"):
            return super().dense(vector, k, filters)

    def by_sentence(self, vector: Vectors, k: int, filters: Filters) -> list[Scored[Passage]]:
        """As the index does."""
        with self._watch.timing("sentence"):
            return super().by_sentence(vector, k, filters)

    def lexical(self, query: Sequence[str], k: int, filters: Filters) -> list[Scored[Passage]]:
        """As the index does."""
        with self._watch.timing("lexical"):
            return super().lexical(query, k, filters)
