"""The review queue: cases that wait until a person accepts or rejects them, in SQLite.

One file (`settings.review_file`), which any number of processes may use at once: write-ahead
logging, one transaction for each change, a busy one waits. `PRAGMA application_id` tells our file
from others, `PRAGMA user_version` is the version of this table:

    items
      id            INTEGER PRIMARY KEY
      fingerprint   TEXT UNIQUE   SHA-256 of what makes the item the same thing (see below)
      origin        TEXT          drafted | imported | judged
      state         TEXT          waiting | accepted | rejected
      case_json     TEXT          the case in the case format; of a judged answer, what is known of
                                  it: at least its question. Once accepted, the case as accepted
      index_version TEXT          the index that it was drafted from or answered with
      created       TEXT          UTC, ISO 8601
      reviewed      TEXT          UTC, ISO 8601; null while waiting
      reviewer      TEXT          who accepted or rejected it; null while waiting
      note          TEXT          the reviewer's note
      answer_id     TEXT          judged only: the answer's id
      answer_json   TEXT          judged only: the answer, as `rag.wire.answer_to_json` writes it
      judge         TEXT          judged only: who judged, a name or the session's opaque id
      verdict       TEXT          judged only: right | wrong
      reason        TEXT          judged only: one of the reasons that the page offers, or empty
      comment       TEXT          judged only: free text

The same thing counts once. Drafted and imported cases are the same if origin and all of the case
but its id and split are. A judgement is the same if answer and judge are: a second click counts
once, two people count twice, and a judge who changes his mind before the review has the last word.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.cases.items import Item, NewItem, check_item
from eval.cases.storage import open_base, owned, told
from eval.dataset import Case, case_to_json
from rag.closing import Closing
from rag.errors import CaseError

STATES = ("waiting", "accepted", "rejected")


class ReviewQueue(Closing):
    """The queue in one file; for one thread, open and closed by `with`.

    Raises:
        CaseError: the file is no review queue, is damaged, or cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._base = open_base(path)

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def add(self, items: Iterable[NewItem], limit: int | None = None) -> int:
        """Put in what is new, at most `limit` of it, all or nothing; returns how much was new."""
        added = 0
        with self.transaction():
            for item in items:
                if limit is not None and added >= limit:
                    break
                check_item(item)
                added += self._add(item)
        return added

    def withdraw(self, item: NewItem) -> bool:
        """Take out what is the same as `item`; false, and nothing changes, unless it waits."""
        with self.transaction(), told(self._path):
            gone = self._base.execute(
                "DELETE FROM items WHERE fingerprint = ? AND state = 'waiting'",
                (item.fingerprint,),
            )
        return gone.rowcount == 1

    def waiting(self, after: int = 0) -> list[Item]:
        """The items that nobody has reviewed, with ids above `after`, oldest first."""
        return self._items("state = 'waiting' AND id > ?", after)

    def accepted(self) -> list[Item]:
        """The items that were accepted, each with the case as accepted."""
        return self._items("state = 'accepted'")

    def get(self, id_: int) -> Item:
        """One item.

        Raises:
            CaseError: there is none of this id.
        """
        found = self._items("id = ?", id_)
        if not found:
            raise CaseError(f"{self._path} holds no item {id_}; run 'policyqa cases review'.")
        return found[0]

    def counts(self) -> dict[str, int]:
        """How many items are in each state."""
        with told(self._path):
            rows = self._base.execute("SELECT state, count(*) AS n FROM items GROUP BY state")
            return dict.fromkeys(STATES, 0) | {row["state"]: row["n"] for row in rows}

    def accept(self, id_: int, case: Case, reviewer: str, note: str = "") -> bool:
        """Accept an item as `case`; false, and nothing changes, if it was reviewed before."""
        return self._review(id_, "accepted", reviewer, note, case_to_json(case))

    def reject(self, id_: int, reviewer: str, note: str = "") -> bool:
        """Reject an item; false, and nothing changes, if it was reviewed before."""
        return self._review(id_, "rejected", reviewer, note, None)

    def transaction(self) -> AbstractContextManager[None]:
        """Own the queue for one change: all of the block takes effect, or nothing."""
        return owned(self._base, self._path)

    def _add(self, item: NewItem) -> bool:
        judged = item.judgement
        row = {
            "fingerprint": item.fingerprint,
            "origin": item.origin,
            "case_json": _json(item.case),
            "index_version": item.index_version,
            "created": _now(),
            "answer_id": str(judged.answer["id"]) if judged else None,
            "answer_json": _json(judged.answer) if judged else None,
            "judge": judged.judge if judged else None,
            "verdict": judged.verdict if judged else None,
            "reason": judged.reason if judged else "",
            "comment": judged.comment if judged else "",
        }
        with told(self._path):
            columns = ", ".join(row)
            slots = ", ".join(f":{name}" for name in row)
            new = self._base.execute(
                f"INSERT OR IGNORE INTO items ({columns}) VALUES ({slots})",  # noqa: S608  # names
                row,
            ).rowcount
            if not new and judged:
                self._base.execute(
                    "UPDATE items SET case_json = :case_json, verdict = :verdict, reason = :reason,"
                    " comment = :comment WHERE fingerprint = :fingerprint AND state = 'waiting'",
                    row,
                )
        return new == 1

    def _review(
        self, id_: int, state: str, reviewer: str, note: str, case: Mapping[str, Any] | None
    ) -> bool:
        self.get(id_)
        with self.transaction(), told(self._path):
            done = self._base.execute(
                "UPDATE items SET state = ?, reviewer = ?, note = ?, reviewed = ?,"
                " case_json = coalesce(?, case_json) WHERE id = ? AND state = 'waiting'",
                (state, reviewer, note, _now(), _json(case) if case else None, id_),
            )
        return done.rowcount == 1

    def _items(self, where: str, *values: Any) -> list[Item]:
        with told(self._path):
            rows = self._base.execute(
                f"SELECT * FROM items WHERE {where} ORDER BY id",  # noqa: S608  # our own text
                values,
            )
            return [_item(row, self._path) for row in rows]


def _item(row: sqlite3.Row, path: Path) -> Item:
    values = {field.name: row[field.name] for field in fields(Item) if field.name in row.keys()}  # noqa: SIM118  # a Row iterates over its values
    try:
        case, answer = json.loads(row["case_json"]), json.loads(row["answer_json"] or "null")
    except ValueError as error:
        raise CaseError(
            f"Item {row['id']} of the review queue {path} is damaged ({error}); remove it."
        ) from error
    return Item(**values, case=case, answer=answer)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value)  # in ASCII: an answer may hold half a character


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
