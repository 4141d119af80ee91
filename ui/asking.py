"""One question on the event loop: its answer is made in threads, and ends when nobody waits for it.

A pipeline's stream is synchronous. Here each step of it runs in a thread of its own turn, and it is
closed, whatever happens to whoever reads it: that is what cancels the call of a chat model.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Generic, TypeVar

from anyio import CancelScope, CapacityLimiter, to_thread
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from rag.models import Answer, Claim, Filters, Turn
from ui.people.person import Person

if TYPE_CHECKING:
    from ui.office import Office

PARALLEL_STEPS = 64
"""Steps of answers that are made at once, each in a thread. Most threads wait for a model, and no
longer than half a second, so further questions take turns with them. They are apart from the forty
threads that everything else shares: however many wait for a model, the other routes answer."""

EVENT_STREAM = "text/event-stream"

T = TypeVar("T")


def told(
    office: Office,
    person: Person,
    question: str,
    *,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
) -> Generator[str | Claim | Answer]:
    """The stream of one answer; closing it ends the work, and a model's with it.

    Raises:
        TooOften: the person asks more than the limit allows; before anything is streamed.
    """
    office.access.may_ask(person)
    return _told(office, person, question, history, filters)


def _told(
    office: Office,
    person: Person,
    question: str,
    history: Sequence[Turn],
    filters: Filters | None,
) -> Generator[str | Claim | Answer]:
    try:
        yield from office.pipeline.stream(question, history=history, filters=filters)
    finally:  # nobody waits for the disk before the first claim; who leaves is noted all the same
        office.audit.note(person, "ask", question if office.settings.access.audit_questions else "")


async def in_threads(events: Generator[T], limiter: CapacityLimiter) -> AsyncGenerator[T]:
    """What a synchronous generator yields, without holding up the event loop.

    Closing this closes `events`; so does a cancelled task, once the step under way has ended. Use
    it under `aclosing`, for a loop that is left early closes nothing by itself.
    """
    turns = _Turns(events)
    try:
        while not isinstance(event := await to_thread.run_sync(turns.next, limiter=limiter), _End):
            yield event
    finally:
        with CancelScope(shield=True):
            # Not by the limiter: whoever leaves does not wait in line behind those who ask.
            await to_thread.run_sync(turns.close)


class EventStream(StreamingResponse):
    """Server-sent events, whose source is closed also when the client leaves in between."""

    def __init__(self, events: AsyncGenerator[str]) -> None:
        headers = {"cache-control": "no-cache", "x-accel-buffering": "no"}
        super().__init__(events, media_type=EVENT_STREAM, headers=headers)
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events as they come; Starlette would leave the closing to chance."""
        async with aclosing(self._events):
            await super().__call__(scope, receive, send)


class _End:
    """Nothing more is to come."""


class _Turns(Generic[T]):
    """A generator that threads may step and close; one waits for another.

    A task can be cancelled while a thread still steps for it, and a generator that is running
    cannot be closed.
    """

    def __init__(self, events: Generator[T]) -> None:
        self._events = events
        self._lock = threading.Lock()

    def next(self) -> T | _End:
        with self._lock:
            return next(self._events, _End())

    def close(self) -> None:
        with self._lock:
            self._events.close()
