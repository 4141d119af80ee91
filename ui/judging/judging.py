"""Judging answers: a thumb is one person's word on one answer; on demand it becomes a case.

Thumbs have a table of their own and only "make it a test case" goes to the review queue
(`eval.cases.queue`). A thumb costs a click, comes in numbers, and is taken back as lightly; the
queue is a worklist, each item of which a reviewer must decide. Were thumbs put there directly,
reviewers would wade through everybody's "right", and taking one back would be impossible once
somebody had looked at it. Once an answer is a case, the queue follows the judge until the review:
a changed opinion changes the waiting case, and one taken back removes it.

What is judged is always the server's own answer, found by its id; nothing of it comes from the
browser or the program that judges.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from eval.cases.items import Judgement, NewItem, judged_answer
from eval.cases.queue import ReviewQueue
from rag.models import Answer, Claim, Turn
from rag.wire import answer_to_json
from ui.judging.opinion import Given, Judged, Opinion, OpinionError, UnknownAnswer, checked
from ui.judging.store import JudgementStore
from ui.keeping.conversations import Conversations
from ui.keeping.kept import UnknownConversation
from ui.people.audit import Audit
from ui.people.person import Person
from ui.people.storage import StoreUnusable

HISTORY_TURNS = 4
"""Earlier exchanges that a case is given, to which its question may refer."""

_log = logging.getLogger(__name__)


class Judging:
    """What people think of the answers of this server.

    Every method raises `UnknownAnswer` for an answer that was not given to this person.
    """

    def __init__(
        self, store: JudgementStore, conversations: Conversations, review_file: Path, audit: Audit
    ) -> None:
        self._store = store
        self._conversations = conversations
        self._review_file = review_file
        self._audit = audit

    def remembering(
        self,
        person: Person,
        history: Sequence[Turn],
        events: Generator[str | Claim | Answer],
    ) -> Generator[str | Claim | Answer]:
        """The events of one answer to a program, which may judge it afterwards by its id."""
        with closing(events):
            for event in events:
                if isinstance(event, Answer):
                    self.remember(person, event, history)
                yield event

    def remember(self, person: Person, answer: Answer, history: Sequence[Turn]) -> None:
        """Keep an answer, so that the person may judge it; one that cannot be kept is given all
        the same."""
        given = Given(answer, tuple(history)[-HISTORY_TURNS:])
        try:
            self._store.add_given(person.name, given)
        except StoreUnusable:
            _log.exception("The answer %s was not kept, so it cannot be judged.", answer.id)

    def judged(self, person: Person, answer_id: str) -> Judged:
        """An answer, and what the person thinks of it, if anything."""
        said = self._store.judged(person.name, answer_id)
        return said or Judged(self._given(person, answer_id))

    def judge(self, person: Person, answer_id: str, opinion: Opinion) -> Judged:
        """Keep what the person thinks of an answer; said again, it counts once.

        Raises:
            OpinionError: the opinion does not fit the answer.
        """
        before = self.judged(person, answer_id)
        now = replace(before, opinion=checked(opinion, before.given.answer))
        if now == before:
            return now
        self._store.put(person.name, now.given, now.opinion or opinion)
        if now.is_case:
            self._queue(person, now)
        self._audit.note(person, "judge answer", answer_id)
        return now

    def take_back(self, person: Person, answer_id: str) -> Judged:
        """Forget what the person thinks of an answer; a case that nobody reviewed goes with it."""
        before = self.judged(person, answer_id)
        if before.opinion is None:
            return before
        if before.is_case:
            with ReviewQueue(self._review_file) as queue:
                queue.withdraw(_case(person, before))
        self._store.remove(person.name, answer_id)
        self._audit.note(person, "take back judgement", answer_id)
        return Judged(before.given)

    def make_case(self, person: Person, answer_id: str) -> Judged:
        """Put a judged answer up for review as an evaluation case; made again, it counts once.

        Raises:
            OpinionError: the person has not judged it.
            CaseError: the review queue cannot be used.
        """
        before = self.judged(person, answer_id)
        if before.is_case:
            return before
        self._queue(person, before)
        self._store.mark_case(person.name, answer_id)
        self._audit.note(person, "make case", answer_id)
        return replace(before, is_case=True)

    def _queue(self, person: Person, judged: Judged) -> None:
        item = _case(person, judged)
        with ReviewQueue(self._review_file) as queue:
            queue.add([item])

    def _given(self, person: Person, answer_id: str) -> Given:
        """The answer with what had been said before, wherever it is kept."""
        given = self._store.given(person.name, answer_id)
        if given is not None:
            return given
        try:
            *earlier, last = self._conversations.holding(answer_id, person)
        except UnknownConversation:
            raise UnknownAnswer(
                "There is no such answer of yours any more, so it cannot be judged; ask again."
            ) from None
        turns = [Turn(kept.question, kept.answer.text) for kept in earlier[-HISTORY_TURNS:]]
        return Given(last.answer, tuple(turns))


def _case(person: Person, judged: Judged) -> NewItem:
    if judged.opinion is None:
        raise OpinionError("Say first whether the answer is right or wrong, then make it a case.")
    return judged_answer(
        Judgement(
            answer=answer_to_json(judged.given.answer),
            judge=person.name,
            verdict=judged.opinion.verdict,
            reason=judged.opinion.reason,
            comment=judged.opinion.comment,
            history=judged.given.history,
        )
    )
