from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.calibration import Bin
from eval.calibration import Point as CurvePoint
from eval.report.plots import (
    Bar,
    Point,
    bars,
    histogram,
    precision_coverage,
    reliability,
    scatter,
)
from eval.report.svg import standalone, ticks
from eval.stats import Interval

SVG = "{http://www.w3.org/2000/svg}"
BINS = (
    Bin(0.0, 0.1, 0),
    Bin(0.1, 0.2, 12, 0.15, 0.0, Interval(0.0, 0.24)),
    Bin(0.5, 0.6, 4, 0.55, 1.0, Interval(0.51, 1.0)),
)
CURVE = (
    CurvePoint(0.9, 0.1, 1.0, 10, Interval(0.7, 1.0)),
    CurvePoint(0.4, 0.8, 0.75, 80, Interval(0.6, 0.8)),
)
CHARTS = {
    "reliability": reliability(BINS),
    "reliability of nothing": reliability(()),
    "curve": precision_coverage(CURVE, CURVE[-1], 0.37),
    "curve of nothing": precision_coverage((), None),
    "bars": bars("Lost <at>", [Bar("not <ranked>", 3, "3"), Bar("x" * 200, 0, "0", 0.0, 4.0)]),
    "histogram": histogram("Time", [5.0, 7.0, 7.5, 90.0], "ms", {"p50": 7.0, "p95": 90.0}),
    "histogram of one": histogram("Time", [5.0], "ms", {}),
    "histogram of zeros": histogram("Time", [0.0, 0.0], "ms", {"p50": 0.0}),
    "scatter": scatter([Point("<default>", 80, 0.79), Point("fast", 20, 0.6)], "ms", "right"),
    "scatter of one": scatter([Point("one", 80, 0.79)], "ms", "right"),
}
numbers = st.floats(-1e6, 1e6, allow_nan=False)


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in parsed(svg).iter(f"{SVG}text")]


def hints(svg: str, shape: str) -> list[str]:
    return [e.findtext(f"{SVG}title") or "" for e in parsed(svg).iter(f"{SVG}{shape}")]


@pytest.mark.parametrize("svg", CHARTS.values(), ids=CHARTS)
def test_a_chart_is_one_picture_with_a_name_and_a_description(svg: str) -> None:
    root = parsed(svg)
    assert root.get("role") == "img"
    assert [element.tag for element in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert all(element.text for element in root[:2])


@pytest.mark.parametrize("svg", CHARTS.values(), ids=CHARTS)
def test_everything_lies_within_the_picture(svg: str) -> None:
    root = parsed(svg)
    width, height = (float(root.get(name, "")) for name in ("width", "height"))
    for element in root.iter():
        for name, value in element.attrib.items():
            if name in {"x", "x1", "x2", "cx"}:
                assert 0 <= float(value) <= width, (element.tag, name, value)
            if name in {"y", "y1", "y2", "cy"}:
                assert 0 <= float(value) <= height, (element.tag, name, value)


@given(numbers, numbers, st.integers(2, 24))
def test_ticks_are_round_rise_reach_both_ends_and_are_few(a: float, b: float, most: int) -> None:
    low, high = sorted((a, b))
    marks = ticks(low, high, most)
    slack = 1e-8 * max(1.0, abs(low), abs(high))
    assert 2 <= len(marks) <= most + 1
    assert list(marks) == sorted(set(marks))
    if high - low > 1e-6:
        assert marks[0] <= low + slack
        assert marks[-1] >= high - slack
        step = (marks[-1] - marks[0]) / (len(marks) - 1)
        first_digit = step / 10 ** math.floor(math.log10(step) + 1e-9)
        assert min(abs(first_digit - round_) for round_ in (1, 2, 5, 10)) < 1e-3


def test_ticks_carry_no_binary_dust() -> None:
    assert ticks(0.1, 0.7) == (0.0, 0.2, 0.4, 0.6, 0.8)
    assert ticks(0.75, 1.0) == (0.75, 0.8, 0.85, 0.9, 0.95, 1.0)


def test_reliability_tells_how_many_cases_a_point_stands_for_and_leaves_empty_bins_out() -> None:
    assert hints(CHARTS["reliability"], "circle") == ["12 cases, 0.0%", "4 cases, 100.0%"]
    assert {"12", "4"} <= set(texts(CHARTS["reliability"]))
    low, high = parsed(CHARTS["reliability"]).iter(f"{SVG}circle")
    assert float(low.get("cy", "")) > float(high.get("cy", ""))
    assert float(low.get("cx", "")) < float(high.get("cx", ""))


def test_reliability_draws_the_interval_of_each_point() -> None:
    point = next(parsed(CHARTS["reliability"]).iter(f"{SVG}circle"))
    upright = [
        e for e in parsed(CHARTS["reliability"]).iter(f"{SVG}line") if e.get("x1") == e.get("x2")
    ]
    own = [e for e in upright if e.get("x1") == point.get("cx")]
    assert len(own) == 1
    assert float(own[0].get("y1", "")) == float(point.get("cy", ""))
    assert float(own[0].get("y2", "")) < float(point.get("cy", ""))


def test_the_threshold_is_marked_on_the_curve() -> None:
    label = "threshold 0.37: 75% right at 80% answered"
    assert label in texts(CHARTS["curve"])
    (point,) = parsed(CHARTS["curve"]).iter(f"{SVG}circle")
    (line,) = parsed(CHARTS["curve"]).iter(f"{SVG}polyline")
    assert line.get("points", "").endswith(f"{point.get('cx')},{point.get('cy')}")


def test_an_unknown_setting_is_told_by_the_least_confidence_answered() -> None:
    svg = precision_coverage(CURVE, CURVE[-1])
    assert "threshold 0.40: 75% right at 80% answered" in texts(svg)


def test_bars_grow_with_their_values_and_long_labels_are_cut() -> None:
    svg = bars("Lost", [Bar("a", 4, "4"), Bar("b", 2, "2"), Bar("long " * 50, 1, "1")])
    four, two, one = (float(e.get("width", "")) for e in parsed(svg).iter(f"{SVG}rect"))
    assert four == pytest.approx(2 * two, abs=0.2)
    assert two == pytest.approx(2 * one, abs=0.2)
    assert any(text.endswith("…") for text in texts(svg))
    assert hints(svg, "rect")[2].startswith("long long")
    assert bars("Lost", []) == ""


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=300))
def test_a_histogram_counts_every_value_once(values: list[float]) -> None:
    svg = histogram("Time", values, "ms", {})
    counts = [int(hint.rpartition(": ")[2]) for hint in hints(svg, "rect")]
    assert sum(counts) == len(values)


def test_a_label_that_finds_no_room_is_left_to_the_hint() -> None:
    crowd = [Point(f"setting {i}", 80, 0.5) for i in range(30)]
    svg = scatter([*crowd, Point("apart", 20, 0.9)], "ms", "right")
    labels = [text for text in texts(svg) if text.startswith(("setting", "apart"))]
    assert "apart" in labels
    assert 1 < len(labels) < 10
    assert len(hints(svg, "circle")) == 31


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(0, 1)), min_size=1, max_size=25))
def test_labels_of_a_scatter_plot_never_cover_each_other(places: list[tuple[float, float]]) -> None:
    svg = scatter([Point(f"setting {i}", x, y) for i, (x, y) in enumerate(places)], "ms", "right")
    boxes = []
    for element in parsed(svg).iter(f"{SVG}text"):
        if (element.text or "").startswith("setting"):
            left, base = float(element.get("x", "")), float(element.get("y", ""))
            boxes.append((left, base - 10, left + 5 * len(element.text or ""), base))
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            apart = one[2] <= other[0] or other[2] <= one[0]
            assert apart or one[3] <= other[1] or other[3] <= one[1]


def test_colours_come_from_the_page() -> None:
    for svg in CHARTS.values():
        colours = re.findall(r'(?:fill|stroke)="([^"]+)"', svg)
        assert all(colour == "none" or colour.startswith("var(--") for colour in colours)


def test_a_chart_alone_stands_on_a_light_ground() -> None:
    alone = parsed(standalone(CHARTS["scatter"]))
    assert alone[0].tag == f"{SVG}rect"
    assert alone[1].tag == f"{SVG}title"


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        bars("Lost", [Bar("a", math.nan, "?")])
