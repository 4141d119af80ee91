"""Writing a generation into its folder, whole and on disk before anybody may name it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from rag.content import Content
from rag.errors import IndexCorrupt
from rag.index import COLLECTION, FORMAT, Manifest, build_lexical, chroma_client
from rag.store import write_documents, write_figures, write_passages, write_twins

_CHROMA_BATCH = 5000
"""Below Chroma's limit of 5,461 rows a batch."""


def write_generation(content: Content, folder: Path) -> None:
    """Write everything that a reader opens; the manifest comes last.

    Raises:
        IndexCorrupt: a passage is there twice.
    """
    if len({passage.id for passage in content.passages}) < len(content.passages):
        raise IndexCorrupt(
            f"The new generation {folder.name} would hold a passage twice, which is a fault of the "
            "program; the old one stays in use."
        )
    write_documents(content.documents, folder)
    write_passages(content.passages, folder)
    write_figures(content.figures, folder)
    write_twins(content.twins, folder)
    np.save(folder / "sentences.npy", content.sentence_vectors.astype(np.float16))
    np.save(folder / "passages.npy", content.passage_vectors)
    build_lexical(content.passages, {d.id: d for d in content.documents}, folder)
    _write_chroma(content, folder)
    _manifest(content).save(folder)


def _manifest(content: Content) -> Manifest:
    return Manifest(
        format=FORMAT,
        version=content.version,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        model=content.model,
        splitter=content.splitter,
        documents=len(content.documents),
        passages=len(content.passages),
        sentences=len(content.sentence_vectors),
        figures=len(content.figures),
    )


def _write_chroma(content: Content, folder: Path) -> None:
    with chroma_client(folder) as client:
        collection = client.create_collection(
            COLLECTION, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )
        for start in range(0, len(content.passages), _CHROMA_BATCH):
            passages = content.passages[start : start + _CHROMA_BATCH]
            collection.add(
                ids=[p.id for p in passages],
                embeddings=content.passage_vectors[start : start + _CHROMA_BATCH],
                documents=[p.text for p in passages],
                metadatas=[{"document_id": p.document_id} for p in passages],
            )


def sync(folder: Path) -> None:
    """Wait until everything in the folder, and its name, is on disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            sync_folder(path)
    sync_folder(folder)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
