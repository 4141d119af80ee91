"""The same work for several threads, done together: who comes first takes the others' along.

Nobody waits for company. Who finds a free place begins at once, with whatever has been left by
then; who finds none leaves the work there, for the next one who gets a place.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(eq=False, slots=True)
class _Call(Generic[Item, Result]):
    """One item that a thread wants done; `told` is set when it is, or when the thread leads."""

    item: Item
    leads: bool = False
    told: threading.Event = field(default_factory=threading.Event)
    result: list[Result] = field(default_factory=list)
    error: Exception | None = None


class Together(Generic[Item, Result]):
    """One function of many items, called by many threads with an item each; safe from any thread.

    `work` gives a result for each item, in their order. At most `places` calls of it run at once,
    each with items whose sizes add up to `most` at most, or with one that is larger.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Sequence[Result]],
        most: int,
        size: Callable[[Item], int] = lambda _: 1,
        places: int = 1,
    ) -> None:
        self._work = work
        self._most = most
        self._size = size
        self._free = places
        self._left: deque[_Call[Item, Result]] = deque()
        self._lock = threading.Lock()

    def __call__(self, item: Item) -> Result:
        """The result for one item; raises what `work` raised for the batch that held it."""
        call: _Call[Item, Result] = _Call(item)
        with self._lock:
            call.leads = self._free > 0
            if call.leads:
                self._free -= 1
            else:
                self._left.append(call)
        if not call.leads:
            self._wait(call)
        if call.leads:
            self._lead(call)
        if call.error is not None:
            raise call.error
        return call.result[0]

    def _wait(self, call: _Call[Item, Result]) -> None:
        try:
            call.told.wait()
        except BaseException:  # an interrupt: this thread will not lead
            with self._lock:
                if call in self._left:
                    self._left.remove(call)
            if call.leads:
                self._hand_over()
            raise

    def _lead(self, own: _Call[Item, Result]) -> None:
        """Do the own work and what was left; then whoever has waited longest leads."""
        others = self._taken(own)
        try:
            self._do([own, *others])
        except BaseException:  # an interrupt of this thread: no matter of the others
            with self._lock:
                self._left.extendleft(reversed(others))
            raise
        else:
            for call in others:
                call.told.set()
        finally:
            self._hand_over()

    def _do(self, batch: Sequence[_Call[Item, Result]]) -> None:
        try:
            results = self._work([call.item for call in batch])
            for call, result in zip(batch, results, strict=True):
                call.result.append(result)
        except Exception as error:  # noqa: BLE001  every asker raises it
            for call in batch:
                call.error = error

    def _taken(self, own: _Call[Item, Result]) -> list[_Call[Item, Result]]:
        """What was left first, as much as fits into a batch with the own work."""
        taken: list[_Call[Item, Result]] = []
        with self._lock:
            room = self._most - self._size(own.item)
            while self._left and (room := room - self._size(self._left[0].item)) >= 0:
                taken.append(self._left.popleft())
        return taken

    def _hand_over(self) -> None:
        with self._lock:
            if self._left:
                following = self._left.popleft()
                following.leads = True
                following.told.set()
            else:
                self._free += 1
