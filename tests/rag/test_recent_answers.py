from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from rag.clock import KEPT
from rag.live import LivePipeline, build_live_pipeline
from rag.models import Answer, Filters, Turn
from rag.pipeline import Pipeline
from rag.recent_answers import RecentAnswers, recent_key
from rag.settings import Settings

QUESTION = "How many containers did Shanghai Port handle in 2023?"


def answer(question: str) -> Answer:
    return Answer(
        id="1", question=question, claims=(), abstained=True, reason="None.", confidence=0.1,
        nearest=(), engine="extractive", model=None, index_version="1",
    )  # fmt: skip


def test_those_not_used_for_the_longest_go_first() -> None:
    recent = RecentAnswers(2)
    for name in "ab":
        recent.put(name, answer(name))
    assert recent.get("a") == answer("a")
    recent.put("c", answer("c"))
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (answer("a"), None, answer("c"))


def test_closing_lets_go_of_all() -> None:
    recent = RecentAnswers(2)
    recent.put("a", answer("a"))
    recent.close()
    assert recent.get("a") is None


def test_blanks_make_no_other_question() -> None:
    assert recent_key(" How  many? ", (), None) == recent_key("How many?", [], Filters())


@pytest.mark.parametrize(
    "other",
    [
        ("how many?", (), None),
        ("How many?", (Turn("Which?", "That."),), None),
        ("How many?", (), Filters(since=date(2024, 1, 1))),
        ("How many?", (), Filters(sources=())),
        ("How many?", (), Filters(sources=("a.md",))),
    ],
)
def test_whatever_can_change_an_answer_makes_another_question(
    other: tuple[str, tuple[Turn, ...], Filters | None],
) -> None:
    assert recent_key(*other) != recent_key("How many?", (), None)


@pytest.fixture(scope="module")
def pipeline(sample_index: Settings) -> Iterator[LivePipeline]:
    """As a server has it."""
    with build_live_pipeline(sample_index) as live:
        yield live


def test_an_equal_question_gets_the_same_answer_under_another_id(
    pipeline: LivePipeline,
) -> None:
    first = pipeline.ask(QUESTION)
    *claims, again = pipeline.stream(f"  {QUESTION}")
    assert isinstance(again, Answer)
    assert KEPT not in first.timings_ms
    assert KEPT in again.timings_ms
    assert (again.claims, again.reason, again.trace) == (first.claims, first.reason, first.trace)
    assert tuple(claims) == first.claims
    assert again.id != first.id


def test_another_bound_is_another_question(pipeline: LivePipeline) -> None:
    whole, none = pipeline.ask(QUESTION), pipeline.ask(QUESTION, filters=Filters(sources=()))
    assert (whole.abstained, none.abstained) == (False, True)


def test_outside_a_server_every_answer_is_made_anew(real_pipeline: Pipeline) -> None:
    assert all(KEPT not in real_pipeline.ask(QUESTION).timings_ms for _ in range(2))
