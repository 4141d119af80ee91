"""The plots of a run, each with what it shows as a table: the evaluation's own charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from html import escape

from eval.report.plots import Bar, Labels, bars, histogram, precision_coverage, reliability
from eval.report.tables import show, show_interval, stages
from eval.summary import Slice
from ui.quality.opened import OpenedRun
from ui.quality.pieces import lost, table
from ui.words import Words

_POINTS = 12
"""Points of the curve that its table tells."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart as SVG, what it is about, and its table as HTML."""

    caption: str
    note: str
    svg: str
    table: str


def charts(run: OpenedRun, w: Words) -> str:
    """All plots of a run that show something, as HTML."""
    shown = "".join(_figure(figure, w) for figure in _figures(run, w) if figure.svg)
    return f'<h4>{escape(w("quality.charts"))}</h4><div class="q-charts">{shown}</div>'


def _figure(figure: Figure, w: Words) -> str:
    # The charts escape the words in them themselves.
    return (
        f"<figure>{figure.svg}<figcaption><strong>{escape(figure.caption)}</strong> "
        f"{escape(figure.note)}</figcaption>"
        f"<details><summary>{escape(w('quality.as_table'))}</summary>{figure.table}</details>"
        "</figure>"
    )


def _figures(run: OpenedRun, w: Words) -> Iterator[Figure]:
    labels = Labels(**{part.name: w(f"quality.l_{part.name}") for part in fields(Labels)})
    yield _kinds(run, w)
    yield _curve(run, labels, w)
    yield _reliability(run, labels, w)
    yield _latency(run, labels, w)
    yield _lost(run, w)


def _kinds(run: OpenedRun, w: Words) -> Figure:
    caption = w("quality.c_kinds")
    svg = bars(caption, [bar for part in run.summary.kinds if (bar := _bar(part, w))], 1.0)
    lines = [
        (part.name, str(part.n), show("passed", found.value), _bounds(found.low, found.high))
        for part in run.summary.kinds
        if (found := part.measures["passed"]).n
    ]
    header = _words(w, "col_kind", "cases", "passed_short", "col_interval")
    return Figure(caption, w("quality.c_kinds_note"), svg, table(caption, header, lines))


def _bar(part: Slice, w: Words) -> Bar | None:
    found = part.measures["passed"]
    if found.value is None:
        return None
    text = w("quality.l_of", share=show("passed", found.value), n=found.n)
    return Bar(part.name, found.value, text, found.low, found.high)


def _curve(run: OpenedRun, labels: Labels, w: Words) -> Figure:
    caption, found = w("quality.c_curve"), run.calibration
    if not found.curve:
        return Figure(caption, "", "", "")
    svg = precision_coverage(found.curve, found.threshold_point, run.threshold, labels)
    step = max(1, len(found.curve) // _POINTS)
    points = [*found.curve[::-1][::step]][::-1]  # the last one is the threshold in use
    lines = [
        (
            f"{point.threshold:.2f}",
            show("right", point.coverage),
            show("right", point.precision),
            _bounds(*point.interval),
        )
        for point in points
    ]
    header = _words(w, "col_threshold", "col_coverage", "col_precision", "col_interval")
    return Figure(caption, w("quality.c_curve_note"), svg, table(caption, header, lines))


def _reliability(run: OpenedRun, labels: Labels, w: Words) -> Figure:
    caption, found = w("quality.c_reliability"), run.calibration
    if not found.n or found.ece is None:
        return Figure(caption, "", "", "")
    note = w("quality.c_reliability_note")
    error = w("quality.c_reliability_error", error=show("right", found.ece))
    lines = [
        (
            show("right", part.confidence),
            show("right", part.share),
            _bounds(*(part.interval or (None, None))),
            str(part.n),
        )
        for part in found.bins
        if part.n
    ]
    header = _words(w, "col_confidence", "col_share", "col_interval", "cases")
    svg = reliability(found.bins, labels)
    return Figure(caption, f"{note} {error}", svg, table(caption, header, lines))


def _latency(run: OpenedRun, labels: Labels, w: Words) -> Figure:
    caption, total = w("quality.c_latency"), run.summary.total
    points = {point: total.measures[f"wall_ms_{point}"].value for point in ("p50", "p95")}
    marks = {point: value for point, value in points.items() if value is not None}
    svg = histogram(caption, run.times, w("quality.ms"), marks, labels=labels)
    lines = stages(total).lines
    header = _words(w, "col_stage", "col_p50", "col_p95")
    return Figure(caption, w("quality.c_latency_note"), svg, table(caption, header, lines))


def _lost(run: OpenedRun, w: Words) -> Figure:
    caption, counts = w("quality.c_lost"), run.summary.lost_at
    svg = bars(caption, [Bar(lost(name, w), n, str(n)) for name, n in counts.items()])
    lines = [(lost(name, w), str(n)) for name, n in counts.items()]
    return Figure(caption, "", svg, table(caption, _words(w, "lost", "cases"), lines))


def _bounds(low: float | None, high: float | None) -> str:
    return show_interval("right", low, high)


def _words(w: Words, *keys: str) -> Sequence[str]:
    return [w(f"quality.{key}") for key in keys]
