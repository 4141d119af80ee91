"""The pipeline under one setting after another; what two settings share is not made again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from eval.askers import pipeline_asker
from eval.run import Asker
from eval.sweep.vectors import CachedEmbedder, VectorCache
from ingest.load import find_sources
from ingest.pipeline import Progress, ingest
from rag.embedding import Embedder, file_sha256, load_embedder
from rag.errors import IndexChanged, SourceError
from rag.generations import Generations
from rag.index import Index
from rag.pipeline import assemble, load_reader
from rag.reader import Reader
from rag.settings import EmbeddingSettings, Settings


def fingerprint(paths: Sequence[Path]) -> dict[str, str]:
    """The SHA-256 of every source under `paths`, by its name.

    Raises:
        SourceError: a path is missing or a file cannot be read.
    """
    try:
        return {source.name: file_sha256(source.path) for source in find_sources(paths).sources}
    except OSError as error:
        raise SourceError(f"{error.filename} cannot be read: {error.strerror}.") from error


def index_name(settings: Settings) -> str:
    """Names the index that these settings need: the same for all that change nothing in it."""
    cut = f"{settings.embedding.model} {settings.split.version}"
    return hashlib.sha256(cut.encode()).hexdigest()[:12]


class Bench:
    """Builds what a setting needs and keeps the last index and the models until `close`."""

    def __init__(
        self, folder: Path, paths: Sequence[Path], cache: VectorCache, tell: Progress
    ) -> None:
        self._folder = folder
        self._paths = paths
        self._cache = cache
        self._tell = tell
        self._documents = fingerprint(paths)
        self._embedder: tuple[EmbeddingSettings, Embedder] | None = None
        self._index: tuple[str, Index] | None = None

    @property
    def documents(self) -> Mapping[str, str]:
        """The SHA-256 of every source when the bench was set up, by its name."""
        return self._documents

    def asker(self, settings: Settings) -> Asker:
        """The shipped pipeline under these settings, over an index of its own.

        Raises:
            SourceError: no document can be read.
            IndexChanged: the documents are not those that the bench was set up with.
            ModelError: a model does not load.
        """
        place = self._folder / index_name(settings)
        placed = settings.model_copy(update={"index_dir": place})
        embedder = self._load_embedder(settings.embedding)
        index = self._open_index(placed, embedder)
        reader = self._reader if settings.rank.reader else None
        return pipeline_asker(assemble(index, embedder, reader, placed), placed)

    def close(self) -> None:
        """Release the index."""
        if self._index:
            self._index[1].close()
        self._index = None

    def _load_embedder(self, settings: EmbeddingSettings) -> Embedder:
        if self._embedder is None or self._embedder[0] != settings:
            self._embedder = (settings, load_embedder(settings))
        return self._embedder[1]

    def _open_index(self, placed: Settings, embedder: Embedder) -> Index:
        name = index_name(placed)
        if self._index and self._index[0] == name:
            return self._index[1]
        self.close()
        ingest(
            self._paths,
            placed,
            embedder=CachedEmbedder(embedder, self._cache),
            progress=self._tell,
        )
        index = Index(Generations(placed.index_dir).current())
        self._index = (name, index)
        self._require_same_documents(index)
        return index

    def _require_same_documents(self, index: Index) -> None:
        for document in index.documents.values():
            if self._documents.get(document.source) != document.sha256:
                raise IndexChanged(
                    f"{document.source} changed during the sweep, so its points could not be "
                    "compared; start it again."
                )

    @cached_property
    def _reader(self) -> Reader:
        return load_reader()
