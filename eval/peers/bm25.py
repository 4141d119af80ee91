"""BM25 and nothing else: the same chunks as the LangChain recipe, found by shared words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.peers.langchain import CHUNKING, TOP, chunk_documents
from eval.peers.recipe import Found
from eval.peers.stretch import Stretch, sentences_of
from rag.models import Document, Filters, Scored


class Bm25Recipe:
    """bm25s as it comes, with its English tokenizer, once over chunks and once over sentences."""

    parameters: Mapping[str, Any] = {**CHUNKING, "found_by": "bm25s", "top": TOP}

    def __init__(self, documents: Sequence[Document]) -> None:
        self.chunks: Sequence[Stretch] = chunk_documents(documents)
        sentences = [(i, s) for i, chunk in enumerate(self.chunks) for s in sentences_of(chunk)]
        self._sentences = [sentence for _, sentence in sentences]
        self._chunk_of = np.array([row for row, _ in sentences])
        self._by_chunk = _Words([chunk.text for chunk in self.chunks])
        self._by_sentence = _Words([sentence.text for sentence in self._sentences])

    def find(self, question: str, filters: Filters) -> Found:
        """The four chunks of highest score above zero, and their sentences above zero.

        A sentence's score s is told as s / (1 + s), which lies between 0 and 1.
        """
        admitted = [filters.admits(chunk.document) for chunk in self.chunks]
        scores = np.where(admitted, self._by_chunk.scores(question), 0)
        rows = [row for row in np.argsort(-scores, kind="stable")[:TOP] if scores[row] > 0]
        chunks = [Scored(self.chunks[row], float(scores[row])) for row in rows]
        return Found(chunks, self._ranked(question, rows))

    def _ranked(self, question: str, rows: Sequence[int]) -> list[Scored[Stretch]]:
        scores = np.where(np.isin(self._chunk_of, rows), self._by_sentence.scores(question), 0)
        order = [row for row in np.argsort(-scores, kind="stable") if scores[row] > 0]
        return [
            Scored(self._sentences[row], float(scores[row] / (1 + scores[row]))) for row in order
        ]


class _Words:
    """A BM25 index in memory."""

    def __init__(self, texts: Sequence[str]) -> None:
        import bm25s

        self._index = bm25s.BM25()
        self._index.index(_tokens(texts), show_progress=False)
        self._n = len(texts)

    def scores(self, question: str) -> NDArray[np.float32]:
        """The score of every text, of shape (texts,)."""
        known = [token for token in _tokens([question])[0] if token in self._index.vocab_dict]
        if not known:
            return np.zeros(self._n, dtype=np.float32)
        scores: NDArray[np.float32] = self._index.get_scores(known)
        return scores


def _tokens(texts: Sequence[str]) -> list[list[str]]:
    import bm25s

    tokens: list[list[str]] = bm25s.tokenize(list(texts), return_ids=False, show_progress=False)
    return tokens
