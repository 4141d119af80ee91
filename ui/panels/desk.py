"""What the room of questions asks of the server: an answer, one anew, a conversation of before.

A browser sends only what somebody typed or clicked. Whose conversation it is, what was said in it
and which filters hold, the server knows itself.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import gradio as gr

from rag.errors import PolicyQAError
from rag.models import Answer, Claim, Filters, Turn
from ui import present
from ui.admission import Busy
from ui.asking import WAITING, told
from ui.keeping.kept import Kept, NotKept, UnknownConversation
from ui.metrics import Door
from ui.office import Office
from ui.panels import history
from ui.panels.parts import typed, untranslated
from ui.people.limits import TooOften
from ui.people.person import Person, Role, person_of, require
from ui.words import Words, words_of

HISTORY_TURNS = 4
"""Earlier exchanges that a follow-up question may refer to."""
MOST_SHOWN = 50
"""Exchanges of a conversation that stand on the page, the newest."""
_STATUS = {
    WAITING: "waiting",
    "Searching the documents": "searching",
    "Reading the question": "reading",
    "Translating the question": "translating_question",
    "Translating the answer": "translating",
    "Checking the translation": "checking_translation",
}
"""What the engine says it does, and the texts of the page that say so."""

_log = logging.getLogger(__name__)
Update = dict[Any, Any]
"""New values by component; the others stay as they are."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The question on its way, or the last one that was not answered.

    `replaces` is the number of the exchange in whose place its answer will come; 0 is none.
    """

    question: str = ""
    replaces: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """The components that an answer changes."""

    log: gr.HTML
    now: gr.HTML
    editing: gr.HTML
    box: gr.Textbox
    history: gr.HTML
    current: gr.State
    asked: gr.State

    @property
    def all(self) -> list[Any]:
        """All of them, as the outputs of an event."""
        shown = [self.log, self.now, self.editing, self.box, self.history]
        return [*shown, self.current, self.asked]


class Desk:
    """Answers what is asked on the page."""

    def __init__(self, office: Office, parts: Parts) -> None:
        self._office = office
        self._parts = parts

    def ask(
        self, question: str, current: str, asked: Asked, filters: Filters, caller: gr.Request
    ) -> Iterator[Update]:
        """Answer step by step: what is known so far, and in the end the whole exchange."""
        question = typed(question)
        yield from self._told(Asked(question, asked.replaces), current, filters, caller)

    def ask_example(
        self, event: gr.EventData, current: str, filters: Filters, caller: gr.Request
    ) -> Iterator[Update]:
        """Ask the example that was clicked."""
        question = str(event._data.get("question", ""))
        yield from self._told(Asked(question), current, filters, caller)

    def again(
        self,
        event: gr.EventData,
        current: str,
        asked: Asked,
        filters: Filters,
        caller: gr.Request,
    ) -> Iterator[Update]:
        """Ask once more: what failed or was stopped, or what was answered last."""
        if event._data.get("kept"):
            last = self._last(current, caller)
            asked = Asked(last.question, last.number) if last else Asked()
        if asked.question:
            yield from self._told(asked, current, filters, caller)

    def edit(self, current: str, caller: gr.Request) -> Update:
        """Take the last question back into its box, to be asked otherwise."""
        last, words = self._last(current, caller), words_of(caller)
        if last is None:
            return {self._parts.editing: ""}
        return {
            self._parts.box: untranslated(last.question),
            self._parts.asked: Asked("", last.number),
            self._parts.editing: present.editing(words),
            self._parts.now: "",
        }

    def leave(self) -> Update:
        """Leave the last question as it was."""
        return {self._parts.editing: "", self._parts.asked: Asked(), self._parts.box: ""}

    def stop(self, asked: Asked, begun: str, caller: gr.Request) -> Update:
        """What stands on the page after the answer on its way was cancelled."""
        if not asked.question:
            return {self._parts.editing: ""}
        html = present.exchange(asked.question, stopped=True, words=words_of(caller))
        return {self._parts.now: html, self._parts.box: begun or untranslated(asked.question)}

    def open(self, event: gr.EventData, caller: gr.Request) -> Update:
        """Show the conversation that was chosen."""
        try:
            id_ = str(event._data.get("id", ""))
            shown = self._shown(id_, _reader(caller), words_of(caller))
        except PolicyQAError as error:
            return {**self.begin_anew(), self._parts.now: present.notice(str(error))}
        return {**self.begin_anew(), **shown}

    def begin_anew(self) -> Update:
        """Show no conversation; the next question begins one."""
        parts = self._parts
        empty: Update = dict.fromkeys((parts.log, parts.now, parts.editing, parts.current), "")
        return {**empty, parts.asked: Asked(), parts.history: history.mark(None, 0)}

    def _told(
        self, asked: Asked, current: str, filters: Filters, caller: gr.Request
    ) -> Iterator[Update]:
        words = words_of(caller)
        try:
            yield from self._answer(asked, current, filters, _reader(caller), words)
        except TooOften as error:
            said = words("people.too_often", seconds=error.seconds)
            yield self._failed(asked, said, words)
        except Busy as error:
            yield self._failed(asked, words("ask.busy", seconds=error.seconds), words)
        except PolicyQAError as error:
            yield self._failed(asked, str(error), words)
        except Exception:  # noqa: BLE001 - the page has to say something; the log keeps the traceback
            _log.exception("A question failed.")
            yield self._failed(asked, words("ask.failed"), words)

    def _answer(
        self, asked: Asked, current: str, filters: Filters, person: Person, words: Words
    ) -> Iterator[Update]:
        parts, question, claims = self._parts, asked.question, []
        status, run = words("ask.searching"), token_hex(8)
        # The box is emptied once: somebody may be typing the next question by now.
        first = present.exchange(question, status=status, run=run, words=words)
        editing = present.editing(words) if asked.replaces else ""
        yield {parts.now: first, parts.box: "", parts.asked: asked, parts.editing: editing}
        options: Mapping[str, Any] = {
            "history": self._turns(current, asked, person),
            "filters": None if filters == Filters() else filters,
        }
        # Gradio closes this generator when the page is left or the answer stopped, and so the
        # model's work ends.
        with closing(told(self._office, person, question, door=Door.PAGE, **options)) as events:
            for event in events:
                if isinstance(event, Answer):
                    yield self._kept(asked, current, event, person, words)
                    continue
                if isinstance(event, Claim):
                    claims.append(event)
                else:
                    status = words(f"ask.{_STATUS[event]}") if event in _STATUS else event
                html = present.exchange(
                    question, claims=claims, status=status, run=run, words=words
                )
                if html != first:  # each one costs as much as a tenth of a quoted answer
                    yield {parts.now: html}
                first = ""  # from then on all are sent, for only a step ends who has left

    def _kept(
        self, asked: Asked, current: str, answer: Answer, person: Person, words: Words
    ) -> Update:
        """The conversation with the answer in it; the answer alone where nothing can be kept."""
        done = {self._parts.editing: "", self._parts.asked: Asked()}
        try:
            shown = self._shown(self._keep(asked, current, answer, person), person, words)
        except NotKept as error:
            html = present.exchange(asked.question, answer=answer, words=words)
            note = present.notice(words("ask.not_kept", why=str(error)))
            return {**done, self._parts.now: html + note}
        return {**done, self._parts.now: "", **shown}

    def _keep(self, asked: Asked, current: str, answer: Answer, person: Person) -> str:
        kept = self._office.conversations
        id_ = current or kept.begin(person)
        try:
            kept.add(id_, person, asked.question, answer, replaces=asked.replaces)
        except UnknownConversation:  # deleted meanwhile, in this tab or another
            id_ = kept.begin(person)
            kept.add(id_, person, asked.question, answer)
        return id_

    def _turns(self, current: str, asked: Asked, person: Person) -> Sequence[Turn]:
        """What the question may refer to."""
        try:
            kept = self._office.conversations.exchanges(current, person) if current else ()
        except (UnknownConversation, NotKept):
            return ()
        before = [k for k in kept if not asked.replaces or k.number < asked.replaces]
        return [Turn(k.question, k.answer.text) for k in before[-HISTORY_TURNS:]]

    def _last(self, current: str, caller: gr.Request) -> Kept | None:
        try:
            kept = self._office.conversations.exchanges(current, _reader(caller))
        except (UnknownConversation, NotKept):
            return None
        return kept[-1] if kept else None

    def _shown(self, id_: str, person: Person, words: Words) -> Update:
        """A conversation as it is kept, open on the page."""
        kept = self._office.conversations.exchanges(id_, person)
        return {
            self._parts.log: present.conversation(kept, most=MOST_SHOWN, words=words),
            self._parts.current: id_,
            self._parts.history: history.mark(id_, len(kept)),
        }

    def _failed(self, asked: Asked, message: str, words: Words) -> Update:
        """The question goes back into its box, to be corrected."""
        html = present.exchange(asked.question, error=message, words=words)
        return {
            self._parts.now: html,
            self._parts.box: untranslated(asked.question),
            self._parts.asked: asked,
        }


def _reader(caller: gr.Request) -> Person:
    person = person_of(caller)
    require(person, Role.READER)
    return person
