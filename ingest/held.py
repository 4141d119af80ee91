"""What the current generation holds: documents and passages, so as not to read them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from rag.checking import require_intact
from rag.embedding import ModelIdentity, Vectors
from rag.errors import IndexUnusable
from rag.generations import Generations
from rag.index import Index, Manifest, load_documents
from rag.models import Document, Filters, Passage


@dataclass(frozen=True)
class Held:
    """The documents by source; empty when there is no generation that can be built on."""

    documents: Mapping[str, Document] = field(default_factory=dict)
    manifest: Manifest | None = None
    folder: Path | None = None

    @classmethod
    def load(cls, generations: Generations) -> Held:
        """What serves now; a generation that is damaged or of another format holds nothing."""
        try:
            folder = generations.current()
            documents = load_documents(folder)
            require_intact(folder)
            manifest = Manifest.load(folder)
        except IndexUnusable:
            return cls()
        return cls({d.source: d for d in documents.values()}, manifest, folder)

    @property
    def version(self) -> str | None:
        """The version of the generation."""
        return self.manifest.version if self.manifest else None

    @cached_property
    def texts(self) -> Texts:
        """Passages and vectors; of a generation that does not open as a reader's, none."""
        if self.folder is None or self.manifest is None:
            return Texts()
        try:
            index = Index(self.folder)
        except IndexUnusable:
            return Texts()
        try:
            return _texts(index)
        except (IndexUnusable, ValueError):  # a vector too few or too many is damage, too
            return Texts()
        finally:
            index.close()


@dataclass(frozen=True)
class Texts:
    """Passages by document id, vectors of texts by one model, and groups of ids of twins."""

    passages: Mapping[str, Sequence[Passage]] = field(default_factory=dict)
    model: ModelIdentity | None = None
    vectors: Mapping[str, Vectors] = field(default_factory=dict)
    twins: Sequence[Sequence[str]] = ()


def _texts(index: Index) -> Texts:
    passages = list(index.passages.values())
    rows = index.passage_vectors()
    for vector in rows[:1]:
        index.dense(vector, 1, Filters())
    vectors = dict(zip([p.searchable for p in passages], rows, strict=True))
    for passage in passages:
        own = index.sentence_vectors(passage)
        vectors.update(zip((s.text for s in passage.sentences), own, strict=True))
    by_document = {id_: index.passages_of(id_) for id_ in index.documents}
    return Texts(by_document, index.manifest.model, vectors, index.twins.groups)
