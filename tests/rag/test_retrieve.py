from __future__ import annotations

from itertools import permutations
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.index import Index
from rag.models import Passage, Scored, Span
from rag.retrieve import fuse, retrieve
from rag.settings import RetrievalSettings, WeightSettings


def ranking(*ids: str, top: float = 1.0) -> list[Scored[Passage]]:
    return [
        Scored(Passage(id_, "d", Span(0, 1), (), "x", ()), top - i / 10)
        for i, id_ in enumerate(ids)
    ]


def ids(found: list[Scored[Passage]]) -> list[str]:
    return [f.item.id for f in found]


def test_each_ranking_gives_one_over_constant_plus_rank() -> None:
    fused = fuse({"dense": ranking("a", "b", "c"), "lexical": ranking("c", "d")})
    assert {f.item.id: f.score for f in fused} == {
        "a": 1 / 61,
        "b": 1 / 62,
        "c": pytest.approx(1 / 63 + 1 / 61, abs=1e-15),
        "d": 1 / 62,
    }
    assert ids(fused) == ["c", "a", "b", "d"]


def test_the_constant_is_used() -> None:
    assert fuse({"dense": ranking("a")}, constant=1)[0].score == 1 / 2


def test_a_ranking_counts_by_its_weight() -> None:
    rankings = {"dense": ranking("a", "b"), "lexical": ranking("b", "c")}
    fused = fuse(rankings, weights={"dense": 0.5, "lexical": 2.0})
    assert {f.item.id: f.score for f in fused} == {
        "a": 0.5 / 61,
        "b": 0.5 / 62 + 2.0 / 61,
        "c": 2.0 / 62,
    }
    assert ids(fused) == ["b", "c", "a"]


def test_weights_of_one_change_no_score() -> None:
    rankings = {"dense": ranking(*"abcdef"), "lexical": ranking(*"fbxa")}
    weighed = fuse(rankings, weights={"dense": 1.0, "lexical": 1.0})
    assert weighed == fuse(rankings)


class Searched:
    """An index that tells which of its searches were asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def _found(self, name: str) -> list[Scored[Passage]]:
        self.asked.append(name)
        return ranking(name[0], "x")

    def dense(self, *_: object) -> list[Scored[Passage]]:
        return self._found("dense")

    def by_sentence(self, *_: object) -> list[Scored[Passage]]:
        return self._found("sentence")

    def lexical(self, *_: object) -> list[Scored[Passage]]:
        return self._found("lexical")


@pytest.mark.parametrize("off", [(), ("dense",), ("sentence", "lexical"), ("lexical",)])
def test_a_ranking_of_weight_zero_is_not_even_searched(off: tuple[str, ...]) -> None:
    index = Searched()
    weights = WeightSettings(**dict.fromkeys(off, 0.0))
    question: Any = SimpleNamespace(all_terms=("x",))
    found = retrieve(
        question, np.zeros(2, np.float32), cast("Index", index), RetrievalSettings(weights=weights)
    )
    kept = [name for name in ("dense", "sentence", "lexical") if name not in off]
    assert index.asked == kept
    assert {f.item.id for f in found} == {"x", *(name[0] for name in kept)}


def test_the_weights_of_the_settings_order_the_passages() -> None:
    question: Any = SimpleNamespace(all_terms=("x",))
    settings = RetrievalSettings(weights=WeightSettings(dense=1, sentence=2, lexical=3))
    found = retrieve(question, np.zeros(2, np.float32), cast("Index", Searched()), settings)
    assert ids(found) == ["x", "l", "s", "d"]
    assert found[1].score == 3 / 61


def test_first_in_both_beats_everything() -> None:
    best = fuse({"dense": ranking("z", "a", "b"), "lexical": ranking("z", "b", "a")})[0]
    assert (best.item.id, best.score) == ("z", 2 / 61)


def test_each_rankings_own_score_is_kept() -> None:
    fused = fuse({"dense": ranking("a", "b", top=0.9), "lexical": ranking("b", top=7.5)})
    assert {f.item.id: dict(f.parts) for f in fused} == {
        "a": {"dense": 0.9},
        "b": {"dense": 0.8, "lexical": 7.5},
    }


def test_ties_come_in_the_same_order_however_the_rankings_are_given() -> None:
    orders = {
        tuple(ids(fuse({name: ranking(id_) for name, id_ in zip("xyz", order, strict=True)})))
        for order in permutations("cab")
    }
    assert orders == {("a", "b", "c")}


def test_nothing_found_is_nothing_fused() -> None:
    assert fuse({"dense": [], "lexical": []}) == []
    assert fuse({}) == []


@given(
    st.lists(st.sampled_from("abcdefgh"), unique=True),
    st.lists(st.sampled_from("abcdefgh"), unique=True),
)
def test_fusing_keeps_everything_once_and_falls(one: list[str], other: list[str]) -> None:
    fused = fuse({"dense": ranking(*one), "lexical": ranking(*other)})
    assert sorted(ids(fused)) == sorted({*one, *other})
    scores = [f.score for f in fused]
    assert scores == sorted(scores, reverse=True)
