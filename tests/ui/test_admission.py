from __future__ import annotations

import asyncio
import gc
import threading
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pydantic import ValidationError

from rag.serving_settings import ServingSettings
from rag.settings import Settings
from ui.admission import Admission, Busy, Place, Reason, open_admission
from ui.people.person import LOCAL, Person, Role


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def person(name: str) -> Person:
    return Person(name, Role.READER)


def admission(places: int = 2, clock: Clock | None = None, **settings: float) -> Admission:
    return Admission(ServingSettings(**settings), places, clock=clock or Clock())


def slow(clock: Clock, seconds: float, places: int = 2, **settings: float) -> Admission:
    """One in which every answer so far took so long, and all places are taken."""
    made = admission(places, clock, **settings)
    for _ in range(places):
        place = made.join(LOCAL)
        clock.now += seconds
        place.leave(answered=True)
    for _ in range(places):
        made.join(LOCAL)
    return made


def test_so_many_are_at_work_and_the_others_follow_in_their_order() -> None:
    made = admission(places=2)
    places = [made.join(LOCAL) for _ in range(5)]
    assert [place.is_taken for place in places] == [True, True, False, False, False]
    assert (made.working, made.waiting) == (2, 3)
    places[1].leave()
    places[0].leave()
    assert [place.is_taken for place in places[2:]] == [True, True, False]


def test_leaving_twice_frees_one_place() -> None:
    made = admission(places=1)
    first, second, third = (made.join(LOCAL) for _ in range(3))
    first.leave()
    first.leave()
    assert (second.is_taken, third.is_taken) == (True, False)
    assert (made.working, made.waiting) == (1, 1)


def test_who_leaves_the_line_is_not_served() -> None:
    made = admission(places=1)
    first, second, third = (made.join(LOCAL) for _ in range(3))
    second.leave()
    first.leave()
    assert not second.is_taken
    assert third.is_taken


def test_a_full_line_refuses_at_once_and_says_when_to_come_back() -> None:
    made = admission(places=1, waiting=2)
    for _ in range(3):
        made.join(LOCAL)
    with pytest.raises(Busy, match=r"ask again in \d+ s") as refused:
        made.join(LOCAL)
    assert (refused.value.http_status, refused.value.code) == (503, "busy")
    assert refused.value.seconds >= 1
    assert made.refused == {Reason.FULL: 1, Reason.SLOW: 0, Reason.SHARE: 0}
    assert made.waiting == 2


def test_without_a_line_whoever_finds_no_place_is_refused() -> None:
    made = admission(places=1, waiting=0)
    place = made.join(LOCAL)
    with pytest.raises(Busy):
        made.join(LOCAL)
    place.leave()
    made.join(LOCAL)


def test_who_would_wait_too_long_is_refused() -> None:
    made = slow(Clock(), seconds=2.0, places=2, wait_seconds=4.0)
    for ahead in range(4):
        assert made.expected_wait(LOCAL) == pytest.approx((ahead + 1) * 2.0 / 2)
        made.join(LOCAL)
    with pytest.raises(Busy) as refused:
        made.join(LOCAL)
    assert refused.value.reason is Reason.SLOW
    assert refused.value.seconds == 3


def test_who_is_told_of_the_wait_may_wait_longer() -> None:
    made = slow(Clock(), seconds=2.0, places=2, wait_seconds=2.0, watched_wait_seconds=4.0)
    for _ in range(2):
        made.join(LOCAL)
    with pytest.raises(Busy):
        made.join(LOCAL)
    for _ in range(2):
        made.join(LOCAL, watched=True)
    with pytest.raises(Busy):
        made.join(LOCAL, watched=True)


def test_nothing_is_expected_until_a_round_of_answers_is_through() -> None:
    clock = Clock()
    made = admission(places=2, clock=clock, wait_seconds=1)
    places = [made.join(LOCAL) for _ in range(30)]
    clock.now = 100.0
    places[0].leave(answered=True)
    assert made.expected_wait(LOCAL) == 0.0
    places[1].leave(answered=True)
    assert made.expected_wait(LOCAL) > 100


def test_answers_that_were_left_do_not_count_for_the_expected_wait() -> None:
    clock = Clock()
    made = slow(clock, seconds=2.0, places=1)
    before = made.expected_wait(LOCAL)
    for _ in range(10):
        made.join(LOCAL).leave()
    assert made.expected_wait(LOCAL) == before


def test_a_free_place_goes_to_who_has_the_fewest_at_work() -> None:
    made = admission(places=2)
    greedy = [made.join(person("li")) for _ in range(10)]
    other = made.join(person("chen"))
    greedy[0].leave()
    assert other.is_taken
    assert not greedy[2].is_taken


def test_lines_take_turns() -> None:
    made = admission(places=1)
    working = made.join(person("wang"))
    places = {f"{name}{i}": made.join(person(name)) for name in ("li", "chen") for i in range(3)}
    order = []
    while places:
        working.leave()
        (name,) = [name for name, place in places.items() if place.is_taken]
        order.append(name)
        working = places.pop(name)
    assert order == ["li0", "chen0", "li1", "chen1", "li2", "chen2"]


def test_a_long_line_of_another_makes_nobody_else_wait_longer() -> None:
    made = slow(Clock(), seconds=1.0, places=1, waiting=1000, wait_seconds=10)
    joined = 0
    while True:
        try:
            made.join(person("li"))
        except Busy:
            break
        joined += 1
    assert joined == 10
    assert made.expected_wait(person("li")) > 10
    assert made.expected_wait(person("chen")) == pytest.approx(2.0)
    made.join(person("chen"))


def test_one_person_may_not_hold_the_whole_line() -> None:
    made = admission(places=1, waiting=10, person_share=0.5)
    for _ in range(6):
        made.join(person("li"))
    with pytest.raises(Busy, match="questions of yours wait") as refused:
        made.join(person("li"))
    assert refused.value.reason is Reason.SHARE
    for _ in range(5):
        made.join(person("chen"))


def test_who_works_without_sign_in_may_for_nobody_can_tell_them_apart() -> None:
    made = admission(places=1, waiting=10, person_share=0.1)
    for _ in range(11):
        made.join(LOCAL)
    assert made.waiting == 10


def test_a_refusal_can_be_told_beforehand() -> None:
    made = admission(places=1, waiting=1)
    assert made.refusal(LOCAL) is None
    made.join(LOCAL)
    assert made.refusal(LOCAL) is None
    made.join(LOCAL)
    refusal = made.refusal(LOCAL)
    assert refusal is not None
    assert refusal.reason is Reason.FULL
    assert made.refused[Reason.FULL] == 1


def test_a_thread_waits_for_its_turn() -> None:
    made = admission(places=1)
    first, second = made.join(LOCAL), made.join(LOCAL)
    assert not second.wait(0.01)
    timer = threading.Timer(0.05, first.leave)
    timer.start()
    assert second.wait(10)
    timer.join()


def test_a_task_waits_for_its_turn_however_often_it_looks() -> None:
    made = admission(places=1)
    first, second = made.join(LOCAL), made.join(LOCAL)

    async def turns() -> tuple[bool, bool]:
        early = await second.turn(0.01)
        threading.Timer(0.05, first.leave).start()
        return early, await second.turn(10)

    assert asyncio.run(turns()) == (False, True)


def test_a_task_that_is_cancelled_while_it_waits_can_still_leave() -> None:
    made = admission(places=1)
    first, second, third = (made.join(LOCAL) for _ in range(3))

    async def cancelled() -> None:
        task = asyncio.create_task(second.turn(10))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    second.leave()
    first.leave()
    assert third.is_taken


def test_a_place_is_forgotten_even_while_the_lock_is_held() -> None:
    made = admission(places=1)
    first, second = made.join(LOCAL), made.join(LOCAL)
    with made._lock:
        first.forget()  # as a finaliser does that runs in the midst of another operation
    assert not second.is_taken
    made.refusal(LOCAL)
    assert second.is_taken


def test_many_threads_lose_no_place() -> None:
    made = admission(places=3, waiting=1000)
    most, now, lock = 0, 0, threading.Lock()

    def ask(name: str) -> None:
        nonlocal most, now
        for _ in range(50):
            place = made.join(person(name))
            assert place.wait(30)
            with lock:
                now += 1
                most = max(most, now)
            with lock:
                now -= 1
            place.leave(answered=True)

    threads = [threading.Thread(target=ask, args=(f"p{i % 5}",)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert most <= 3
    assert (made.working, made.waiting) == (0, 0)


class Anything(RuleBasedStateMachine):
    """Whatever people do in whatever order, places are neither lost nor given twice."""

    @initialize(places=st.integers(1, 4), waiting=st.integers(0, 8))
    def begin(self, places: int, waiting: int) -> None:
        self.clock = Clock()
        self.places = places
        self.most = waiting
        self.made = admission(places, self.clock, waiting=waiting, wait_seconds=3)
        self.here: list[Place] = []

    @rule(name=st.sampled_from(["local", "li", "chen", "wang"]))
    def join(self, name: str) -> None:
        try:
            self.here.append(self.made.join(LOCAL if name == "local" else person(name)))
        except Busy:
            assert self.made.working == self.places

    @rule(at=st.integers(0, 30), answered=st.booleans(), seconds=st.floats(0, 2))
    def leave(self, at: int, answered: bool, seconds: float) -> None:
        self.clock.now += seconds
        if self.here:
            place = self.here.pop(at % len(self.here))
            place.leave(answered=answered)
            place.leave()

    @rule(at=st.integers(0, 30))
    def forget(self, at: int) -> None:
        if self.here:
            self.here.pop(at % len(self.here)).forget()
            gc.collect(0)

    @invariant()
    def every_place_counts_once(self) -> None:
        if not hasattr(self, "made"):
            return
        taken = Counter(place.is_taken for place in self.here)
        assert (self.made.working, self.made.waiting) == (taken[True], taken[False])
        assert self.made.working <= self.places
        assert self.made.waiting <= self.most
        assert self.made.working == self.places or not self.made.waiting


TestAnything = Anything.TestCase


@given(st.lists(st.sampled_from("abc"), max_size=30))
def test_everybody_in_line_is_served_in_the_end(names: list[str]) -> None:
    made = admission(places=2, waiting=100, person_share=1)
    places = [made.join(person(name)) for name in names]
    for _ in names:
        next(place for place in places if place.is_taken and not place._left).leave()
    assert all(place.is_taken for place in places)
    assert (made.working, made.waiting) == (0, 0)


def test_many_more_are_at_work_where_a_model_writes() -> None:
    quoting = Settings(serving={"quoting": 1, "writing": 3})
    chat = {"base_url": "http://127.0.0.1:1/v1", "model": "m"}
    writing = Settings(serving={"quoting": 1, "writing": 3}, chat=chat)
    for settings, places in ((quoting, 1), (writing, 3)):
        made = open_admission(settings)
        assert [made.join(LOCAL).is_taken for _ in range(4)].count(True) == places


@pytest.mark.parametrize(
    "wrong",
    [{"quoting": 0}, {"writing": 0}, {"waiting": -1}, {"wait_seconds": 0}, {"person_share": 1.1}],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        ServingSettings(**wrong)


def test_three_hundred_fit_into_the_line_as_it_is_set() -> None:
    assert ServingSettings().waiting >= 300
