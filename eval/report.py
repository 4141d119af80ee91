"""A run for people: tables for the terminal, Markdown for pull requests. Prints nothing itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from eval.compare import Change, Comparison
from eval.run import Row, Run
from eval.summary import MEASURES, Measured, Slice

Cell: TypeAlias = Callable[[Slice], str]
_LATENCIES = {"CPU ms p50/p95": "cpu_ms", "wall ms p50/p95": "wall_ms"}
_QUALITY = {
    "right": "right",
    "cited": "cited",
    "abst. right": "abstained_correctly",
    "abst. wrong": "abstained_wrongly",
    "quotes": "quotes_exact",
    "recall @5": "recall_at_5",
}
_NOTE = (
    "right, abst. wrong, recall: of the answerable cases; cited: of the right ones; "
    "abst. right: of the absent ones; a dash: no such case."
)


def for_terminal(
    run: Run, comparison: Comparison | None = None, *, failures: int = 20
) -> RenderableType:
    """The summary, the first failed cases and, if given, the comparison with a baseline."""
    failed = failed_rows(run.rows)
    parts: list[RenderableType] = [_summary_table(run), Text(_NOTE, style="dim")]
    if comparison:
        parts += [Text(), Text(_compared(comparison), style="bold")]
        parts += [_comparison_table(comparison), *_change_lines(comparison)]
    if failed:
        parts += [Text(), Text(_failed_title(failed, run), style="bold")]
        parts.append(_failure_table(failed[:failures]))
    if len(failed) > failures:
        parts.append(Text(f"... and {len(failed) - failures} more", style="dim"))
    return Group(*parts)


def to_markdown(run: Run, comparison: Comparison | None = None) -> str:
    """The same as Markdown, with all failed cases."""
    parts = ["# Evaluation", _markdown_summary(run), _NOTE]
    if comparison:
        parts += [f"## {_compared(comparison)}", *_markdown_comparison(comparison)]
    failed = failed_rows(run.rows)
    parts.append(f"## {_failed_title(failed, run)}")
    if failed:
        rows = ([row.case.id, *_where(row), row.case.question, _why(row)] for row in failed)
        parts.append(_markdown_table(["case", "kind", "split", "question", "why"], rows))
    return "\n\n".join(parts) + "\n"


def failed_rows(rows: Iterable[Row]) -> list[Row]:
    """The rows with something wrong: not right, right but not cited, or a quote not exact."""
    return [row for row in rows if problems(row)]


def problems(row: Row) -> list[str]:
    """What is wrong with a row, each with the metric's name; empty for a good one."""
    if row.error:
        return [f"not asked: {row.error}"]
    asserted = ["right", "quotes_exact"] + (["cited"] if row.scores["right"].value else [])
    scores = ((name, row.scores[name]) for name in asserted)
    return [f"{name}: {score.reason}" for name, score in scores if score.value is False]


def show(name: str, measured: Measured) -> str:
    """A measured value as text, in its unit; a dash over no case."""
    if measured.value is None:
        return "–"
    return f"{measured.value:.1%}" if MEASURES[name].unit == "share" else f"{measured.value:.0f}"


def _columns() -> dict[str, Cell]:
    def share(name: str) -> Cell:
        return lambda part: show(name, part.measures[name])

    def times(name: str) -> Cell:
        return lambda part: "/".join(
            show(f"{name}_{point}", part.measures[f"{name}_{point}"]) for point in ("p50", "p95")
        )

    quality = {label: share(name) for label, name in _QUALITY.items()}
    return {"n": lambda part: str(part.n), **quality} | {
        label: times(name) for label, name in _LATENCIES.items()
    }


def _groups(run: Run) -> list[tuple[str, Sequence[Slice]]]:
    summary = run.summary()
    return [("all", [summary.total]), ("split", summary.splits), ("kind", summary.kinds)]


def _summary_table(run: Run) -> Table:
    columns = _columns()
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    table.add_column("", no_wrap=True)
    for label in columns:
        table.add_column(label, justify="right", min_width=4)
    for _, parts in _groups(run):
        for part in parts:
            table.add_row(Text(part.name), *(cell(part) for cell in columns.values()))
        table.add_section()
    return table


def _failure_table(rows: Sequence[Row]) -> Table:
    table = Table("case", "kind", "split", "why", box=None, pad_edge=False)
    for row in rows:
        # Text, never markup: questions and answers are other people's words.
        table.add_row(*(Text(cell) for cell in (row.case.id, *_where(row), _why(row))))
    return table


def _comparison_table(comparison: Comparison) -> Table:
    table = Table("", box=None, pad_edge=False)
    for label in ("before", "after", "difference"):
        table.add_column(label, justify="right")
    for cells in _difference_rows(comparison):
        table.add_row(*cells)
    return table


def _difference_rows(comparison: Comparison) -> list[list[str]]:
    rows = []
    for name, measure in MEASURES.items():
        before, after = comparison.before.measures[name], comparison.after.measures[name]
        unit = f" {measure.unit}" if measure.unit != "share" else ""
        cells = [measure.label + unit, show(name, before), show(name, after)]
        rows.append([*cells, _difference(name, before, after)])
    return rows


def _difference(name: str, before: Measured, after: Measured) -> str:
    if before.value is None or after.value is None:
        return "–"
    change = after.value - before.value
    # Adding 0.0 turns a rounded minus zero into a plain one.
    points = round(change * 100, 1) + 0.0
    return f"{points:+.1f} pt" if MEASURES[name].unit == "share" else f"{round(change):+d}"


def _change_lines(comparison: Comparison) -> list[Text]:
    lines = [Text(f"now passes  {change.id}", style="green") for change in comparison.gained]
    lines += [Text(f"now fails   {_change(change)}", style="red") for change in comparison.lost]
    if comparison.unmatched:
        lines.append(Text(_unmatched(comparison), style="yellow"))
    return lines or [Text("No case changed between passing and failing.", style="dim")]


def _change(change: Change) -> str:
    return f"{change.id}: {change.reason}"


def _unmatched(comparison: Comparison) -> str:
    return f"{comparison.unmatched} cases are not compared: only one run has them, or they differ."


def _compared(comparison: Comparison) -> str:
    return f"Against the baseline ({comparison.after.n} cases in common)"


def _failed_title(failed: Sequence[Row], run: Run) -> str:
    return f"Failed cases ({len(failed)} of {len(run.rows)})"


def _where(row: Row) -> tuple[str, str]:
    return row.case.kind, row.case.split


def _why(row: Row) -> str:
    return "; ".join(problems(row))


def _markdown_summary(run: Run) -> str:
    columns = _columns()
    rows = [
        [
            f"{group}: {part.name}" if group != "all" else "total",
            *(c(part) for c in columns.values()),
        ]
        for group, parts in _groups(run)
        for part in parts
    ]
    return _markdown_table(["", *columns], rows)


def _markdown_comparison(comparison: Comparison) -> list[str]:
    table = _markdown_table(["", "before", "after", "difference"], _difference_rows(comparison))
    lines = [f"- now passes: {_escape(change.id)}" for change in comparison.gained]
    lines += [f"- now fails: {_escape(_change(change))}" for change in comparison.lost]
    lines += [f"- {_unmatched(comparison)}"] if comparison.unmatched else []
    return [table, "\n".join(lines) or "No case changed between passing and failing."]


def _markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_escape(cell) for cell in line)} |" for line in lines)


def _escape(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
