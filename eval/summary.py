"""From scored cases to measures: in total, by kind and by split."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeAlias

from eval.dataset import Case
from eval.metrics import Score


class Scored(Protocol):
    """A case with its scores: a row of a run, or one read back from a run folder."""

    @property
    def case(self) -> Case:
        """What was asked."""

    @property
    def scores(self) -> Mapping[str, Score]:
        """What each evaluator found."""


Values: TypeAlias = Sequence[float]


@dataclass(frozen=True, slots=True)
class Measure:
    """How the scores of many cases become one number.

    `score` names the evaluator; `admits` picks the cases that are counted; `unit` is "share",
    "ms" or "chars".
    """

    label: str
    score: str
    admits: Callable[[Scored], bool]
    reduce: Callable[[Values], float]
    unit: str = "share"
    less_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure's value, and over how many cases; `None` over no case."""

    value: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Slice:
    """The measures of some of the cases."""

    name: str
    n: int
    measures: Mapping[str, Measured]


@dataclass(frozen=True, slots=True)
class Summary:
    """The measures in total, by kind and by split."""

    total: Slice
    kinds: tuple[Slice, ...]
    splits: tuple[Slice, ...]


def mean(values: Values) -> float:
    """The arithmetic mean."""
    return math.fsum(values) / len(values)


def percentile(values: Values, share: float) -> float:
    """The nearest-rank percentile: a value that occurred, with `share` of all at or below it."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _any(_row: Scored) -> bool:
    return True


def _answerable(row: Scored) -> bool:
    return not row.case.absent


def _absent(row: Scored) -> bool:
    return row.case.absent


def _right(row: Scored) -> bool:
    return not row.case.absent and row.scores["right"].value is True


_MEDIAN, _P95 = partial(percentile, share=0.5), partial(percentile, share=0.95)

MEASURES: Mapping[str, Measure] = {
    "passed": Measure("passed", "right", _any, mean),
    "right": Measure("right", "right", _answerable, mean),
    "cited": Measure("cited (of right)", "cited", _right, mean),
    "abstained_correctly": Measure("abstained correctly", "abstained_correctly", _absent, mean),
    "abstained_wrongly": Measure(
        "abstained wrongly", "abstained_wrongly", _answerable, mean, less_is_better=True
    ),
    "quotes_exact": Measure("quotes exact", "quotes_exact", _any, mean),
    "recall_at_5": Measure("recall@5", "recall_at_5", _answerable, mean),
    "answer_chars": Measure("length", "answer_chars", _any, mean, "chars", True),
    "cpu_ms_p50": Measure("CPU p50", "cpu_ms", _any, _MEDIAN, "ms", True),
    "cpu_ms_p95": Measure("CPU p95", "cpu_ms", _any, _P95, "ms", True),
    "wall_ms_p50": Measure("wall p50", "wall_ms", _any, _MEDIAN, "ms", True),
    "wall_ms_p95": Measure("wall p95", "wall_ms", _any, _P95, "ms", True),
}
"""`right` and `cited` judge answerable cases; `passed` counts all, absent ones by abstaining."""


def summarise(rows: Iterable[Scored]) -> Summary:
    """All measures of all rows, and of those of each kind and each split."""
    all_rows = tuple(rows)
    return Summary(
        total=slice_of("total", all_rows),
        kinds=_slices(all_rows, lambda row: row.case.kind),
        splits=_slices(all_rows, lambda row: row.case.split),
    )


def slice_of(name: str, rows: Sequence[Scored]) -> Slice:
    """All measures of these rows."""
    measures = {key: _measured(measure, rows) for key, measure in MEASURES.items()}
    return Slice(name, len(rows), measures)


def summary_to_json(summary: Summary) -> dict[str, Any]:
    """The JSON form of a summary."""
    return {
        "total": _slice_to_json(summary.total),
        "kinds": {part.name: _slice_to_json(part) for part in summary.kinds},
        "splits": {part.name: _slice_to_json(part) for part in summary.splits},
    }


def _slices(rows: Sequence[Scored], key: Callable[[Scored], str]) -> tuple[Slice, ...]:
    groups: dict[str, list[Scored]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return tuple(slice_of(name, members) for name, members in groups.items())


def _measured(measure: Measure, rows: Sequence[Scored]) -> Measured:
    scores = [row.scores.get(measure.score) for row in rows if measure.admits(row)]
    values = [float(s.value) for s in scores if s and isinstance(s.value, (bool, int, float))]
    return Measured(measure.reduce(values) if values else None, len(values))


def _slice_to_json(part: Slice) -> dict[str, Any]:
    measures = {
        name: {"value": None if m.value is None else round(m.value, 6), "n": m.n}
        for name, m in part.measures.items()
    }
    return {"n": part.n, **measures}
