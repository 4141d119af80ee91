"""Vectors of texts: taken over where the same model embedded the same text before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ingest.report import Progress
from rag.embedding import Embedder, ModelIdentity, Vectors


class VectorSource:
    """Counts in `embedded` the texts that were new."""

    def __init__(
        self, embedder: Embedder, model: ModelIdentity | None, known: Mapping[str, Vectors]
    ) -> None:
        self._embedder = embedder
        same = model is not None and model.sha256 == embedder.identity.sha256
        self._known = dict(known) if same else {}
        self.embedded = 0

    def of(self, texts: Sequence[str], stage: str, tell: Progress) -> Vectors:
        """Unit vectors of shape (len(texts), dimension)."""
        new = sorted({text for text in texts if text not in self._known})
        made = self._embedder.embed(new, lambda done: tell(stage, done, len(new)))
        self._known.update(zip(new, made, strict=True))
        self.embedded += len(new)
        rows = [self._known[text] for text in texts]
        shape = (len(rows), self._embedder.identity.dimension)
        return np.asarray(rows, dtype=np.float32).reshape(shape)
