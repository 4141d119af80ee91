"""The store of conversations: each is one person's, and nobody else's to read or to change.

Nothing that a browser holds is trusted: the turns of a conversation are read from here.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rag.models import Answer
from rag.wire import answer_to_json
from ui.keeping.kept import (
    TITLE_CHARS,
    Conversation,
    Heading,
    Kept,
    NotKept,
    TitleError,
    UnknownConversation,
)
from ui.keeping.rows import HEADING, drop_last, heading, known, next_number, whole
from ui.keeping.searching import sought, words_sought
from ui.keeping.storage import File
from ui.people.person import Person

MOST_ANSWER_CHARS = 1_000_000
"""Longest answer that is kept, as JSON."""
MOST_LISTED = 500
"""Conversations of one list, the newest; a search finds the older ones."""
UNDO_S = 120
"""Seconds in which a deleted conversation can come back, if the page does not end them earlier."""
_EMPTY_S = 24 * 3600
"""Seconds after which a conversation in which nothing was ever answered is let go."""
_SECRET_BYTES = 16  # 22 characters

_FOUND = """
AND (instr(c.sought_name, ?) OR EXISTS (
  SELECT 1 FROM exchanges e WHERE e.conversation = c.id AND instr(e.sought, ?)))
"""


class Conversations:
    """A file of conversations; any thread and any process may use it, and it needs no closing.

    Every method raises `NotKept` where the file cannot be used, and `UnknownConversation` for one
    that is not there or not this person's. With `keep_days` above 0, conversations that nobody
    added to for so many days are forgotten.
    """

    def __init__(
        self,
        path: Path,
        *,
        keep_days: int = 0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._file = File(path)
        self._keep_days = keep_days
        self._clock = clock

    def begin(self, person: Person) -> str:
        """Begin a conversation; its id, which is not listed before something is added."""
        id_, now = secrets.token_urlsafe(_SECRET_BYTES), self._now()
        with self._file.opened() as base:
            swept = self._sweep(base)
            base.execute(
                "INSERT INTO conversations (id, owner, began, changed) VALUES (?, ?, ?, ?)",
                (id_, person.name, now, now),
            )
        if swept:
            self._file.wipe()
        return id_

    def add(
        self, id_: str, person: Person, question: str, answer: Answer, *, replaces: int = 0
    ) -> int:
        """Add an exchange; its number. The first question is the title until there is a name.

        It takes the place of the exchange `replaces`, if that is the last one still.

        Raises:
            NotKept: also where the conversation is full, or the answer far too long.
        """
        answer_json = json.dumps(answer_to_json(answer), ensure_ascii=False)
        if len(answer_json) > MOST_ANSWER_CHARS:
            raise NotKept("This answer is too long to be kept; export or copy it while it stands.")
        words = sought(f"{question}\n{answer.text}")
        with self._file.opened() as base:
            self._owned(base, id_, person)
            drop_last(base, id_, replaces)
            number = next_number(base, id_)
            base.execute(
                "INSERT INTO exchanges VALUES (?, ?, ?, ?, ?, ?)",
                (id_, number, question, answer_json, words, self._now()),
            )
            base.execute("UPDATE conversations SET changed = ? WHERE id = ?", (self._now(), id_))
        return number

    def drop_last(self, id_: str, person: Person, *, number: int | None = None) -> str | None:
        """Remove the last exchange, to be asked otherwise; its question, `None` if there is none.

        Given a `number`, it is removed only if it is that one: another tab may have gone on.
        """
        with self._file.opened() as base:
            self._owned(base, id_, person)
            return drop_last(base, id_, number)

    def exchanges(self, id_: str, person: Person) -> Sequence[Kept]:
        """All exchanges, in the order in which they were asked."""
        return self.conversation(id_, person).exchanges

    def conversation(self, id_: str, person: Person) -> Conversation:
        """The whole of a conversation."""
        with self._file.reading() as base:
            return whole(base, self._owned(base, id_, person))

    def holding(self, answer_id: str, person: Person) -> Sequence[Kept]:
        """The exchanges of the conversation with this answer, up to and with it, oldest first."""
        query = (
            "SELECT e.conversation, e.number FROM exchanges e JOIN conversations c "
            "ON c.id = e.conversation WHERE json_extract(e.answer_json, '$.id') = ? AND c.owner = ?"
        )
        with self._file.reading() as base:
            found = base.execute(query, (answer_id, person.name)).fetchone()
            held = whole(base, self._owned(base, known(found)["conversation"], person))
        return [kept for kept in held.exchanges if kept.number <= found["number"]]

    def listed(self, person: Person, search: str = "") -> Sequence[Heading]:
        """Conversations in which something was asked, the last used first; `MOST_LISTED` at most.

        Every word of `search` must occur in the name, a question or an answer, as it is written;
        capitals do not matter.
        """
        words = words_sought(search)
        with self._file.reading() as base:
            rows = base.execute(
                f"{HEADING} AND c.owner = ? AND count > 0 {_FOUND * len(words)} "
                "ORDER BY c.changed DESC, c.id LIMIT ?",
                (
                    self._oldest(),
                    person.name,
                    *(word for word in words for _ in range(2)),
                    MOST_LISTED,
                ),
            ).fetchall()
        return [heading(row) for row in rows]

    def rename(self, id_: str, person: Person, title: str) -> str:
        """Give a name; without any words the first question is the title again. What it is now.

        Raises:
            TitleError: it has more than `TITLE_CHARS` characters.
        """
        name = " ".join(title.split())
        if len(name) > TITLE_CHARS:
            raise TitleError(f"A title has at most {TITLE_CHARS} characters; shorten it.")
        with self._file.opened() as base:
            self._owned(base, id_, person)
            base.execute(
                "UPDATE conversations SET name = ?, sought_name = ? WHERE id = ?",
                (name or None, sought(name), id_),
            )
            return heading(self._owned(base, id_, person)).title

    def share(self, id_: str, person: Person) -> str:
        """Let everybody who may ask read it; its link's secret, the same while it is shared."""
        with self._file.opened() as base:
            token = self._owned(base, id_, person)["token"] or secrets.token_urlsafe(_SECRET_BYTES)
            base.execute("UPDATE conversations SET token = ? WHERE id = ?", (token, id_))
        return str(token)

    def unshare(self, id_: str, person: Person) -> None:
        """Let nobody else read it; a link given out before never works again."""
        with self._file.opened() as base:
            self._owned(base, id_, person)
            base.execute("UPDATE conversations SET token = NULL WHERE id = ?", (id_,))

    def shared(self, token: str) -> Conversation:
        """The conversation of a shared link, to be read."""
        with self._file.reading() as base:
            row = base.execute(f"{HEADING} AND c.token = ?", (self._oldest(), token)).fetchone()
            return whole(base, known(row))

    def delete(self, id_: str, person: Person) -> None:
        """Delete a conversation; it is gone at once, but can be restored for `UNDO_S` seconds."""
        with self._file.opened() as base:
            swept = self._sweep(base)
            self._owned(base, id_, person)
            base.execute("UPDATE conversations SET deleted = ? WHERE id = ?", (self._now(), id_))
        if swept:
            self._file.wipe()

    def restore(self, id_: str, person: Person) -> None:
        """Take back a deletion, while that is possible."""
        with self._file.opened() as base:
            swept = self._sweep(base)
            changed = base.execute(
                "UPDATE conversations SET deleted = NULL "
                "WHERE id = ? AND owner = ? AND deleted IS NOT NULL",
                (id_, person.name),
            ).rowcount
        if swept:
            self._file.wipe()
        if not changed:
            raise UnknownConversation("The conversation is deleted for good; begin a new one.")

    def forget(self, id_: str, person: Person) -> None:
        """End the time in which a deletion can be taken back; nothing happens if there is none."""
        with self._file.opened() as base:
            base.execute(
                "DELETE FROM conversations WHERE id = ? AND owner = ? AND deleted IS NOT NULL",
                (id_, person.name),
            )
        self._file.wipe()

    def release(self, name: str) -> None:
        """Take all that is somebody's away from the name, which another may get; links end too."""
        with self._file.opened() as base:
            base.execute(
                "UPDATE conversations SET owner = ? || '/' || hex(randomblob(8)), token = NULL "
                "WHERE owner = ?",
                (name, name),
            )

    def _owned(self, base: sqlite3.Connection, id_: str, person: Person) -> sqlite3.Row:
        row = base.execute(
            f"{HEADING} AND c.id = ? AND c.owner = ?", (self._oldest(), id_, person.name)
        ).fetchone()
        return known(row)

    def _sweep(self, base: sqlite3.Connection) -> int:
        """Remove for good what was deleted, has grown too old, or stayed empty; how many."""
        return base.execute(
            "DELETE FROM conversations WHERE deleted < ? OR changed < ? OR (began < ? AND NOT "
            "EXISTS (SELECT 1 FROM exchanges e WHERE e.conversation = conversations.id))",
            (self._now(-UNDO_S), self._oldest(), self._now(-_EMPTY_S)),
        ).rowcount

    def _oldest(self) -> str:
        """The time before which a conversation is forgotten."""
        return self._now(-self._keep_days * 24 * 3600) if self._keep_days else ""

    def _now(self, seconds: int = 0) -> str:
        """The time, some `seconds` later, in a form that sorts as the times do."""
        at = self._clock().astimezone(UTC) + timedelta(seconds=seconds)
        return at.replace(tzinfo=None).isoformat(timespec="microseconds")
