"""LlamaIndex as it comes: its sentence splitter, a vector index in memory, the two nearest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from eval.peers.recipe import Found, SentenceVectors
from eval.peers.stretch import Stretch, stretch_of
from rag.embedding import Embedder
from rag.models import Document, Filters, Scored


class LlamaIndexRecipe:
    """The splitter, index and retriever that LlamaIndex takes when it is told nothing."""

    parameters: Mapping[str, Any] = {
        "splitter": "SentenceSplitter as it comes",
        "found_by": "cosine",
        "top": 2,
    }

    def __init__(self, documents: Sequence[Document], embedder: Embedder) -> None:
        self._embedder = embedder
        nodes = _split(documents)
        texts = {document.id: document for document in documents}
        self._stretches = {node.node_id: _stretch(node, texts) for node in nodes}
        self.chunks: Sequence[Stretch] = list(self._stretches.values())
        self._index = _build_index(nodes, embedder)
        self._sentences = SentenceVectors(self.chunks, embedder)

    def find(self, question: str, filters: Filters) -> Found:
        """The two nearest chunks and their sentences, both by cosine."""
        from llama_index.core import QueryBundle
        from llama_index.core.retrievers import VectorIndexRetriever

        vector = self._embedder.embed([question]).reshape(-1)
        ids = [id_ for id_, at in self._stretches.items() if filters.admits(at.document)]
        if not ids:
            return Found((), ())
        retriever = VectorIndexRetriever(self._index, node_ids=ids)
        found = retriever.retrieve(QueryBundle(question, embedding=vector.tolist()))
        chunks = [Scored(self._stretches[hit.node.node_id], float(hit.score)) for hit in found]
        return Found(chunks, self._sentences.ranked(vector, chunks))


def _split(documents: Sequence[Document]) -> list[Any]:
    from llama_index.core import Document as LlamaDocument
    from llama_index.core.node_parser import SentenceSplitter

    whole = [LlamaDocument(text=document.text, id_=document.id) for document in documents]
    return list(SentenceSplitter().get_nodes_from_documents(whole))


def _stretch(node: Any, documents: dict[str, Document]) -> Stretch:
    return stretch_of(documents[node.ref_doc_id], node.text, node.start_char_idx)


def _build_index(nodes: Sequence[Any], embedder: Embedder) -> Any:
    from llama_index.core import VectorStoreIndex
    from llama_index.core.embeddings import BaseEmbedding

    class Embedding(BaseEmbedding):  # type: ignore[misc]  # an extra: untyped where it is absent
        """Our embedding model as LlamaIndex sees one."""

        def _get_text_embedding(self, text: str) -> list[float]:
            vector: list[float] = np.asarray(embedder.embed([text])[0]).tolist()
            return vector

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

    return VectorStoreIndex(list(nodes), embed_model=Embedding())
