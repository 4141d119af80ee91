from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from eval.folder import SavedRow
from eval.latency import MOST, Pair, latencies, slowed
from tests.eval.scored import row


def timed(times: Sequence[float], score: str = "wall_ms") -> list[SavedRow]:
    return [row(f"c{i}", {"right": True, score: ms}) for i, ms in enumerate(times)]


def paired(before: Sequence[float], after: Sequence[float], score: str = "wall_ms") -> list[Pair]:
    return list(zip(timed(before, score), timed(after, score), strict=True))


@pytest.fixture
def times() -> list[float]:
    draw = random.Random(1)
    return [draw.gammavariate(9, 3) for _ in range(60)]


def test_a_stage_that_takes_longer_is_told_from_one_that_does_not(times: list[float]) -> None:
    draw = random.Random(2)
    pairs = [
        (
            row(f"c{i}", {"ms_rank": ms, "ms_embed": ms, "wall_ms": 2 * ms}),
            row(
                f"c{i}", {"ms_rank": ms * 1.6, "ms_embed": ms * draw.gauss(1, 0.05), "wall_ms": ms}
            ),
        )
        for i, ms in enumerate(times)
    ]
    found = {latency.name: latency for latency in latencies(pairs)}
    assert list(found) == ["wall_ms", "ms_rank", "ms_embed"]
    assert {name: latency.slower for name, latency in found.items()} == {
        "wall_ms": False,
        "ms_rank": True,
        "ms_embed": False,
    }
    rank = found["ms_rank"]
    assert rank.n == 60
    assert rank.ratio == pytest.approx(1.6) == rank.after / rank.before
    assert rank.low is not None
    assert rank.high is not None
    assert 1 < rank.low <= 1.6 <= rank.high


@pytest.mark.parametrize(
    ("before", "after", "slower"),
    [
        (100.0, 126.0, True),
        (100.0, 124.0, False),
        (2.0, 2.9, False),
        (0.0, 5.0, True),
        (0.0, 0.0, False),
        (5.0, 0.0, False),
    ],
)
def test_only_what_people_would_notice_is_called_slower(
    before: float, after: float, slower: bool
) -> None:
    (found,) = latencies(paired([before] * 9, [after] * 9))
    assert found.slower is slower


def test_one_case_cannot_show_that_a_stage_is_slower() -> None:
    (found,) = latencies(paired([10.0], [90.0]))
    assert (found.ratio, found.low, found.high, found.slower) == (9.0, None, None, False)


def test_a_rise_that_chance_explains_is_not_called_slower() -> None:
    (found,) = latencies(paired([10, 20, 30, 40, 50], [60, 5, 45, 70, 12]))
    assert found.ratio == 1.5
    assert found.low is not None
    assert found.low < 1
    assert not found.slower


def test_stages_that_only_one_run_has_are_not_compared() -> None:
    pairs = [(row("a", {"ms_rank": 3.0}), row("a", {"ms_read": 3.0}))]
    assert latencies(pairs) == ()
    assert latencies([]) == ()


def test_the_cases_with_the_most_added_time_come_first() -> None:
    before = [10.0] * 20
    after = [10.0 + 2 * i for i in range(20)]
    found = slowed(paired(before, after))
    assert [case.id for case in found] == [f"c{i}" for i in range(19, 9, -1)]
    assert len(found) == MOST
    assert (found[0].before_ms, found[0].after_ms) == (10.0, 48.0)


def test_a_case_must_take_twice_as_long_to_be_named() -> None:
    pairs = paired([10.0, 10.0, 0.5, 10.0], [19.9, 20.0, 1.4, 5.0])
    assert [case.id for case in slowed(pairs)] == ["c1"]
