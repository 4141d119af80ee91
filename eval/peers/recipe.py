"""A recipe as something that can be evaluated: chunks and sentences found -> an answer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from eval.corpus import Corpus
from eval.dataset import Case
from eval.peers.stretch import Stretch, sentences_of
from eval.run import Asker
from rag.embedding import Embedder, Vectors
from rag.extractive import cite
from rag.models import Answer, Citation, Claim, Filters, Passage, Scored, Trace, Weighed

VERSION = "peer"
"""Stands for the index version: a recipe's index lives in memory and never changes."""


@dataclass(frozen=True, slots=True)
class Found:
    """The chunks retrieved and their sentences, both best first."""

    chunks: Sequence[Scored[Stretch]]
    sentences: Sequence[Scored[Stretch]]


class Recipe(Protocol):
    """Retrieves chunks and ranks their sentences, whose scores lie between 0 and 1."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What makes it this recipe, as plain JSON values."""
        ...

    @property
    def chunks(self) -> Sequence[Stretch]:
        """All chunks that can be retrieved."""
        ...

    def find(self, question: str, filters: Filters) -> Found:
        """What the recipe finds in the documents that the filters admit."""
        ...


def peer_asker(name: str, recipe: Recipe, sentences: int = 1) -> Asker:
    """The recipe as what is evaluated, over its own chunks, quoting so many different sentences.

    Earlier turns are not looked at.
    """
    passages = {chunk.id: _passage(chunk) for chunk in recipe.chunks}
    corpus = Corpus({chunk.document.id: chunk.document for chunk in recipe.chunks}, passages)

    def ask(case: Case) -> Answer:
        found = recipe.find(case.question, Filters(documents=case.documents))
        return _answer(name, case, Found(found.chunks, _distinct(found)[:sentences]), passages)

    return Asker(ask, corpus, lambda: VERSION)


class SentenceVectors:
    """The unit vectors of all sentences of the chunks, made once, as an index would keep them."""

    def __init__(self, chunks: Sequence[Stretch], embedder: Embedder) -> None:
        self._sentences = {chunk.id: sentences_of(chunk) for chunk in chunks}
        texts = sorted({s.text for held in self._sentences.values() for s in held})
        self._vectors = dict(zip(texts, embedder.embed(texts), strict=True))

    def ranked(self, vector: Vectors, chunks: Sequence[Scored[Stretch]]) -> list[Scored[Stretch]]:
        """The chunks' sentences by their cosine to the question's unit vector, cut to 0 and 1."""
        sentences = [s for chunk in chunks for s in self._sentences[chunk.item.id]]
        if not sentences:
            return []
        rows = np.stack([self._vectors[sentence.text] for sentence in sentences])
        # einsum, not @: BLAS would wake threads that spin on after a product this small.
        similar = np.einsum("sd,d->s", rows, vector)
        order = np.argsort(-similar, kind="stable")
        return [Scored(sentences[row], float(np.clip(similar[row], 0, 1))) for row in order]


def _distinct(found: Found) -> list[Scored[Stretch]]:
    """The sentences without those that overlap a better one, as where two chunks overlap."""
    kept: list[Scored[Stretch]] = []
    for scored in found.sentences:
        of_document = (k.item.span for k in kept if k.item.document is scored.item.document)
        if not any(span.overlaps(scored.item.span) for span in of_document):
            kept.append(scored)
    return kept


def _passage(chunk: Stretch) -> Passage:
    return Passage(chunk.id, chunk.document.id, chunk.span, (), chunk.text, ())


def _answer(name: str, case: Case, found: Found, passages: Mapping[str, Passage]) -> Answer:
    quoted = _cite(found, passages)
    retrieved = tuple(
        Weighed(chunk.item.id, chunk.item.document.id, chunk.item.span, chunk.score)
        for chunk in found.chunks
    )
    return Answer(
        id=uuid.uuid4().hex,
        question=case.question,
        claims=tuple(Claim(" ".join(citation.quote.split()), (citation,)) for citation in quoted),
        abstained=not quoted,
        reason=None if quoted else "No chunk has anything in common with the question.",
        confidence=found.sentences[0].score if found.sentences else 0.0,
        nearest=(),
        engine=f"peer:{name}",
        model=None,
        index_version=VERSION,
        trace=Trace(passages=retrieved),
    )


def _cite(found: Found, passages: Mapping[str, Passage]) -> list[Citation]:
    if not found.sentences:
        return []
    of_chunk = passages[found.chunks[0].item.id]  # only its headings count, and chunks have none
    return [cite(s.item.document, s.item.span, of_chunk) for s in found.sentences]
