"""Generations of the index: built beside the current one, checked, switched to in one step.

    INDEX/lock                   held by the one process that builds
    INDEX/current                the name of the generation that serves, replaced atomically
    INDEX/generations/NNNNNN-VERSION/

A process killed at any moment leaves `current` naming the old or the new generation, whole:
a generation is complete and on disk before it is named, and is never written to afterwards.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import numpy as np

from rag.embedding import ModelIdentity, Vectors
from rag.errors import IndexCorrupt, IndexLocked, NoIndex
from rag.figures import EXTRACTION, Figure, figures_of
from rag.index import COLLECTION, FORMAT, Index, Manifest, build_lexical, chroma_client
from rag.models import Document, Filters, Passage
from rag.store import write_documents, write_figures, write_passages

_KEPT = 2
"""Generations kept: the current one, and the one before it for readers still in it."""
_CHROMA_BATCH = 5000
"""Below Chroma's limit of 5,461 rows a batch."""
_SELF_QUERIES = 50


@dataclass(frozen=True)
class Content:
    """What a generation is built from.

    `passage_vectors` has shape (passages, dimension); `sentence_vectors` has one row for every
    sentence of every passage, in order.
    """

    documents: Sequence[Document]
    passages: Sequence[Passage]
    passage_vectors: Vectors
    sentence_vectors: Vectors
    model: ModelIdentity
    splitter: str

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


class Generations:
    """The generations under one index directory."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / "generations"

    def current(self) -> Path:
        """The folder of the generation that serves.

        Raises:
            NoIndex: nothing has been ingested yet.
            IndexCorrupt: the generation named as current is not there.
        """
        try:
            name = (self._root / "current").read_text(encoding="utf-8", errors="replace").strip()
        except FileNotFoundError:
            raise NoIndex(
                f"There is no index in {self._root} yet; run 'policyqa ingest' first, or name "
                "another place with --index."
            ) from None
        folder = self._folder / name
        if not name or not folder.is_dir():
            raise IndexCorrupt(
                f"The index in {self._root} names a generation that is missing; "
                "run 'policyqa ingest' to build a new one."
            )
        return folder

    def current_version(self) -> str:
        """The version of the generation that serves; raises as `current`."""
        return self.current().name.partition("-")[2]

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Own the index for the time of a build.

        Raises:
            IndexLocked: another process owns it.
        """
        from filelock import FileLock, Timeout

        self._root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._root / "lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise IndexLocked(
                f"Another process is building the index in {self._root}; wait until it has "
                "finished, or name another place with --index."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def build(self, content: Content) -> Path:
        """Write a new generation beside the current one, check it, and return its folder."""
        folder = self._folder / f"{self._next_number():06d}-{content.version}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        write_documents(content.documents, folder)
        write_passages(content.passages, folder)
        write_figures(content.figures, folder)
        np.save(folder / "sentences.npy", content.sentence_vectors.astype(np.float16))
        np.save(folder / "passages.npy", content.passage_vectors)
        build_lexical(content.passages, {d.id: d for d in content.documents}, folder)
        _write_chroma(content, folder)
        _manifest(content).save(folder)
        _check(content, folder)
        _sync(folder)
        return folder

    def switch(self, folder: Path) -> None:
        """Name the generation as current, atomically, and remove those that nobody needs."""
        pending = self._root / "current.new"
        with pending.open("w", encoding="utf-8") as file:
            file.write(folder.name + "\n")
            file.flush()
            os.fsync(file.fileno())
        pending.replace(self._root / "current")
        _sync_folder(self._root)
        self.clean()

    def clean(self) -> None:
        """Remove unfinished and outlived generations; only the owner of the lock may call it."""
        current = self.current()
        finished = sorted(
            f for f in self._folder.iterdir() if (f / "manifest.json").exists() and f < current
        )
        keep = {current, *finished[-(_KEPT - 1) :]}
        for folder in self._folder.iterdir():
            if folder not in keep:
                shutil.rmtree(folder, ignore_errors=True)

    def _next_number(self) -> int:
        names = [f.name for f in self._folder.iterdir()] if self._folder.is_dir() else []
        return 1 + max((int(n[:6]) for n in names if n[:6].isdigit()), default=0)


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


def _check(content: Content, folder: Path) -> None:
    """Open the generation as a reader would, and let a sample of passages find themselves."""
    index = Index(folder)
    try:
        _ = index.figures  # counted when they are read
        step = max(1, len(content.passages) // _SELF_QUERIES)
        for row in range(0, len(content.passages), step):
            vector = content.passage_vectors[row]
            best = index.dense(vector, 1, Filters())
            if not best or best[0].score < 1 - 1e-3:
                raise IndexCorrupt(
                    f"The new generation {folder.name} does not find its own passages; the old "
                    "one stays in use. Run 'policyqa ingest' again."
                )
    finally:
        index.close()


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            _sync_folder(path)
    _sync_folder(folder)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
