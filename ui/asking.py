"""One question on the event loop: its answer is made in threads, and ends when nobody waits for it.

A pipeline's stream is synchronous. Here each step of it runs in a thread of its own turn, and it is
closed, whatever happens to whoever reads it: that is what cancels the call of a chat model.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import aclosing
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from anyio import CancelScope, CapacityLimiter, to_thread
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from rag.errors import InputError
from rag.models import Answer, Claim, Filters, Turn
from ui.access_log import noted
from ui.admission import Busy, Place
from ui.metrics import Door, Outcome, Watch
from ui.people.limits import TooOften
from ui.people.person import Person

if TYPE_CHECKING:
    from ui.office import Office

PARALLEL_STEPS = 64
"""Steps of answers that are made at once, each in a thread. Most threads wait for a model, and no
longer than half a second, so further questions take turns with them. They are apart from the forty
threads that everything else shares: however many wait for a model, the other routes answer."""

EVENT_STREAM = "text/event-stream"

WAITING = "Waiting for a free place"
_AGAIN_S = 5.0
"""Seconds after which whoever waits is told so again; a reader who left unseen is noticed by it."""

Event: TypeAlias = str | Claim | Answer
"""What is told of an answer: a status line, a claim, and in the end the whole."""

T = TypeVar("T")

_stepping: ContextVar[_Turns[Any] | None] = ContextVar("_stepping", default=None)
"""Set while a step is made for an event loop, which waits by itself."""


def told(
    office: Office,
    person: Person,
    question: str,
    *,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
    door: Door = Door.API,
    watched: bool = False,
) -> Generator[Event]:
    """The stream of one answer; closing it ends the work, and a model's with it.

    It has a place at work or in line from now on. While it waits, the stream tells so, at once and
    every few seconds; in `in_threads` that holds up no thread. Where somebody sees this (`watched`,
    and always on the page and in the widget) the wait may be longer. `door` is where the question
    came in, for the metrics.

    Raises:
        TooOften: the person asks more than the limit allows; before anything is streamed.
        Busy: too many wait already; before anything is streamed.
    """
    watch = office.metrics.asked(door)
    if office.settings.server.log_questions:
        noted(question=question)
    try:
        place = _place(office, person, watched or door in (Door.PAGE, Door.WIDGET))
    except (TooOften, Busy):
        watch.end(Outcome.REFUSED)
        noted(outcome=Outcome.REFUSED)
        raise
    return _Telling(place, watch, _told(office, person, question, history, filters))


def _place(office: Office, person: Person, watched: bool) -> Place:
    """A place; a question that finds none is not counted against the person's limit."""
    place = office.admission.join(person, watched=watched)
    try:
        office.access.may_ask(person)
    except TooOften:
        place.leave()
        raise
    return place


def _told(
    office: Office,
    person: Person,
    question: str,
    history: Sequence[Turn],
    filters: Filters | None,
) -> Generator[Event]:
    try:
        yield from office.pipeline.stream(question, history=history, filters=filters)
    finally:  # nobody waits for the disk before the first claim; who leaves is noted all the same
        office.audit.note(person, "ask", question if office.settings.access.audit_questions else "")


class _Telling(Generator[Event]):
    """The events of one answer, with its place: given back at the answer, and however it ends.

    What reads the events may be a loop that waits for the turn itself (`in_threads`), or a thread
    that is held up until then. The place is given back also if nobody ever reads an event, for a
    generator that was not begun runs no `finally`.
    """

    def __init__(self, place: Place, watch: Watch, events: Generator[Event]) -> None:
        self._place = place
        self._watch = watch
        self._events = events
        self._waited = False

    def send(self, _: None) -> Event:
        """The next event."""
        if not self._place.is_taken and not self._has_turn():
            self._watch.saw(WAITING)
            return WAITING
        try:
            event = next(self._events)
        except StopIteration:
            self._end(Outcome.LEFT)
            raise
        except BaseException as error:
            self._end(Outcome.REFUSED if isinstance(error, InputError) else Outcome.ERROR)
            raise
        self._watch.saw(event)
        if isinstance(event, Answer):  # also before a slow reader has fetched it
            noted(engine=event.engine)
            self._end(Outcome.ABSTAINED if event.abstained else Outcome.ANSWERED)
        return event

    def throw(self, *error: Any) -> Event:
        """Nothing here goes on after an error from outside: it ends the answer."""
        self.close()
        return super().throw(*error)

    def close(self) -> None:
        """End the work, whichever way it stands."""
        try:
            self._events.close()
        finally:
            self._end(Outcome.LEFT)

    def __del__(self) -> None:
        self._place.forget()
        self._watch.end(Outcome.LEFT)

    def _has_turn(self) -> bool:
        """Whether the turn has come, after a wait unless a loop waits or nobody was told yet."""
        first, self._waited = not self._waited, True
        turns = _stepping.get()
        if turns is not None:
            turns.place = self._place
            return False
        return not first and self._place.wait(_AGAIN_S)

    def _end(self, outcome: Outcome) -> None:
        self._place.leave(answered=outcome in (Outcome.ANSWERED, Outcome.ABSTAINED))
        self._watch.end(outcome)
        noted(outcome=outcome)


async def in_threads(events: Generator[T], limiter: CapacityLimiter) -> AsyncGenerator[T]:
    """What a synchronous generator yields, without holding up the event loop.

    Closing this closes `events`; so does a cancelled task, once the step under way has ended. Use
    it under `aclosing`, for a loop that is left early closes nothing by itself. An answer of
    `told` that waits for its place is waited for here, by no thread.
    """
    turns = _Turns(events)
    try:
        while not isinstance(event := await to_thread.run_sync(turns.next, limiter=limiter), _End):
            yield event
            if turns.place is not None:
                await turns.place.turn(_AGAIN_S)
    finally:
        with CancelScope(shield=True):
            # Not by the limiter: whoever leaves does not wait in line behind those who ask.
            await to_thread.run_sync(turns.close)


class EventStream(StreamingResponse):
    """Server-sent events, whose source is closed also when the client leaves in between."""

    def __init__(self, events: AsyncGenerator[str], first: str = "") -> None:
        """`first` has been taken from the events, to see whether there is an answer at all."""
        headers = {"cache-control": "no-cache", "x-accel-buffering": "no"}
        super().__init__(_led_by(first, events), media_type=EVENT_STREAM, headers=headers)
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events as they come; Starlette would leave the closing to chance."""
        async with aclosing(self._events):
            await super().__call__(scope, receive, send)


async def _led_by(first: str, events: AsyncGenerator[str]) -> AsyncGenerator[str]:
    if first:
        yield first
    async for event in events:
        yield event


class _End:
    """Nothing more is to come."""


class _Turns(Generic[T]):
    """A generator that threads may step and close; one waits for another.

    A task can be cancelled while a thread still steps for it, and a generator that is running
    cannot be closed.
    """

    def __init__(self, events: Generator[T]) -> None:
        self.place: Place | None = None
        """What the last step found that it has to wait for."""
        self._events = events
        self._lock = threading.Lock()

    def next(self) -> T | _End:
        with self._lock:
            self.place = None
            _stepping.set(self)  # in this thread's copy of the context, which ends with the step
            return next(self._events, _End())

    def close(self) -> None:
        with self._lock:
            self._events.close()
