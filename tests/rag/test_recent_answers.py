from __future__ import annotations

from datetime import date

import pytest

from rag.clock import KEPT
from rag.models import Answer, Filters, Turn
from rag.pipeline import Pipeline, build_pipeline
from rag.recent_answers import RecentAnswers, recent_key
from rag.settings import AnswerSettings, Settings

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
def pipelines(sample_index: Settings) -> tuple[Pipeline, Pipeline]:
    answering = AnswerSettings(recent=0)
    anew = sample_index.model_copy(update={"answer": answering})
    return build_pipeline(sample_index), build_pipeline(anew)


def test_an_equal_question_gets_the_same_answer_under_another_id(
    pipelines: tuple[Pipeline, Pipeline],
) -> None:
    pipeline, _ = pipelines
    first = pipeline.ask(QUESTION)
    *claims, again = pipeline.stream(f"  {QUESTION}")
    assert isinstance(again, Answer)
    assert KEPT not in first.timings_ms
    assert KEPT in again.timings_ms
    assert (again.claims, again.reason, again.trace) == (first.claims, first.reason, first.trace)
    assert tuple(claims) == first.claims
    assert again.id != first.id


def test_with_none_kept_every_answer_is_made_anew(pipelines: tuple[Pipeline, Pipeline]) -> None:
    _, pipeline = pipelines
    assert all(KEPT not in pipeline.ask(QUESTION).timings_ms for _ in range(2))
