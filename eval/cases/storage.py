"""The file of the review queue: made, recognised and shared between processes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.errors import CaseError

_APPLICATION = 0x70714351  # "pqCQ"
_VERSION = 1
_PATIENCE_S = 10.0
_SCHEMA = """
CREATE TABLE items (
    id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE,
    origin TEXT NOT NULL CHECK (origin IN ('drafted', 'imported', 'judged')),
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'accepted', 'rejected')),
    case_json TEXT NOT NULL,
    index_version TEXT NOT NULL,
    created TEXT NOT NULL,
    reviewed TEXT,
    reviewer TEXT,
    note TEXT NOT NULL DEFAULT '',
    answer_id TEXT,
    answer_json TEXT,
    judge TEXT,
    verdict TEXT CHECK (verdict IN ('right', 'wrong')),
    reason TEXT NOT NULL DEFAULT '',
    comment TEXT NOT NULL DEFAULT '',
    CHECK ((origin = 'judged') = (answer_id IS NOT NULL AND judge IS NOT NULL)),
    CHECK ((state = 'waiting') = (reviewed IS NULL))
)
"""


def open_base(path: Path) -> sqlite3.Connection:
    """Open the queue's file, which is made if it is not there; every statement commits by itself.

    Raises:
        CaseError: it is no review queue, is damaged, of another version, or cannot be used.
    """
    with told(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise sqlite3.OperationalError(error.strerror or str(error)) from error
        base = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
        base.row_factory = sqlite3.Row
        try:
            _use_log(base)
            _make_table(base)
            _recognise(base, path)
        except BaseException:
            base.close()
            raise
    return base


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Tell SQLite's errors, and text that it cannot store, as ours."""
    try:
        yield
    except (sqlite3.Error, UnicodeEncodeError) as error:
        raise CaseError(
            f"The review queue {path} cannot be used ({error}); free it, or move it away so that "
            "a new one is made."
        ) from error


@contextmanager
def owned(base: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Own the file for one change: all of the block takes effect, or nothing."""
    if base.in_transaction:
        yield
        return
    with told(path):
        base.execute("BEGIN IMMEDIATE")
    try:
        yield
        with told(path):
            base.execute("COMMIT")
    except BaseException:
        if base.in_transaction:
            base.execute("ROLLBACK")
        raise


def _use_log(base: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; SQLite does not wait for others here by itself."""
    until = time.monotonic() + _PATIENCE_S
    while _pragma(base, "journal_mode") != "wal":
        # A foreign file is not changed: only a new one, or our own.
        if _pragma(base, "application_id") != _APPLICATION and not _is_empty(base):
            return
        try:
            base.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _make_table(base: sqlite3.Connection) -> None:
    if _pragma(base, "application_id") == _APPLICATION:
        return
    base.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have made it in the meantime.
        if _pragma(base, "application_id") == 0 and _is_empty(base):
            base.execute(_SCHEMA)
            base.execute(f"PRAGMA application_id = {_APPLICATION}")
            base.execute(f"PRAGMA user_version = {_VERSION}")
        base.execute("COMMIT")
    except BaseException:
        if base.in_transaction:
            base.execute("ROLLBACK")
        raise


def _recognise(base: sqlite3.Connection, path: Path) -> None:
    if _pragma(base, "application_id") != _APPLICATION:
        raise CaseError(f"{path} is no review queue; set another review_file.")
    version = _pragma(base, "user_version")
    if version != _VERSION:
        raise CaseError(
            f"{path} is a review queue of version {version}, but this program knows {_VERSION}; "
            "install the program that made it, or set another review_file."
        )


def _is_empty(base: sqlite3.Connection) -> bool:
    return base.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None


def _pragma(base: sqlite3.Connection, name: str) -> Any:
    return base.execute(f"PRAGMA {name}").fetchone()[0]
