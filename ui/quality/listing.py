"""The list of runs, the form that starts one, and how it goes, as HTML."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from eval.report.tables import NONE, show
from ui.quality.folders import Found, State
from ui.quality.pieces import moment, notice, stretch, told
from ui.quality.quality import may_go_on
from ui.quality.questions import Questions
from ui.quality.running import Progress, Stage
from ui.words import Words

_FIRST = 8
"""Runs that are listed openly."""
_COLUMNS = {
    "passed_short": "passed",
    "right_short": "right",
    "refused_short": "abstained_correctly",
    "time_short": "wall_ms_p50",
}


def runs_table(runs: Sequence[Found], chosen: str, w: Words, *, editor: bool) -> str:
    """All runs with their main measures; a button in each line shows the run."""
    heading = f"<h3>{escape(w('quality.runs'))}</h3>"
    if not runs:
        hint = f" {w('quality.none_editor')}" if editor else ""
        return f'{heading}<p class="q-soft">{escape(w("quality.none") + hint)}</p>'
    readable = [run for run in runs if run.state is not State.UNREADABLE]
    broken = [run for run in runs if run.state is State.UNREADABLE]
    lines = [_line(run, chosen, w, editor=editor) for run in readable]
    more = len(readable) - _FIRST
    older = _older(lines[_FIRST:], more, w) if more > 0 else ""
    faults = "".join(
        f'<p class="q-soft">{escape(w("quality.unreadable", name=run.folder.name))}</p>'
        for run in broken
    )
    return heading + (_table(lines[:_FIRST], w) if readable else "") + older + faults


def form(questions: Sequence[Questions], folder: str, w: Words) -> str:
    """What an editor starts a run with."""
    good = [found for found in questions if not found.why]
    heading = f"<h3>{escape(w('quality.start_title'))}</h3>"
    faults = "".join(
        notice(w("quality.file_broken", name=found.name, why=found.why))
        for found in questions
        if found.why
    )
    if not good:
        hint = escape(w("quality.no_questions", folder=folder))
        return f'{heading}{faults}<p class="q-soft">{hint}</p>'
    boxes = "".join(_choice(found, first=i == 0, w=w) for i, found in enumerate(good))
    return (
        f'{heading}{faults}<form class="q-form" data-start>'
        f"<fieldset><legend>{escape(w('quality.start_legend'))}</legend>{boxes}</fieldset>"
        f'<p class="q-soft">{escape(w("quality.start_hint"))}</p>'
        f'<button type="submit" class="q-main">{escape(w("quality.start"))}</button></form>'
    )


def progress(now: Progress | None, w: Words, *, editor: bool) -> str:
    """How the run goes that is under way, or how the last one ended."""
    if now is None:
        return ""
    if not now.under_way:
        return _ended(now, w)
    facts = [_stage(now, w), w("quality.p_by", name=now.by)]
    left = now.seconds_left(time.monotonic())
    if left is not None:
        facts.insert(1, w("quality.p_left", time=stretch(left, w)))
    value = f' value="{now.done}" max="{now.total}"' if now.stage is Stage.ASKING else ""
    stop = f'<button type="button" data-stop>{escape(w("quality.stop"))}</button>'
    return (
        f'<div class="q-progress"><progress aria-label="{escape(w("quality.progress"))}"{value}>'
        f"</progress><p>{escape(' · '.join(facts))}</p>{stop if editor else ''}</div>"
    )


def _ended(now: Progress, w: Words) -> str:
    if now.stage is Stage.FAILED:
        return notice(w("quality.p_failed", why=now.why))
    if now.stage is Stage.DONE:
        return f'<p class="q-said">{escape(w("quality.p_done"))}</p>'
    key = "p_stopped" if now.total else "p_stopped_early"
    return f'<p class="q-said">{escape(w(f"quality.{key}", done=now.done, total=now.total))}</p>'


def _stage(now: Progress, w: Words) -> str:
    return w(f"quality.p_{now.stage.value}", done=now.done, total=now.total)


def _choice(found: Questions, *, first: bool, w: Words) -> str:
    name = escape(found.name)
    checked = " checked" if first else ""
    text = escape(w("quality.file", name=found.name, n=found.count))
    return f'<label><input type="checkbox" name="file" value="{name}"{checked}> {text}</label>'


def _older(lines: Sequence[str], more: int, w: Words) -> str:
    summary = escape(w("quality.more_runs", n=more))
    return f"<details><summary>{summary}</summary>{_table(lines, w)}</details>"


def _table(lines: Sequence[str], w: Words) -> str:
    names = [w(f"quality.{key}") for key in ("when", "questions", "cases", *_COLUMNS)]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    label = escape(w("quality.runs"))
    return (
        f'<div class="q-scroll" tabindex="0" role="region" aria-label="{label}">'
        f'<table class="q-runs"><caption class="q-unseen">{label}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _line(run: Found, chosen: str, w: Words, *, editor: bool) -> str:
    values = [_value(run.value, name) for name in _COLUMNS.values()]
    cells = [", ".join(run.files) or NONE, str(run.manifest.get("n", NONE)), *values]
    if run.state is State.UNFINISHED:
        go_on = _go_on(run, w) if editor and may_go_on(run) else ""
        rest = f'<td colspan="{len(_COLUMNS) + 1}">{escape(w("quality.unfinished"))} {go_on}</td>'
        return f'<tr><th scope="row">{moment(run.at)}</th><td>{escape(cells[0])}</td>{rest}</tr>'
    pressed = "true" if run.id == chosen else "false"
    button = (
        f'<button type="button" class="q-pick" data-run="{escape(run.id)}"'
        f' aria-pressed="{pressed}">{moment(run.at)}</button>'
    )
    others = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{button}</th>{others}</tr>'


def _go_on(run: Found, w: Words) -> str:
    label = told(w("quality.go_on", when="{when}"), when=f"{run.at:%Y-%m-%d %H:%M} UTC")
    return (
        f'<button type="button" data-go-on="{escape(run.id)}" aria-label="{label}">'
        f"{escape(w('quality.go_on_short'))}</button>"
    )


def _value(total: Mapping[str, Any], name: str) -> str:
    """A measure of the stored summary as text; a dash for what is not as we write it."""
    found = total.get(name)
    value = found.get("value") if isinstance(found, dict) else None
    if not isinstance(value, int | float) or isinstance(value, bool):
        return NONE
    return show(name, value) + (" ms" if name.endswith(("_p50", "_p95")) else "")
