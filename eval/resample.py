"""Seeded chance for intervals and tests: cases drawn again, and coins tossed.

Every call starts from the same seed, so what is drawn depends on the numbers asked for alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.float64]
RESAMPLES = 2000
_BLOCK = 4_000_000
"""Most numbers drawn at once."""


@lru_cache(maxsize=2)
def weights(n: int) -> Values:
    """How often each of n values is drawn in each resample, shape (RESAMPLES, n); read-only."""
    counts = [
        np.bincount((drawn + n * np.arange(len(drawn))[:, None]).ravel(), minlength=drawn.size)
        for drawn in resamples(n)
    ]
    found = np.concatenate(counts).reshape(RESAMPLES, n).astype(np.float64)
    found.flags.writeable = False
    return found


def resamples(n: int) -> Iterator[NDArray[np.int64]]:
    """Indices of `RESAMPLES` draws of n from n, in blocks of shape (some, n) that fit memory."""
    random = np.random.default_rng(0)
    for some in _blocks(n, RESAMPLES):
        yield random.integers(0, n, size=(some, n))


def coins(n: int, times: int) -> Iterator[NDArray[np.uint8]]:
    """`times` rows of n coin tosses, 0 or 1, in blocks."""
    random = np.random.default_rng(0)
    for some in _blocks(n, times):
        tossed = np.frombuffer(random.bytes(some * n // 8 + 1), dtype=np.uint8)
        yield np.unpackbits(tossed, count=some * n).reshape(some, n)


def _blocks(n: int, rows: int) -> Iterator[int]:
    most = max(1, _BLOCK // n)
    yield from (min(most, rows - done) for done in range(0, rows, most))
