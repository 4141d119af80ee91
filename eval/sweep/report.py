"""A sweep for people: a table, Markdown, and a plot of quality against latency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from eval.disk import write_whole
from eval.summary import MEASURES
from eval.sweep.run import KEPT, LATENCY, QUALITY, Result
from rag.errors import CaseError

_BEST = "◆"
NOTE = (
    f"{_BEST}: no other point is as good and as fast. Cases a point: {{n}}; passed: of all "
    "cases, absent ones by abstaining; changed: cases that became right and wrong against the "
    "settings in use."
)
_IN_TERMINAL = {
    QUALITY: "passed",
    "abstained_correctly": "abst. right",
    "abstained_wrongly": "abst. wrong",
    "recall_at_5": "recall@5",
    LATENCY: "ms p50",
}
_IN_MARKDOWN = {name: MEASURES[name].label for name in KEPT}


def pareto(results: Sequence[Result]) -> list[bool]:
    """Which results no other beats: none is at least as good and as fast, and better in one."""
    return [not any(_beats(other, result) for other in results) for result in results]


def to_table(results: Sequence[Result], n: int) -> RenderableType:
    """One line for each point of `n` cases, for the terminal: its most telling measures."""
    header, *rows = _cells(results, _IN_TERMINAL)
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    for label in header:
        table.add_column(Text(label.replace(" ", "\n")), justify="right", no_wrap=True)
    for row, best in zip(rows, pareto(results), strict=True):
        table.add_row(*map(Text, row), style="bold" if best else None)
    return Group(table, Text(NOTE.format(n=n), style="dim"))


def to_markdown(results: Sequence[Result], n: int) -> str:
    """The same as Markdown."""
    header, *rows = _cells(results, _IN_MARKDOWN)
    lines = [header, ["---:"] * len(header), *rows]
    table = "\n".join(f"| {' | '.join(map(_escaped, line))} |" for line in lines)
    return f"# Sweep\n\n{table}\n\n{NOTE.format(n=n)}\n"


def to_svg(results: Sequence[Result]) -> str:
    """Quality against latency, one labelled point for each setting."""
    from eval.report.plots import Point, scatter
    from eval.report.svg import standalone

    points = [
        Point(name, result.latency, result.quality)
        for name, result in zip(names(results), results, strict=True)
    ]
    plot = scatter(points, "median latency, ms", "cases right", lambda share: f"{share:.0%}")
    return standalone(plot)


def write_report(out: Path, results: Sequence[Result], n: int) -> None:
    """Write `sweep.md` and `sweep.svg`.

    Raises:
        CaseError: they cannot be written.
    """
    try:
        write_whole(out / "sweep.md", to_markdown(results, n))
        write_whole(out / "sweep.svg", to_svg(results))
    except OSError as error:
        raise CaseError(
            f"The report cannot be written to {out} ({error.strerror or error}); make room, and "
            "start it again."
        ) from error


def names(results: Sequence[Result]) -> list[str]:
    """What tells each point from the others; the reference is called default."""
    varied = _varied(results)
    labels = _short(varied)
    return [
        "default"
        if result.point.reference
        else ", ".join(
            f"{label} {_shown(result.point.values[key])}"
            for key, label in zip(varied, labels, strict=True)
        )
        for result in results
    ]


def _cells(results: Sequence[Result], measures: Mapping[str, str]) -> list[list[str]]:
    """The header and a line for each result: the mark, what varies, measures, changed cases."""
    varied = _varied(results)
    reference = next((result for result in results if result.point.reference), None)
    header = ["", *_short(varied), *measures.values(), "changed"]
    rows = [
        [
            _BEST * best,
            *(_shown(result.point.values[key]) for key in varied),
            *(_measure(name, result) for name in measures),
            _changes(result, reference),
        ]
        for result, best in zip(results, pareto(results), strict=True)
    ]
    return [header, *rows]


def _varied(results: Sequence[Result]) -> list[str]:
    """The settings that are not the same for all points."""
    every = [result.point.values for result in results]
    return [key for key in every[0] if any(v[key] != every[0][key] for v in every)]


def _short(keys: Sequence[str]) -> list[str]:
    """Each dotted name's shortest ending that no other has."""
    return [_ending(key, [other for other in keys if other != key]) for key in keys]


def _ending(key: str, others: Sequence[str]) -> str:
    parts = key.split(".")
    for kept in range(1, len(parts)):
        ending = ".".join(parts[-kept:])
        if not any(f".{other}".endswith(f".{ending}") for other in others):
            return ending
    return key


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _measure(name: str, result: Result) -> str:
    value = result.measures[name]
    if value is None:
        return "–"
    return f"{value:.1%}" if MEASURES[name].unit == "share" else f"{value:.1f}"


def _changes(result: Result, reference: Result | None) -> str:
    if result is reference or reference is None:
        return "default"
    here, there = set(result.wrong), set(reference.wrong)
    return f"+{len(there - here)} −{len(here - there)}"


def _beats(one: Result, other: Result) -> bool:
    pair, against = (one.quality, -one.latency), (other.quality, -other.latency)
    return pair != against and all(a >= b for a, b in zip(pair, against, strict=True))


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
