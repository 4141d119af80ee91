"""SQLite connections that stay open between operations.

To open a file, look whether it is ours, and close it costs far more than what is done with it: the
last one to close a file with a write-ahead log also moves all of that into the file, and waits for
the disk.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOST_IDLE = 4
"""Connections of one file that are kept; there are as many as operations at once."""
_MODE = 0o600

_Mark = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Connections:
    """Those to one file, from any thread; `ready` makes its tables, or refuses a file of others."""

    path: Path
    ready: Callable[[sqlite3.Connection], None]
    patience_s: float
    _idle: list[tuple[_Mark, sqlite3.Connection]] = field(default_factory=list, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    @contextmanager
    def one(self) -> Iterator[sqlite3.Connection]:
        """A connection for one operation; after an error it is not used again.

        Raises:
            sqlite3.Error, OSError: the file cannot be made, opened or used.
        """
        mark, base = self._taken() or self._opened()
        try:
            yield base
            if base.in_transaction:
                base.execute("ROLLBACK")
        except BaseException:
            base.close()
            raise
        self._give_back(mark, base)

    def _taken(self) -> tuple[_Mark, sqlite3.Connection] | None:
        """An idle one, if the file is still the one that it has open and this the same process."""
        mark = _mark(self.path)
        with self._lock:
            others = [idle for idle in self._idle if idle[0] != mark]
            self._idle[:] = [idle for idle in self._idle if idle[0] == mark]
            taken = self._idle.pop() if self._idle else None
        for _, base in others:
            base.close()
        return taken

    def _give_back(self, mark: _Mark, base: sqlite3.Connection) -> None:
        with self._lock:
            room = len(self._idle) < MOST_IDLE
            if room:
                self._idle.append((mark, base))
        if not room:
            base.close()

    def _opened(self) -> tuple[_Mark, sqlite3.Connection]:
        _touch(self.path)
        base = sqlite3.connect(
            self.path, timeout=self.patience_s, isolation_level=None, check_same_thread=False
        )
        try:
            base.row_factory = sqlite3.Row
            self.ready(base)
            mark = _mark(self.path)
            if mark is None:
                raise FileNotFoundError(2, "the file was removed", str(self.path))
        except BaseException:
            base.close()
            raise
        return mark, base


def _mark(path: Path) -> _Mark | None:
    """Tells a file from another at the same place: an open one keeps its number to itself."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return os.getpid(), found.st_dev, found.st_ino


def _touch(path: Path) -> None:
    """Make the file if it is not there, for its owner only, and so the journals beside it.

    A file that is there is not opened: to close it again would end SQLite's locks on it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE))
    except FileExistsError:
        return


def pragma(base: sqlite3.Connection, name: str) -> Any:
    """The value of a pragma."""
    return base.execute(f"PRAGMA {name}").fetchone()[0]


def use_log(base: sqlite3.Connection, patience_s: float) -> None:
    """Switch to write-ahead logging, once; SQLite does not wait for others here by itself.

    Raises:
        sqlite3.OperationalError: others kept the file busy for so long.
    """
    until = time.monotonic() + patience_s
    while pragma(base, "journal_mode") != "wal":
        try:
            base.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)
