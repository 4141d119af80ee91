"""The audit log: who asked and who changed what.

It tells that somebody asked, not what, unless `access.audit_questions` says so: a list of every
question with its asker would be a record of how each employee works, which an office has no need
to keep, and mostly no right to. What is kept goes after a time, and the newest of it cannot be
altered or deleted through the file's own tables.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rag.errors import PolicyQAError
from ui.people.person import Person
from ui.people.storage import Store

_APPLICATION = 0x70714155  # "pqAU"
_MOST_WORDS = 500
"""Characters of one entry's object; a longer one is cut."""
_SWEEP_EVERY = 64
"""Entries after which what is too old goes."""
_PROTECTED = 1000
"""The newest so many entries of a day cannot be deleted; the schema says so too."""
_MANY = "('ask', 'search', 'sign-in refused')"
"""What anybody can do without end; only these make room, so that no change is washed out."""
_SCHEMA = """
CREATE TABLE entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    person TEXT NOT NULL,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    what TEXT NOT NULL
);;
CREATE TRIGGER unaltered BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;;
CREATE TRIGGER undeleted BEFORE DELETE ON entries
WHEN OLD.id > (SELECT max(id) FROM entries) - 1000
    AND OLD.at > strftime('%Y-%m-%dT%H:%M:%S', 'now', '-23 hours')
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END
"""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that somebody did; `number` grows with time."""

    number: int
    at: datetime
    person: str
    role: str
    action: str
    what: str


class Audit:
    """The log of one office; safe from any thread."""

    def __init__(self, path: Path, *, days: int = 365, entries: int = 100_000) -> None:
        """Keep entries for so many days, and of questions and refusals only those among the
        newest so many."""
        self._store = Store(path, _APPLICATION, _SCHEMA)
        self._days = days
        self._entries = max(entries, _PROTECTED)

    def note(self, person: Person, action: str, what: str = "") -> None:
        """Add an entry; a log that cannot be written never stops the work.

        `action` is a word or two that stay the same ("upload", "remove document"), `what` names
        the object: an id, a title, another person.
        """
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        row = (now, person.name, person.role.value, _line(action), _line(what))
        try:
            with self._store.opened() as base:
                added = base.execute(
                    "INSERT INTO entries (at, person, role, action, what) VALUES (?, ?, ?, ?, ?)",
                    tuple(text.encode(errors="replace").decode() for text in row),
                )
                if (added.lastrowid or 0) % _SWEEP_EVERY == 1:
                    base.execute(
                        f"DELETE FROM entries WHERE at < ? OR (id <= ? AND action IN {_MANY})",  # noqa: S608 - our own text
                        (_days_ago(self._days), (added.lastrowid or 0) - self._entries),
                    )
        except PolicyQAError:
            _log.exception("The audit log lacks %r of %s.", action, person.name)

    def entries(
        self, search: str = "", *, before: int | None = None, limit: int = 50
    ) -> Sequence[Entry]:
        """The newest entries in which all words of `search` stand, older than number `before`.

        Raises:
            StoreUnusable: the log cannot be read.
        """
        words = search.split()[:10]
        holds = " AND ".join(["id < ?", *[_HOLDS] * len(words)])
        last = before if before is not None else 2**62
        values = [last, *(_pattern(word) for word in words), limit]
        with self._store.read() as base:
            rows = base.execute(
                f"SELECT * FROM entries WHERE {holds} ORDER BY id DESC LIMIT ?",  # noqa: S608 - of our own pieces only
                values,
            ).fetchall()
        return [_entry(*row) for row in rows]


_HOLDS = "(person || ' ' || role || ' ' || action || ' ' || what || ' ' || at) LIKE ? ESCAPE '\\'"


def _pattern(word: str) -> str:
    for special in "\\%_":
        word = word.replace(special, f"\\{special}")
    return f"%{word}%"


def _entry(number: int, at: str, person: str, role: str, action: str, what: str) -> Entry:
    return Entry(number, datetime.fromisoformat(at), person, role, action, what)


def _days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_WORDS else f"{line[: _MOST_WORDS - 1]}…"
