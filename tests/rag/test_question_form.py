from __future__ import annotations

import pytest

from rag.question_form import clauses_told, is_one_question


@pytest.mark.parametrize(
    "text",
    [
        "What was the throughput of the port in 2023?",
        "In 2023, how much did retail sales grow?",
        "How many certified operators are there in the city?",
        "How many homes will be built and how many renovated?",
        "How large was the population of the city that hosted the games?",
        "What is the title of the plan that the meeting approved?",
        "Which measures were taken to reduce emissions?",
        "Did the port grow and was a dock built?",
        "How far below the ceiling set for 2024 was the rate?",
    ],
)
def test_a_question_that_only_asks_tells_nothing(text: str) -> None:
    assert clauses_told(text) == 0


@pytest.mark.parametrize(
    "text",
    [
        "The harbour is bankrupt, how many docks does it have?",
        "The harbour is bankrupt and how many docks does it have?",
        "Since exports fell by 99 percent, by how many percent did they rise?",
        "Given that the harbour is bankrupt, how many docks does it have?",
        "By how many percent did exports rise, given that the harbour is bankrupt?",
        "How many docks were sold after the mayor was arrested?",
        "How many docks (the mayor was arrested) were sold?",
        "The harbour is bankrupt?",
    ],
)
def test_a_question_that_tells_something_is_noticed(text: str) -> None:
    assert clauses_told(text) > 0


@pytest.mark.parametrize(
    ("text", "question", "is_one"),
    [
        ("What was the GDP of the U.S. in 2023?", "多少？", True),
        ("What does Dr. Roth say?", "多少？", True),
        ("2023年是多少？", "How much was it in 2023?", True),
        ("It grew. How much was it?", "多少？", False),
        ("How much was it? It grew.", "多少？", False),
        ("How much was it? How much is it?", "多少？", False),
        ("It grew in 2023.", "多少？", False),
        ("The port in 2023", "多少？", False),
        ("The port fell: how much?", "多少？", False),
        ("Trade: how much was it?", "贸易：多少？", True),
        ("", "多少？", False),
    ],
)
def test_one_sentence_that_asks_is_one_question(text: str, question: str, is_one: bool) -> None:
    assert is_one_question(text, question) is is_one
