from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.confidence import Model, load_models
from rag.errors import ModelError

MODEL = Model(-1.0, {"cosine": 2.0, "clash": -3.0})


def test_log_odds_are_the_bias_and_the_weighted_evidence() -> None:
    assert MODEL.log_odds({"cosine": 0.5, "clash": 1.0}) == -1.0 + 1.0 - 3.0
    assert MODEL.log_odds({}) == -1.0
    assert MODEL.log_odds({"unheard-of": 100.0}) == -1.0


def test_the_probability_is_the_logistic_of_the_log_odds() -> None:
    assert Model(0.0, {}).probability({}) == 0.5
    assert MODEL.probability({"cosine": 1.0}) == pytest.approx(1 / (1 + math.exp(-1)))


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_a_probability_stays_within_bounds_however_strong_the_evidence(value: float) -> None:
    assert 0 <= MODEL.probability({"cosine": value}) <= 1


@given(st.floats(-5, 5), st.floats(0.01, 5))
def test_more_evidence_for_means_a_higher_probability(value: float, more: float) -> None:
    assert MODEL.probability({"cosine": value + more}) > MODEL.probability({"cosine": value})
    assert MODEL.probability({"clash": value + more}) < MODEL.probability({"clash": value})


def test_the_shipped_models_load() -> None:
    models = load_models()
    assert {"sentence", "answer"} <= models.keys()
    assert all(math.isfinite(w) for m in models.values() for w in (m.bias, *m.weights.values()))


def test_weights_are_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    row = {"bias": 1.5, "weights": {"x": -2.0}}
    path.write_text(json.dumps({"models": {"answer": row}}), encoding="utf-8")
    assert load_models(path) == {"answer": Model(1.5, {"x": -2.0})}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"models": {"a": {}}}', '{"models": {"a": 1}}'],
)
def test_damaged_weights_are_a_model_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "w.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"w\.json"):
        load_models(path)


def test_missing_weights_are_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gone\.json"):
        load_models(tmp_path / "gone.json")
