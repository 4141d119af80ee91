"""From scored cases to measures with intervals: in total and by what the cases are about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np

from eval.dataset import Case
from eval.metrics import Score
from eval.stats import MEAN, MEDIAN, P95, SHARE, Statistic


class Scored(Protocol):
    """A case with its scores: a row of a run, or one read back from a run folder."""

    @property
    def case(self) -> Case:
        """What was asked."""

    @property
    def scores(self) -> Mapping[str, Score]:
        """What each evaluator found."""


Value: TypeAlias = bool | float | None
Of: TypeAlias = Literal["all", "answerable", "absent", "some"]
STAGE = "ms_"
"""Begins the names of the scores that tell the milliseconds of a stage."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How the scores of many cases become one number.

    `value` is what one case counts, `None` when it does not count; `of` tells which cases must:
    all, those with or without an answer in the documents, or only some that have what is judged.
    `unit` is "share", "ms", "chars", "count" or "tokens".
    """

    label: str
    value: Callable[[Scored], Value]
    of: Of = "all"
    statistic: Statistic = SHARE
    unit: str = "share"
    less_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure's value, over how many cases, and its 95 % interval.

    `value` is `None` over no case, `low` and `high` over fewer than two.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """The measures of some of the cases."""

    name: str
    n: int
    measures: Mapping[str, Measured]


@dataclass(frozen=True, slots=True)
class Summary:
    """The measures in total and by label, and how many cases were lost at which stage."""

    total: Slice
    kinds: tuple[Slice, ...]
    splits: tuple[Slice, ...]
    documents: tuple[Slice, ...]
    languages: tuple[Slice, ...]
    lost_at: Mapping[str, int]


def number(row: Scored, name: str) -> Value:
    """The score of that name, if it is there and no label."""
    score = row.scores.get(name)
    return score.value if score and isinstance(score.value, bool | int | float) else None


def label(row: Scored, name: str) -> str | None:
    """The label of that name, if it is there."""
    score = row.scores.get(name)
    return score.value if score and isinstance(score.value, str) else None


def right_and_cited(row: Scored) -> Value:
    """Whether the answer is right and stands on evidence; right without any is not enough."""
    right = number(row, "right")
    return None if right is None else bool(right) and number(row, "cited") is True


def passed(row: Scored) -> Value:
    """Whether nothing is wrong: right, cited if it had to be, and every quote exact."""
    found = number(row, "right")
    if found is None:
        return None
    wrong = (number(row, name) is False for name in ("cited", "quotes_exact"))
    return found is True and not any(wrong)


def _cited(row: Scored) -> Value:
    return number(row, "cited") if number(row, "right") is True else None


def _score(name: str) -> Callable[[Scored], Value]:
    return partial(number, name=name)


def _share(text: str, name: str, of: Of = "all", *, less: bool = False) -> Measure:
    return Measure(text, _score(name), of, less_is_better=less)


def _less(text: str, name: str, unit: str, statistic: Statistic, of: Of = "all") -> Measure:
    return Measure(text, _score(name), of, statistic, unit, less_is_better=True)


MEASURES: Mapping[str, Measure] = {
    "passed": Measure("passed (all cases)", passed),
    "right": _share("right", "right", "answerable"),
    "cited": Measure("cited (of right)", _cited, "answerable"),
    "right_and_cited": Measure("right and cited", right_and_cited, "answerable"),
    "abstained_correctly": _share("abstained correctly", "abstained_correctly", "absent"),
    "abstained_wrongly": _share("abstained wrongly", "abstained_wrongly", "answerable", less=True),
    "quotes_exact": _share("quotes exact", "quotes_exact"),
    "wrong_period": _share("wrong period", "wrong_period", "some", less=True),
    "citation_precision": _share("citation precision", "citation_precision", "answerable"),
    "citation_recall": _share("citation recall", "citation_recall", "answerable"),
    "figure_accuracy": _share("figures right", "figure_accuracy", "some"),
    "figure_value": _share("figures: value", "figure_value", "some"),
    "figure_unit": _share("figures: unit", "figure_unit", "some"),
    "figure_measure": _share("figures: measure", "figure_measure", "some"),
    "figure_period": _share("figures: period", "figure_period", "some"),
    "figure_status": _share("figures: status", "figure_status", "some"),
    "recall_at_5": _share("recall@5", "recall_at_5", "answerable"),
    "recall_at_10": _share("recall@10", "recall_at_10", "answerable"),
    "ndcg_at_10": _share("nDCG@10", "ndcg_at_10", "answerable"),
    "rr_at_10": _share("RR@10", "rr_at_10", "answerable"),
    "token_recall": _share("token recall", "token_recall", "answerable"),
    "token_precision": _share("token precision", "token_precision", "answerable"),
    "token_iou": _share("token IoU", "token_iou", "answerable"),
    "repeats_falsehood": _share("repeats falsehood", "repeats_falsehood", "some", less=True),
    "uncited_sentences": _less("uncited sentences", "uncited_sentences", "count", MEAN),
    "answer_chars_p50": _less("length p50", "answer_chars", "chars", MEDIAN),
    "tokens": _less("tokens", "tokens", "tokens", MEAN, "some"),
    "cpu_ms_p50": _less("CPU p50", "cpu_ms", "ms", MEDIAN),
    "cpu_ms_p95": _less("CPU p95", "cpu_ms", "ms", P95),
    "wall_ms_p50": _less("wall p50", "wall_ms", "ms", MEDIAN),
    "wall_ms_p95": _less("wall p95", "wall_ms", "ms", P95),
}
"""All but those of the stages, also of the evaluators that open data sets bring with them.
`right` and `cited` judge answerable cases; `passed` counts all, absent ones by abstaining."""

_STAGE_MEASURE = re.compile(rf"({STAGE}\w+)_p(50|95)")


def find_measure(name: str) -> Measure | None:
    """The measure of that name, also of a stage (`ms_retrieve_p95`); `None` if there is none."""
    found = _STAGE_MEASURE.fullmatch(name)
    if name in MEASURES or not found:
        return MEASURES.get(name)
    stage, part = found.groups()
    text = f"{stage.removeprefix(STAGE).replace('_', ' ')} p{part}"
    return _less(text, stage, "ms", MEDIAN if part == "50" else P95)


def measures_of(rows: Iterable[Scored]) -> Mapping[str, Measure]:
    """All measures, with those of each stage that a row has."""
    scores = dict.fromkeys(name for row in rows for name in row.scores)
    stages = [name for name in scores if name.startswith(STAGE)]
    found = {
        f"{name}_p{part}": find_measure(f"{name}_p{part}") for name in stages for part in (50, 95)
    }
    return {**MEASURES, **{name: measure for name, measure in found.items() if measure}}


def values_of(measure: Measure, rows: Iterable[Scored]) -> list[Value]:
    """What each row counts, in order; `None` where it does not count."""
    counts = {"answerable": (False,), "absent": (True,)}.get(measure.of, (False, True))
    return [measure.value(row) if row.case.absent in counts else None for row in rows]


def summarise(rows: Iterable[Scored]) -> Summary:
    """All measures of all rows, and of those of each kind, split, document and language."""
    all_rows = tuple(rows)
    by = partial(_slices, all_rows)
    lost = Counter(filter(None, (label(row, "lost_at") for row in all_rows)))
    return Summary(
        total=slice_of("total", all_rows),
        kinds=by(lambda row: row.case.kind),
        splits=by(lambda row: row.case.split),
        documents=by(lambda row: label(row, "document")),
        languages=by(lambda row: label(row, "language") or row.case.language),
        lost_at=dict(lost.most_common()),
    )


def slice_of(
    name: str, rows: Sequence[Scored], measures: Mapping[str, Measure] | None = None
) -> Slice:
    """These measures of these rows; without `measures`, all that the rows have."""
    chosen = measures_of(rows) if measures is None else measures
    return Slice(name, len(rows), {key: measured(m, rows) for key, m in chosen.items()})


def measured(measure: Measure, rows: Iterable[Scored]) -> Measured:
    """One measure of these rows, with its interval."""
    values = np.array([v for v in values_of(measure, rows) if v is not None], dtype=float)
    if not len(values):
        return Measured(None, 0)
    low, high = measure.statistic.interval(values) or (None, None)
    return Measured(measure.statistic.value(values), len(values), low, high)


def summary_to_json(summary: Summary) -> dict[str, Any]:
    """The JSON form of a summary."""
    parts = ("kinds", "splits", "documents", "languages")
    return {
        "total": _slice_to_json(summary.total),
        **{name: {s.name: _slice_to_json(s) for s in getattr(summary, name)} for name in parts},
        "lost_at": dict(summary.lost_at),
    }


def _slices(rows: Sequence[Scored], key: Callable[[Scored], str | None]) -> tuple[Slice, ...]:
    groups: dict[str, list[Scored]] = {}
    for row in rows:
        name = key(row)
        if name is not None:
            groups.setdefault(name, []).append(row)
    measures = measures_of(rows)
    return tuple(slice_of(name, members, measures) for name, members in groups.items())


def _slice_to_json(part: Slice) -> dict[str, Any]:
    return {"n": part.n, **{name: _measured_to_json(m) for name, m in part.measures.items()}}


def _measured_to_json(found: Measured) -> dict[str, Any]:
    numbers = {"value": found.value, "low": found.low, "high": found.high}
    rounded = {name: None if x is None else round(x, 6) for name, x in numbers.items()}
    return {"value": rounded.pop("value"), "n": found.n, **rounded}
