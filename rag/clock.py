"""How long the stages of an answer take."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

WRITE = "write"
"""The stage in which a chat model writes."""

KEPT = "kept"
"""The stage that stands for all others where an answer was kept from an equal question."""


@dataclass(frozen=True, slots=True)
class Lap:
    """A stretch of time booked to a stage, in nanoseconds since 1970."""

    stage: str
    start: int
    end: int


@dataclass(slots=True)
class Clock:
    """Milliseconds by stage, and when each of its laps began and ended.

    Lengths come from a clock that nobody sets; only `began` is the time of day.
    """

    started: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)
    laps: list[Lap] = field(default_factory=list)
    began: int = field(default_factory=time.time_ns)
    _last: float = field(init=False)

    def __post_init__(self) -> None:
        self._last = self.started

    def lap(self, stage: str) -> None:
        """Book the time since the last lap to a stage."""
        now = time.perf_counter()
        self.stages[stage] = self.stages.get(stage, 0.0) + 1000 * (now - self._last)
        self.laps.append(Lap(stage, self._of_day(self._last), self._of_day(now)))
        self._last = now

    def total(self) -> Mapping[str, float]:
        """The stages, and the total since the start."""
        return {**self.stages, "total": 1000 * (time.perf_counter() - self.started)}

    def now(self) -> int:
        """The time of day by this clock, in nanoseconds since 1970."""
        return self._of_day(time.perf_counter())

    def _of_day(self, moment: float) -> int:
        return self.began + round(1e9 * (moment - self.started))
