"""What a generation of the index is built from, and the version that names it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from rag.embedding import ModelIdentity, Vectors
from rag.figures import EXTRACTION, Figure, figures_of
from rag.index import FORMAT
from rag.models import Document, Passage


@dataclass(frozen=True)
class Content:
    """What a generation is built from.

    `passage_vectors` has shape (passages, dimension); `sentence_vectors` has one row for every
    sentence of every passage, in order. `twins` holds groups of the ids of
    documents that say nearly the same.
    """

    documents: Sequence[Document]
    passages: Sequence[Passage]
    passage_vectors: Vectors
    sentence_vectors: Vectors
    model: ModelIdentity
    splitter: str
    twins: Sequence[Sequence[str]] = ()

    @cached_property
    def figures(self) -> Sequence[Figure]:
        """The figures of all passages, in order."""
        documents = {d.id: d for d in self.documents}
        return [f for p in self.passages for f in figures_of(p, documents[p.document_id])]

    @property
    def version(self) -> str:
        """Twelve hex digits that change with any document, the model or the splitter."""
        return content_version(self.documents, self.model, self.splitter)


def content_version(documents: Sequence[Document], model: ModelIdentity, splitter: str) -> str:
    """The version that a generation of these documents has."""
    rows = sorted(f"{d.id} {d.sha256} {d.source}" for d in documents)
    head = f"{FORMAT}.{EXTRACTION} {splitter} {model.sha256} {model.dimension}"
    return sha256("\n".join([head, *rows]).encode()).hexdigest()[:12]
