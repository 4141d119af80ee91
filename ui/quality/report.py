"""One run as HTML: what it was, its main measures, its plots, and the cases that failed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from eval.report.failures import failed_rows, problems
from eval.report.tables import name_of, show, show_interval, totals
from eval.run import Row
from eval.summary import Measured, find_measure, label
from ui.quality.charts import charts
from ui.quality.folders import Found
from ui.quality.opened import OpenedRun
from ui.quality.pieces import lost, measure, moment, place, places, stretch, table, told
from ui.words import Words

MOST_FAILED = 100
"""Failed cases that are shown; more would be a long page, and report.html has them."""
HELD_OUT = "held-out"
_LEADING = (
    "right",
    "cited",
    "abstained_correctly",
    "abstained_wrongly",
    "figure_accuracy",
    "quotes_exact",
    "wall_ms_p50",
    "wall_ms_p95",
)
Evidence = dict[str, Sequence[tuple[str, str]]]
"""Of failed cases, by id: permalink and document of each sentence that holds the evidence."""


def head(found: Found, run: OpenedRun, current: str, w: Words) -> str:
    """Title and facts of a run, and its main measures; `current` is the index in use."""
    title = told(w("quality.run_title", when="{when}"), when=moment(found.at))
    facts = "".join(f"<li>{escape(fact)}</li>" for fact in _facts(found, run, current, w))
    total = run.summary.total.measures
    numbers = "".join(_number(name, total[name], w) for name in _LEADING if total[name].n)
    return (
        f'<h3 tabindex="-1">{title}</h3><ul class="q-facts">{facts}</ul>'
        f'<h4 class="q-unseen">{escape(w("quality.leading"))}</h4>'
        f'<dl class="q-numbers">{numbers}</dl>'
    )


def measures(run: OpenedRun, w: Words) -> str:
    """The plots of a run, and all its measures in a table that is closed at first."""
    names = {name_of(name): name for name in run.summary.total.measures}
    lines = [(measure(names[line[0]], w), *line[1:]) for line in totals(run.summary).lines]
    caption = w("quality.all_measures")
    keys = ("col_measure", "col_value", "col_interval", "cases")
    whole = table(caption, [w(f"quality.{key}") for key in keys], lines)
    summary = f"<summary>{escape(caption)}</summary>"
    return charts(run, w) + f"<details>{summary}{whole}</details>"


def failures(run: OpenedRun, evidence: Evidence, w: Words) -> str:
    """The failed cases, each with what was expected and said; held-out ones by number only."""
    failed = failed_rows(run.rows)
    heading = escape(w("quality.failed_title", n=len(failed), all=len(run.rows)))
    if not failed:
        return f'<h4>{heading}</h4><p class="q-soft">{escape(w("quality.failed_none"))}</p>'
    open_ = open_to_see(failed)
    shown = "".join(_failure(row, evidence, w) for row in open_[:MOST_FAILED])
    hidden, more = len(failed) - len(open_), len(open_) - MOST_FAILED
    notes = [w("quality.more_failed", n=more)] if more > 0 else []
    notes += [w("quality.held_out_failed", n=hidden)] if hidden else []
    rest = "".join(f'<p class="q-soft">{escape(note)}</p>' for note in notes)
    return f'<h4>{heading}</h4><div class="q-failed">{shown}</div>{rest}'


def open_to_see(rows: Sequence[Row]) -> list[Row]:
    """Those that may be read: whoever reads a held-out case will tune on it."""
    return [row for row in rows if row.case.split != HELD_OUT]


def asked(row: Row) -> str:
    """The question, after those before it in its conversation."""
    return " → ".join([*(turn.question for turn in row.case.history), row.case.question])


def answered(row: Row, w: Words) -> str:
    """What was answered, or that it was refused and why."""
    if row.answer.abstained or not row.answer.claims:
        return w("quality.said_nothing", reason=row.error or row.answer.reason or "")
    return row.answer.text


def _failure(row: Row, evidence: Evidence, w: Words) -> str:
    where = label(row, "lost_at")
    tag = f' <span class="q-tag">{escape(lost(where, w))}</span>' if where else ""
    parts = [
        (w("quality.expected"), escape(_expected(row, w))),
        (w("quality.not_expected"), escape("; ".join(row.case.reject))),
        (w("quality.said"), escape(answered(row, w))),
        (w("quality.why"), f'<span lang="en">{escape("; ".join(problems(row)))}</span>'),
        (w("quality.cited"), places(row.answer.citations, w)),
        (w("quality.evidence"), _evidence(evidence.get(row.case.id, ()), w)),
    ]
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{html}</dd>" for name, html in parts if html)
    return f"<details><summary>{escape(asked(row))}{tag}</summary><dl>{lines}</dl></details>"


def _expected(row: Row, w: Words) -> str:
    if row.case.absent:
        return w("quality.expected_absent")
    return "; ".join(" / ".join(group) for group in row.case.expect)


def _evidence(found: Sequence[tuple[str, str]], w: Words) -> str:
    return "".join(
        place(permalink, w("quality.open_evidence", title=title)) for permalink, title in found
    )


def _facts(found: Found, run: OpenedRun, current: str, w: Words) -> Sequence[str]:
    files, target = ", ".join(found.files), run.manifest.get("target", {})
    version, models = str(run.manifest.get("index_version") or ""), _models(run)
    url = target.get("url") if isinstance(target, dict) else None
    took = run.manifest.get("seconds")
    facts = [
        w("quality.f_cases", n=len(run.rows), files=files),
        w("quality.f_server", url=url) if url else "",
        w("quality.f_index_now" if version == current else "quality.f_index", version=version),
        w("quality.f_written", models=", ".join(models)) if models else w("quality.f_quoted"),
        w("quality.f_took", time=stretch(float(took), w)) if isinstance(took, int | float) else "",
    ]
    return [fact for fact in facts if fact]


def _models(run: OpenedRun) -> Sequence[str]:
    models: Any = run.manifest.get("models")
    return [str(model) for model in models] if isinstance(models, list) else []


def _number(name: str, found: Measured, w: Words) -> str:
    of = w("quality.of_cases", n=found.n)
    bounds = show_interval(name, found.low, found.high)
    interval = f" · {w('quality.interval', bounds=bounds)}" if bounds else ""
    known = find_measure(name)
    unit = " ms" if known and known.unit == "ms" else ""
    return (
        f"<div><dt>{escape(measure(name, w).removesuffix(' ms'))}</dt>"
        f"<dd><strong>{escape(show(name, found.value) + unit)}</strong>"
        f"<span>{escape(of + interval)}</span></dd></div>"
    )
