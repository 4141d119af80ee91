from __future__ import annotations

import math

import pytest

from eval.training.fitting import (
    ANSWERABLE,
    Example,
    as_log_odds,
    auroc,
    fit,
    fit_order,
    for_share,
)
from rag.confidence import Model

FOR_X = [Example({"x": 1.0}, truth=True), Example({"x": 0.0}, truth=False)]
FOR_Y = [Example({"y": 1.0}, truth=True), Example({"y": 0.0}, truth=False)]
PRIOR = Model(0.0, {"x": 0.5, "y": 0.5})


def test_evidence_that_tells_true_from_false_gains_weight() -> None:
    model = fit([FOR_X * 50], PRIOR)
    assert model.weights["x"] > 2
    assert model.weights["y"] == pytest.approx(0.5, abs=1e-4)


def test_a_weight_keeps_the_sign_of_its_prior_whatever_the_examples_say() -> None:
    against = [
        Example({"x": 1.0, "z": 0.0}, truth=False),
        Example({"x": 0.0, "z": 1.0}, truth=True),
    ]
    prior = Model(0.0, {"x": 0.5, "z": -0.5})
    for fitted in (fit([against * 50], prior), fit_order([[against] * 50], prior)):
        assert fitted.weights["x"] == 0
        assert fitted.weights["z"] == 0


def test_a_body_counts_the_same_however_many_examples_it_has() -> None:
    some = fit([FOR_X * 10, FOR_Y * 90], PRIOR).weights
    other = fit([FOR_X * 90, FOR_Y * 10], PRIOR).weights
    assert some == pytest.approx(other, rel=1e-3)
    pooled = fit([FOR_X * 10 + FOR_Y * 90], PRIOR).weights
    assert pooled["y"] > some["y"]


def test_a_body_without_examples_counts_nothing() -> None:
    assert fit([FOR_X * 10, []], PRIOR) == fit([FOR_X * 10], PRIOR)


def test_the_true_one_of_each_group_is_put_first_though_no_threshold_could() -> None:
    groups = [
        [Example({"x": base + 1.0}, truth=True), Example({"x": base}, truth=False)]
        for base in range(100)
    ]
    model = fit_order([groups], Model(-3.0, {"x": 0.1}))
    assert model.weights["x"] > 1
    assert model.bias == -3.0


def test_groups_without_both_kinds_say_nothing_of_the_order() -> None:
    alone = [[Example({"x": 5.0}, truth=False)], [Example({"y": 5.0}, truth=True)]]
    assert fit_order([alone], PRIOR) == PRIOR


def test_scores_become_log_odds_and_keep_their_order() -> None:
    rows = [Example({"x": float(k)}, truth=k * 7 % 10 < k) for k in range(10)] * 30
    raw = Model(4.0, {"x": 9.0})
    model = as_log_odds(raw, [rows])
    told = sum(model.probability(e.evidence) for e in rows) / len(rows)
    assert told == pytest.approx(sum(e.truth for e in rows) / len(rows), abs=0.02)
    assert model.weights["x"] > 0
    assert auroc(model, rows) == auroc(raw, rows)


def test_the_bias_moves_to_the_share_of_questions_that_are_answered_in_use() -> None:
    rows = [Example({}, truth=True), Example({}, truth=False), Example({}, truth=False)]
    model = for_share(Model(math.log(1 / 2), {}), [rows])
    assert model.probability({}) == pytest.approx(ANSWERABLE)


def test_auroc_counts_ties_half() -> None:
    rows = [Example({"x": v}, truth=t) for v, t in ((2, True), (1, True), (1, False), (0, False))]
    assert auroc(Model(0.0, {"x": 1.0}), rows) == (3 + 0.5) / 4
