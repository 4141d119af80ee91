"""A run as tables for the terminal. Prints nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from eval.calibration import calibrate
from eval.compare import Comparison
from eval.report.changes import Changes, Listed, changes_of
from eval.report.failures import failed_rows, failed_title, problems, reasons_lost
from eval.report.tables import NONE, NOTE, Table, groups, slices, sureness, totals, verdict
from eval.run import Row, Run
from eval.summary import label

_NAME_WIDTH = 28


def for_terminal(
    run: Run, comparison: Comparison | None = None, *, failures: int = 20
) -> RenderableType:
    """The summary, the first failed cases and, if given, the comparison with a baseline."""
    summary, failed = run.summary(), failed_rows(run.rows)
    parts: list[RenderableType] = [Text(verdict(summary), style="bold"), Text()]
    parts += [_drawn(totals(summary)), Text()]
    named = groups(summary)
    for name, part in named.items():
        parts += [_drawn(slices(part, name)), Text()]
    parts.append(Text(NOTE, style="dim"))
    parts += [Text(line, style="dim") for line in sureness(calibrate(run.rows))]
    if comparison:
        parts += [Text(), comparison_for_terminal(comparison)]
    if failed:
        parts += [Text(), Text(failed_title(failed, run), style="bold")]
        parts += [Text(line) for line in reasons_lost(summary)]
        parts.append(_failure_table(failed[:failures]))
    if len(failed) > failures:
        parts.append(Text(f"... and {len(failed) - failures} more", style="dim"))
    return Group(*parts)


def comparison_for_terminal(comparison: Comparison) -> RenderableType:
    """What changed between two runs: each measure, then the cases and why."""
    changes = changes_of(comparison)
    table = _drawn(changes.differences)
    return Group(Text(changes.title, style="bold"), table, *_change_lines(changes))


def _drawn(table: Table) -> RichTable:
    drawn = RichTable(box=None, pad_edge=False, collapse_padding=True)
    first, *rest = map(_words, table.header)
    drawn.add_column(first, no_wrap=True, max_width=_NAME_WIDTH, overflow="ellipsis")
    for name in rest:
        drawn.add_column(name, justify="right", min_width=4)
    for line in table.lines:
        drawn.add_row(*map(_words, line))
    return drawn


def _failure_table(rows: Sequence[Row]) -> RichTable:
    table = RichTable("case", "kind", "lost", "why", box=None, pad_edge=False)
    for row in rows:
        lost = label(row, "lost_at") or NONE
        cells = (row.case.id, row.case.kind, lost, "; ".join(problems(row)))
        table.add_row(*map(_words, cells))
    return table


def _change_lines(changes: Changes) -> list[Text]:
    lines = [line for listed in changes.lists for line in _listed(listed)]
    return lines + [_words(note, "dim") for note in changes.notes]


def _listed(listed: Listed) -> list[Text]:
    style = "green" if listed.good else "red"
    told = (f"{id_}: {why}" if why else id_ for id_, why in listed.cases)
    return [_words(f"{listed.title.lower()}  {text}", style) for text in told]


def _words(text: str, style: str = "") -> Text:
    """Other people's words: never markup, and without half a character, which cannot be printed."""
    return Text(text.encode("utf-8", "replace").decode("utf-8"), style=style)
