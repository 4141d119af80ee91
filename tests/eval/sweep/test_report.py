from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from eval.sweep.grid import Point
from eval.sweep.report import names, pareto, to_markdown, to_svg, to_table, write_report
from eval.sweep.run import KEPT, LATENCY, QUALITY, Result
from rag.errors import CaseError
from rag.settings import Settings


def result(
    quality: float, latency: float, *wrong: str, reference: bool = False, **settings: object
) -> Result:
    measures = {**dict.fromkeys(KEPT, 0.5), QUALITY: quality, LATENCY: latency, "cited": None}
    nested = {name.replace("__", "."): value for name, value in settings.items()}
    base = Settings().model_dump()
    for key, value in nested.items():
        section, name = key.split(".")
        base[section][name] = value
    return Result(Point(Settings(**base), reference), measures, wrong, 1.0)


RESULTS = (
    result(0.8, 90.0, "a", "b", reference=True),
    result(0.9, 120.0, "b", split__passage_words=80),
    result(0.7, 100.0, "a", "b", "c", split__passage_words=80, rank__reader=False),
)


def test_only_what_no_other_beats_is_marked() -> None:
    assert pareto(RESULTS) == [True, True, False]
    assert pareto([result(0.5, 10), result(0.5, 10)]) == [True, True]
    assert pareto([result(0.5, 10), result(0.5, 11), result(0.6, 10)]) == [False, False, True]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12))
def test_the_best_and_the_fastest_are_always_marked(pairs: list[tuple[int, int]]) -> None:
    results = [result(quality / 4, latency) for quality, latency in pairs]
    marked = [r for r, best in zip(results, pareto(results), strict=True) if best]
    assert max(r.quality for r in results) in [r.quality for r in marked]
    assert min(r.latency for r in results) in [r.latency for r in marked]
    assert len({r.latency for r in marked}) == len({r.quality for r in marked})


def test_points_are_named_by_what_varies_and_the_reference_by_its_role() -> None:
    assert names(RESULTS) == [
        "default",
        "passage_words 80, reader true",
        "passage_words 80, reader false",
    ]


def test_names_that_end_alike_are_told_apart() -> None:
    alike = [
        result(0.5, 1, reference=True),
        result(0.5, 1, rank__candidates=4, retrieval__candidates=20),
    ]
    assert names(alike)[1] == "retrieval.candidates 20, rank.candidates 4"


def test_the_table_tells_changes_against_the_reference() -> None:
    rows = [line.strip("| ").split(" | ") for line in to_markdown(RESULTS, 10).splitlines()[4:7]]
    assert [row[0] for row in rows] == ["◆", "◆", "80"]
    assert [row[-1] for row in rows] == ["default", "+1 −0", "+0 −1"]
    assert "90.0%" in rows[1]
    assert "–" in rows[0]


def test_the_terminal_shows_every_column_in_80_characters() -> None:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(to_table(RESULTS, 10))
    text = capture.get()
    assert "Cases a point: 10" in text
    for cell in ("passage_words", "reader", "recall@5", "changed", "+1 −0", "120.0", "false"):
        assert cell in text


def test_the_plot_holds_every_point_and_the_report_is_written(tmp_path: Path) -> None:
    write_report(tmp_path, RESULTS, 10)
    svg = (tmp_path / "sweep.svg").read_text(encoding="utf-8")
    assert svg == to_svg(RESULTS)
    root = ElementTree.fromstring(svg)
    assert root[0].tag.endswith("rect"), "it is read on dark pages too, so it brings its ground"
    assert len([element for element in root.iter() if element.tag.endswith("circle")]) == 3
    for name in names(RESULTS):
        assert name in svg
    assert (tmp_path / "sweep.md").read_text(encoding="utf-8") == to_markdown(RESULTS, 10)


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "sweep.md").mkdir()
    with pytest.raises(CaseError, match="cannot be written"):
        write_report(tmp_path, RESULTS, 10)
