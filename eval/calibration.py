"""How far a run's confidence can be trusted, and what answering less often would gain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from eval.resample import Values
from eval.stats import Interval, wilson
from eval.summary import Scored, label, number

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The cases whose confidence lies in `[low, high)`; the last bin has 1 as well.

    `confidence` is their mean, `share` how many of them the documents do answer, `interval` the
    95 % interval of that share; all `None` in an empty bin.
    """

    low: float
    high: float
    n: int
    confidence: float | None = None
    share: float | None = None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """What answering only at `threshold` or above would have come to.

    `coverage` is the share of all cases that are answered, `precision` the share of right answers
    among these `n`, with its 95 % interval.
    """

    threshold: float
    coverage: float
    precision: float
    n: int
    interval: Interval


@dataclass(frozen=True, slots=True)
class Calibration:
    """Confidence against the truth, over `n` cases.

    `bins`, `ece` and `brier` hold the confidence against whether the documents answer the
    question at all, `auroc` is the chance that an answerable case gets more confidence than an
    absent one; each `None` where there are no such cases.

    `curve` trades coverage for precision, from the most confident answer on. It ends at
    `threshold_point`, the threshold in use: what a lower one would have answered the run does not
    know, since an abstention has no claims that could be right. That point's `threshold` is the
    least confidence that was answered, so the setting itself is there or a little lower.
    """

    n: int
    bins: tuple[Bin, ...]
    curve: tuple[Point, ...]
    threshold_point: Point | None
    auroc: float | None
    brier: float | None
    ece: float | None


@dataclass(frozen=True, slots=True)
class _Told:
    """The confidences of n cases; which are answerable, answered and right. All of shape (n,)."""

    confidence: Values
    answerable: NDArray[np.bool_]
    answered: NDArray[np.bool_]
    right: NDArray[np.bool_]


def calibrate(rows: Iterable[Scored]) -> Calibration:
    """The calibration over all rows with a confidence; questions never asked have none."""
    told = _tell([row for row in rows if _has_confidence(row)])
    bins, curve = _bins(told), _curve(told)
    n = len(told.confidence)
    return Calibration(
        n=n,
        bins=bins,
        curve=curve,
        threshold_point=curve[-1] if curve else None,
        auroc=auroc(told.confidence, told.answerable),
        brier=float(np.mean((told.confidence - told.answerable) ** 2)) if n else None,
        ece=_expected_error(bins, n) if n else None,
    )


def auroc(scores: Values, truths: NDArray[np.bool_]) -> float | None:
    """The chance that a true case has the higher score, ties counting half; `None` if all agree."""
    positives = int(truths.sum())
    negatives = len(truths) - positives
    if not positives or not negatives:
        return None
    ranks = float(rankdata(scores)[truths].sum())
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def calibration_to_json(calibration: Calibration) -> dict[str, Any]:
    """The JSON form: the fields by name, an interval as `[low, high]`."""
    found: dict[str, Any] = _rounded(asdict(calibration))
    return found


def _has_confidence(row: Scored) -> bool:
    return number(row, "confidence") is not None and label(row, "lost_at") != "not asked"


def _tell(rows: Sequence[Scored]) -> _Told:
    abstained = ("abstained_correctly", "abstained_wrongly")
    return _Told(
        np.array([number(row, "confidence") for row in rows], dtype=float),
        np.array([not row.case.absent for row in rows], dtype=bool),
        np.array([all(number(row, name) is not True for name in abstained) for row in rows], bool),
        np.array([number(row, "right") is True for row in rows], dtype=bool),
    )


def _bins(told: _Told) -> tuple[Bin, ...]:
    places = np.floor(told.confidence * BINS).clip(0, BINS - 1)
    return tuple(_bin(told, place, places == place) for place in range(BINS))


def _bin(told: _Told, place: int, inside: NDArray[np.bool_]) -> Bin:
    low, high, n = place / BINS, (place + 1) / BINS, int(inside.sum())
    if n == 0:
        return Bin(low, high, 0)
    yes = int(told.answerable[inside].sum())
    return Bin(low, high, n, float(told.confidence[inside].mean()), yes / n, wilson(yes, n))


def _curve(told: _Told) -> tuple[Point, ...]:
    """A point for each confidence that was answered, highest first."""
    order = np.argsort(-told.confidence[told.answered], kind="stable")
    confidence = told.confidence[told.answered][order]
    rights = np.cumsum(told.right[told.answered][order])
    # Cases of one confidence are answered together or not at all.
    last = np.flatnonzero(np.append(np.diff(confidence) != 0, np.ones(min(1, len(confidence)))))
    return tuple(
        _point(float(confidence[i]), int(rights[i]), int(i) + 1, len(told.confidence)) for i in last
    )


def _point(threshold: float, right: int, answered: int, cases: int) -> Point:
    return Point(threshold, answered / cases, right / answered, answered, wilson(right, answered))


def _expected_error(bins: Iterable[Bin], n: int) -> float:
    """The mean distance of confidence and share, each bin by its number of cases."""
    found = ((b.n, b.confidence, b.share) for b in bins)
    return sum(k * abs(c - s) for k, c, s in found if c is not None and s is not None) / n


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    return round(value, 6) if isinstance(value, float) else value
