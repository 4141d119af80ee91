from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from ui.people.limits import Limit, TooOften


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_and_then_one_by_one() -> None:
    clock = Clock()
    limit = Limit(3, 60, clock=clock)
    assert [limit.take("a") for _ in range(3)] == [0, 0, 0]
    assert limit.take("a") == pytest.approx(20)
    clock.now += 19.9
    assert limit.take("a") == pytest.approx(0.1)
    clock.now += 0.2
    assert limit.take("a") == 0
    assert limit.take("a") > 19


def test_waiting_saves_up_no_more_than_the_limit() -> None:
    clock = Clock()
    limit = Limit(2, 60, clock=clock)
    limit.take("a")
    clock.now += 10_000
    assert [limit.take("a") > 0 for _ in range(3)] == [False, False, True]


def test_people_do_not_share_a_limit() -> None:
    limit = Limit(1, 60, clock=Clock())
    assert (limit.take("a"), limit.take("b")) == (0, 0)
    assert limit.take("a") > 0


def test_what_is_given_back_may_be_taken_again_and_no_more() -> None:
    limit = Limit(1, 60, clock=Clock())
    limit.give_back("a")
    limit.take("a")
    limit.give_back("a")
    limit.give_back("a")
    assert limit.take("a") == 0
    assert limit.take("a") > 0


def test_memory_is_bounded_and_those_who_ask_most_are_remembered() -> None:
    limit = Limit(1, 60, clock=Clock(), most_keys=100)
    for number in range(1000):
        limit.take("busy")
        limit.take(f"passer-by {number}")
        limit.give_back("busy")
        limit.take("busy")
    assert len(limit._left) == 100
    assert limit.take("busy") > 0


def test_many_threads_take_no_more_than_there_is() -> None:
    limit = Limit(50, 3600, clock=Clock())
    with ThreadPoolExecutor(8) as threads:
        waits = list(threads.map(lambda _: limit.take("a"), range(400)))
    assert waits.count(0) == 50


@pytest.mark.parametrize(("wait", "told"), [(0.01, 1), (1.2, 2), (30, 30)])
def test_the_wait_is_told_in_whole_seconds(wait: float, told: int) -> None:
    assert TooOften("Wait.", wait).seconds == told
