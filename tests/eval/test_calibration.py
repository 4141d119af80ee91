from __future__ import annotations

import json
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.calibration import BINS, auroc, calibrate, calibration_to_json
from eval.folder import SavedRow
from eval.stats import wilson
from tests.eval.scored import row


def told(
    id_: str, confidence: float | None, *, absent: bool = False, answered: bool, right: bool = False
) -> SavedRow:
    """A row of a run: an absent case is right when it is not answered."""
    scores = {
        "confidence": confidence,
        "right": not answered if absent else right,
        "abstained_correctly": not answered if absent else None,
        "abstained_wrongly": None if absent else not answered,
    }
    return row(id_, scores, absent=absent)


SEVEN = (
    told("a", 0.95, answered=True, right=True),
    told("b", 0.85, answered=True),
    told("c", 0.85, answered=True, right=True),
    told("d", 0.75, answered=True, absent=True),
    told("e", 0.35, answered=False),
    told("f", 0.15, answered=False, absent=True),
    told("g", 0.05, answered=False, absent=True),
)

many = st.lists(
    st.tuples(st.floats(0, 1), st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=40
).map(
    lambda found: [
        told(str(i), confidence, absent=absent, answered=answered, right=answered and right)
        for i, (confidence, absent, answered, right) in enumerate(found)
    ]
)


def test_the_scores_of_seven_cases_are_those_computed_by_hand() -> None:
    found = calibrate(SEVEN)
    assert found.n == 7
    # Of 12 pairs of an answerable and an absent case only (e, d) is the wrong way round.
    assert found.auroc == pytest.approx(11 / 12)
    assert found.brier == pytest.approx(1.0575 / 7)
    assert found.ece == pytest.approx(1.95 / 7)


def test_each_bin_tells_confidence_and_truth() -> None:
    bins = calibrate(SEVEN).bins
    assert [found.n for found in bins] == [1, 1, 0, 1, 0, 0, 0, 1, 2, 1]
    high = bins[8]
    assert (high.low, high.high, high.share, high.interval) == (0.8, 0.9, 1.0, wilson(2, 2))
    assert high.confidence == pytest.approx(0.85)
    assert (bins[7].share, bins[3].share) == (0.0, 1.0)
    assert (bins[2].confidence, bins[2].share, bins[2].interval) == (None, None, None)


@pytest.mark.parametrize(
    ("confidence", "place"), [(0.0, 0), (0.1, 1), (0.3, 3), (0.6, 6), (0.7, 7), (0.999, 9), (1, 9)]
)
def test_a_confidence_between_two_bins_is_of_the_higher_one(confidence: float, place: int) -> None:
    bins = calibrate([told("a", confidence, answered=False)]).bins
    assert [i for i, found in enumerate(bins) if found.n] == [place]


def test_the_curve_trades_coverage_for_precision_and_ends_where_the_run_does() -> None:
    found = calibrate(SEVEN)
    points = [(p.threshold, p.coverage, p.precision, p.n) for p in found.curve]
    assert points == [
        (0.95, 1 / 7, 1.0, 1),
        (0.85, 3 / 7, 2 / 3, 3),
        (0.75, 4 / 7, 0.5, 4),
    ]
    assert found.threshold_point == found.curve[-1]
    assert found.curve[1].interval == wilson(2, 3)


def test_an_abstention_above_the_threshold_is_no_answer() -> None:
    confident = told("h", 0.9, answered=False)
    found = calibrate([*SEVEN, confident])
    assert [point.coverage for point in found.curve] == [1 / 8, 3 / 8, 4 / 8]


def test_questions_that_were_never_asked_and_rows_without_confidence_are_left_out() -> None:
    unasked = row("u", {"confidence": 0.0, "right": False, "lost_at": "not asked"})
    bare = row("v", {"right": True})
    unknown = told("w", None, answered=True)
    assert calibrate([*SEVEN, unasked, bare, unknown]) == calibrate(SEVEN)


def test_without_rows_nothing_is_told() -> None:
    found = calibrate([])
    assert (found.n, found.curve, found.threshold_point) == (0, (), None)
    assert (found.auroc, found.brier, found.ece) == (None, None, None)
    assert {part.n for part in found.bins} == {0}
    assert len(found.bins) == BINS


def test_a_run_that_always_abstains_has_no_curve() -> None:
    found = calibrate([told("a", 0.2, answered=False), told("b", 0.1, answered=False)])
    assert (found.curve, found.threshold_point, found.auroc) == ((), None, None)
    assert found.brier == pytest.approx((0.64 + 0.81) / 2)


def test_confidence_that_is_right_as_often_as_it_says_shows_hardly_any_error() -> None:
    draw = random.Random(1)
    confidences = [draw.random() for _ in range(4000)]
    honest = [
        told(str(i), c, absent=draw.random() >= c, answered=c > 0.5)
        for i, c in enumerate(confidences)
    ]
    boasting = [
        told(str(i), c**0.3, absent=draw.random() >= c, answered=True)
        for i, c in enumerate(confidences)
    ]
    near, far = calibrate(honest), calibrate(boasting)
    assert near.ece is not None
    assert near.ece < 0.03
    assert far.ece is not None
    assert far.ece > 0.2
    assert all(b.interval and b.interval.low <= (b.confidence or 0) + 0.05 for b in near.bins)


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans()), max_size=20))
def test_auroc_is_the_share_of_pairs_in_the_right_order(pairs: list[tuple[float, bool]]) -> None:
    ones, zeros = ([x for x, truth in pairs if truth is side] for side in (True, False))
    found = auroc(np.array([x for x, _ in pairs]), np.array([t for _, t in pairs], dtype=bool))
    if not ones or not zeros:
        assert found is None
    else:
        wins = sum((a > b) + 0.5 * (a == b) for a in ones for b in zeros)
        assert found == pytest.approx(wins / (len(ones) * len(zeros)))


@given(many)
def test_a_calibration_is_consistent_in_itself(rows: list[SavedRow]) -> None:
    found = calibrate(rows)
    assert sum(part.n for part in found.bins) == found.n == len(rows)
    assert all(
        part.low - 1e-9 <= part.confidence <= part.high + 1e-9
        for part in found.bins
        if part.confidence is not None
    )
    assert 0 <= (found.ece or 0) <= 1
    coverages = [point.coverage for point in found.curve]
    assert coverages == sorted(set(coverages))
    thresholds = [point.threshold for point in found.curve]
    assert thresholds == sorted(set(thresholds), reverse=True)
    answered = [
        r
        for r in rows
        if any(r.scores[n].value is False for n in ("abstained_correctly", "abstained_wrongly"))
    ]
    assert (found.threshold_point is None) is (not answered)
    if found.threshold_point:
        assert found.threshold_point.n == len(answered)
        rights = sum(r.scores["right"].value is True for r in answered)
        assert found.threshold_point.precision == pytest.approx(rights / len(answered))
    assert calibrate(rows[::-1]).curve == found.curve


def test_the_json_form_holds_everything_as_plain_values() -> None:
    value = json.loads(json.dumps(calibration_to_json(calibrate(SEVEN))))
    assert set(value) == {"n", "bins", "curve", "threshold_point", "auroc", "brier", "ece"}
    assert value["threshold_point"] == value["curve"][-1]
    assert value["threshold_point"]["threshold"] == 0.75
    assert value["bins"][8]["interval"] == [pytest.approx(0.34238, abs=1e-6), 1.0]
    assert value["bins"][2] == {
        "low": 0.2,
        "high": 0.3,
        "n": 0,
        "confidence": None,
        "share": None,
        "interval": None,
    }
