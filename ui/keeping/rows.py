"""The rows of the file of conversations, and the values that they are read as."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime

from rag.wire import answer_from_json
from ui.keeping.kept import TITLE_CHARS, Conversation, Heading, Kept, NotKept, UnknownConversation

MOST_EXCHANGES = 200
"""Exchanges of one conversation."""

# What is read of a conversation, of those that are neither deleted nor older than a time.
HEADING = """
SELECT c.id, c.owner, c.name, c.began, c.changed, c.token,
  (SELECT count(*) FROM exchanges e WHERE e.conversation = c.id) AS count,
  (SELECT question FROM exchanges e WHERE e.conversation = c.id ORDER BY number LIMIT 1) AS first
FROM conversations c WHERE c.deleted IS NULL AND c.changed >= ?
"""


def known(row: sqlite3.Row | None) -> sqlite3.Row:
    """The row of a conversation, if there is one."""
    if row is None:
        raise UnknownConversation(
            "There is no such conversation; it may have been deleted, or is no longer shared."
        )
    return row


def drop_last(base: sqlite3.Connection, id_: str, number: int | None) -> str | None:
    """Remove the last exchange, if it has the number or any will do; its question."""
    last = _last_number(base, id_)
    if not last or number not in (None, last):
        return None
    row = base.execute(
        "DELETE FROM exchanges WHERE conversation = ? AND number = ? RETURNING question",
        (id_, last),
    ).fetchone()
    return str(row["question"])


def next_number(base: sqlite3.Connection, id_: str) -> int:
    """The number of an exchange to be added, if there is room for one."""
    number = _last_number(base, id_) + 1
    if number > MOST_EXCHANGES:
        raise NotKept(
            f"This conversation is full, with {MOST_EXCHANGES} questions, so this one was not "
            "kept; begin a new conversation."
        )
    return number


def _last_number(base: sqlite3.Connection, id_: str) -> int:
    query = "SELECT coalesce(max(number), 0) FROM exchanges WHERE conversation = ?"
    return int(base.execute(query, (id_,)).fetchone()[0])


def whole(base: sqlite3.Connection, row: sqlite3.Row) -> Conversation:
    """A conversation with its exchanges."""
    query = "SELECT * FROM exchanges WHERE conversation = ? ORDER BY number"
    kept = [_kept(exchange) for exchange in base.execute(query, (row["id"],))]
    return Conversation(heading(row), row["owner"], kept)


def _kept(row: sqlite3.Row) -> Kept:
    try:
        answer = answer_from_json(json.loads(row["answer_json"]))
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise sqlite3.DatabaseError("an answer in the file is damaged") from error
    return Kept(row["number"], row["question"], answer, _time(row["asked"]))


def heading(row: sqlite3.Row) -> Heading:
    """A row of `HEADING`, its title on one line and no longer than it may be."""
    title = " ".join((row["name"] or row["first"] or "").split())
    if len(title) > TITLE_CHARS:
        title = title[: TITLE_CHARS - 1] + "…"
    began, changed = _time(row["began"]), _time(row["changed"])
    return Heading(row["id"], title, began, changed, row["count"], row["token"])


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
