"""What is wrong with a row of a run, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eval.run import Row, Run
from eval.summary import Summary

_WRONG = {"right": "not right", "cited": "not cited", "quotes_exact": "quote not exact"}


def failed_rows(rows: Iterable[Row]) -> list[Row]:
    """The rows with something wrong: not right, right but not cited, or a quote not exact."""
    return [row for row in rows if problems(row)]


def problems(row: Row) -> list[str]:
    """What is wrong with a row, each with its reason; empty for a good one."""
    if row.error:
        return [f"not asked: {row.error}"]
    asserted = ["right", "quotes_exact"] + (["cited"] if row.scores["right"].value else [])
    scores = ((name, row.scores[name]) for name in asserted)
    return [f"{_WRONG[name]}: {score.reason}" for name, score in scores if score.value is False]


def failed_title(failed: Sequence[Row], run: Run) -> str:
    """How many rows of a run failed."""
    return f"Failed cases ({len(failed)} of {len(run.rows)})"


def reasons_lost(summary: Summary) -> list[str]:
    """At which stage how many cases were lost, in one line; none where nothing was."""
    counts = ", ".join(f"{stage} {count}" for stage, count in summary.lost_at.items())
    return [f"Lost: {counts}."] if counts else []
