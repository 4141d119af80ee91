"""What a run gained and lost against an earlier one, as tables and lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.compare import Change, Comparison, Difference, shortened
from eval.latency import Latency
from eval.report.tables import NONE, Table, name_of, show
from eval.summary import STAGE, find_measure

_NO_CHANGE = "No case changed between passing and failing."


@dataclass(frozen=True, slots=True)
class Listed:
    """Cases that changed in one way, each with its id and why."""

    title: str
    good: bool
    cases: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Changes:
    """A comparison in words; `notes` are whole sentences."""

    title: str
    differences: Table
    lists: Sequence[Listed]
    notes: Sequence[str]


def changes_of(comparison: Comparison, *, only_changed: bool = False) -> Changes:
    """A comparison in words.

    With `only_changed` it leaves out the measures that stayed the same, and single slow cases.
    """
    lists = [
        Listed("Now fails", False, [(c.id, _now(c)) for c in comparison.lost]),
        Listed("Now passes", True, [(c.id, _was(c)) for c in comparison.gained]),
        Listed("Quotes no longer exact", False, [(i, "") for i in comparison.broken_quotes]),
    ]
    if not only_changed:
        lists.append(Listed("Slower, each asked once", False, _slower(comparison)))
    return Changes(
        f"Against the baseline ({comparison.after.n} cases in common)",
        _differences(comparison, only_changed=only_changed),
        [listed for listed in lists if listed.cases],
        _notes(comparison),
    )


def _differences(comparison: Comparison, *, only_changed: bool) -> Table:
    found = [d for d in comparison.differences.values() if d.n and not d.name.startswith(STAGE)]
    header = ("measure", "before", "after", "difference", "95 % interval", "p", "significant")
    return Table(header, [_line(d) for d in found if not only_changed or _tells(d)])


def _tells(found: Difference) -> bool:
    """Whether a difference is worth a line where there is little room."""
    measure = find_measure(found.name)
    is_time = measure is not None and measure.unit == "ms"
    return found.significant or found.name == "right" or (bool(found.change) and not is_time)


def _line(found: Difference) -> Sequence[str]:
    p = NONE if found.p is None else "< 0.001" if found.p < 0.001 else f"{found.p:.3f}"
    return (
        name_of(found.name),
        show(found.name, found.before),
        show(found.name, found.after),
        _change(found.name, found.change),
        _bounds(found),
        p,
        _judged(found),
    )


def _judged(found: Difference) -> str:
    measure = find_measure(found.name)
    if not found.significant or found.change is None or measure is None:
        return ""
    worse = (found.change > 0) == measure.less_is_better
    return "loss" if worse else "gain"


def _change(name: str, change: float | None) -> str:
    """A difference with its sign: points of a share, or the measure's own unit."""
    if change is None:
        return NONE
    measure = find_measure(name)
    unit = measure.unit if measure else ""
    # Adding 0.0 turns a rounded minus zero into a plain one.
    if unit == "share":
        return f"{round(change * 100, 1) + 0.0:+.1f} pt"
    return f"{round(change, 2) + 0.0:+.2f}" if unit == "count" else f"{round(change) + 0:+d}"


def _bounds(found: Difference) -> str:
    if found.low is None or found.high is None:
        return ""
    low, high = (
        _change(found.name, bound).removesuffix(" pt") for bound in (found.low, found.high)
    )
    return f"[{low}, {high}]"


def _now(change: Change) -> str:
    return change.reason + (f" (lost: {change.lost_at})" if change.lost_at else "")


def _was(change: Change) -> str:
    lost = f" (lost: {change.old_lost_at})" if change.old_lost_at else ""
    return f"before: {change.old_reason}{lost}" if change.old_reason else ""


def _slower(comparison: Comparison) -> list[tuple[str, str]]:
    return [(s.id, f"{s.before_ms:.0f} to {s.after_ms:.0f} ms") for s in comparison.slowed]


def _notes(comparison: Comparison) -> list[str]:
    notes = [] if comparison.gained or comparison.lost else [_NO_CHANGE]
    notes += [_latency(latency) for latency in comparison.latencies if latency.slower]
    if comparison.uncompared:
        named = ", ".join(name_of(name) for name in comparison.uncompared)
        notes.append(f"Only one of the runs tells {named}, so that is not compared.")
    return notes + _unmatched(comparison)


def _unmatched(comparison: Comparison) -> list[str]:
    parts = {
        "they were edited": comparison.edited,
        "only the earlier run has them": comparison.removed,
        "only the later run has them": comparison.added,
    }
    return [
        f"Not compared, as {why} ({len(ids)}): {shortened(ids)}."
        for why, ids in parts.items()
        if ids
    ]


def _latency(found: Latency) -> str:
    name = found.name.removeprefix(STAGE).replace("_", " ")
    known = found.low is not None and found.high is not None
    bounds = f" [{found.low:.2f}, {found.high:.2f}]" if known else ""
    return (
        f"Slower: {name}, median {found.before:.1f} to {found.after:.1f} ms, "
        f"{found.ratio:.2f} times{bounds}."
    )
