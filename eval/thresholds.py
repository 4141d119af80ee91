"""Bounds that a run must keep, from `pyproject.toml` or the command line.

A bound is `METRIC = VALUE`: the least the metric may be. Where less is better, the name says so:
`METRIC_at_most = VALUE` is the most it may be. A stage is bounded as `ms_retrieve_p95_at_most`.
As in

    [tool.policyqa.eval]
    fail_under = { right = 0.75, abstained_wrongly_at_most = 0.10, cpu_ms_p95_at_most = 80 }
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.summary import MEASURES, Measure, Measured, Summary, find_measure
from rag.errors import BelowThreshold, CaseError

_AT_MOST = "_at_most"


@dataclass(frozen=True, slots=True)
class Bound:
    """The least or, with `at_most`, the most that a measure may be."""

    metric: str
    value: float
    at_most: bool = False

    def keeps(self, value: float) -> bool:
        """Whether `value` is within the bound."""
        return value <= self.value if self.at_most else value >= self.value


def read_bounds(pyproject: Path) -> tuple[Bound, ...]:
    """The bounds of `[tool.policyqa.eval] fail_under`; none when file or table is missing.

    Raises:
        CaseError: the file does not parse, a metric is unknown or a value is no number.
    """
    try:
        table = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise CaseError(f"{pyproject} cannot be read as TOML ({error}); correct it.") from error
    for key in ("tool", "policyqa", "eval", "fail_under"):
        table = _inner(table, key, pyproject)
    return tuple(make_bound(name, value) for name, value in table.items())


def parse_bounds(options: Iterable[str]) -> tuple[Bound, ...]:
    """The bounds of `--fail-under METRIC=VALUE` options.

    Raises:
        CaseError: an option is not `METRIC=VALUE`, or the metric is unknown.
    """
    return tuple(_parse(option) for option in options)


def make_bound(name: str, value: Any) -> Bound:
    """A bound from its name and value, checked."""
    at_most = name.endswith(_AT_MOST)
    metric = name.removesuffix(_AT_MOST)
    measure = _known(metric)
    if measure.less_is_better != at_most:
        better = metric + _AT_MOST if measure.less_is_better else metric
        raise CaseError(f"The bound {name!r} points the wrong way; write {better!r}.")
    _check_value(name, value, measure)
    return Bound(metric, float(value), at_most)


def _check_value(name: str, value: Any, measure: Measure) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    most = 1.0 if measure.unit == "share" else math.inf
    if not is_number or not (0 <= value <= most and math.isfinite(value)):
        limit = "between 0 and 1" if measure.unit == "share" else "of 0 or more"
        raise CaseError(f"The bound {name} = {value!r} is no number {limit}; correct it.")


def merge_bounds(*layers: Iterable[Bound]) -> tuple[Bound, ...]:
    """All bounds; one of a later layer replaces the earlier one of the same metric."""
    return tuple({bound.metric: bound for layer in layers for bound in layer}.values())


def check(summary: Summary, bounds: Iterable[Bound]) -> None:
    """Hold the totals against the bounds.

    A bound on cases that the file has none of (say, absent ones) is passed over.

    Raises:
        BelowThreshold: names every metric that missed its bound.
    """
    missed = [_miss(bound, summary) for bound in bounds if _misses(bound, summary)]
    if missed:
        raise BelowThreshold(
            f"The evaluation fell short: {'; '.join(missed)}. See the failed cases for the reasons."
        )


def _misses(bound: Bound, summary: Summary) -> bool:
    value = _measured(bound, summary).value
    return _must_apply(bound, summary) if value is None else not bound.keeps(value)


def _must_apply(bound: Bound, summary: Summary) -> bool:
    """Whether the run has cases that the metric must tell something about."""
    n = summary.total.n
    answerable = summary.total.measures["right"].n
    counts = {"all": n, "answerable": answerable, "absent": n - answerable, "some": 0}
    return counts[_known(bound.metric).of] > 0


def _known(metric: str) -> Measure:
    measure = find_measure(metric)
    if measure is None:
        raise CaseError(f"The metric {metric!r} is unknown; known are {', '.join(MEASURES)}.")
    return measure


def _measured(bound: Bound, summary: Summary) -> Measured:
    """A stage that no row tells of is measured on no case."""
    return summary.total.measures.get(bound.metric, Measured(None, 0))


def _miss(bound: Bound, summary: Summary) -> str:
    value = _measured(bound, summary).value
    share = _known(bound.metric).unit == "share"
    shown = "not measurable" if value is None else _number(value, share)
    asked = f"{'at most' if bound.at_most else 'at least'} {_number(bound.value, share)}"
    return f"{bound.metric} is {shown}, {asked} is asked"


def _number(value: float, share: bool) -> str:
    return f"{value * 100:.4g}%" if share else f"{value:.4g}"


def _parse(option: str) -> Bound:
    name, sign, text = option.partition("=")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not sign or math.isnan(value):
        raise CaseError(f"{option!r} is not METRIC=VALUE; write for example right=0.75.")
    return make_bound(name.strip(), value)


def _inner(table: dict[str, Any], key: str, pyproject: Path) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise CaseError(
            f"{pyproject}: {key!r} must be a table; write fail_under = {{ right = 0.75 }}."
        )
    return value
