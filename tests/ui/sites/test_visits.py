from __future__ import annotations

from dataclasses import replace

from rag.models import Trace
from tests.ui.fake_pipeline import FakePipeline
from ui.sites.visits import HISTORY_TURNS, Visits

ANN, BOB, ELSEWHERE = ("town", "ann"), ("town", "bob"), ("village", "ann")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def answers(count: int) -> list[str]:
    return [f"Question {i} about ferries?" for i in range(count)]


def test_a_visitor_is_told_what_was_said_before_and_nobody_else() -> None:
    visits, answer = Visits(3600), FakePipeline().ask("When do ferries leave?")
    visits.add(ANN, answer)
    assert [turn.question for turn in visits.turns(ANN)] == ["When do ferries leave?"]
    assert visits.turns(BOB) == visits.turns(ELSEWHERE) == ()
    assert visits.given(ANN, answer.id) is not None
    assert visits.given(BOB, answer.id) is None
    assert visits.given(ELSEWHERE, answer.id) is None
    assert visits.given(ANN, "0" * 32) is None


def test_an_answer_comes_with_what_was_said_before_it() -> None:
    visits, pipeline = Visits(3600), FakePipeline()
    told = [pipeline.ask(question) for question in answers(7)]
    for answer in told:
        visits.add(ANN, answer)
    given = visits.given(ANN, told[3].id)
    assert given is not None
    answer, before = given
    assert answer == replace(told[3], trace=Trace())
    assert [turn.question for turn in before] == answers(3)
    assert [turn.question for turn in visits.turns(ANN)] == answers(7)[-HISTORY_TURNS:]


def test_a_visit_is_forgotten_after_its_time() -> None:
    clock = Clock()
    visits, pipeline = Visits(60, clock=clock), FakePipeline()
    visits.add(ANN, pipeline.ask("ferries"))
    clock.now = 60
    assert visits.turns(ANN)
    clock.now = 61
    assert visits.turns(ANN) == ()
    visits.add(BOB, pipeline.ask("ferries"))
    assert list(visits._visits) == [BOB], "what is past takes no room"


def test_memory_is_bounded_and_whoever_was_not_seen_longest_goes_first() -> None:
    visits, pipeline = Visits(3600, most=20), FakePipeline()
    for number in range(100):
        for question in answers(number % 12):
            visits.add(("town", str(number)), pipeline.ask(question))
    kept = sum(len(visit.answers) for visit in visits._visits.values())
    assert kept == visits._count <= 20
    assert visits.turns(("town", "99"))
    assert not visits.turns(("town", "1"))
