"""The SQLite file of kept answers: made, recognised, moved aside where it is unusable.

Only a file that says by its header that it is ours is opened or moved; any other is somebody's, to
which a wrong setting points, and stays as it is.

Whoever opens the file or moves it does so under a lock of its own beside it, since SQLite's locks
go with the file's content and not with its name.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

PATIENCE_S = 0.1
"""How long anybody waits for the file, several times over at worst."""

Identity: TypeAlias = tuple[int, ...]

_APPLICATION = 0x7071414E  # "pqAN"
_MAGIC = b"SQLite format 3\0"
_APPLICATION_AT = 68
"""Where the header of a database has the number of its application, in four bytes."""
_VERSION = 1
_MODE = 0o600
_SCHEMA = (
    "CREATE TABLE answers (key TEXT PRIMARY KEY, answer BLOB NOT NULL, digest TEXT NOT NULL, "
    "used INTEGER NOT NULL)",
    "CREATE INDEX by_use ON answers (used)",
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {_VERSION}",
)
# The statements are fixed, so an error in one is an error of the tables.
_UNUSABLE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class Foreign(sqlite3.DatabaseError):
    """It is not ours."""


class Outdated(sqlite3.DatabaseError):
    """It is ours, but of another version of this program."""


def open_file(path: Path) -> tuple[sqlite3.Connection, Identity]:
    """Open the file, which is made if it is not there; every statement commits by itself.

    The identity is the file's at that moment: where it is another's later, the connection is void.

    Raises:
        OSError: it, its folder or its lock cannot be used.
        sqlite3.Error: it is damaged, busy, `Foreign` or `Outdated`.
    """
    if not _may_be_ours(path):
        raise Foreign("it holds something else")
    path.parent.mkdir(parents=True, exist_ok=True)
    with _owned(path):
        # SQLite would let everybody read it, and the two files that it keeps beside it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE))
        base = sqlite3.connect(
            path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False
        )
        try:
            _make(base)
            _recognise(base)
        except BaseException:
            base.close()
            raise
        return base, identity(path)


def identity(path: Path) -> Identity:
    """Tells this process and this file from others; empty where there is none."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return os.getpid(), found.st_dev, found.st_ino


def set_aside(path: Path, seen: Identity) -> Path | None:
    """Move our file that was `seen` (its `identity`) away; where to, or none if it went already.

    Raises:
        OSError: it cannot be moved.
    """
    with _owned(path):
        if not seen or identity(path) != seen or not _may_be_ours(path):
            return None
        aside = path.with_name(f"{path.name}.unusable-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")
        # The logs go along: somebody may use it still, and what stayed would be read into the next.
        for end in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{path}{end}").rename(f"{aside}{end}")
        return path.rename(aside)


def is_busy(error: sqlite3.Error) -> bool:
    """Whether somebody else has the file locked for now."""
    return _code(error) in _BUSY


def is_unusable(error: sqlite3.Error) -> bool:
    """Whether the file is ours, but damaged or of another version, and will stay so."""
    return isinstance(error, Outdated) or _code(error) in _UNUSABLE


def _may_be_ours(path: Path) -> bool:
    """Whether the file is ours by its header, however damaged; or empty, or not there yet."""
    try:
        with path.open("rb") as file:
            header = file.read(_APPLICATION_AT + 4)
    except FileNotFoundError:
        return True
    ours = _APPLICATION.to_bytes(4, "big")
    return not header or (header.startswith(_MAGIC) and header[_APPLICATION_AT:] == ours)


def _make(base: sqlite3.Connection) -> None:
    if _pragma(base, "page_count"):
        return
    # Written before there is a log, so that the header tells from the first moment whose it is.
    base.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA:
        base.execute(statement)
    base.execute("COMMIT")


def _recognise(base: sqlite3.Connection) -> None:
    if _pragma(base, "application_id") != _APPLICATION:
        raise Foreign("it holds something else")
    if _pragma(base, "user_version") != _VERSION:
        raise Outdated("it is of another version of this program")
    base.execute("PRAGMA journal_mode = WAL")
    # What a power cut takes of the last answers is no loss.
    base.execute("PRAGMA synchronous = NORMAL")


def _pragma(base: sqlite3.Connection, name: str) -> int:
    return int(base.execute(f"PRAGMA {name}").fetchone()[0])


def _code(error: sqlite3.Error) -> int:
    """SQLite's code without what it adds on the circumstances."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


@contextmanager
def _owned(path: Path) -> Iterator[None]:
    """Let nobody else open or move the file in the meantime; waiting too long is an `OSError`."""
    from filelock import FileLock

    with FileLock(f"{path}.lock", timeout=5 * PATIENCE_S):
        yield
