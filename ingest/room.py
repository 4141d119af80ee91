"""Whether the disk has room for a further generation, before any work is put into it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from rag.errors import IndexUnwritable
from rag.models import Document, Passage

_EMPTY = 2 << 20
"""Of a generation with hardly any text: most of it Chroma's database."""
_VECTOR_COPIES = 4
"""The passages' vectors lie in a file of their own, and in Chroma's rows, log and graph."""
_TEXT_COPIES = 12
"""Text lies in documents, passages, figures, Chroma and its word search; JSON widens it."""
_FLOAT, _HALF = 4, 2


def estimated_size(
    documents: Sequence[Document], passages: Sequence[Passage], dimension: int
) -> int:
    """Bytes that a generation takes at most, by experience."""
    sentences = sum(len(passage.sentences) for passage in passages)
    text = sum(len(document.text.encode("utf-8", "surrogatepass")) for document in documents)
    vectors = len(passages) * _FLOAT * _VECTOR_COPIES + sentences * _HALF
    return _EMPTY + vectors * dimension + text * _TEXT_COPIES


def require_room(index_dir: Path, needed: int) -> None:
    """Refuse to begin what would fill the disk.

    Raises:
        IndexUnwritable: there are fewer free bytes than `needed`.
    """
    free = shutil.disk_usage(index_dir).free
    if free < needed:
        raise IndexUnwritable(
            f"The index in {index_dir} cannot be written (it needs up to {in_megabytes(needed)}, "
            f"and {in_megabytes(free)} are free), so it is left as it was; make room there, or "
            "name another place with --index."
        )


def in_megabytes(size: int) -> str:
    """A size as people read it."""
    return f"{size / 1e6:,.1f} MB"
