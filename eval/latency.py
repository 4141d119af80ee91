"""What became slower between two runs on the same cases: stages, and single cases.

The intervals know of chance between cases, not of a machine that was busier during one of the
runs: time both on the same idle machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from eval.stats import median_ratio, percentile
from eval.summary import STAGE, Scored, number

Pair: TypeAlias = tuple[Scored, Scored]
"""One case's rows of the older and of the newer run."""
CLEARLY = 1.25
"""By how much a median must grow to be called slower: on a busy machine, stages of one and the
same program differed by up to a fifth."""
CLEARLY_ONE = 2.0
"""The same for a single case, whose one measurement tells less."""
NOTICEABLE_MS = 1.0
"""Less than this matters to nobody."""
MOST = 10
_LEAST_MS = 0.001
"""Times are kept to a microsecond; one of nothing must not divide."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Medians of a score in milliseconds over the same `n` cases, and their ratio.

    `low` and `high` are the ratio's 95 % interval, `None` under two cases.
    """

    name: str
    n: int
    before: float
    after: float
    ratio: float
    low: float | None
    high: float | None

    @property
    def slower(self) -> bool:
        """Whether it rose by more than chance, by a quarter and by a millisecond or more."""
        certain = self.low is not None and self.low > 1
        return certain and self.ratio >= CLEARLY and self.after - self.before >= NOTICEABLE_MS


@dataclass(frozen=True, slots=True)
class Slowed:
    """A case that took clearly longer; each was asked once, so it may be chance."""

    id: str
    question: str
    before_ms: float
    after_ms: float


def latencies(pairs: Sequence[Pair]) -> tuple[Latency, ...]:
    """Wall time, CPU time and each stage, as far as both runs tell them for the same cases."""
    scores = dict.fromkeys(name for _, row in pairs for name in row.scores)
    names = ["wall_ms", "cpu_ms", *(name for name in scores if name.startswith(STAGE))]
    found = (_latency(name, pairs) for name in names)
    return tuple(latency for latency in found if latency)


def slowed(pairs: Sequence[Pair]) -> tuple[Slowed, ...]:
    """At most `MOST` cases whose wall time doubled at least, the most added time first."""
    found = [
        Slowed(new.case.id, new.case.question, before, after)
        for _, new, before, after in _times("wall_ms", pairs)
        if after >= CLEARLY_ONE * before and after - before >= NOTICEABLE_MS
    ]
    return tuple(sorted(found, key=lambda case: case.before_ms - case.after_ms)[:MOST])


def _latency(name: str, pairs: Sequence[Pair]) -> Latency | None:
    times = [(before, after) for _, _, before, after in _times(name, pairs)]
    if not times:
        return None
    before, after = np.maximum(np.array(times).T, _LEAST_MS)
    ratio, interval = median_ratio(before, after)
    low, high = interval or (None, None)
    medians = percentile(before, 0.5), percentile(after, 0.5)
    return Latency(name, len(times), *medians, ratio, low, high)


def _times(name: str, pairs: Sequence[Pair]) -> list[tuple[Scored, Scored, float, float]]:
    found = ((old, new, number(old, name), number(new, name)) for old, new in pairs)
    return [(old, new, a, b) for old, new, a, b in found if a is not None and b is not None]
