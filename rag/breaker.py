"""A circuit breaker: what failed several times in a row is left alone for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Breaker:
    """Counts failures in a row; safe to share between threads.

    After `failures` of them nothing is let through for `pause` seconds, then a single trial:
    its success closes the breaker, its failure begins the next pause.
    """

    def __init__(
        self, failures: int, pause: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = failures
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._until = 0.0
        self._trying = False

    def enter(self) -> bool:
        """Whether a call may be made; each that is let in must end in one of the other three."""
        with self._lock:
            if self._failed < self._most:
                return True
            if self._trying or self._clock() < self._until:
                return False
            self._trying = True
            return True

    def succeeded(self) -> None:
        """The call went well."""
        with self._lock:
            self._failed = 0
            self._trying = False

    def failed(self) -> None:
        """The call failed."""
        with self._lock:
            self._failed += 1
            self._trying = False
            self._until = self._clock() + self._pause

    def abandoned(self) -> None:
        """The call was given up by whoever asked, which says nothing of the server."""
        with self._lock:
            self._trying = False

    @property
    def rests_for(self) -> float:
        """Seconds until a call may be tried again; 0 if one may be made now."""
        with self._lock:
            return max(0.0, self._until - self._clock()) if self._failed >= self._most else 0.0
