"""The report as one self-contained page: nothing is loaded from anywhere, nothing can run in it
but its own script. Everything that others wrote is escaped by the templates."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eval.calibration import calibrate
from eval.compare import Comparison
from eval.corpus import Corpus
from eval.report.changes import Changes, changes_of
from eval.report.entry import Entry, attributes_of, entry_of
from eval.report.plots import Bar, bars, histogram, precision_coverage, reliability
from eval.report.tables import NOTE, Table, groups, show, slices, stages, totals, verdict
from eval.run import Run
from eval.summary import Summary, number

_CHOICES = {
    "result": "Result",
    "kind": "Kind",
    "split": "Split",
    "document": "Document",
    "language": "Language",
    "lost": "Lost at",
}


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the template shows. Only `style`, `script` and the charts are not escaped."""

    title: str
    verdict: str
    facts: Sequence[str]
    settings: Sequence[tuple[str, str]]
    totals: Table
    note: str
    groups: Sequence[tuple[str, Table]]
    charts: Sequence[tuple[str, Markup]]
    stages: Table
    comparison: Changes | None
    choices: Sequence[tuple[str, str, Sequence[str]]]
    entries: Iterable[Entry]
    style: Markup
    script: Markup
    policy: str


def to_html(
    run: Run,
    *,
    corpus: Corpus,
    manifest: Mapping[str, Any],
    comparison: Comparison | None = None,
) -> str:
    """The whole report as HTML; `corpus` gives the text around what was cited."""
    page = _page(run, corpus, manifest, comparison)
    return _templates().get_template("report.html").render(page=page)


def _page(
    run: Run, corpus: Corpus, manifest: Mapping[str, Any], comparison: Comparison | None
) -> Page:
    summary = run.summary()
    style, script = _asset("report.css"), _asset("report.js")
    return Page(
        title=f"Evaluation, {_day(run.started)}",
        verdict=verdict(summary),
        facts=_facts(run, manifest),
        settings=list(_flat(manifest)),
        totals=totals(summary),
        note=NOTE,
        groups=[(name, slices(part, intervals=True)) for name, part in groups(summary).items()],
        charts=_charts(run, summary, manifest),
        stages=stages(summary.total),
        comparison=changes_of(comparison) if comparison else None,
        choices=_choices(run),
        entries=(entry_of(row, corpus) for row in run.rows),
        style=style,
        script=script,
        policy=(
            f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; "
            f"script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
        ),
    )


def _facts(run: Run, manifest: Mapping[str, Any]) -> list[str]:
    """What was run, when, on what."""
    target, machine = manifest.get("target", {}), manifest.get("machine", {})
    commit, files_ = manifest.get("git_commit"), manifest.get("cases", ())
    facts = [
        f"{len(run.rows)} cases of {', '.join(str(file['file']) for file in files_)}",
        f"{run.started:%d %B %Y %H:%M} UTC".lstrip("0"),
        f"server {target['url']}" if "url" in target else "",
        f"index {run.index_version}" if run.index_version else "",
        f"written by {', '.join(run.models)}" if run.models else "quoted, no language model",
        _commit(commit) if commit else "",
        f"{machine.get('cpus')} CPUs, {machine.get('platform')}" if machine else "",
        _pace(run),
    ]
    return [fact for fact in facts if fact]


def _commit(commit: str) -> str:
    changed = " with local changes" if commit.endswith("-dirty") else ""
    return f"commit {commit[:10]}{changed}"


def _pace(run: Run) -> str:
    asked = len(run.rows) - run.kept
    kept = f", {run.kept} from an earlier start" if run.kept else ""
    return f"{run.seconds:.1f} s for {asked} cases{kept}"


def _day(started: datetime) -> str:
    return f"{started:%d %B %Y}".lstrip("0")


def _flat(value: Any, name: str = "") -> Iterable[tuple[str, str]]:
    """Nested settings as dotted names with their values."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _flat(part, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value, start=1):
            yield from _flat(part, f"{name}.{place}")
    elif value is not None:
        yield name, str(value)


def _charts(run: Run, summary: Summary, manifest: Mapping[str, Any]) -> list[tuple[str, Markup]]:
    lost = [Bar(stage, count, str(count)) for stage, count in summary.lost_at.items()]
    found = calibrate(run.rows)
    curve = precision_coverage(found.curve, found.threshold_point, _threshold(manifest))
    times = [float(ms) for row in run.rows if (ms := number(row, "wall_ms")) is not None]
    points = {point: summary.total.measures[f"wall_ms_{point}"].value for point in ("p50", "p95")}
    marks = {point: value for point, value in points.items() if value is not None}
    latency = histogram("Latency", times, "milliseconds by the clock", marks)
    drawn = {
        "Where cases that are not right were lost": bars("Lost at", lost),
        f"Reliability{_reliability(found.ece)}": reliability(found.bins) if found.n else "",
        "Precision when only the surest are answered": curve if found.curve else "",
        "Time of a question": latency,
    }
    # The charts escape the words in them themselves.
    return [(caption, Markup(svg)) for caption, svg in drawn.items() if svg]  # noqa: S704


def _reliability(error: float | None) -> str:
    return "" if error is None else f" (expected calibration error {show('right', error)})"


def _threshold(manifest: Mapping[str, Any]) -> float | None:
    """The threshold that was set, which a server does not tell."""
    settings = manifest.get("target", {}).get("settings", {})
    value = settings.get("answer", {}).get("threshold")
    return float(value) if isinstance(value, int | float) else None


def _choices(run: Run) -> list[tuple[str, str, Sequence[str]]]:
    """What can be filtered by: each name with its label and values, where there are several."""
    found = [attributes_of(row) for row in run.rows]
    values = {name: {part[name] for part in found} for name in _CHOICES}
    return [
        (name, text, sorted(filter(None, values[name])))
        for name, text in _CHOICES.items()
        if len(values[name]) > 1
    ]


def _hash(content: str) -> str:
    """How a content security policy names the one script or style that it lets in."""
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


@cache
def _asset(name: str) -> Markup:
    text = files("eval.report").joinpath("templates", name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704  it comes with the program


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("eval.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
