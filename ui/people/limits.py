"""How often somebody may do something: one token bucket for each key."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from rag.errors import PolicyQAError

_MOST_KEYS = 10_000
"""Keys remembered; beyond that the one unused for longest is forgotten, and starts anew."""


class TooOften(PolicyQAError):
    """Somebody asks more than the limit allows; `seconds` is how long to wait, at least one."""

    code = "too-often"
    http_status = 429

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = max(1, ceil(seconds))


class Limit:
    """So many at once and so many in a time, for each key; safe from any thread."""

    def __init__(
        self,
        count: int,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        most_keys: int = _MOST_KEYS,
    ) -> None:
        self._count = count
        self._rate = count / seconds
        self._clock = clock
        self._most_keys = most_keys
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> float:
        """Take one: 0 if it may be had, or else the seconds until it may."""
        with self._lock:
            left, now = self._now(key)
            if left < 1:
                return (1 - left) / self._rate
            self._set(key, left - 1, now)
            return 0.0

    def give_back(self, key: str) -> None:
        """Undo one `take`, of what in the end did not count."""
        with self._lock:
            left, now = self._now(key)
            self._set(key, min(self._count, left + 1), now)

    def _now(self, key: str) -> tuple[float, float]:
        now = self._clock()
        left, then = self._left.get(key, (float(self._count), now))
        return min(self._count, left + (now - then) * self._rate), now

    def _set(self, key: str, left: float, now: float) -> None:
        self._left[key] = (left, now)
        self._left.move_to_end(key)
        while len(self._left) > self._most_keys:
            self._left.popitem(last=False)
