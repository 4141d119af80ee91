"""The file of answers that were given to programs, and of what people think of answers.

given         answers to programs, the newest `MOST_GIVEN`; those of the page are kept with
              their conversations. `history_json` is what had been said before
judgements    one for each answer and judge, so that a click counts once however often it
              arrives. It holds the answer too: what was judged can be looked into after its
              conversation has been deleted
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rag.models import Turn
from rag.wire import answer_from_json, answer_to_json
from ui.judging.opinion import Given, Judged, Opinion
from ui.people.storage import Store

MOST_GIVEN = 5000
_APPLICATION = 0x7071434A  # "pqCJ"
_SCHEMA = """
CREATE TABLE given (
    number INTEGER PRIMARY KEY,
    answer_id TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL,
    answer_json TEXT NOT NULL,
    history_json TEXT NOT NULL
);;
CREATE TABLE judgements (
    answer_id TEXT NOT NULL,
    judge TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('right', 'wrong')),
    reason TEXT NOT NULL,
    comment TEXT NOT NULL,
    changed TEXT NOT NULL,
    is_case INTEGER NOT NULL DEFAULT 0,
    answer_json TEXT NOT NULL,
    history_json TEXT NOT NULL,
    PRIMARY KEY (answer_id, judge)
)
"""


class JudgementStore:
    """Answers given to programs, and judgements; any thread and any process may use it.

    Every method raises `StoreUnusable` where the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._file = Store(path, _APPLICATION, _SCHEMA)

    def add_given(self, person: str, given: Given) -> None:
        """Keep an answer, and let go of the oldest ones beyond `MOST_GIVEN`."""
        with self._file.opened() as base:
            added = base.execute(
                "INSERT OR IGNORE INTO given (answer_id, person, answer_json, history_json)"
                " VALUES (?, ?, ?, ?)",
                (given.answer.id, person, *_texts(given)),
            )
            base.execute(
                "DELETE FROM given WHERE number <= ?", ((added.lastrowid or 0) - MOST_GIVEN,)
            )

    def given(self, person: str, answer_id: str) -> Given | None:
        """An answer that was given to this person; `None` is no failure: others are elsewhere."""
        with self._file.read() as base:
            row = base.execute(
                "SELECT * FROM given WHERE answer_id = ? AND person = ?", (answer_id, person)
            ).fetchone()
        return _given(row) if row else None

    def judged(self, judge: str, answer_id: str) -> Judged | None:
        """What somebody thinks of an answer; `None` if that was never said, or taken back."""
        with self._file.read() as base:
            row = base.execute(
                "SELECT * FROM judgements WHERE answer_id = ? AND judge = ?", (answer_id, judge)
            ).fetchone()
        if row is None:
            return None
        opinion = Opinion(row["verdict"], row["reason"], row["comment"])
        return Judged(_given(row), opinion, bool(row["is_case"]))

    def put(self, judge: str, given: Given, opinion: Opinion) -> None:
        """Keep what somebody thinks of an answer, in the place of what was thought before."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        said = (opinion.verdict, opinion.reason, opinion.comment, now)
        with self._file.opened() as base:
            base.execute(
                "INSERT INTO judgements (answer_id, judge, verdict, reason, comment, changed,"
                " answer_json, history_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (answer_id, judge) DO UPDATE SET verdict = excluded.verdict,"
                " reason = excluded.reason, comment = excluded.comment, changed = excluded.changed",
                (given.answer.id, judge, *said, *_texts(given)),
            )

    def mark_case(self, judge: str, answer_id: str) -> None:
        """Note that a judged answer became a case."""
        with self._file.opened() as base:
            base.execute(
                "UPDATE judgements SET is_case = 1 WHERE answer_id = ? AND judge = ?",
                (answer_id, judge),
            )

    def remove(self, judge: str, answer_id: str) -> None:
        """Forget what somebody thinks of an answer."""
        with self._file.opened() as base:
            base.execute(
                "DELETE FROM judgements WHERE answer_id = ? AND judge = ?", (answer_id, judge)
            )

    def release(self, name: str) -> None:
        """Take all that is somebody's away from the name, which another may get."""
        with self._file.opened() as base:
            base.execute(
                "UPDATE given SET person = ? || '/' || hex(randomblob(8)) WHERE person = ?",
                (name, name),
            )
            base.execute(
                "UPDATE judgements SET judge = ? || '/' || hex(randomblob(8)) WHERE judge = ?",
                (name, name),
            )


def _texts(given: Given) -> tuple[str, str]:
    history = [asdict(turn) for turn in given.history]
    return json.dumps(answer_to_json(given.answer)), json.dumps(history)


def _given(row: sqlite3.Row) -> Given:
    try:
        history = tuple(Turn(**turn) for turn in json.loads(row["history_json"]))
        return Given(answer_from_json(json.loads(row["answer_json"])), history)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise sqlite3.DatabaseError("an answer in the file is damaged") from error
