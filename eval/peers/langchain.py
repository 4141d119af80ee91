"""Plain LangChain and Chroma: chunks of 1,000 characters, the four nearest by meaning."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.documents import Document as LangChainDocument
from langchain_core.embeddings import Embeddings

from eval.peers.recipe import Found, SentenceVectors
from eval.peers.stretch import Stretch, stretch_of
from rag.embedding import Embedder
from rag.models import Document, Filters, Scored, Span

if TYPE_CHECKING:
    from langchain_chroma import Chroma

TOP = 4
CHUNK_CHARS, OVERLAP_CHARS = 1000, 200
CHUNKING = {
    "splitter": "RecursiveCharacterTextSplitter",
    "chunk_chars": CHUNK_CHARS,
    "overlap_chars": OVERLAP_CHARS,
}


class LangChainRecipe:
    """Recursive character splitter, one Chroma collection in memory, similarity search."""

    parameters: Mapping[str, Any] = {**CHUNKING, "found_by": "cosine", "top": TOP}

    def __init__(self, documents: Sequence[Document], embedder: Embedder) -> None:
        self.chunks: Sequence[Stretch] = chunk_documents(documents)
        self._documents = {document.id: document for document in documents}
        self._embedder = embedder
        self._store = _open_store(self.chunks, embedder)
        self._sentences = SentenceVectors(self.chunks, embedder)

    def find(self, question: str, filters: Filters) -> Found:
        """The four nearest chunks and their sentences, both by cosine."""
        admitted = [id_ for id_, document in self._documents.items() if filters.admits(document)]
        if not admitted:
            return Found((), ())
        vector = self._embedder.embed([question]).reshape(-1)
        among: dict[str, Any] = {"document_id": {"$in": admitted}}
        found = self._store.similarity_search_by_vector_with_relevance_scores(
            vector.tolist(), k=TOP, filter=among if len(admitted) < len(self._documents) else None
        )
        chunks = [Scored(self._stretch(document), 1 - distance) for document, distance in found]
        return Found(chunks, self._sentences.ranked(vector, chunks))

    def _stretch(self, found: LangChainDocument) -> Stretch:
        start = found.metadata["start_index"]
        document = self._documents[found.metadata["document_id"]]
        return Stretch(document, Span(start, start + len(found.page_content)))


def chunk_documents(documents: Sequence[Document]) -> list[Stretch]:
    """The documents in chunks of LangChain's recursive character splitter."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_CHARS, chunk_overlap=OVERLAP_CHARS, add_start_index=True
    )
    return [
        stretch_of(document, chunk.page_content, chunk.metadata["start_index"])
        for document in documents
        for chunk in splitter.create_documents([document.text])
    ]


def _open_store(chunks: Sequence[Stretch], embedder: Embedder) -> Chroma:
    import chromadb
    from chromadb.config import Settings
    from langchain_chroma import Chroma

    return Chroma.from_documents(
        [_to_langchain(chunk) for chunk in chunks],
        _Embeddings(embedder),
        # All clients in memory share one store, so each recipe takes a collection of its own.
        collection_name=f"peer-{uuid.uuid4().hex}",
        client=chromadb.EphemeralClient(settings=Settings(anonymized_telemetry=False)),
        collection_configuration={"hnsw": {"space": "cosine"}},
    )


def _to_langchain(chunk: Stretch) -> LangChainDocument:
    where = {"document_id": chunk.document.id, "start_index": chunk.span.start}
    return LangChainDocument(page_content=chunk.text, metadata=where)


class _Embeddings(Embeddings):
    """Our embedding model as LangChain sees one."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [np.asarray(row).tolist() for row in self._embedder.embed(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]
