"""Charts as inline SVG: pure functions from numbers to text."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from eval.calibration import Bin
from eval.calibration import Point as CurvePoint
from eval.report.svg import (
    ACCENT,
    INK,
    SIZE,
    SOFT,
    Axis,
    axis,
    box,
    dot,
    drawing,
    frame,
    line,
    path,
    percent,
    plain,
    shortened,
    ticks,
    width_of,
    words,
)

_WIDTH, _HEIGHT = 400.0, 300.0
_ROW = 24.0
_TENTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """A labelled value with the bounds of its interval, where it has any; `text` is shown."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A labelled place in a scatter plot."""

    label: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Labels:
    """The words in charts; what stands in braces is filled in as `str.format` does."""

    reliability: str = "Reliability of the confidence"
    confidence: str = "confidence"
    answerable: str = "the documents do answer"
    bins: str = "At a confidence of {bins}."
    bin: str = "{confidence:.0%}: {share:.0%} of {n}"
    dot: str = "{n} cases, {share:.1%}"
    no_confidence: str = "No case has a confidence."
    curve: str = "Precision and coverage"
    coverage: str = "questions answered"
    precision: str = "answers right"
    threshold: str = "threshold {threshold:.2f}: {precision:.0%} right at {coverage:.0%} answered"
    unanswered: str = "Nothing was answered."
    cases: str = "cases"
    stretch: str = "{low} to {high}: {count}"
    values: str = "{n} values; {marks}."


ENGLISH = Labels()


def reliability(bins: Sequence[Bin], labels: Labels = ENGLISH) -> str:
    """How often the documents answer, by confidence: on the dashed line, as often as it says."""
    x, y = _frame_axes(_TENTHS, _TENTHS, percent, percent, height=_HEIGHT)
    parts = frame(x, y, labels.confidence, labels.answerable)
    parts.append(line(x.start, y.start, x.end, y.end, stroke=SOFT, dashed=True))
    told = []
    for found in bins:
        if found.confidence is not None and found.share is not None:
            numbers = {"confidence": found.confidence, "share": found.share, "n": found.n}
            told.append(labels.bin.format(**numbers))
            hint = labels.dot.format(**numbers)
            parts += _reliable(found, (x.at(found.confidence), y.at(found.share)), hint, x, y)
    description = labels.bins.format(bins="; ".join(told)) if told else labels.no_confidence
    return drawing(_WIDTH, _HEIGHT, labels.reliability, description, parts)


def precision_coverage(
    curve: Sequence[CurvePoint],
    at: CurvePoint | None,
    threshold: float | None = None,
    labels: Labels = ENGLISH,
) -> str:
    """How many answers are right when only the surest questions are answered.

    `at` is marked as the threshold in use; `threshold` is its setting, where that is known.
    """
    least = min((point.precision for point in curve), default=0.0)
    # The label of the threshold stands below its point.
    up = ticks(max(least - 0.1, 0.0), 1.0)
    x, y = _frame_axes(_TENTHS, up, percent, percent, height=_HEIGHT)
    parts = frame(x, y, labels.coverage, labels.precision)
    parts.append(path((x.at(point.coverage), y.at(point.precision)) for point in curve))
    told = labels.unanswered
    if at is not None:
        used = at.threshold if threshold is None else threshold
        told = labels.threshold.format(threshold=used, precision=at.precision, coverage=at.coverage)
        px, py = x.at(at.coverage), y.at(at.precision)
        parts += [line(px, py, px, y.start, stroke=SOFT, dashed=True), dot(px, py, told)]
        parts.append(_beside(told, px, y.start - 8, x))
    return drawing(_WIDTH, _HEIGHT, labels.curve, told, parts)


def bars(title: str, values: Sequence[Bar], most: float | None = None) -> str:
    """Horizontal bars from zero to `most` (or the largest value), each with its label and text."""
    if not values:
        return ""
    longest = max(width_of(bar.label) for bar in values)
    left = min(longest, _WIDTH * 0.42) + 8
    right = _WIDTH - max(width_of(bar.text) for bar in values) - 10
    top = most or max(max(bar.value, bar.high or 0.0) for bar in values) or 1.0
    scale = Axis(0.0, top, left, right, (), plain)
    parts = [part for i, bar in enumerate(values) for part in _bar(bar, i * _ROW, scale)]
    told = "; ".join(f"{bar.label}: {bar.text}" for bar in values)
    return drawing(_WIDTH, len(values) * _ROW, title, told, parts)


def histogram(
    title: str,
    values: Sequence[float],
    label: str,
    marks: Mapping[str, float],
    bins: int = 24,
    labels: Labels = ENGLISH,
) -> str:
    """How many values lie in each of about `bins` stretches, with some places marked.

    Stretches reach to the 99th percentile; the last also counts what lies beyond.
    """
    if not values:
        return ""
    last = sorted(values)[math.ceil(0.99 * len(values)) - 1]
    edges = ticks(0.0, max(last, *marks.values()) if marks else last, bins)
    counts = _counted(values, edges)
    x, y = _frame_axes(_thinned(edges), ticks(0, max(counts), 5), plain, plain, height=220)
    parts = frame(x, y, label, labels.cases)
    for (low, high), count in zip(pairwise(edges), counts, strict=True):
        hint = labels.stretch.format(low=plain(low), high=plain(high), count=count)
        wide = x.at(high) - x.at(low)
        parts.append(box(x.at(low), y.at(count), max(wide - 1, 1), y.start - y.at(count), hint))
    for row, (name, value) in enumerate(marks.items()):
        text, at = f"{name} {value:.0f}", x.at(value)
        parts.append(line(at, y.start, at, y.end, stroke=INK, dashed=True))
        parts.append(_beside(text, at, y.end + 10 + row * (SIZE + 3), x))
    told = ", ".join(f"{name} {value:.0f}" for name, value in marks.items())
    description = labels.values.format(n=len(values), marks=told)
    return drawing(_WIDTH, 220, title, description, parts)


def scatter(
    points: Sequence[Point], x_label: str, y_label: str, show_y: Callable[[float], str] = plain
) -> str:
    """Points with their labels; a label that would cover another is left to the pointer's hint."""
    if not points:
        return ""
    height = 320.0
    across = ticks(min(p.x for p in points), max(p.x for p in points))
    up = ticks(min(p.y for p in points), max(p.y for p in points))
    x, y = _frame_axes(across, up, plain, show_y, height=height, width=1.4 * _WIDTH)
    parts = frame(x, y, x_label, y_label)
    taken = [(x.at(p.x) - 4, y.at(p.y) - 4, 8.0, 8.0) for p in points]
    for point in points:
        hint = f"{point.label}: {plain(point.x)}, {show_y(point.y)}"
        parts.append(dot(x.at(point.x), y.at(point.y), hint))
        parts.append(_labelled(point, x, y, taken))
    told = "; ".join(f"{p.label}: {plain(p.x)}, {show_y(p.y)}" for p in points)
    return drawing(1.4 * _WIDTH, height, f"{y_label} against {x_label}", told, parts)


_Box = tuple[float, float, float, float]


def _frame_axes(
    across: Sequence[float],
    up: Sequence[float],
    show_x: Callable[[float], str],
    show_y: Callable[[float], str],
    *,
    height: float,
    width: float = _WIDTH,
) -> tuple[Axis, Axis]:
    left = max(width_of(show_y(value)) for value in up) + 8
    return axis(across, left, width - 16, show_x), axis(up, height - 40, SIZE + 14, show_y)


def _bar(bar: Bar, top: float, scale: Axis) -> Iterable[str]:
    base, middle = top + 16, top + _ROW / 2
    label = shortened(bar.label, scale.start - 8)
    yield words(scale.start - 8, base, label, anchor="end", fill=INK)
    hint = f"{bar.label}: {bar.text}"
    wide = max(scale.at(bar.value) - scale.start, 1)
    yield box(scale.start, top + 6, wide, _ROW - 12, hint, pale=bar.low is not None)
    end = bar.value
    if bar.low is not None and bar.high is not None:
        yield line(scale.at(bar.low), middle, scale.at(bar.high), middle, stroke=INK)
        for bound in (bar.low, bar.high):
            yield line(scale.at(bound), middle - 3, scale.at(bound), middle + 3, stroke=INK)
        end = max(end, bar.high)
    yield words(scale.at(end) + 6, base, bar.text)


def _reliable(found: Bin, at: tuple[float, float], hint: str, x: Axis, y: Axis) -> Iterable[str]:
    """A bin's point with its interval, and its number of cases on the side off the diagonal."""
    across, up = at
    if found.interval:
        low, high = found.interval
        yield line(across, y.at(low), across, y.at(high), stroke=ACCENT)
    yield dot(across, up, hint)
    count = str(found.n)
    above = (found.share or 0.0) >= (found.confidence or 0.0)
    left = above and across - 8 - width_of(count) > x.start
    base = min(up + 4, y.start - 4)
    place, anchor = (across - 8, "end") if left else (across + 8, "start")
    yield words(place, base, count, anchor=anchor, fill=INK)


def _counted(values: Iterable[float], edges: Sequence[float]) -> list[int]:
    counts = [0] * (len(edges) - 1)
    for value in values:
        place = sum(edge <= value for edge in edges) - 1
        counts[min(max(place, 0), len(counts) - 1)] += 1
    return counts


def _thinned(edges: Sequence[float]) -> Sequence[float]:
    """The ticks of an axis that ends where the edges do, though the last need not be round."""
    marks = [mark for mark in ticks(edges[0], edges[-1], 6) if mark < edges[-1]]
    room = (edges[-1] - edges[0]) / 8
    return [mark for mark in marks if edges[-1] - mark > room] + [edges[-1]]


def _beside(text: str, at: float, base: float, x: Axis) -> str:
    """A text right of a place or, where it would run out of the drawing, left of it."""
    if at + 6 + width_of(text) > x.end + 14:
        return words(at - 6, base, text, anchor="end", fill=INK)
    return words(at + 6, base, text, fill=INK)


def _labelled(point: Point, x: Axis, y: Axis, taken: list[_Box]) -> str:
    """The label of a point where it covers nothing in `taken`, to which its place is added."""
    wide, px, py = width_of(point.label), x.at(point.x), y.at(point.y)
    beside = ((px + 7, py + 4), (px - 7 - wide, py + 4))
    places = (*beside, (px - wide / 2, py - 8), (px - wide / 2, py + 16))
    for left, base in places:
        place = (left, base - SIZE + 1, wide, float(SIZE))
        inside = x.start <= left and left + wide <= x.end + 16 and base <= y.start + 4
        if inside and not any(_overlap(place, other) for other in taken):
            taken.append(place)
            return words(left, base, point.label, fill=INK)
    return ""


def _overlap(one: _Box, other: _Box) -> bool:
    apart = one[0] + one[2] <= other[0] or other[0] + other[2] <= one[0]
    return not apart and one[1] < other[1] + other[3] and other[1] < one[1] + one[3]
