"""What one generation of the index says: documents, passages and figures, no vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import IndexMismatch
from rag.figures import Figure
from rag.index import FORMAT, Manifest, load_figures
from rag.models import Document, Passage
from rag.store import read_documents, read_passages


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A generation by its name, with its documents by id; the rest is in the order of its text."""

    name: str
    manifest: Manifest
    documents: Mapping[str, Document]
    passages: Sequence[Passage]
    figures: Sequence[Figure]

    @classmethod
    def read(cls, folder: Path) -> Snapshot:
        """Read a generation.

        Raises:
            IndexMismatch: another version of this program wrote it.
            IndexCorrupt: it does not parse.
        """
        manifest = Manifest.load(folder)
        if manifest.format != FORMAT:
            raise IndexMismatch(
                f"The generation {folder.name} has format {manifest.format}, but this program "
                f"reads format {FORMAT}, so it cannot be compared; name two later generations."
            )
        return cls(
            folder.name,
            manifest,
            {document.id: document for document in read_documents(folder)},
            list(read_passages(folder)),
            load_figures(folder),
        )

    def passages_by_document(self) -> dict[str, list[Passage]]:
        """The passages of each document that has any, by its id."""
        found: dict[str, list[Passage]] = {}
        for passage in self.passages:
            found.setdefault(passage.document_id, []).append(passage)
        return found
