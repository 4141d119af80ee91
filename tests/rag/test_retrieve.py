from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models import Passage, Scored, Span
from rag.retrieve import fuse


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
