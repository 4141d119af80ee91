"""The SQLite files of this package: made when first needed, and never to be closed by a caller."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import PolicyQAError
from ui.connections import Connections, pragma, use_log

_VERSION = 1
_PATIENCE_S = 5.0


class StoreUnusable(PolicyQAError):
    """A file of sessions or of the audit log that cannot be used."""

    exit_code = 3
    http_status = 503
    code = "store-unusable"


@dataclass(frozen=True, slots=True)
class Store:
    """One file; `application` is what SQLite's header names it by, `schema` makes its tables."""

    path: Path
    application: int
    schema: str
    _connections: Connections = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        connections = Connections(self.path, self._ready, _PATIENCE_S)
        object.__setattr__(self, "_connections", connections)

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """A connection, for one change that takes effect as a whole or not at all.

        Raises:
            StoreUnusable: the file is another program's, damaged, or cannot be written.
        """
        try:
            with self._connections.one() as base:
                base.execute("BEGIN IMMEDIATE")
                with base:
                    yield base
        except (sqlite3.Error, OSError) as error:
            raise StoreUnusable(
                f"{self.path} cannot be used ({error}); free it, or move it away so that a new "
                "one is made."
            ) from error

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection to read by, without keeping writers waiting.

        Raises:
            StoreUnusable: as of `opened`.
        """
        try:
            with self._connections.one() as base:
                yield base
        except (sqlite3.Error, OSError) as error:
            raise StoreUnusable(f"{self.path} cannot be read ({error}); free it.") from error

    def _ready(self, base: sqlite3.Connection) -> None:
        base.execute("PRAGMA synchronous = NORMAL")
        if pragma(base, "application_id") != self.application:
            self._make(base)
        if (found := pragma(base, "user_version")) != _VERSION:
            raise sqlite3.DatabaseError(f"it is of version {found}")
        use_log(base, _PATIENCE_S)

    def _make(self, base: sqlite3.Connection) -> None:
        """Make the tables in an empty file; a file of another program is left as it is."""
        base.execute("BEGIN IMMEDIATE")
        named = pragma(base, "application_id")
        empty = base.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
        if named == self.application:  # another thread was quicker
            base.execute("COMMIT")
            return
        if named or not empty:
            raise sqlite3.DatabaseError("it belongs to another program")
        for statement in self.schema.split(";;"):
            base.execute(statement)
        base.execute(f"PRAGMA application_id = {self.application}")
        base.execute(f"PRAGMA user_version = {_VERSION}")
        base.execute("COMMIT")
