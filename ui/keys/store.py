"""The keys of an office: a file that the server asks at every request, so a revoked key is shut
out at once."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from hmac import compare_digest
from pathlib import Path

from rag.errors import InputError, PolicyQAError
from ui.keys.key import Key, State, digest, id_in, is_id, new_id, new_text
from ui.people.person import Scope
from ui.people.storage import Store, StoreUnusable
from ui.people.users import folded

_APPLICATION = 0x70714B45  # "pqKE"
_SCHEMA = """
CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    digest BLOB NOT NULL,
    scopes TEXT NOT NULL,
    made REAL NOT NULL,
    expires REAL,
    revoked REAL,
    used TEXT
);;
CREATE UNIQUE INDEX names ON keys (name) WHERE revoked IS NULL
"""
_LONGEST_NAME = 64
_DAY_S = 86_400.0
_MOST_DAYS = 3650
_SCOPES = ", ".join(Scope)
_NOTE_S = 60.0
"""Seconds in which the use of a key is noted only once."""
_NO_DIGEST = bytes(32)
"""Compared with where there is no such key, so that it takes as long."""


class KeyInputError(InputError):
    """A name that is unknown, taken or not usable, or a key that may do nothing."""

    code = "bad-key-input"


class BadKey(PolicyQAError):
    """A key that is not taken; `key` is which it is, if its secret was right."""

    http_status = 401
    code = "bad-key"

    def __init__(self, message: str, key: Key | None = None) -> None:
        super().__init__(message)
        self.key = key


class Keys:
    """All keys of an office; safe from any thread and process."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._store = Store(path, _APPLICATION, _SCHEMA)
        self._clock = clock
        self._noted: dict[str, float] = {}
        self._lock = threading.Lock()

    def create(
        self, name: str, scopes: Collection[Scope], days: int | None = None
    ) -> tuple[Key, str]:
        """Make a key that lasts for so many days, or until it is revoked; its text is kept nowhere.

        Raises:
            KeyInputError: the name is taken or not usable, or the key could do nothing.
            StoreUnusable: the file cannot be used; also of the other methods.
        """
        name = _usable_name(name)
        if not scopes:
            raise KeyInputError(f"A key needs a scope; give it one or more of {_SCOPES}.")
        if days is not None and not 1 <= days <= _MOST_DAYS:
            raise KeyInputError(f"A key lasts 1 to {_MOST_DAYS} days; give another number.")
        id_, now = new_id(), self._clock()
        text = new_text(id_)
        ends = None if days is None else now + days * _DAY_S
        row = (id_, name, digest(text), " ".join(sorted(scopes)), now, ends)
        with self._store.opened() as base:
            if _row(base, "name = ? AND revoked IS NULL", name):
                raise KeyInputError(
                    f"There is a key {name!r} already; take another name, or revoke it first."
                )
            base.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)", row)
        return Key(id_, name, frozenset(scopes), _time(now), _time_or_none(ends)), text

    def revoke(self, which: str) -> Key:
        """Let nobody in by a key any more; it is named by its id or its name.

        Raises:
            KeyInputError: there is none, or it is revoked already.
        """
        with self._store.opened() as base:
            found = _row(base, "id = ? AND revoked IS NULL", which.strip().lower())
            found = found or _row(base, "name = ? AND revoked IS NULL", folded(which))
            if found is None:
                raise KeyInputError(
                    f"There is no key {which!r} that could be revoked; `policyqa key list` shows "
                    "which there are."
                )
            base.execute("UPDATE keys SET revoked = ? WHERE id = ?", (self._clock(), found["id"]))
        return _key(found)

    def listed(self) -> Sequence[Key]:
        """All keys that ever were, the newest first."""
        if not self._path.exists():
            return []
        with self._store.read() as base:
            rows = base.execute("SELECT * FROM keys ORDER BY made DESC, id").fetchall()
        return [_key(row) for row in rows]

    def check(self, text: str) -> Key:
        """The key that somebody sent.

        Raises:
            BadKey: it is none of ours, it has expired or was revoked.
        """
        row = self._found(id_in(text))
        same = compare_digest(row["digest"] if row else _NO_DIGEST, digest(text))
        if row is None or not same:
            raise BadKey("This key is not known here; use one that `policyqa key create` printed.")
        key = _key(row)
        now = _time(self._clock())
        if (state := key.state(now)) is not State.GOOD:
            why = "has expired" if state is State.EXPIRED else "was revoked"
            raise BadKey(f"This key {why}; ask the administrator for a new one.", key)
        self._note_use(key, now.date())
        return key

    def _found(self, id_: str | None) -> sqlite3.Row | None:
        if id_ is None or not self._path.exists():
            return None
        with self._store.read() as base:
            return _row(base, "id = ?", id_)

    def _note_use(self, key: Key, day: date) -> None:
        """Note the day, in a thread of its own: who asks neither waits for it nor fails by it."""
        if key.used == day:
            return
        now = self._clock()
        with self._lock:
            if 0 <= now - self._noted.get(key.id, -_NOTE_S) < _NOTE_S:
                return
            self._noted[key.id] = now
        threading.Thread(target=self._write_use, args=(key.id, day), daemon=True).start()

    def _write_use(self, id_: str, day: date) -> None:
        with suppress(StoreUnusable), self._store.opened() as base:  # tried again in a minute
            base.execute("UPDATE keys SET used = ? WHERE id = ?", (day.isoformat(), id_))


def open_keys(office_dir: Path) -> Keys:
    """The keys of the office that is kept in a folder."""
    return Keys(office_dir / "keys.sqlite3")


def scopes_of(names: Iterable[str]) -> frozenset[Scope]:
    """The scopes of these names.

    Raises:
        KeyInputError: there is no scope of some name.
    """
    asked = [name.strip().lower() for name in names]
    if unknown := [name for name in asked if name not in list(Scope)]:
        raise KeyInputError(f"There is no scope {unknown[0]!r}; the scopes are {_SCOPES}.")
    return frozenset(Scope(name) for name in asked)


def _row(base: sqlite3.Connection, which: str, value: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = base.execute(
        f"SELECT * FROM keys WHERE {which}",  # noqa: S608 - our own text
        (value,),
    ).fetchone()
    return found


def _key(row: sqlite3.Row) -> Key:
    return Key(
        id=row["id"],
        name=row["name"],
        scopes=frozenset(scope for scope in Scope if scope in row["scopes"].split()),
        made=_time(row["made"]),
        expires=_time_or_none(row["expires"]),
        revoked=_time_or_none(row["revoked"]),
        used=date.fromisoformat(row["used"]) if row["used"] else None,
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _time_or_none(seconds: float | None) -> datetime | None:
    return None if seconds is None else _time(seconds)


def _usable_name(name: str) -> str:
    kept = folded(name)
    if not 1 <= len(kept) <= _LONGEST_NAME or not all(c.isalnum() or c in "._-" for c in kept):
        raise KeyInputError(
            f"The name of a key has 1 to {_LONGEST_NAME} letters, digits or any of . _ -; write "
            "another."
        )
    if is_id(kept):
        raise KeyInputError(f"{kept!r} looks like the id of a key; write another name.")
    return kept
