"""Statistics of scored cases: intervals of shares, means and percentiles, and paired tests.

`Values` are float arrays of shape `(n,)`, one value a case. Every interval covers 95 %. The same
values always give the same result, since chance is seeded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.stats import binom, binomtest, norm

from eval.resample import RESAMPLES, Values, coins, resamples, weights

FLIPS = 10_000
RARE = 10
"""With fewer cases than this on one side of a share, resampled intervals are too short."""
MANY = 2000
_TAILS = (0.025, 0.975)
_Z = float(norm.ppf(_TAILS[1]))
_DIGITS = 12


class Interval(NamedTuple):
    """Where the true value lies, with 95 % confidence."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effect:
    """The interval of a paired difference, after minus before, and its two-sided p-value."""

    interval: Interval | None
    p: float


@dataclass(frozen=True, slots=True)
class Statistic:
    """How the values of many cases become one number, how sure that is, and how two compare."""

    value: Callable[[Values], float]
    interval: Callable[[Values], Interval | None]
    effect: Callable[[Values, Values], Effect]


def mean(values: Values) -> float:
    """The arithmetic mean."""
    return math.fsum(values) / len(values)


def percentile(values: Values, share: float) -> float:
    """The nearest-rank percentile: a value that occurred, with `share` of all at or below it."""
    return float(np.sort(values)[_rank(len(values), share)])


def wilson(yes: int, n: int) -> Interval:
    """Wilson's interval of the share `yes / n`; it has a length even at 0 and at `n`."""
    share, extra = yes / n, _Z**2 / n
    middle = (share + extra / 2) / (1 + extra)
    reach = _Z * math.sqrt(share * (1 - share) / n + extra / (4 * n)) / (1 + extra)
    # At the ends the share itself is a bound, but for rounding.
    low, high = max(0.0, middle - reach), min(1.0, middle + reach)
    return Interval(0.0 if yes == 0 else low, 1.0 if yes == n else high)


def share_interval(values: Values) -> Interval | None:
    """The interval of a share; `None` under two values.

    Of yes-or-no values it is the percentile bootstrap in closed form (the resampled count is
    binomial), but Wilson's interval with fewer than `RARE` yes or no: there the bootstrap is too
    short, and at 0 or all of them it shrinks to a point. Of values in between, like a recall per
    case, it is the bootstrap of their mean.
    """
    n = len(values)
    if n < 2 or not np.isin(values, (0.0, 1.0)).all():
        return mean_interval(values)
    yes = int(values.sum())
    if min(yes, n - yes) < RARE:
        return wilson(yes, n)
    low, high = binom.ppf(_TAILS, n, yes / n) / n
    return Interval(float(low), float(high))


def mean_interval(values: Values) -> Interval | None:
    """The percentile bootstrap interval of a mean; `None` under two values.

    It is a point when all values are equal: the sample then says nothing about their spread. Of
    more than `MANY` values resampled means are normal, and are not drawn.
    """
    n = len(values)
    if n < 2:
        return None
    if n > MANY:
        reach = _Z * float(values.std()) / math.sqrt(n)
        return Interval(mean(values) - reach, mean(values) + reach)
    return _between(weights(n) @ values / n, mean(values))


def percentile_interval(values: Values, share: float) -> Interval | None:
    """The bootstrap interval of a nearest-rank percentile; `None` under two values.

    It needs no resampling: the chance that a resample's percentile is at most the j-th smallest
    value is the chance that enough of n draws fall on the j smallest. Its ends are values that
    occurred, so of a P95 over few cases the upper end is merely the largest.
    """
    n = len(values)
    if n < 2:
        return None
    chance = binom.sf(_rank(n, share), n, np.arange(1, n + 1) / n)
    low, high = np.sort(values)[np.searchsorted(chance, _TAILS)]
    return Interval(float(low), float(high))


def share_effect(before: Values, after: Values) -> Effect:
    """Two shares on the same cases: the exact McNemar test, where the values are yes or no.

    With fewer than `RARE` changed cases the interval is Agresti and Min's, which adds half a case
    to each cell of the table, so that it keeps a length when no case changed.
    """
    changes = _changes(before, after)
    changed = int(np.count_nonzero(changes))
    if not np.isin(changes, (-1.0, 0.0, 1.0)).all() or changed >= RARE or len(changes) < 2:
        return mean_effect(before, after)
    n, net, cells = len(changes) + 2, float(changes.sum()), changed + 1
    reach = _Z * math.sqrt(cells - net**2 / n) / n
    interval = Interval(max(-1.0, net / n - reach), min(1.0, net / n + reach))
    return Effect(interval, flip_p(changes))


def mean_effect(before: Values, after: Values) -> Effect:
    """Two means on the same cases: paired bootstrap, and the sign-flip permutation test."""
    changes = _changes(before, after)
    return Effect(mean_interval(changes), flip_p(changes))


def percentile_effect(before: Values, after: Values, share: float) -> Effect:
    """Two percentiles on the same cases: paired bootstrap, and random swaps within the pairs."""
    if len(before) < 2:
        return Effect(None, 1.0)
    found = percentile(after, share) - percentile(before, share)
    old, new = _resampled(before, after, share)
    swapped = np.concatenate(
        [
            _percentiles(np.where(swap, before, after), share)
            - _percentiles(np.where(swap, after, before), share)
            for swap in map(np.bool_, coins(len(before), RESAMPLES))
        ]
    )
    return Effect(_between(new - old, found), _reached(np.abs(swapped), abs(found)))


def median_ratio(before: Values, after: Values) -> tuple[float, Interval | None]:
    """The ratio of two medians over the same cases, after by before; all values positive."""
    ratio = percentile(after, 0.5) / percentile(before, 0.5)
    if len(before) < 2:
        return ratio, None
    old, new = _resampled(before, after, 0.5)
    return ratio, _between(new / old, ratio)


def flip_p(changes: Values) -> float:
    """Two-sided p-value of the hypothesis that every change might as well have its other sign.

    Only pairs that changed count. When all changes are of one size this is McNemar's exact test;
    otherwise all signs are tried while that takes at most `FLIPS` trials, else so many at random.
    """
    changed = changes[changes != 0]
    n = len(changed)
    if n == 0:
        return 1.0
    sizes = np.abs(changed)
    if (sizes == sizes[0]).all():
        return float(binomtest(int((changed > 0).sum()), n).pvalue)
    found = abs(float(changed.sum()))
    if 2**n <= FLIPS:
        bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        return float(np.mean(np.abs((2 * bits - 1) @ changed) >= _just_under(found)))
    sums = [np.abs((2.0 * coin - 1.0) @ changed) for coin in coins(n, FLIPS)]
    return _reached(np.concatenate(sums), found)


def least_p(changed: int) -> float:
    """The least p-value that `flip_p` can give when so many pairs changed."""
    return min(1.0, 2.0 ** (1 - changed))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the given order: reject where one is at most the level."""
    adjusted, least = [0.0] * len(p_values), 0.0
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    for smaller, index in enumerate(order):
        least = max(least, min(1.0, (len(p_values) - smaller) * p_values[index]))
        adjusted[index] = least
    return adjusted


SHARE = Statistic(mean, share_interval, share_effect)
MEAN = Statistic(mean, mean_interval, mean_effect)
MEDIAN, P95 = (
    Statistic(
        partial(percentile, share=share),
        partial(percentile_interval, share=share),
        partial(percentile_effect, share=share),
    )
    for share in (0.5, 0.95)
)


def _rank(n: int, share: float) -> int:
    # Rounded, since 0.95 x n may come out a hair above a whole number.
    return max(0, math.ceil(round(share * n, _DIGITS)) - 1)


def _changes(before: Values, after: Values) -> Values:
    # Rounded, so that 0.3 - 0.2 and 0.2 - 0.1 are changes of one size.
    return np.round(after - before, _DIGITS)


def _resampled(before: Values, after: Values, share: float) -> tuple[Values, Values]:
    """The percentile of each resample, before and after; both of shape (RESAMPLES,)."""
    found = [
        (_percentiles(before[drawn], share), _percentiles(after[drawn], share))
        for drawn in resamples(len(before))
    ]
    return np.concatenate([old for old, _ in found]), np.concatenate([new for _, new in found])


def _percentiles(rows: Values, share: float) -> Values:
    rank = _rank(rows.shape[1], share)
    return np.partition(rows, rank, axis=1)[:, rank]


def _between(resampled: Values, found: float) -> Interval:
    low, high = np.quantile(resampled, _TAILS)
    # Sums in another order may differ in the last digit: the value itself is always inside.
    return Interval(min(float(low), found), max(float(high), found))


def _reached(sizes: Values, found: float) -> float:
    """The share of random sizes that are as large; what was found counts as one of them."""
    return (int(np.count_nonzero(sizes >= _just_under(found))) + 1) / (len(sizes) + 1)


def _just_under(size: float) -> float:
    return size - 1e-9 * max(1.0, size)
