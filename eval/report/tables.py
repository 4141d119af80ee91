"""What the report says of a run as tables of text, for the terminal, for Markdown and the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from eval.calibration import Calibration
from eval.summary import STAGE, Measured, Slice, Summary, find_measure

NONE = "–"
NOTE = (
    "In brackets: 95 % interval. right, abst. wrong, recall: of the answerable cases; "
    "cited: of the right ones; abst. right: of the cases without an answer; a dash: no such case."
)
_COLUMNS = {
    "right": "right",
    "cited": "cited",
    "abst. right": "abstained_correctly",
    "abst. wrong": "abstained_wrongly",
    "figures": "figure_accuracy",
    "quotes": "quotes_exact",
    "recall@5": "recall_at_5",
    "token recall": "token_recall",
    "token IoU": "token_iou",
}
Cell: TypeAlias = Callable[[Slice], str]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a header; the first cell of a row names it."""

    header: Sequence[str]
    lines: Sequence[Sequence[str]]


def show(name: str, value: float | None) -> str:
    """A value of a measure as text, in its unit; a dash for none."""
    if value is None:
        return NONE
    return {"share": f"{value:.1%}", "count": f"{value:.2f}"}.get(_unit(name), f"{value:,.0f}")


def show_interval(name: str, low: float | None, high: float | None) -> str:
    """The bounds of a value as text; nothing without them."""
    if low is None or high is None:
        return ""
    return f"[{show(name, low).removesuffix('%')}, {show(name, high).removesuffix('%')}]"


def name_of(name: str) -> str:
    """What a measure is called, with its unit."""
    measure = find_measure(name)
    if measure is None:
        return name
    return measure.label + (
        "" if measure.unit in ("share", "count", "tokens") else f" {measure.unit}"
    )


def verdict(summary: Summary) -> str:
    """The outcome in one line."""
    parts = [_of(summary, "right", "answerable questions right")]
    parts.append(_of(summary, "abstained_correctly", "questions without an answer refused"))
    return "; ".join(part for part in parts if part) + "."


def sureness(found: Calibration) -> list[str]:
    """How far the confidence can be trusted, in one line; none where no case has any."""
    told = {
        "AUROC, answerable against absent": None if found.auroc is None else f"{found.auroc:.3f}",
        "expected calibration error": None if found.ece is None else f"{found.ece:.1%}",
    }
    parts = [f"{name} {value}" for name, value in told.items() if value]
    return [f"Confidence: {'; '.join(parts)}."] if parts else []


def totals(summary: Summary) -> Table:
    """Every measure of all cases but those of the stages."""
    found = summary.total.measures.items()
    lines = [
        (name_of(name), show(name, m.value), show_interval(name, m.low, m.high), str(m.n))
        for name, m in found
        if m.n and not name.startswith(STAGE)
    ]
    return Table(("measure", "value", "95 % interval", "cases"), lines)


def groups(summary: Summary) -> Mapping[str, Sequence[Slice]]:
    """The slices of each way to group, of documents and languages where there are several."""
    several = {"document": summary.documents, "language": summary.languages}
    always = {"split": summary.splits, "kind": summary.kinds}
    return {**always, **{name: parts for name, parts in several.items() if len(parts) > 1}}


def slices(parts: Sequence[Slice], title: str = "", *, intervals: bool = False) -> Table:
    """The main measures of each slice, side by side."""
    columns = _columns(parts, intervals=intervals)
    lines = [(part.name, *(cell(part) for cell in columns.values())) for part in parts]
    return Table((title, *columns), lines)


def stages(total: Slice) -> Table:
    """The milliseconds of each stage."""
    names = [name[: -len("_p50")] for name in total.measures if name.startswith(STAGE)]
    lines = [
        (
            name.removeprefix(STAGE).replace("_", " "),
            *(_one_decimal(total.measures[f"{name}_{point}"]) for point in ("p50", "p95")),
        )
        for name in dict.fromkeys(names)
    ]
    return Table(("stage", "p50", "p95"), lines)


def _unit(name: str) -> str:
    measure = find_measure(name)
    return measure.unit if measure else ""


def _of(summary: Summary, name: str, what: str) -> str:
    found = summary.total.measures[name]
    if found.value is None:
        return ""
    shown = f"{show(name, found.value)} {show_interval(name, found.low, found.high)}".rstrip()
    return f"{round(found.value * found.n)} of {found.n} {what}: {shown}"


def _columns(parts: Sequence[Slice], *, intervals: bool) -> Mapping[str, Cell]:
    """A column for each main measure that counts a case in some part."""

    def share(name: str) -> Cell:
        return lambda part: _with_interval(name, part.measures[name], intervals=intervals)

    def times(name: str) -> Cell:
        points = ("p50", "p95")
        return lambda part: "/".join(
            show(f"{name}_{point}", part.measures[f"{name}_{point}"].value) for point in points
        )

    def counts(name: str) -> bool:
        return any(part.measures[name].n for part in parts)

    shares = {text: share(name) for text, name in _COLUMNS.items() if counts(name)}
    # CPU time is the steadier of the two; a server tells none of it.
    time = next((name for name in ("cpu_ms", "wall_ms") if counts(f"{name}_p50")), None)
    latency = {"ms p50/p95": times(time)} if time else {}
    return {"n": lambda part: str(part.n), **shares, **latency}


def _with_interval(name: str, found: Measured, *, intervals: bool) -> str:
    # An interval beside every number would drown the table; the main measure carries it.
    bounds = show_interval(name, found.low, found.high) if intervals and name == "right" else ""
    return f"{show(name, found.value)} {bounds}".rstrip()


def _one_decimal(found: Measured) -> str:
    return NONE if found.value is None else f"{found.value:.1f}"
