"""Vectors on disk, so that what a model has embedded once is not embedded again."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from rag.embedding import Embedder, ModelIdentity, Vectors
from rag.errors import CaseError

_TABLE = """
CREATE TABLE IF NOT EXISTS vectors (
    model TEXT NOT NULL, text BLOB NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (model, text)
) WITHOUT ROWID
"""
_BATCH = 512
"""Texts looked up at once, and embedded before they are on disk."""


class VectorCache:
    """Unit vectors by model and text, in one SQLite file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute(_TABLE)

    def get(self, model: ModelIdentity, texts: Sequence[str]) -> dict[str, Vectors]:
        """The vectors that are known, each of shape (dimension,), by text."""
        found: dict[str, Vectors] = {}
        for start in range(0, len(texts), _BATCH):
            by_digest = {_digest(text): text for text in texts[start : start + _BATCH]}
            marks = ", ".join("?" * len(by_digest))
            rows = self._connection.execute(
                f"SELECT text, vector FROM vectors WHERE model = ? AND text IN ({marks})",  # noqa: S608  question marks only
                (_name(model), *by_digest),
            )
            found |= {by_digest[key]: np.frombuffer(raw, np.float32) for key, raw in rows}
        return found

    def put(self, model: ModelIdentity, texts: Sequence[str], vectors: Vectors) -> None:
        """Keep the vectors of shape (len(texts), dimension)."""
        rows = [
            (_name(model), _digest(text), np.asarray(vector, np.float32).tobytes())
            for text, vector in zip(texts, vectors, strict=True)
        ]
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)


@contextmanager
def open_cache(path: Path) -> Iterator[VectorCache]:
    """The cache in this file, which is made if it is not there.

    Raises:
        CaseError: the file is something else, damaged, or cannot be written.
    """
    try:
        connection = sqlite3.connect(path)
        try:
            yield VectorCache(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise CaseError(
            f"The vectors in {path} cannot be used ({error}); remove the file, or make room."
        ) from error


class CachedEmbedder:
    """An embedder that asks the model only for what the cache does not hold.

    For building indexes, not for questions: their latency would look better than it is.
    """

    def __init__(self, embedder: Embedder, cache: VectorCache) -> None:
        self._embedder = embedder
        self._cache = cache

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is."""
        return self._embedder.identity

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors of shape (len(texts), dimension); new ones are kept as they come."""
        tell = progress or (lambda _: None)
        known = self._cache.get(self.identity, texts)
        # Of like length together, since a batch takes as long as its longest text.
        new = sorted(set(texts) - known.keys(), key=lambda text: (len(text), text))
        for start in range(0, len(new), _BATCH):
            batch, before = new[start : start + _BATCH], len(texts) - len(new) + start
            made = self._embedder.embed(batch, partial(_tell_on, tell, before))
            self._cache.put(self.identity, batch, made)
            known |= dict(zip(batch, made, strict=True))
        rows = [known[text] for text in texts]
        return np.asarray(rows, dtype=np.float32).reshape(len(rows), self.identity.dimension)


def _tell_on(tell: Callable[[int], None], before: int, done: int) -> None:
    tell(before + done)


def _name(model: ModelIdentity) -> str:
    return f"{model.name} {model.sha256} {model.dimension}"


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
