"""Who is answered now, who waits, and who is refused: bounded work behind every door.

Answers that are made at the same time share two or four cores. Beyond a few they only slow each
other down, so the others wait in line, and a line that grows too long refuses at once: a refusal
after a moment, with the time to come back, is worth more than an answer that comes when nobody
waits for it any more.

A free place goes to the person with the fewest answers at work, and among those in turn: whoever
asks much has a long line of their own, and holds up nobody else. Who works without sign-in cannot
be told from others; all of them stand in one line.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from enum import StrEnum
from math import ceil

from rag.errors import PolicyQAError
from rag.serving_settings import ServingSettings
from rag.settings import Settings
from ui.people.person import LOCAL, Person

_REMEMBERED = 64
"""Answers whose time the expected wait is reckoned from."""


class Reason(StrEnum):
    """Why a question was refused."""

    FULL = "full"
    SLOW = "slow"
    SHARE = "share"


class Busy(PolicyQAError):
    """No more questions can wait; `seconds` is when to ask again, at least one."""

    code = "busy"
    http_status = 503

    def __init__(self, reason: Reason, seconds: float) -> None:
        self.reason = reason
        self.seconds = max(1, ceil(seconds))
        whose = "of yours " if reason is Reason.SHARE else ""
        super().__init__(
            f"Too many questions {whose}wait for an answer; ask again in {self.seconds} s."
        )


class Place:
    """One question's place, in line and then at work. Whoever has one must `leave` it."""

    __slots__ = ("_admission", "_left", "_turn", "begun", "owner")

    def __init__(self, admission: Admission, owner: str) -> None:
        self.owner = owner
        self.begun: float | None = None
        self._admission = admission
        self._turn: Future[None] = Future()
        self._left = False

    @property
    def is_taken(self) -> bool:
        """Whether the turn has come."""
        return self._turn.done()

    def wait(self, seconds: float) -> bool:
        """Wait in this thread until the turn comes, no longer than this; whether it has."""
        try:
            self._turn.result(seconds)
        except TimeoutError:
            return self._turn.done()
        return True

    async def turn(self, seconds: float) -> bool:
        """As `wait`, without holding up the event loop."""
        coming = asyncio.wrap_future(self._turn)
        await asyncio.wait([coming], timeout=seconds)  # which cancels nothing in the end
        return self._turn.done()

    def leave(self, *, answered: bool = False) -> None:
        """Give the place to the next; leaving twice is leaving once."""
        self._admission._leave(self, answered)

    def forget(self) -> None:
        """As `leave`, from a finaliser, which may run in the midst of anything."""
        self._admission._forget(self)


class Admission:
    """The places and the line; safe from any thread."""

    def __init__(
        self, settings: ServingSettings, places: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """So many answers at work at once."""
        self._settings = settings
        self._places = places
        self._clock = clock
        self._lock = threading.Lock()
        self._lines: OrderedDict[str, deque[Place]] = OrderedDict()
        self._at_work: Counter[str] = Counter()
        self._working = 0
        self._waiting = 0
        self._refused: Counter[Reason] = Counter()
        self._times: deque[float] = deque(maxlen=_REMEMBERED)
        self._forgotten: deque[Place] = deque()

    @property
    def working(self) -> int:
        """Answers that are made now."""
        return self._working

    @property
    def waiting(self) -> int:
        """Questions in line."""
        return self._waiting

    @property
    def refused(self) -> Mapping[Reason, int]:
        """Refusals since the start, by reason."""
        with self._lock:
            return {reason: self._refused[reason] for reason in Reason}

    def join(self, person: Person, *, watched: bool = False) -> Place:
        """A place for one question, at work at once or in line.

        Who is told of the wait (`watched`) may wait longer.

        Raises:
            Busy: the line is too long.
        """
        place = Place(self, person.name)
        with self._lock:
            self._sweep()
            if self._working < self._places and not self._waiting:
                self._begin(place)
                return place
            refusal = self._refusal(person, watched)
            if refusal is not None:
                self._refused[refusal.reason] += 1
                raise refusal
            self._lines.setdefault(place.owner, deque()).append(place)
            self._waiting += 1
        return place

    def refusal(self, person: Person, *, watched: bool = False) -> Busy | None:
        """The refusal that a question of this person would meet now; it is counted as one."""
        with self._lock:
            self._sweep()
            if self._working < self._places and not self._waiting:
                return None
            refusal = self._refusal(person, watched)
            if refusal is not None:
                self._refused[refusal.reason] += 1
            return refusal

    def expected_wait(self, person: Person) -> float:
        """Seconds that a question of this person would wait now."""
        with self._lock:
            return self._expected(person.name)

    def _refusal(self, person: Person, watched: bool) -> Busy | None:
        most, mine = self._settings.waiting, self._lines.get(person.name, ())
        wait = self._expected(person.name)
        if self._waiting >= most:
            return Busy(Reason.FULL, wait / 2)
        if person != LOCAL and len(mine) >= max(1, most * self._settings.person_share):
            return Busy(Reason.SHARE, wait / 2)
        longest = self._settings.watched_wait_seconds if watched else self._settings.wait_seconds
        if wait > longest:
            return Busy(Reason.SLOW, wait - longest / 2)
        return None

    def _expected(self, owner: str) -> float:
        """By the mean of late answers; until a round of places is through, nothing is known."""
        if len(self._times) < self._places:
            return 0.0
        mine = len(self._lines.get(owner, ()))
        # The lines take turns: of each other one, no more come first than stand in one's own.
        others = (len(line) for name, line in self._lines.items() if name != owner)
        ahead = mine + sum(min(length, mine + 1) for length in others)
        return (ahead + 1) * sum(self._times) / len(self._times) / self._places

    def _begin(self, place: Place) -> None:
        self._working += 1
        self._at_work[place.owner] += 1
        place.begun = self._clock()
        place._turn.set_result(None)

    def _leave(self, place: Place, answered: bool) -> None:
        with self._lock:
            self._remove(place, answered)
            self._sweep()

    def _forget(self, place: Place) -> None:
        # This thread may hold the lock already; then whoever takes it next sweeps.
        self._forgotten.append(place)
        if self._lock.acquire(blocking=False):
            try:
                self._sweep()
            finally:
                self._lock.release()

    def _sweep(self) -> None:
        while self._forgotten:
            self._remove(self._forgotten.popleft(), answered=False)

    def _remove(self, place: Place, answered: bool) -> None:
        if place._left:
            return
        place._left = True
        if place.begun is None:
            self._quit(place)
            return
        if answered:
            self._times.append(self._clock() - place.begun)
        self._working -= 1
        self._at_work[place.owner] -= 1
        if not self._at_work[place.owner]:
            del self._at_work[place.owner]
        if self._waiting and self._working < self._places:
            self._begin(self._next())

    def _quit(self, place: Place) -> None:
        line = self._lines[place.owner]
        line.remove(place)
        self._waiting -= 1
        if not line:
            del self._lines[place.owner]

    def _next(self) -> Place:
        """The first in line of whoever has the fewest at work and was not served for longest."""
        owner = min(self._lines, key=lambda name: self._at_work[name])
        line = self._lines[owner]
        place = line.popleft()
        self._waiting -= 1
        if line:
            self._lines.move_to_end(owner)
        else:
            del self._lines[owner]
        return place


def open_admission(settings: Settings) -> Admission:
    """The admission of a server by its settings."""
    serving = settings.serving
    writes = settings.engine == "generative"
    return Admission(serving, serving.writing if writes else serving.quoting)
