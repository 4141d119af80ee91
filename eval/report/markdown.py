"""A run as Markdown for a pull request: the outcome and what changed; the rest folds away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from eval.calibration import calibrate
from eval.compare import Comparison
from eval.report.changes import Changes, changes_of
from eval.report.failures import failed_rows, failed_title, problems, reasons_lost
from eval.report.tables import NOTE, Table, groups, slices, sureness, totals, verdict
from eval.run import Row, Run
from eval.summary import Summary


def to_markdown(run: Run, comparison: Comparison | None = None, *, failures: int = 100) -> str:
    """The outcome, what changed, and folded: the main measures by group and the failed cases.

    Only the first `failures` of them are listed, since a comment may be only so long.
    """
    summary, failed = run.summary(), failed_rows(run.rows)
    parts = ["# Evaluation", _escape(verdict(summary)), to_table(totals(summary)), NOTE]
    parts += [_escape(line) for line in sureness(calibrate(run.rows))]
    if comparison:
        parts += _changes(changes_of(comparison, only_changed=True))
    parts.append(_folded("By split, kind and document", _groups(summary)))
    parts.append(f"## {failed_title(failed, run)}")
    parts += [_escape(line) for line in reasons_lost(summary)]
    if failed:
        parts.append(_folded("Their reasons", [_failures(failed[:failures])]))
    if len(failed) > failures:
        parts.append(f"... and {len(failed) - failures} more, which report.html lists.")
    return "\n\n".join(parts) + "\n"


def _groups(summary: Summary) -> list[str]:
    return [to_table(slices(part, name)) for name, part in groups(summary).items()]


def _failures(rows: Iterable[Row]) -> str:
    header = ("case", "kind", "split", "question", "why")
    lines = [
        (row.case.id, row.case.kind, row.case.split, row.case.question, "; ".join(problems(row)))
        for row in rows
    ]
    return to_table(Table(header, lines))


def _changes(changes: Changes) -> list[str]:
    told = [
        f"- {listed.title.lower()}: {_escape(id_)}" + (f": {_escape(why)}" if why else "")
        for listed in changes.lists
        for id_, why in listed.cases
    ]
    parts = [f"## {changes.title}", to_table(changes.differences), "\n".join(told)]
    return [part for part in (*parts, *(_escape(note) for note in changes.notes)) if part]


def _folded(title: str, parts: Sequence[str]) -> str:
    """What opens on a click; without the blank lines a table in it would not be read as one."""
    return "\n\n".join((f"<details><summary>{_escape(title)}</summary>", *parts, "</details>"))


def to_table(table: Table) -> str:
    """A table in Markdown, its numbers to the right; nothing in it is taken for markup."""
    aligned = ["---:" if _is_number(table, i) else "---" for i in range(1, len(table.header))]
    rule = f"| {' | '.join(['---', *aligned])} |"
    return "\n".join((_row(table.header), rule, *map(_row, table.lines)))


def _is_number(table: Table, column: int) -> bool:
    return all(re.match(r"$|[-+–\[<\d]", line[column]) for line in table.lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_escape(cell) for cell in cells)} |"


def _escape(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|#~&])", r"\\\1", " ".join(text.split()))
