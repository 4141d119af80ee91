"""The best single sentence of an index by one signal alone: what the pipeline must beat."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.embedding import Vectors
from rag.index import Index
from rag.models import Scored, Sentence, Span
from rag.text import terms

_NOTHING = Sentence(Span(0, 0), "")
"""The best sentence where all are hidden."""


class Sentences:
    """All sentences of an index, by BM25 over their terms and by the cosine of their vectors."""

    def __init__(self, index: Index) -> None:
        import bm25s

        passages = list(index.passages.values())
        self._sentences = [sentence for passage in passages for sentence in passage.sentences]
        self._passage = np.array([p.id for p in passages for _ in p.sentences])
        self._vectors = np.concatenate([index.sentence_vectors(p) for p in passages])
        self._lexical = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
        self._lexical.index([terms(s.text) for s in self._sentences], show_progress=False)

    def by_words(self, question: str, hidden: Sequence[str] = ()) -> Scored[Sentence]:
        """The sentence of highest BM25 score outside the hidden passages."""
        known = [term for term in terms(question) if term in self._lexical.vocab_dict]
        if not known:
            return self._best(np.zeros(len(self._sentences), dtype=np.float32), hidden)
        return self._best(self._lexical.get_scores(known), hidden)

    def by_cosine(self, vector: Vectors, hidden: Sequence[str] = ()) -> Scored[Sentence]:
        """The sentence most similar to the unit `vector` outside the hidden passages."""
        # einsum, not @: BLAS would wake threads that spin on after a product this small.
        return self._best(np.einsum("sd,d->s", self._vectors, vector), hidden)

    def _best(self, scores: NDArray[np.float32], hidden: Sequence[str]) -> Scored[Sentence]:
        shown = np.where(np.isin(self._passage, hidden), -np.inf, scores) if hidden else scores
        best = int(np.argmax(shown))
        found = self._sentences[best] if np.isfinite(shown[best]) else _NOTHING
        return Scored(found, float(shown[best]))
