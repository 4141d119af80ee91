"""Whether a generation is what it was built from, and whether it still is what was written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from rag.content import Content
from rag.embedding import Vectors, file_sha256
from rag.errors import IndexCorrupt
from rag.index import COLLECTION, LEXICAL_IDS, Index, chroma_client
from rag.models import Filters

_SELF_QUERIES = 50
_ROWS = 5000
_SEAL = "seal.json"
_CHROMA = "chroma/"
_DATABASE = "chroma/chroma.sqlite3"


def check_generation(content: Content, folder: Path) -> None:
    """Hold a new generation against what it was built from, as its readers will open it.

    Every vector must be there and equal, Chroma and BM25 must hold the same passages, and a
    sample of passages must find itself.

    Raises:
        IndexCorrupt: it fails.
    """
    index = Index(folder)
    try:
        _ = index.figures  # counted when they are read
        _require_self_found(content, index, folder)
    finally:
        index.close()
    _require_equal(content.sentence_vectors.astype(np.float16), folder / "sentences.npy")
    _require_equal(content.passage_vectors, folder / "passages.npy")
    _require_same_passages(content, folder)


def _require_self_found(content: Content, index: Index, folder: Path) -> None:
    step = max(1, len(content.passages) // _SELF_QUERIES)
    for row in range(0, len(content.passages), step):
        best = index.dense(content.passage_vectors[row], 1, Filters())
        if not best or best[0].score < 1 - 1e-3:
            raise _refused(folder, "does not find its own passages")


def _require_equal(wanted: np.ndarray, path: Path) -> None:
    if not np.array_equal(np.load(path, mmap_mode="r", allow_pickle=False), wanted):
        raise _refused(path.parent, f"holds other vectors in {path.name} than were made")


def _require_same_passages(content: Content, folder: Path) -> None:
    ids = [p.id for p in content.passages]
    lexical = json.loads((folder / LEXICAL_IDS).read_text(encoding="utf-8"))
    if lexical != ids:
        raise _refused(folder, "has other passages in its word index")
    with chroma_client(folder) as client:
        collection = client.get_collection(COLLECTION, embedding_function=None)
        for start in range(0, len(ids), _ROWS):
            wanted = ids[start : start + _ROWS]
            found = collection.get(ids=wanted, include=["embeddings"])
            held = dict(zip(found["ids"], np.asarray(found["embeddings"]), strict=True))
            _require_rows(held, wanted, content.passage_vectors[start : start + _ROWS], folder)


def _require_rows(
    held: Mapping[str, Vectors], wanted: Sequence[str], vectors: Vectors, folder: Path
) -> None:
    if held.keys() != set(wanted):
        raise _refused(folder, "has other passages in its vector store than in its word index")
    found = np.asarray([held[i] for i in wanted], dtype=np.float32)
    # Chroma makes vectors of length one anew, so the last bit may differ.
    if not np.allclose(found, vectors, rtol=0, atol=1e-6):
        raise _refused(folder, "holds other vectors than were made")


def _refused(folder: Path, what: str) -> IndexCorrupt:
    return IndexCorrupt(
        f"The new generation {folder.name} {what}; the old one stays in use. Run 'policyqa ingest' "
        "again."
    )


def seal(folder: Path) -> None:
    """Write down the size and the SHA-256 of every file, so that damage can be told later."""
    (folder / _SEAL).write_text(json.dumps(_seals(folder), indent=1), encoding="utf-8")


def require_intact(folder: Path) -> None:
    """Read every file of a generation once, and compare it with what was sealed.

    Raises:
        IndexCorrupt: a file is missing, cut off or altered.
    """
    try:
        rows = json.loads((folder / _SEAL).read_text(encoding="utf-8"))
        found = _seals(folder)
        names = sorted(rows.keys() | found.keys())
        wrong = [name for name in names if rows.get(name) != found.get(name)]
        wrong += _damage_of_database(folder / _DATABASE)
    except (OSError, ValueError, AttributeError, sqlite3.Error) as error:
        raise _damaged(folder, str(error)) from error
    if wrong:
        raise _damaged(folder, ", ".join(wrong))


def _seals(folder: Path) -> dict[str, str]:
    """The seal of each file; Chroma rewrites its own when a reader opens them, so of its graph
    only the size is sealed, and its database has checks of its own."""
    seals = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != _SEAL and not name.startswith(_DATABASE):
            digest = "" if name.startswith(_CHROMA) else f" {file_sha256(path)}"
            seals[name] = f"{path.stat().st_size}{digest}"
    return seals


def _damage_of_database(path: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        told = [row[0] for row in database.execute("PRAGMA quick_check(1)")]
    return [] if told == ["ok"] else [f"{path.name}: {told[0]}"]


def _damaged(folder: Path, what: str) -> IndexCorrupt:
    return IndexCorrupt(
        f"The index generation {folder.name} is damaged ({what}); run 'policyqa ingest' to build "
        "a new one."
    )
