"""Who is signed in: kept on the server, so that it can be ended there.

The browser holds a random token of 256 bits; only its hash is kept here, so that whoever reads the
file cannot sign in by it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from threading import Lock

from ui.people.storage import Store, StoreUnusable
from ui.people.users import User

_APPLICATION = 0x70715345  # "pqSE"
_SCHEMA = """
CREATE TABLE sessions (
    digest BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    stamp TEXT NOT NULL,
    began REAL NOT NULL,
    seen REAL NOT NULL
) WITHOUT ROWID
"""
_TOUCH_S = 60.0
"""Seconds in which a session is noted as used only once."""
_FRESH_S = 5.0
"""Seconds for which what was read of a session still counts."""
_MOST_FRESH = 4096


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in; times are seconds since 1970."""

    name: str
    stamp: str
    began: float
    seen: float


class Sessions:
    """All sign-ins of an office; safe from any thread."""

    def __init__(
        self,
        path: Path,
        *,
        hours: float,
        idle_hours: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = Store(path, _APPLICATION, _SCHEMA)
        self._lasts = hours * 3600
        self._idle = idle_hours * 3600
        self._clock = clock
        self._fresh: OrderedDict[bytes, tuple[float, Session]] = OrderedDict()
        self._ended = 0
        self._lock = Lock()

    @property
    def seconds(self) -> int:
        """How long a session lasts at most."""
        return int(self._lasts)

    def begin(self, user: User) -> str:
        """Sign somebody in; the token for the browser.

        Raises:
            StoreUnusable: the file cannot be used; also of the other methods.
        """
        token = token_urlsafe(32)
        now = self._clock()
        with self._store.opened() as base:
            base.execute(
                "DELETE FROM sessions WHERE began < ? OR seen < ?",
                (now - self._lasts, now - self._idle),
            )
            row = (_digest(token), user.name, user.stamp, now, now)
            base.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", row)
        return token

    def find(self, token: str) -> Session | None:
        """The session of a token, unless it is over; it counts as used now."""
        digest = _digest(token)
        now = self._clock()
        with self._lock:
            read, session = self._fresh.get(digest, (0.0, None))
        if session is None or not 0 <= now - read < _FRESH_S:
            session = self._read(digest, now)
        if (
            session is None
            or now - session.began >= self._lasts
            or now - session.seen >= self._idle
        ):
            return None
        return session

    def end(self, token: str) -> None:
        """Sign out."""
        self._forget("digest = ?", _digest(token))

    def end_of(self, name: str) -> None:
        """End all sessions of somebody."""
        self._forget("name = ?", name)

    def listed(self) -> Sequence[Session]:
        """Those that are not over, the last used first."""
        now = self._clock()
        with self._store.read() as base:
            rows = base.execute(
                "SELECT name, stamp, began, seen FROM sessions WHERE began > ? AND seen > ? "
                "ORDER BY seen DESC",
                (now - self._lasts, now - self._idle),
            ).fetchall()
        return [Session(*row) for row in rows]

    def _read(self, digest: bytes, now: float) -> Session | None:
        ended = self._ended
        with self._store.read() as base:
            row = base.execute(
                "SELECT name, stamp, began, seen FROM sessions WHERE digest = ?", (digest,)
            ).fetchone()
        if row is None:
            return None
        session = Session(*row)
        if min(_TOUCH_S, self._idle / 10) <= now - session.seen < self._idle:
            session = Session(session.name, session.stamp, session.began, now)
            # Being signed in does not hang on this note.
            with suppress(StoreUnusable), self._store.opened() as base:
                base.execute("UPDATE sessions SET seen = ? WHERE digest = ?", (now, digest))
        with self._lock:
            if ended != self._ended:  # it may have been this one
                return session
            self._fresh[digest] = (now, session)
            self._fresh.move_to_end(digest)
            while len(self._fresh) > _MOST_FRESH:
                self._fresh.popitem(last=False)
        return session

    def _forget(self, which: str, value: bytes | str) -> None:
        with self._store.opened() as base:
            base.execute(f"DELETE FROM sessions WHERE {which}", (value,))  # noqa: S608 - our own text
        with self._lock:
            self._ended += 1
            self._fresh.clear()


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()
