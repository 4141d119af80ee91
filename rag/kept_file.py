"""The SQLite file of kept answers: made, recognised, moved aside where it is unusable.

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
    """A sound database, but another program's, or of another version of this one."""


def open_file(path: Path) -> tuple[sqlite3.Connection, Identity]:
    """Open the file, which is made if it is not there; every statement commits by itself.

    The identity is the file's at that moment: where it is another's later, the connection is void.

    Raises:
        OSError: it, its folder or its lock cannot be used.
        sqlite3.Error: it is damaged, busy or `Foreign`.
    """
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
    """Move the file that was `seen` (its `identity`) away; where to, or none if it went already.

    Raises:
        OSError: it cannot be moved.
    """
    with _owned(path):
        if not seen or identity(path) != seen:
            return None
        aside = path.with_name(f"{path.name}.unusable-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")
        # The logs go along: it may be another's, and one that stayed would be read into the next.
        for end in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{path}{end}").rename(f"{aside}{end}")
        return path.rename(aside)


def is_busy(error: sqlite3.Error) -> bool:
    """Whether somebody else has the file locked for now."""
    return _code(error) in _BUSY


def is_unusable(error: sqlite3.Error) -> bool:
    """Whether the file is damaged or not ours, and will stay so."""
    return isinstance(error, Foreign) or _code(error) in _UNUSABLE


def _make(base: sqlite3.Connection) -> None:
    if _pragma(base, "application_id") or base.execute("SELECT 1 FROM sqlite_master").fetchone():
        return
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA:
        base.execute(statement)
    base.execute("COMMIT")


def _recognise(base: sqlite3.Connection) -> None:
    found = (_pragma(base, "application_id"), _pragma(base, "user_version"))
    if found != (_APPLICATION, _VERSION):
        raise Foreign("it holds something else")
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
