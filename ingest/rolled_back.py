"""The mark of a rollback: folders that are as they were then are not read again by themselves.

    INDEX/rolled-back            what the folders held, in a hash

Without it, the next look of a watch would bring back the very generation that was left. The mark
goes when something in the folders changes, or when somebody has them ingested.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from ingest.names import is_hidden
from ingest.roots import Roots
from ingest.stamp import Stamp
from rag.errors import IndexCorrupt

_log = logging.getLogger(__name__)
FILE = "rolled-back"


def mark(index_dir: Path) -> None:
    """Note what the folders hold now; a rollback must also work where nothing can be written."""
    try:
        (index_dir / FILE).write_text(_looks(index_dir), encoding="ascii")
    except (OSError, IndexCorrupt) as error:
        _log.warning("A watch may undo the rollback, as it cannot be noted: %s", error)


def unmark(index_dir: Path) -> None:
    """Somebody wants the folders read, whatever was rolled back; raises `OSError`."""
    (index_dir / FILE).unlink(missing_ok=True)


def is_as_rolled_back(index_dir: Path) -> bool:
    """Whether the index was rolled back, and the folders are as they were then."""
    try:
        noted = (index_dir / FILE).read_text(encoding="ascii", errors="replace")
        return noted == _looks(index_dir)
    except (OSError, IndexCorrupt):
        return False  # there is no mark, or the ingest will say what is wrong


def _looks(index_dir: Path) -> str:
    """A hash of the names, sizes and times of all files under the roots, but for the index."""
    roots = Roots.load(index_dir)
    places = [*roots.paths, *(attached.folder for attached in roots.attached)]
    hashed = hashlib.sha256()
    for line in sorted({_line(file) for place in places for file in _files(place, index_dir)}):
        hashed.update(line.encode("utf-8", "surrogateescape"))
    return hashed.hexdigest()


def _files(place: Path, index_dir: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
        return
    inside = index_dir.resolve()
    for parent, folders, files in os.walk(place):
        folders[:] = [
            f for f in folders if not is_hidden(f) and Path(parent, f).resolve() != inside
        ]
        yield from (Path(parent, name) for name in files if not is_hidden(name))


def _line(file: Path) -> str:
    try:
        stamp = Stamp.of(file)
    except OSError as error:
        return f"{file}\0{error.errno}\n"
    return f"{file}\0{stamp.size} {stamp.modified} {stamp.changed} {stamp.inode}\n"
