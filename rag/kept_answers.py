"""Answers that a model wrote, kept to be given again to an equal question.

What is equal is told by `answer_key`: everything that can change an answer goes in. The answers lie
in one SQLite file that any number of threads and processes share; those not asked for the longest
go first. Whatever is wrong with the file, it costs an asker no more than the answer being written
anew: a file that is locked is passed over, as is one that is another program's; ours is moved aside
where it is damaged.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from rag.clock import KEPT, Clock
from rag.closing import Closing
from rag.kept_file import Identity, identity, is_busy, is_unusable, open_file, set_aside
from rag.local_server import MODEL as LOCAL_MODEL
from rag.models import Answer, Filters, Turn
from rag.prompts import VERSION
from rag.settings import ChatSettings, Settings
from rag.wire import answer_from_json, answer_to_json

T = TypeVar("T")

_NO_MATTER = {"api_key", "api_key_file", "timeout", "kept_answers"}
"""What of the chat settings changes no answer that was written without trouble."""
_NEWEST = "(SELECT COALESCE(MAX(used), 0) + 1 FROM answers)"
_READ = "SELECT answer, digest FROM answers WHERE key = ?"
_TOUCH = f"UPDATE answers SET used = {_NEWEST} WHERE key = ?"  # noqa: S608  nothing from outside
_WRITE = f"INSERT OR REPLACE INTO answers VALUES (?, ?, ?, {_NEWEST})"  # noqa: S608  the same
_PRUNE = (
    "DELETE FROM answers WHERE key IN "
    "(SELECT key FROM answers ORDER BY used DESC LIMIT -1 OFFSET ?)"
)
_log = logging.getLogger(__name__)


class KeptAnswers(Closing):
    """The answers kept in one file, at most `most` of them; safe to share between threads.

    The file is opened at first use. No method raises anything over it.
    """

    def __init__(self, path: Path, most: int) -> None:
        self._path = path
        self._most = most
        self._mutex = threading.Lock()
        self._base: sqlite3.Connection | None = None
        self._seen: Identity = ()
        self._told = False

    def get(self, key: str) -> Answer | None:
        """The answer kept under this key, or none; it counts as used now."""
        text = self._tried(lambda base: _read(base, key))
        if text is None:
            return None
        self._tried(lambda base: base.execute(_TOUCH, (key,)))
        return answer_from_json(json.loads(text))

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer, and let go of those not used for the longest."""
        text = json.dumps(answer_to_json(answer, trace=True)).encode()
        if self._tried(lambda base: _write(base, key, text, self._most)):
            self._told = False

    def close(self) -> None:
        """Close the file; it is opened again if it is used again."""
        with self._mutex:
            self._let_go()

    def _tried(self, act: Callable[[sqlite3.Connection], T]) -> T | None:
        """What the act gives, tried again where the file had to be begun anew; none if it fails."""
        with self._mutex:
            for _ in range(2):
                try:
                    return act(self._opened())
                except sqlite3.Error as error:
                    if is_busy(error):
                        return None
                    self._let_go()
                    if not (is_unusable(error) and self._begun_anew(error)):
                        self._gave_up(error)
                        return None
                except OSError as error:
                    self._gave_up(error)
                    return None
        return None

    def _opened(self) -> sqlite3.Connection:
        """The connection, renewed where the file was moved away or this process is a fork."""
        now = identity(self._path)
        if self._base is None or now != self._seen:
            self._let_go()
            self._seen = now
            self._base, self._seen = open_file(self._path)
        return self._base

    def _let_go(self) -> None:
        base, self._base = self._base, None
        if base is not None:
            base.close()

    def _begun_anew(self, error: Exception) -> bool:
        """Whether the file is out of the way; the second try makes a new one."""
        try:
            moved = set_aside(self._path, self._seen)
        except OSError:
            return False
        if moved:
            _log.warning(
                "The file of kept answers %s was unusable (%s) and lies in %s now; a new one is "
                "begun.",
                self._path,
                error,
                moved.name,
            )
        return True

    def _gave_up(self, error: Exception) -> None:
        """Tell it once, until it is well again."""
        if not self._told:
            _log.warning(
                "No answers are kept, since %s cannot be used (%s); make room or permit it, or "
                "set another answers_file.",
                self._path,
                error,
            )
        self._told = True


def answer_key(
    question: str,
    history: Sequence[Turn],
    filters: Filters | None,
    index_version: str,
    settings: Settings,
) -> str:
    """What two questions must share to have the same answer, as 64 hex digits.

    The question as it was typed (but for blanks), the turns before it, the filters, the generation
    of the index, the model, its prompt, every setting that the answer depends on, and the program
    itself: where a proof was made stricter, no older answer slips past it.
    """
    wanted = filters or Filters()
    parts = {
        "question": " ".join(question.split()),
        "history": [asdict(turn) for turn in history],
        "filters": {name: _plain(value) for name, value in asdict(wanted).items()},
        "index": index_version,
        "embedding": settings.embedding.model,
        "chat": _chat(settings.chat),
        "retrieval": settings.retrieval.model_dump(mode="json"),
        "rank": settings.rank.model_dump(mode="json"),
        "answer": settings.answer.model_dump(mode="json"),
        "prompt": VERSION,
        "program": _program(),
    }
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _plain(value: Sequence[str] | date | None) -> str | list[str]:
    """A filter, whatever the order in which its values were given."""
    return str(value) if value is None or isinstance(value, date) else sorted(set(value))


def _chat(settings: ChatSettings) -> dict[str, Any]:
    """What of the chat settings changes an answer; the local model's port is another every time."""
    told = settings.model_dump(mode="json", exclude=_NO_MATTER)
    return {**told, "base_url": None} if settings.model == LOCAL_MODEL else told


def is_worth_keeping(answer: Answer) -> bool:
    """Whether a model wrote this and neither failed nor lacked time: it would say it again."""
    return answer.model is not None and bool(answer.claims) and answer.trace.failure is None


def given_again(answer: Answer, question: str, clock: Clock) -> Answer:
    """A kept answer as the answer to this question: the same claims and trace, its own id and time.

    `timings_ms` has the stage `kept`, which tells it from an answer that was just written.
    """
    clock.lap(KEPT)
    return replace(answer, id=uuid.uuid4().hex, question=question, timings_ms=clock.total())


@cache
def _program() -> str:
    """A digest of the program's own files, so that a change of it lets go of what it wrote."""
    root = Path(__file__).parent
    files = sorted(p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    rows = [f"{p.relative_to(root)} {sha256(p.read_bytes()).hexdigest()}" for p in files]
    return sha256("\n".join(rows).encode()).hexdigest()


def _digest(key: str, text: bytes) -> str:
    return sha256(key.encode() + b"\n" + text).hexdigest()


def _read(base: sqlite3.Connection, key: str) -> bytes | None:
    """The text under a key; none unless every byte of it is as it was written."""
    row = base.execute(_READ, (key,)).fetchone()
    return row[0] if row and row[1] == _digest(key, row[0]) else None


def _write(base: sqlite3.Connection, key: str, text: bytes, most: int) -> bool:
    base.execute("BEGIN IMMEDIATE")
    try:
        base.execute(_WRITE, (key, text, _digest(key, text)))
        base.execute(_PRUNE, (most,))
        base.execute("COMMIT")
    except BaseException:
        if base.in_transaction:
            base.execute("ROLLBACK")
        raise
    return True
