from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from rag.figure_fit import NO_FIT, FigureFit, Wanted, asks_change, best_fit, fits
from rag.figures import Figure
from rag.models import Span
from rag.period import Period, Status
from rag.text import term_set

RENTS = Figure(
    value=Decimal(5),
    kind="percent",
    unit="%",
    text="5%",
    measure="average rents in towns",
    period=Period(frozenset({2023}), Status.ACHIEVED),
    change=True,
    direction="up",
    document_id="d",
    passage_id="p",
    span=Span(0, 2),
    sentence=Span(0, 9),
    heading=(),
    terms=term_set("average rents in towns"),
)
PLAN = replace(RENTS, period=Period(frozenset({2024}), Status.PLANNED), change=False)
ASKED = Wanted(term_set("rents towns"), frozenset({2023}), Status.ACHIEVED, True)


def test_a_figure_of_the_measure_period_status_and_kind_fits_wholly() -> None:
    assert fits(ASKED, RENTS) == FigureFit(1.0, 1.0, 1.0, 1.0)
    assert fits(ASKED, RENTS).score == 1.0


def test_another_period_status_or_kind_clashes_and_lowers_the_score() -> None:
    assert fits(ASKED, PLAN) == FigureFit(1.0, -1.0, -1.0, -1.0)
    for field, value in (
        ("years", frozenset({2020})), ("status", Status.PLANNED), ("change", False)
    ):  # fmt: skip
        clashing = fits(replace(ASKED, **{field: value}), RENTS)
        assert 0 < clashing.score < 0.5


def test_what_is_not_asked_or_not_told_is_open() -> None:
    silent = replace(RENTS, period=Period(frozenset(), None))
    assert fits(ASKED, silent) == FigureFit(1.0, 0.0, 0.0, 1.0)
    assert fits(Wanted(term_set("rents")), RENTS) == FigureFit(1.0, 0.0, 0.0, 0.0)
    assert fits(ASKED, PLAN).score < fits(ASKED, silent).score < fits(ASKED, RENTS).score


def test_the_share_of_the_measure_is_by_weight() -> None:
    half = replace(ASKED, terms=term_set("rents castles"))
    assert fits(half, RENTS).measure == 0.5
    weights = dict.fromkeys(term_set("castles"), 3.0)
    assert fits(replace(half, weights=weights), RENTS).measure == 0.25
    assert fits(replace(ASKED, terms=frozenset()), RENTS).measure == 0.0


def test_the_best_of_several_figures_counts_and_none_is_no_fit() -> None:
    assert best_fit(ASKED, [PLAN, RENTS]) == fits(ASKED, RENTS)
    assert best_fit(ASKED, []) == NO_FIT


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("By how much did rents grow?", True),
        ("What was the increase in rents?", True),
        ("How fast did rents rise?", True),
        ("To how much did rents rise?", False),
        ("How many parks are there?", None),
    ],
)
def test_a_question_for_a_change_is_told_from_one_for_a_level(
    question: str, expected: bool | None
) -> None:
    assert asks_change(question) is expected
