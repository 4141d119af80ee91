from __future__ import annotations

import json

import pytest

from eval.folder import SavedRow
from eval.formats.tokenwise import TOKENWISE
from eval.metrics import EVALUATORS
from eval.stats import wilson
from eval.summary import (
    MEASURES,
    Measured,
    find_measure,
    measured,
    summarise,
    summary_to_json,
    values_of,
)
from tests.eval.scored import rights, row

LABELS = {"document", "language", "lost_at"}
FOR_CALIBRATION = {"confidence"}
OUTSIDE = {*TOKENWISE, "repeats_falsehood"}


@pytest.fixture
def rows() -> list[SavedRow]:
    """Three answerable cases, two absent ones: right and cited; right only; wrong; both ways."""
    return [
        row(
            "port",
            {"right": True, "cited": True, "quotes_exact": True, "abstained_wrongly": False}
            | {"document": "Report", "recall_at_5": 1.0, "answer_chars": 45, "ms_embed": 7.0},
        ),
        row(
            "who",
            {"right": True, "cited": False, "quotes_exact": True, "abstained_wrongly": False}
            | {"document": "Notes", "recall_at_5": 0.5, "answer_chars": 22, "ms_embed": 9.0},
            kind="name",
        ),
        row(
            "rd",
            {"right": False, "cited": True, "quotes_exact": None, "abstained_wrongly": True}
            | {"document": "Report", "recall_at_5": 0.0, "lost_at": "wrongly refused"},
            split="held-out",
        ),
        row(
            "jobs",
            {"right": True, "abstained_correctly": True, "abstained_wrongly": None}
            | {"document": "none", "cited": None},
            absent=True,
            kind="absent",
        ),
        row(
            "rain",
            {"right": False, "abstained_correctly": False, "lost_at": "wrongly answered"}
            | {"document": "none", "language": "zh"},
            absent=True,
            kind="absent",
            language="zh",
        ),
    ]


def shown(found: Measured) -> tuple[float | None, int]:
    return found.value, found.n


def test_each_measure_counts_its_own_cases(rows: list[SavedRow]) -> None:
    total = summarise(rows).total
    told = {name: shown(found) for name, found in total.measures.items() if found.n}
    assert total.n == 5
    assert told == {
        "passed": (2 / 5, 5),
        "right": (2 / 3, 3),
        "cited": (1 / 2, 2),
        "right_and_cited": (1 / 3, 3),
        "abstained_correctly": (1 / 2, 2),
        "abstained_wrongly": (1 / 3, 3),
        "quotes_exact": (1.0, 2),
        "recall_at_5": (0.5, 3),
        "answer_chars_p50": (22, 2),
        "ms_embed_p50": (7.0, 2),
        "ms_embed_p95": (9.0, 2),
    }


def test_wrong_answers_that_cite_evidence_do_not_help(rows: list[SavedRow]) -> None:
    assert values_of(MEASURES["cited"], rows) == [True, False, None, None, None]
    assert values_of(MEASURES["right_and_cited"], rows) == [True, False, False, None, None]


def test_a_right_answer_that_could_not_be_judged_on_citing_is_not_cited() -> None:
    found = measured(MEASURES["right_and_cited"], rights("+", cited=None))
    assert shown(found) == (0.0, 1)


def test_the_summary_is_split_by_what_cases_are_about(rows: list[SavedRow]) -> None:
    value = summary_to_json(summarise(rows))
    parts = {
        group: {name: part["n"] for name, part in value[group].items()}
        for group in ("kinds", "splits", "documents", "languages")
    }
    assert parts == {
        "kinds": {"figure": 2, "name": 1, "absent": 2},
        "splits": {"tuned": 4, "held-out": 1},
        "documents": {"Report": 2, "Notes": 1, "none": 2},
        "languages": {"en": 4, "zh": 1},
    }
    assert value["kinds"]["figure"]["right"]["value"] == 0.5
    assert value["kinds"]["absent"]["right"] == {"value": None, "n": 0, "low": None, "high": None}
    assert value["lost_at"] == {"wrongly refused": 1, "wrongly answered": 1}


def test_every_slice_has_the_same_measures(rows: list[SavedRow]) -> None:
    summary = summarise(rows)
    slices = [summary.total, *summary.kinds, *summary.splits, *summary.documents]
    assert {tuple(part.measures) for part in slices} == {tuple(summary.total.measures)}


def test_the_stages_where_cases_are_lost_come_with_the_most_frequent_first() -> None:
    found = [
        row(str(i), {"right": False, "lost_at": stage})
        for i, stage in enumerate(["not ranked", "not retrieved", "not retrieved"])
    ]
    assert list(summarise(found).lost_at.items()) == [("not retrieved", 2), ("not ranked", 1)]


def test_every_measured_value_has_its_interval() -> None:
    found = summarise(rights("+" * 45 + "-" * 5, wall_ms=12.0)).total.measures
    assert (found["right"].low, found["right"].high) == tuple(wilson(45, 50))
    assert found["wall_ms_p95"] == Measured(12.0, 50, 12.0, 12.0)
    value = summary_to_json(summarise(rights("+" * 45 + "-" * 5)))["total"]["right"]
    assert value == {"value": 0.9, "n": 50, "low": 0.786398, "high": 0.956524}


def test_one_case_has_a_value_but_no_interval() -> None:
    total = summarise(rights("+", wall_ms=3.0, uncited_sentences=2.0)).total.measures
    for name in ("right", "wall_ms_p50", "uncited_sentences"):
        assert total[name].value is not None
        assert (total[name].n, total[name].low, total[name].high) == (1, None, None)


@pytest.mark.parametrize("rows", [[], [row("a", {"right": None}), row("b", {"right": None})]])
def test_without_anything_to_judge_there_is_no_value(rows: list[SavedRow]) -> None:
    total = summarise(rows).total
    assert set(total.measures) == set(MEASURES)
    assert {shown(found) for found in total.measures.values()} == {(None, 0)}
    json.dumps(summary_to_json(summarise(rows)))


def test_labels_are_never_taken_for_numbers() -> None:
    found = rights("++", answer_chars="many", document=7.0, lost_at=True)
    summary = summarise(found)
    assert summary.total.measures["answer_chars_p50"].n == 0
    assert summary.documents == ()
    assert summary.lost_at == {}


def test_all_values_being_equal_is_no_obstacle() -> None:
    total = summarise(rights("+" * 30, recall_at_5=0.5, tokens=100, cpu_ms=0.0)).total.measures
    assert total["recall_at_5"] == Measured(0.5, 30, 0.5, 0.5)
    assert total["tokens"] == Measured(100.0, 30, 100.0, 100.0)
    assert total["cpu_ms_p50"] == Measured(0.0, 30, 0.0, 0.0)


@pytest.mark.parametrize("name", sorted((EVALUATORS.keys() | OUTSIDE) - LABELS - FOR_CALIBRATION))
def test_no_evaluators_work_is_lost(name: str) -> None:
    """Also that of the evaluators which open data sets bring with them."""
    rows = [row(id_, {name: 1.0, "right": True}, absent=id_ == "absent") for id_ in ("x", "absent")]
    total = summarise(rows).total.measures
    assert any(total[key].n for key in total if key in (name, f"{name}_p50"))


@pytest.mark.parametrize("name", ["ms_embed_p50", "ms_read_again_p95"])
def test_the_measures_of_a_stage_are_known_by_name(name: str) -> None:
    measure = find_measure(name)
    assert measure
    assert (measure.unit, measure.less_is_better) == ("ms", True)
    assert values_of(measure, [row("a", {name[:-4]: 4.0})]) == [4.0]


@pytest.mark.parametrize("name", ["ms_embed", "ms__p50x", "ms_embed_p90", "rigth", "xms_a_p50", ""])
def test_other_names_are_no_measures(name: str) -> None:
    assert find_measure(name) is None


def test_the_names_of_stages_come_from_the_rows() -> None:
    found = summarise([row("a", {"right": True, "ms_dream_p": 1.0}), *rights("+", ms_embed=2.0)])
    stages = [name for name in found.total.measures if name.startswith("ms_")]
    assert stages == ["ms_dream_p_p50", "ms_dream_p_p95", "ms_embed_p50", "ms_embed_p95"]
