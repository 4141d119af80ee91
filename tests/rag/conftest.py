"""A small hand-made world: documents, passages and deterministic vectors, indexed for real."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from rag.embedding import ModelIdentity, Vectors
from rag.generations import Content, Generations
from rag.index import Index
from rag.models import Document, Passage, Sentence, Span

DIMENSION = 16
MODEL = ModelIdentity("toy", "ab" * 32, DIMENSION)
SPLITTER = "1/120"

PORT = (
    "Shanghai Port handled 49.158 million TEUs in 2023. It led the world again. "
    "Retail sales grew by 12.6% in 2023."
)
HOUSING = (
    "The city will build 70,000 rental homes in 2024. "
    "Eldercare beds are to rise by 4,000. R&D spending is planned at 4.5% of GDP."
)
NOTES = "Gong Zheng chaired the meeting. The plan covers 2023-2026."
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def unit(text: str) -> Vectors:
    """A unit vector that depends on the text alone."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    vector = np.random.default_rng(seed).normal(size=DIMENSION)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def units(texts: Iterable[str]) -> Vectors:
    rows = [unit(text) for text in texts]
    return np.asarray(rows, dtype=np.float32).reshape(len(rows), DIMENSION)


def make_document(name: str, text: str, published: date | None = None) -> Document:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Document(name, f"reports/{name}.txt", name.title(), text, digest, published=published)


def make_passage(document: Document, start: int = 0, end: int | None = None) -> Passage:
    """One passage of a stretch of the document, its sentences cut at full stops."""
    stop = len(document.text) if end is None else end
    cuts = [m.end() for m in SENTENCE_END.finditer(document.text, start, stop)]
    begins = [start, *cuts]
    ends = [*cuts, stop]
    sentences = tuple(
        Sentence(Span(a, a + len(document.text[a:b].rstrip())), document.text[a:b].rstrip())
        for a, b in zip(begins, ends, strict=True)
        if document.text[a:b].strip()
    )
    text = document.text[start:stop].rstrip()
    return Passage(
        f"{document.id}-{start}",
        document.id,
        Span(start, start + len(text)),
        ("Report", document.title),
        text,
        sentences,
    )


def make_content(
    documents: Sequence[Document],
    passages: Sequence[Passage],
    model: ModelIdentity = MODEL,
    splitter: str = SPLITTER,
) -> Content:
    return Content(
        documents,
        passages,
        units(p.searchable for p in passages),
        units(s.text for p in passages for s in p.sentences),
        model,
        splitter,
    )


@dataclass(frozen=True)
class World:
    """Three documents, a passage each, and the tools to make more."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    content: Content

    def unit(self, text: str) -> Vectors:
        return unit(text)

    def document(self, name: str, text: str, published: date | None = None) -> Document:
        return make_document(name, text, published)

    def passage(self, document: Document, start: int = 0, end: int | None = None) -> Passage:
        return make_passage(document, start, end)

    def contents(
        self,
        documents: Sequence[Document],
        passages: Sequence[Passage],
        model: ModelIdentity = MODEL,
        splitter: str = SPLITTER,
    ) -> Content:
        return make_content(documents, passages, model, splitter)

    def passage_of(self, document_id: str) -> Passage:
        return next(p for p in self.passages if p.document_id == document_id)


@pytest.fixture(scope="session")
def toy() -> World:
    documents = (
        make_document("port", PORT, date(2024, 1, 23)),
        make_document("housing", HOUSING, date(2023, 6, 1)),
        make_document("notes", NOTES),
    )
    passages = tuple(make_passage(document) for document in documents)
    return World(documents, passages, make_content(documents, passages))


@pytest.fixture(scope="session")
def toy_generation(toy: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a generation of the toy world; only read, or copied."""
    generations = Generations(tmp_path_factory.mktemp("toy") / "index")
    with generations.lock():
        folder = generations.build(toy.content)
        generations.switch(folder)
    return folder


@pytest.fixture(scope="module")
def toy_index(toy_generation: Path) -> Iterator[Index]:
    index = Index(toy_generation)
    yield index
    index.close()
