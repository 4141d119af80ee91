"""The SQLite file of conversations: made, recognised, and shared by threads and processes."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ui.connections import Connections, pragma, use_log
from ui.keeping.kept import NotKept

_APPLICATION = 0x70714356  # "pqCV"
_VERSION = 1
_PATIENCE_S = 2.0
"""How long anybody waits for the file: an answer may be waiting with them."""
_SCHEMA = (
    """CREATE TABLE conversations (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        name TEXT,
        sought_name TEXT NOT NULL DEFAULT '',
        began TEXT NOT NULL,
        changed TEXT NOT NULL,
        token TEXT UNIQUE,
        deleted TEXT
    )""",
    "CREATE INDEX by_owner ON conversations (owner, changed)",
    """CREATE TABLE exchanges (
        conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        question TEXT NOT NULL,
        answer_json TEXT NOT NULL,
        sought TEXT NOT NULL,
        asked TEXT NOT NULL,
        PRIMARY KEY (conversation, number)
    )""",
    "CREATE INDEX by_answer ON exchanges (json_extract(answer_json, '$.id'))",
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {_VERSION}",
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class File:
    """The file, made when it is first needed."""

    path: Path
    _connections: Connections = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_connections", Connections(self.path, _ready, _PATIENCE_S))

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """For one operation: all of it takes effect or nothing.

        Raises:
            NotKept: it is locked, full, damaged, another's, or of another version.
        """
        with _told(self.path), self._connections.one() as base:
            base.execute("BEGIN IMMEDIATE")
            yield base
            base.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """For one operation that only reads, which waits for nobody who writes.

        Raises:
            NotKept: as for `opened`.
        """
        with _told(self.path), self._connections.one() as base:
            base.execute("BEGIN")
            yield base

    def wipe(self) -> None:
        """Leave nothing of what was deleted in the log beside the file, if nobody reads just now.

        Raises:
            NotKept: as for `opened`.
        """
        with _told(self.path), self._connections.one() as base:
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell what SQLite and the disk refuse as ours; where the file lies is for the log only."""
    try:
        yield
    except (sqlite3.Error, OSError, UnicodeEncodeError) as error:
        _log.warning("The conversations in %s cannot be used: %s", path, error)
        raise NotKept(
            f"Conversations cannot be kept or read just now ({_cause(error)}); questions are still "
            "answered, and whoever runs this server finds more in its log."
        ) from error


def _cause(error: Exception) -> str:
    if isinstance(error, OSError):
        return (error.strerror or "the file cannot be used").casefold()
    return "text that cannot be stored" if isinstance(error, UnicodeEncodeError) else str(error)


def _ready(base: sqlite3.Connection) -> None:
    _make(base)
    _recognise(base)
    base.execute("PRAGMA foreign_keys = ON")
    base.execute("PRAGMA synchronous = NORMAL")
    base.execute("PRAGMA secure_delete = ON")


def _make(base: sqlite3.Connection) -> None:
    if not _is_new(base):
        return
    base.execute("BEGIN IMMEDIATE")
    try:
        if _is_new(base):  # another may have made it in the meantime
            for statement in _SCHEMA:
                base.execute(statement)
        base.execute("COMMIT")
    except BaseException:
        if base.in_transaction:
            base.execute("ROLLBACK")
        raise


def _is_new(base: sqlite3.Connection) -> bool:
    nothing = base.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
    return nothing and not pragma(base, "application_id")


def _recognise(base: sqlite3.Connection) -> None:
    if pragma(base, "application_id") != _APPLICATION:
        raise sqlite3.DatabaseError("the file holds something else")
    if pragma(base, "user_version") != _VERSION:
        raise sqlite3.DatabaseError("the file is of another version of this program")
    use_log(base, _PATIENCE_S)
