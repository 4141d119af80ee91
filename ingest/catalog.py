"""The catalogue: every source with what is known of it, in SQLite beside the index.

It tells people what stands in the index and why something does not, and it spares an ingest from
reading what has not changed. The index does not rest on it: one that is lost, cut off or out of
date only means that files are read again.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from ingest.stamp import UNKNOWN, Stamp

_log = logging.getLogger(__name__)
_LAYOUT = 1
FILE = "catalog.sqlite3"


class State(StrEnum):
    """What became of a source: its document is in the index, or an earlier one, or none."""

    INDEXED = "indexed"
    KEPT = "kept"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """A source; `reading` names the readers that read it, so that new ones read it again.

    `sha256` is of the file whose document is in the index, `text_sha256` of that document's text;
    `stamp` is what the file system told of the file when it was read; `twin_of` is the first
    source that says the same or nearly so; `warning` tells what of the file could not be read;
    `signature` sums up what the document says (`ingest.duplicates`).
    """

    source: str
    path: str
    state: State
    reading: str
    stamp: Stamp = UNKNOWN
    sha256: str = ""
    text_sha256: str = ""
    title: str = ""
    publisher: str | None = None
    published: date | None = None
    language: str = ""
    media_type: str = ""
    pages: int = 0
    characters: int = 0
    passages: int = 0
    sentences: int = 0
    twin_of: str | None = None
    error: str | None = None
    warning: str | None = None
    signature: bytes = b""


_OWN = tuple(field.name for field in fields(Entry) if field.name != "stamp")
_STAMP = tuple(field.name for field in fields(Stamp))
_COLUMNS = (*_OWN, *_STAMP)
_SCHEMA = f"""
CREATE TABLE source ({", ".join(_COLUMNS)}, PRIMARY KEY (source));
CREATE TABLE about (name PRIMARY KEY, value);
"""


@dataclass(frozen=True, slots=True)
class Catalog:
    """All sources by name, the version of the index they describe, and its model's weights."""

    entries: Mapping[str, Entry]
    index_version: str = ""
    weights: tuple[Any, ...] = ()

    @classmethod
    def load(cls, folder: Path) -> Catalog:
        """The catalogue beside an index; an empty one if there is none that can be read."""
        path = folder / FILE
        if not path.exists():
            return cls({})
        try:
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
                return cls._read(database)
        except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
            _log.warning("The catalogue %s is passed over, as it is damaged: %s", path, error)
            return cls({})

    @classmethod
    def _read(cls, database: sqlite3.Connection) -> Catalog:
        about = dict(database.execute("SELECT name, value FROM about"))
        if about["layout"] != _LAYOUT:
            return cls({})
        rows = database.execute(f"SELECT {', '.join(_COLUMNS)} FROM source")  # noqa: S608  names
        entries = [_entry(row) for row in rows]
        weights = tuple(json.loads(about["weights"]))
        return cls({e.source: e for e in entries}, about["index_version"], weights)

    def save(self, folder: Path) -> None:
        """Write it in one transaction; one that cannot be written is removed, to mislead nobody.

        Raises:
            OSError: it can neither be written nor removed.
        """
        path = folder / FILE
        try:
            try:
                self._write(path)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                path.unlink()  # damaged: what it held is not needed
                self._write(path)
        except sqlite3.Error as error:
            _log.warning("The catalogue %s cannot be written: %s", path, error)
            path.unlink(missing_ok=True)

    def _write(self, path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            for table in ("source", "about"):
                database.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in filter(str.strip, _SCHEMA.split(";")):
                database.execute(statement)
            places = ", ".join("?" * len(_COLUMNS))
            database.executemany(
                f"INSERT INTO source VALUES ({places})",  # noqa: S608  question marks only
                (_row(entry) for entry in self._in_order()),
            )
            about = {
                "layout": _LAYOUT,
                "index_version": self.index_version,
                "weights": json.dumps(self.weights),
            }
            database.executemany("INSERT INTO about VALUES (?, ?)", about.items())
            database.execute("COMMIT")

    def _in_order(self) -> Iterable[Entry]:
        return (self.entries[source] for source in sorted(self.entries))


def _row(entry: Entry) -> tuple[Any, ...]:
    own = {name: getattr(entry, name) for name in _OWN}
    published = entry.published.isoformat() if entry.published else None
    plain = {**own, "state": entry.state.value, "published": published}.values()
    stamp = (getattr(entry.stamp, name) for name in _STAMP)
    return (*(_storable(v) if isinstance(v, str) else v for v in plain), *stamp)


def _storable(text: str) -> str:
    """Bytes of a file name that are no UTF-8, which SQLite does not take, are written out."""
    return text.encode("utf-8", "backslashreplace").decode()


def _entry(row: tuple[Any, ...]) -> Entry:
    own = dict(zip(_OWN, row, strict=False))
    own["state"] = State(own["state"])
    own["published"] = date.fromisoformat(own["published"]) if own["published"] else None
    return Entry(**own, stamp=Stamp(*row[len(_OWN) :]))
