"""What visitors asked and were told, in memory only, so that they can ask on and judge it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from rag.models import Answer, Trace, Turn

HISTORY_TURNS = 4
_MOST_OF_ONE = 8
_MOST_IN_ALL = 10_000
"""Answers kept, of some five kilobytes each; the visitors unseen for longest are forgotten."""

Visitor = tuple[str, str]
"""The site's name and the visitor's number."""


@dataclass(frozen=True, slots=True)
class Visit:
    """The answers to one visitor, oldest first, and when the last one was given."""

    answers: tuple[Answer, ...]
    seen: float


class Visits:
    """All visits; safe from any thread."""

    def __init__(
        self,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        most: int = _MOST_IN_ALL,
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._most = most
        self._visits: OrderedDict[Visitor, Visit] = OrderedDict()
        self._count = 0
        self._lock = threading.Lock()

    def add(self, visitor: Visitor, answer: Answer) -> None:
        """Remember an answer, and forget what is too old or too much."""
        with self._lock:
            earlier = self._answers(visitor)
            self._forget(visitor)
            answers = (*earlier, replace(answer, trace=Trace()))[-_MOST_OF_ONE:]
            self._visits[visitor] = Visit(answers, self._clock())
            self._count += len(answers)
            while self._visits and (self._count > self._most or self._is_past()):
                self._forget(next(iter(self._visits)))

    def turns(self, visitor: Visitor) -> tuple[Turn, ...]:
        """What was said last, to which the next question may refer."""
        with self._lock:
            answers = self._answers(visitor)
        return tuple(Turn(a.question, a.text) for a in answers[-HISTORY_TURNS:])

    def given(self, visitor: Visitor, answer_id: str) -> tuple[Answer, tuple[Turn, ...]] | None:
        """An answer of this visit with what was said before it; `None` if it is not known here."""
        with self._lock:
            answers = self._answers(visitor)
        for place, answer in enumerate(answers):
            if answer.id == answer_id:
                before = answers[max(0, place - HISTORY_TURNS) : place]
                return answer, tuple(Turn(a.question, a.text) for a in before)
        return None

    def _answers(self, visitor: Visitor) -> tuple[Answer, ...]:
        visit = self._visits.get(visitor)
        if visit is None or self._clock() - visit.seen > self._seconds:
            return ()
        return visit.answers

    def _is_past(self) -> bool:
        first = next(iter(self._visits.values()))
        return self._clock() - first.seen > self._seconds

    def _forget(self, visitor: Visitor) -> None:
        gone = self._visits.pop(visitor, None)
        self._count -= len(gone.answers) if gone else 0
