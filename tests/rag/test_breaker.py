from __future__ import annotations

import pytest

from rag.breaker import Breaker


class Time:
    """A clock that goes on when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def breaker(clock: Time) -> Breaker:
    return Breaker(failures=2, pause=10, clock=clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        assert breaker.enter()
        breaker.failed()


def test_it_lets_calls_through_until_enough_fail_in_a_row(breaker: Breaker) -> None:
    fail(breaker, 1)
    assert breaker.enter()
    breaker.succeeded()
    fail(breaker, 2)
    assert not breaker.enter()
    assert breaker.rests_for == 10


def test_after_the_pause_a_single_trial_is_let_through(breaker: Breaker, clock: Time) -> None:
    fail(breaker, 2)
    clock.now += 9.9
    assert not breaker.enter()
    clock.now += 0.2
    assert breaker.enter()
    assert not breaker.enter()
    breaker.succeeded()
    assert breaker.enter()
    assert breaker.enter()


def test_a_failed_trial_begins_the_next_pause(breaker: Breaker, clock: Time) -> None:
    fail(breaker, 2)
    clock.now += 10
    assert breaker.enter()
    breaker.failed()
    clock.now += 9
    assert not breaker.enter()


def test_an_abandoned_trial_makes_room_for_another(breaker: Breaker, clock: Time) -> None:
    fail(breaker, 2)
    clock.now += 10
    assert breaker.enter()
    breaker.abandoned()
    assert breaker.enter()
