"""Two runs on the same cases: what each measure lost beyond chance, and which cases changed why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from eval.latency import Latency, Pair, Slowed, latencies, slowed
from eval.stats import holm, least_p
from eval.summary import (
    MEASURES,
    Measure,
    Scored,
    Slice,
    label,
    measures_of,
    number,
    slice_of,
    values_of,
)
from rag.errors import BelowThreshold, CaseError

GUARDED = (
    "right",
    "cited",
    "right_and_cited",
    "abstained_correctly",
    "abstained_wrongly",
    "quotes_exact",
    "wrong_period",
    "figure_accuracy",
    "recall_at_5",
)
"""The measures that no release may lose."""
LEVEL = 0.05
"""The level of significance."""
_EQUAL = 1e-12
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Change:
    """A case that passed in one run and failed in the other: why, and where it was lost.

    `reason` and `lost_at` are the newer run's, `old_reason` and `old_lost_at` the older one's;
    where a right case was lost is `None`.
    """

    id: str
    kind: str
    split: str
    question: str
    reason: str
    old_reason: str = ""
    lost_at: str | None = None
    old_lost_at: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of a measure, over the `n` cases that count for it in both runs.

    `change` is after minus before; `low` and `high` are its 95 % interval, `None` under two cases.
    `better` and `worse` name the cases that changed, by id. `p` is the two-sided p-value of the
    paired test; `significant` says that it is at most 5 % after Holm's correction. `unpaired`
    counts the cases that only one of the runs could be judged on.
    """

    name: str
    n: int
    unpaired: int
    before: float | None = None
    after: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    better: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()
    significant: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both runs measured on the cases that ask and expect the same in both.

    `edited` names the cases that do not, `removed` those that only the older run has and `added`
    those that only the newer one has. `broken_quotes` names cases that show an inexact quote now
    and did not before.
    """

    before: Slice
    after: Slice
    differences: Mapping[str, Difference]
    gained: tuple[Change, ...]
    lost: tuple[Change, ...]
    broken_quotes: tuple[str, ...]
    latencies: tuple[Latency, ...]
    slowed: tuple[Slowed, ...]
    edited: tuple[str, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def uncompared(self) -> tuple[str, ...]:
        """The guarded measures that only one of the runs tells, so that nothing guards them."""
        found = (self.differences[name] for name in GUARDED)
        return tuple(d.name for d in found if d.n == 0 and d.unpaired > 0)


def compare(before: Iterable[Scored], after: Iterable[Scored]) -> Comparison:
    """Compare the rows of two runs, case by case.

    Yes-or-no measures are tested by McNemar's exact test, others by a permutation within pairs.
    Each test looks only at the cases that changed, so small differences cannot be significant:
    when nothing is gained, six cases must be lost for one measure alone (p = 0.031), and nine
    (p = 0.004) when all nine of `GUARDED` could be significant. A comparison that finds nothing
    has shown no more than that fewer were lost. Guarded measures are corrected among themselves,
    all others among themselves; those with too few changes to reach 5 % at all are left out.
    """
    old, new = ({row.case.id: row for row in rows} for rows in (before, after))
    both = [(old[i], row) for i, row in new.items() if i in old]
    pairs: list[Pair] = [pair for pair in both if _same(*pair)]
    measures = measures_of(row for pair in pairs for row in pair)
    differences = [_difference(name, measure, pairs) for name, measure in measures.items()]
    return Comparison(
        before=slice_of("before", [row for row, _ in pairs], measures),
        after=slice_of("after", [row for _, row in pairs], measures),
        differences={found.name: found for found in _corrected(differences)},
        gained=tuple(_change(*pair) for pair in pairs if _passes(pair[1]) and not _passes(pair[0])),
        lost=tuple(_change(*pair) for pair in pairs if _passes(pair[0]) and not _passes(pair[1])),
        broken_quotes=tuple(new.case.id for old, new in pairs if _breaks_quotes(old, new)),
        latencies=latencies(pairs),
        slowed=slowed(pairs),
        edited=tuple(row.case.id for was, row in both if not _same(was, row)),
        removed=tuple(i for i in old if i not in new),
        added=tuple(i for i in new if i not in old),
    )


def check_no_loss(comparison: Comparison) -> None:
    """Hold a run against its baseline: no guarded measure significantly worse, no quote broken.

    A baseline that no longer fits guards nothing of what changed, so that is a failure as well.
    Cases that only the newer run has are none: no baseline can know them.

    Raises:
        CaseError: the runs have no case in common, so nothing was compared.
        BelowThreshold: names every guarded measure that was lost; or the cases and the measures
            that could not be compared.
    """
    if not comparison.after.n:
        raise CaseError("The runs have no case in common; compare runs on the same cases.")
    guarded = [comparison.differences[name] for name in GUARDED]
    losses = [_loss(found) for found in guarded if _is_loss(found)]
    if comparison.broken_quotes:
        losses.append(f"quotes are no longer exact in {', '.join(comparison.broken_quotes)}")
    if losses:
        raise BelowThreshold(
            f"The run is worse than what it was compared with: {'; '.join(losses)}. "
            "See the lost cases for the reasons."
        )
    if gaps := _gaps(comparison):
        raise BelowThreshold(
            f"What it was compared with does not guard this run: {'; '.join(gaps)}; "
            "make the baseline anew."
        )


def _gaps(comparison: Comparison) -> list[str]:
    """What of the baseline could not be held against the run."""
    # Who has no right answer in common cannot compare its citing; right_and_cited guards that.
    untold = [name for name in comparison.uncompared if name != "cited"]
    parts = {
        "cases that were edited": comparison.edited,
        "cases that are gone": comparison.removed,
        "measures that only one run tells": untold,
    }
    return [f"{what}: {shortened(names)}" for what, names in parts.items() if names]


def shortened(names: Sequence[str]) -> str:
    """Names in a row, the first ones only where there are many."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _is_loss(found: Difference) -> bool:
    if not found.significant or found.change is None:
        return False
    return (found.change > 0) == MEASURES[found.name].less_is_better


def _loss(found: Difference) -> str:
    return f"{found.name} went from {found.before:.1%} to {found.after:.1%} (p = {found.p:.2g})"


def _difference(name: str, measure: Measure, pairs: Sequence[Pair]) -> Difference:
    old, new = (values_of(measure, [pair[i] for pair in pairs]) for i in (0, 1))
    judged = [
        (pair[1].case.id, a, b)
        for pair, a, b in zip(pairs, old, new, strict=True)
        if a is not None and b is not None
    ]
    unpaired = sum((a is None) != (b is None) for a, b in zip(old, new, strict=True))
    if not judged:
        return Difference(name, 0, unpaired)
    ids, before, after = zip(*judged, strict=True)
    return _tested(Difference(name, len(ids), unpaired), measure, ids, (before, after))


def _tested(
    found: Difference,
    measure: Measure,
    ids: Sequence[str],
    values: tuple[Sequence[float], Sequence[float]],
) -> Difference:
    before, after = (np.array(side, dtype=float) for side in values)
    effect = measure.statistic.effect(before, after)
    old, new = measure.statistic.value(before), measure.statistic.value(after)
    gains = before - after if measure.less_is_better else after - before
    low, high = effect.interval or (None, None)
    return replace(
        found,
        before=old,
        after=new,
        change=new - old,
        low=low,
        high=high,
        p=effect.p,
        better=tuple(id_ for id_, gain in zip(ids, gains, strict=True) if gain > _EQUAL),
        worse=tuple(id_ for id_, gain in zip(ids, gains, strict=True) if gain < -_EQUAL),
    )


def _corrected(differences: Sequence[Difference]) -> list[Difference]:
    """The same, with `significant` told for the guarded measures and for the others."""
    families = [[d for d in differences if (d.name in GUARDED) is side] for side in (True, False)]
    found = {name for family in families for name in _significant(family)}
    return [replace(d, significant=d.name in found) for d in differences]


def _significant(family: Sequence[Difference]) -> list[str]:
    tested = [(d.name, d.p) for d in family if d.p is not None and _could_be(d)]
    adjusted = holm([p for _, p in tested])
    return [name for (name, _), p in zip(tested, adjusted, strict=True) if p <= LEVEL]


def _could_be(found: Difference) -> bool:
    return least_p(len(found.better) + len(found.worse)) <= LEVEL


def _same(old: Scored, new: Scored) -> bool:
    """Whether both ask and expect the same; what only sorts cases makes no difference."""
    was, now = (replace(row.case, kind="", split="", language="") for row in (old, new))
    return was == now


def _passes(row: Scored) -> bool:
    return bool(row.scores["right"].value)


def _breaks_quotes(old: Scored, new: Scored) -> bool:
    before, after = (number(row, "quotes_exact") for row in (old, new))
    return after is False and before is not False


def _change(old: Scored, new: Scored) -> Change:
    case = new.case
    return Change(
        case.id,
        case.kind,
        case.split,
        case.question,
        reason=new.scores["right"].reason,
        old_reason=old.scores["right"].reason,
        lost_at=label(new, "lost_at"),
        old_lost_at=label(old, "lost_at"),
    )
