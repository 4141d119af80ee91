"""Answers under way, each read by however many come back for it, and kept for a while after.

An answer is made by a task of its own, not by the request that asked: a reader whose connection was
lost comes back with the same id and reads on, and nothing is asked twice. Where nobody has read for
some seconds the work ends, and a model's with it.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from ui.events import sent_event
from ui.problems import problem_of_error
from ui.sites.troubles import for_visitors

_LEFT_S = 5.0
_KEPT_S = 300.0
_MOST_BYTES = 32 << 20
_SIGN_OF_LIFE_S = 15.0
"""Seconds of silence after which something is sent, so that no proxy takes the line for dead."""
_ALIVE = ": still at work\n\n"

Key = tuple[str, str, str]
"""The site's name, the visitor's number, and the id that the widget gave the question."""


@dataclass(slots=True, eq=False)
class Asked:
    """One answer: its events as they are sent, and who reads them."""

    question: str
    bound: object
    events: list[str] = field(default_factory=list)
    size: int = 0
    readers: int = 0
    done: float | None = None
    failed: Exception | None = None
    task: asyncio.Task[None] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, event: str) -> None:
        """One more event, numbered from 1."""
        numbered = f"id: {len(self.events) + 1}\n{event}"
        self.events.append(numbered)
        self.size += len(numbered.encode())
        self.tell()

    def tell(self) -> None:
        """Wake whoever waits."""
        self.changed.set()
        self.changed = asyncio.Event()


class AskedTable:
    """The answers of one server; used on its event loop only."""

    def __init__(
        self,
        *,
        left_s: float = _LEFT_S,
        kept_s: float = _KEPT_S,
        most_bytes: int = _MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._left_s = left_s
        self._kept_s = kept_s
        self._most_bytes = most_bytes
        self._clock = clock
        self._asked: dict[Key, Asked] = {}
        self._ended: OrderedDict[Key, Asked] = OrderedDict()
        """Those of them that are done, the oldest first."""
        self._bytes = 0
        """What the ended ones take; how many are under way is bounded by their places."""

    def __len__(self) -> int:
        return len(self._asked)

    def find(self, key: Key, bound: object) -> Asked | None:
        """What was asked by this id within the same bound; what failed is not kept."""
        asked = self._asked.get(key)
        if asked is None or asked.bound != bound or self._is_past(asked):
            return None
        return asked

    def begin(self, key: Key, question: str, bound: object, events: AsyncGenerator[str]) -> Asked:
        """Begin an answer; its `events` are closed in the end, whatever happens."""
        self.stop(key)
        asked = Asked(question, bound)
        self._asked[key] = asked
        asked.task = asyncio.get_running_loop().create_task(self._work(key, asked, events))
        return asked

    async def begun(self, key: Key, asked: Asked) -> None:
        """Wait for the first event.

        Raises:
            Exception: it failed before there was one.
        """
        asked.readers += 1
        try:
            while not asked.events and asked.done is None:
                await asked.changed.wait()
        finally:
            self._leave(key, asked)
        if asked.failed is not None and not asked.events:
            raise asked.failed

    async def read(self, key: Key, asked: Asked, after: int = 0) -> AsyncGenerator[str]:
        """The events after number `after`, as they come."""
        asked.readers += 1
        try:
            place = max(0, after)
            while True:
                changed = asked.changed
                for event in asked.events[place:]:
                    place += 1
                    yield event
                if place < len(asked.events) or changed is not asked.changed:
                    continue
                if asked.done is not None:
                    return
                try:
                    await asyncio.wait_for(changed.wait(), _SIGN_OF_LIFE_S)
                except TimeoutError:
                    yield _ALIVE
        finally:
            self._leave(key, asked)

    def stop(self, key: Key) -> None:
        """End the work of an answer, and forget it; nothing happens if there is none.

        Its readers are let go at once, though a step that is being made still comes to its end.
        """
        asked = self._forget(key)
        if asked is not None and asked.task is not None:
            asked.done = self._clock()
            asked.task.cancel()
            asked.tell()

    async def _work(self, key: Key, asked: Asked, events: AsyncGenerator[str]) -> None:
        try:
            async with aclosing(events) as stream:
                async for event in stream:
                    asked.add(event)
        except Exception as error:  # noqa: BLE001 - told to the reader, and logged unless expected
            asked.failed = error
            if asked.events:
                asked.add(sent_event("error", problem_of_error(for_visitors(error))))
        finally:
            asked.done = self._clock()
            asked.tell()
            if self._asked.get(key) is asked:
                self._ended[key] = asked
                self._bytes += asked.size
                if asked.failed is not None:
                    self._forget(key)  # who asks again is answered anew
            self._prune()

    def _leave(self, key: Key, asked: Asked) -> None:
        asked.readers -= 1
        if not asked.readers and asked.done is None:
            asyncio.get_running_loop().call_later(self._left_s, self._end_if_left, key, asked)

    def _end_if_left(self, key: Key, asked: Asked) -> None:
        if not asked.readers and asked.done is None and self._asked.get(key) is asked:
            self.stop(key)

    def _prune(self) -> None:
        """Let go of what is past, and of the oldest if all take too much room."""
        while self._ended:
            key, oldest = next(iter(self._ended.items()))
            if self._bytes <= self._most_bytes and not self._is_past(oldest):
                return
            self._forget(key)

    def _forget(self, key: Key) -> Asked | None:
        ended = self._ended.pop(key, None)
        self._bytes -= ended.size if ended is not None else 0
        return self._asked.pop(key, None)

    def _is_past(self, asked: Asked) -> bool:
        return asked.done is not None and self._clock() - asked.done >= self._kept_s
