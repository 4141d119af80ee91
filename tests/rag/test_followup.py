from __future__ import annotations

import pytest

from rag.followup import resolve
from rag.models import Turn

GROWTH = [Turn("What was the GDP growth in 2023?", "5%. [1]")]


def after(question: str) -> list[Turn]:
    return [Turn(question, "An answer. [1]")]


@pytest.mark.parametrize("text", ["And in 2022?", "What about 2022?", "2022?", "and in 2022"])
def test_a_year_takes_the_place_of_the_year(text: str) -> None:
    assert resolve(text, GROWTH) == "What was the GDP growth in 2022?"


@pytest.mark.parametrize(
    ("before", "text", "whole"),
    [
        (
            "How many ferries are to be bought for the islands this year?",
            "what about buses?",
            "How many buses are to be bought for the islands this year?",
        ),
        (
            "How many bridges does Lyon have?",
            "And Porto?",
            "How many bridges does Porto have?",
        ),
        (
            "Who is the mayor of Lyon?",
            "How old is she?",
            "How old is the mayor of Lyon?",
        ),
        (
            "How large was the harvest in 2023?",
            "How large should it be this year?",
            "How large should the harvest be this year?",
        ),
        (
            "What length of track was renewed in 2023?",
            "And the year after?",
            "What length of track was renewed in 2024?",
        ),
        (
            "What length of track was renewed in 2023?",
            "and the previous year",
            "What length of track was renewed in 2022?",
        ),
    ],
)
def test_a_follow_up_becomes_a_question_of_its_own(before: str, text: str, whole: str) -> None:
    assert resolve(text, after(before)) == whole


def test_a_clause_gets_the_subject_of_the_question_before() -> None:
    whole = resolve("Who said that?", after("By when should the harbour tunnel be ready?"))
    assert "harbour tunnel" in whole
    assert whole.endswith("Who said that?")


def test_a_chain_of_follow_ups_goes_back_to_the_whole_question() -> None:
    turns = [*after("How many ferries were bought in 2023?"), *after("and buses?")]
    assert resolve("and in 2024?", turns) == "How many buses were bought in 2024?"


def test_what_was_asked_before_the_last_turn_does_not_count() -> None:
    turns = [*after("How is the weather in 2001?"), *GROWTH]
    assert "weather" not in resolve("and in 2022?", turns)


@pytest.mark.parametrize(
    "text",
    [
        "Which port in Asia handled the most containers in 2022?",
        "Perfect, that's all I needed, thanks!",
        "How many bridges were built in Lyon in 2022?",
    ],
)
def test_what_needs_nothing_from_before_stays_as_it_is(text: str) -> None:
    assert resolve(text, GROWTH) == text


def test_a_change_of_subject_takes_nothing_along() -> None:
    whole = resolve("ok thanks. and rice, what part of imports was that last year?", GROWTH)
    assert "GDP" not in whole


def test_without_history_nothing_is_added() -> None:
    assert resolve("And in 2022?", []) == "And in 2022?"
