from __future__ import annotations

from pathlib import Path

import pytest

from eval.dataset import Case
from eval.folder import SavedRow
from eval.metrics import Score
from eval.summary import MEASURES, Summary, summarise
from eval.thresholds import Bound, check, merge_bounds, parse_bounds, read_bounds
from rag.errors import BelowThreshold, CaseError


def row(id_: str, absent: bool = False, **scores: float | bool | None) -> SavedRow:
    expect = () if absent else (("x",),)
    values = {"right": True, "cited": True, "cpu_ms": 10.0, **scores}
    return SavedRow(
        Case(id_, "?", expect=expect, absent=absent),
        {name: Score(value, "because") for name, value in values.items()},
    )


@pytest.fixture
def summary() -> Summary:
    """Three of four right, one of four wrongly refused; no absent case."""
    rights = (True, True, True, False)
    return summarise(
        row(str(i), right=right, abstained_wrongly=not right) for i, right in enumerate(rights)
    )


def test_a_bound_that_is_just_met_is_kept(summary: Summary) -> None:
    check(summary, parse_bounds(["right=0.75", "abstained_wrongly_at_most=.25", "cited=1"]))


def test_every_missed_bound_is_named_with_value_and_bound(summary: Summary) -> None:
    bounds = parse_bounds(["right=0.76", "cpu_ms_p95_at_most=9.5", "cited=1"])
    with pytest.raises(BelowThreshold) as caught:
        check(summary, bounds)
    assert str(caught.value) == (
        "The evaluation fell short: right is 75%, at least 76% is asked; "
        "cpu_ms_p95 is 10, at most 9.5 is asked. See the failed cases for the reasons."
    )
    assert caught.value.exit_code == 1


def test_a_bound_on_cases_that_the_file_does_not_have_is_passed_over(summary: Summary) -> None:
    check(summary, parse_bounds(["abstained_correctly=1"]))
    only_absent = summarise([row("a", absent=True, abstained_correctly=True)])
    check(only_absent, parse_bounds(["right=1", "cited=1", "abstained_correctly=1"]))


def test_nothing_right_means_that_citing_was_not_shown() -> None:
    wrong = summarise([row("a", right=False, abstained_wrongly=False)])
    with pytest.raises(BelowThreshold, match="cited is not measurable, at least 95% is asked"):
        check(wrong, parse_bounds(["cited=0.95"]))


def test_a_stage_is_bounded_by_its_name() -> None:
    found = summarise([row("a", ms_embed=20.0), row("b", ms_embed=30.0)])
    check(found, parse_bounds(["ms_embed_p50_at_most=20", "ms_embed_p95_at_most=30"]))
    with pytest.raises(BelowThreshold, match="ms_embed_p95 is 30, at most 25 is asked"):
        check(found, parse_bounds(["ms_embed_p95_at_most=25"]))


def test_a_stage_that_no_row_tells_of_does_not_keep_its_bound() -> None:
    found = summarise([row("a", ms_embed=20.0)])
    with pytest.raises(BelowThreshold, match="ms_embd_p95 is not measurable, at most 25 is asked"):
        check(found, parse_bounds(["ms_embd_p95_at_most=25"]))


def test_what_only_some_cases_ask_for_may_be_bounded_in_files_without_them() -> None:
    bounds = parse_bounds(["figure_accuracy=1", "wrong_period_at_most=0", "tokens_at_most=0"])
    check(summarise([row("a")]), bounds)
    bad = summarise([row("a", figure_accuracy=0.5, wrong_period=True, tokens=3)])
    with pytest.raises(BelowThreshold) as caught:
        check(bad, bounds)
    assert "figure_accuracy is 50%, at least 100% is asked" in str(caught.value)
    assert "wrong_period is 100%, at most 0% is asked" in str(caught.value)
    assert "tokens is 3, at most 0 is asked" in str(caught.value)


def test_a_measure_that_was_never_taken_does_not_keep_its_bound() -> None:
    with pytest.raises(BelowThreshold, match="recall_at_5 is not measurable"):
        check(summarise([row("a")]), parse_bounds(["recall_at_5=0.5"]))


def test_what_an_open_data_set_measures_can_be_bounded() -> None:
    bounds = parse_bounds(["token_recall=0.5", "repeats_falsehood_at_most=0.1"])
    check(summarise([row("a", token_recall=0.5, repeats_falsehood=False)]), bounds)
    with pytest.raises(BelowThreshold) as caught:
        check(summarise([row("a", token_recall=0.4, repeats_falsehood=True)]), bounds)
    assert "token_recall is 40%, at least 50% is asked" in str(caught.value)
    assert "repeats_falsehood is 100%, at most 10% is asked" in str(caught.value)
    with pytest.raises(BelowThreshold, match="token_recall is not measurable"):
        check(summarise([row("a")]), bounds)


@pytest.mark.parametrize("metric", MEASURES)
def test_every_measure_can_be_bounded(metric: str) -> None:
    name = metric + "_at_most" * MEASURES[metric].less_is_better
    (bound,) = parse_bounds([f"{name}=0.5"])
    assert (bound.metric, bound.keeps(0.5)) == (metric, True)
    assert bound.keeps(0.4) is bound.at_most is not bound.keeps(0.6)


def test_a_run_without_rows_misses_nothing() -> None:
    check(summarise([]), parse_bounds(["right=1", "quotes_exact=1", "recall_at_5=1"]))


@pytest.mark.parametrize(
    ("option", "what"),
    [
        ("right", "not METRIC=VALUE"),
        ("right=", "not METRIC=VALUE"),
        ("right=high", "not METRIC=VALUE"),
        ("right=nan", "not METRIC=VALUE"),
        ("=0.5", "'' is unknown"),
        ("rigth=0.5", "'rigth' is unknown; known are passed, right"),
        ("right=75", "between 0 and 1"),
        ("right=-0.1", "between 0 and 1"),
        ("cpu_ms_p95_at_most=inf", "of 0 or more"),
        ("ms_embed_at_most=5", "'ms_embed' is unknown"),
        ("ms_embed_p95=5", "write 'ms_embed_p95_at_most'"),
        ("citation_precision=2", "between 0 and 1"),
        ("abstained_wrongly=0.1", "write 'abstained_wrongly_at_most'"),
        ("right_at_most=0.1", "write 'right'"),
    ],
)
def test_a_bound_that_makes_no_sense_is_refused(option: str, what: str) -> None:
    with pytest.raises(CaseError) as caught:
        parse_bounds([option])
    assert what in str(caught.value)


def test_bounds_come_from_pyproject_and_the_command_line_wins(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(
        "[tool.policyqa.eval]\nfail_under = { right = 0.75, abstained_wrongly_at_most = 0.1 }\n"
    )
    bounds = merge_bounds(read_bounds(path), parse_bounds(["right=0.5"]))
    assert bounds == (Bound("right", 0.5), Bound("abstained_wrongly", 0.1, at_most=True))


@pytest.mark.parametrize("text", [None, "", "[tool.other]\nx = 1\n", "[tool.policyqa.eval]\n"])
def test_no_table_means_no_bounds(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "pyproject.toml"
    if text is not None:
        path.write_text(text)
    assert read_bounds(path) == ()


@pytest.mark.parametrize(
    "text",
    [
        "[tool",
        "tool = 1\n",
        "[tool.policyqa.eval]\nfail_under = 0.75\n",
        '[tool.policyqa.eval]\nfail_under = { right = "0.75" }\n',
        "[tool.policyqa.eval]\nfail_under = { right = true }\n",
        "[tool.policyqa.eval]\nfail_under = { rihgt = 0.75 }\n",
    ],
)
def test_a_table_that_does_not_parse_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(text)
    with pytest.raises(CaseError):
        read_bounds(path)
