"""Two runs compared, as HTML: what each measure lost or gained, and which cases changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from eval.compare import GUARDED, Change, Comparison
from eval.report.changes import changes_of
from eval.report.tables import name_of
from eval.run import Row
from ui.quality.folders import Found, State
from ui.quality.opened import OpenedRun
from ui.quality.pieces import measure, notice, places, stage, table
from ui.quality.report import HELD_OUT, answered, asked
from ui.words import Words

MOST = 50
"""Changed cases that are listed of each kind."""
_COLUMNS = (
    "col_measure",
    "col_before",
    "col_after",
    "col_change",
    "col_interval",
    "col_p",
    "col_verdict",
)
_VERDICTS = ("gain", "loss")
_MAIN = {"passed", *GUARDED, "wall_ms_p50", "wall_ms_p95"}
"""Measures that are shown even where nothing changed."""


def frame(found: Found, earlier: Found | None, runs: Sequence[Found], w: Words) -> str:
    """The heading, the choice of another run, and room for the comparison with `earlier`."""
    heading = f"<h4>{escape(w('quality.compare_title'))}</h4>"
    others = [run for run in runs if run.state is State.FINISHED and run.id != found.id]
    if not others:
        return f'{heading}<p class="q-soft">{escape(w("quality.compare_none"))}</p>'
    options = "" if earlier else '<option value="" selected>—</option>'
    for run in others:
        selected = " selected" if earlier and run.id == earlier.id else ""
        about = f" · {', '.join(run.files)}"
        options += (
            f'<option value="{escape(run.id)}"{selected} data-rest="{escape(about)}"'
            f' data-time="{run.at.isoformat(timespec="seconds")}">'
            f"{run.at:%Y-%m-%d %H:%M} UTC{escape(about)}</option>"
        )
    none = "" if earlier else f'<p class="q-soft">{escape(w("quality.compare_none"))}</p>'
    wait = escape(w("quality.compare_wait"))
    return (
        f'{heading}<label class="q-against">{escape(w("quality.compare_with"))} '
        f"<select data-against>{options}</select></label>"
        f'<div class="q-compared" data-wait="{wait}" aria-live="polite">{none}</div>'
    )


def comparison(
    found: Comparison, before: OpenedRun, after: OpenedRun, w: Words, *, level: int = 5
) -> str:
    """What changed, measure by measure and case by case, under headings of a level."""
    if not found.after.n:
        return notice(w("quality.compare_no_common"))
    head = (
        f'<p class="q-soft">{escape(w("quality.compare_common", n=found.after.n))} '
        f"{escape(w('quality.compare_test'))}</p>"
    )
    lists = _cases("now_fails", found.lost, before, after, w, level)
    lists += _cases("now_passes", found.gained, before, after, w, level)
    if not found.lost and not found.gained:
        lists = f'<p class="q-soft">{escape(w("quality.no_case_changed"))}</p>'
    notes = "".join(f'<p class="q-soft">{escape(note)}</p>' for note in _notes(found, w))
    return head + _differences(found, w) + lists + notes


def _differences(found: Comparison, w: Words) -> str:
    """The table that `policyqa compare` prints, in the reader's language; the rest is closed."""
    names = {name_of(name): name for name in found.differences}
    main: list[Sequence[str]] = []
    rest: list[Sequence[str]] = []
    for first, *middle, last in changes_of(found).differences.lines:
        name, real = names[first], last in _VERDICTS
        line = (measure(name, w), *middle, w(f"quality.{last}") if real else "")
        (main if name in _MAIN or real else rest).append(line)
    header = [w(f"quality.{key}") for key in _COLUMNS]
    shown = table(w("quality.compare_title"), header, main)
    if rest:
        caption = w("quality.compare_rest")
        summary = f"<summary>{escape(caption)}</summary>"
        shown += f"<details>{summary}{table(caption, header, rest)}</details>"
    if any(d.significant for d in found.differences.values()):
        return shown
    return f'<p class="q-said">{escape(w("quality.compare_nothing"))}</p>{shown}'


def _cases(
    key: str,
    changed: Sequence[Change],
    before: OpenedRun,
    after: OpenedRun,
    w: Words,
    level: int,
) -> str:
    if not changed:
        return ""
    old, new = ({row.case.id: row for row in run.rows} for run in (before, after))
    shown = [change for change in changed if change.split != HELD_OUT]
    items = "".join(_case(change, old, new, w) for change in shown[:MOST])
    hidden = len(changed) - len(shown)
    note = escape(w("quality.held_out_changed", n=hidden)) if hidden else ""
    heading = escape(w(f"quality.{key}", n=len(changed)))
    return (
        f"<h{level}>{heading}</h{level}>"
        + (f'<div class="q-failed">{items}</div>' if items else "")
        + (f'<p class="q-soft">{note}</p>' if note else "")
    )


def _case(change: Change, old: Mapping[str, Row], new: Mapping[str, Row], w: Words) -> str:
    was, now = old[change.id], new[change.id]
    parts = [
        (w("quality.was"), was, change.old_reason),
        (w("quality.now"), now, change.reason),
    ]
    lines = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(answered(row, w))}"
        f'<span class="q-why" lang="en">{escape(why)}</span>{places(row.answer.citations, w)}</dd>'
        for name, row, why in parts
    )
    return f"<details><summary>{escape(asked(now))}</summary><dl>{lines}</dl></details>"


def _notes(found: Comparison, w: Words) -> list[str]:
    notes = [
        w("quality.slower", name=stage(slow.name), before=slow.before, after=slow.after)
        for slow in found.latencies
        if slow.slower
    ]
    if found.broken_quotes:
        notes.append(w("quality.broken_quotes", n=len(found.broken_quotes)))
    unmatched = {"edited": found.edited, "removed": found.removed, "added": found.added}
    return notes + [w(f"quality.{key}", n=len(ids)) for key, ids in unmatched.items() if ids]
