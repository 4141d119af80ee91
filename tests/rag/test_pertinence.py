from __future__ import annotations

from dataclasses import replace

import pytest

from rag.extractive import cite
from rag.index import Index
from rag.models import Claim, Span, Verdict
from rag.pertinence import misses
from rag.question import read_question
from rag.spelling import Speller

HANDLED = "Shanghai Port handled 49.158 million TEUs in 2023."
HOMES = "The city will build 70,000 rental homes in 2024."
CHAIRED = "Gong Zheng chaired the meeting."


def claim_of(text: str, index: Index) -> Claim:
    document = next(d for d in index.documents.values() if text in d.text)
    start = document.text.index(text)
    passage = index.passages_of(document.id)[0]
    return Claim(text, (cite(document, Span(start, start + len(text)), passage),))


@pytest.mark.parametrize(
    ("asked", "said", "verdict"),
    [
        ("How many TEUs were handled in 2023?", HANDLED, Verdict.SUPPORTED),
        ("How many TEUs were handled last year?", HANDLED, Verdict.SUPPORTED),
        ("How many TEUs were handled in 2021?", HANDLED, Verdict.PERIOD_CLASH),
        ("How many TEUs does the port plan to handle?", HANDLED, Verdict.STATUS_CLASH),
        ("What of the port?", HANDLED, Verdict.SUPPORTED),
        ("How many homes will be built in 2024?", HOMES, Verdict.SUPPORTED),
        ("How many homes were built in 2023?", HOMES, Verdict.PERIOD_CLASH),
        ("How many homes have been built?", HOMES, Verdict.STATUS_CLASH),
        ("Who chaired the meeting of 2021?", CHAIRED, Verdict.SUPPORTED),
    ],
)
def test_a_claim_misses_what_asks_for_another_time_or_status(
    toy_index: Index, asked: str, said: str, verdict: Verdict
) -> None:
    question = read_question(asked, Speller({}, mends=False), 2000)
    assert misses(question, claim_of(said, toy_index), (), toy_index) is verdict


def test_one_citation_of_the_time_asked_for_is_enough(toy_index: Index) -> None:
    question = read_question("What was done in 2023?", Speller({}, mends=False), 2000)
    both = [claim_of(text, toy_index) for text in (HOMES, HANDLED)]
    claim = replace(both[0], citations=tuple(c for one in both for c in one.citations))
    assert misses(question, claim, (), toy_index) is Verdict.SUPPORTED


def test_a_true_claim_about_something_else_is_beside_the_point(toy_index: Index) -> None:
    question = read_question("How many rental homes will be built?", Speller({}, mends=False), 2000)
    other, quote = claim_of(HANDLED, toy_index), claim_of(HOMES, toy_index)
    assert misses(question, other, (quote,), toy_index) is Verdict.BESIDE_THE_POINT
    assert misses(question, quote, (), toy_index) is Verdict.SUPPORTED


def test_what_is_quoted_in_answer_is_never_beside_the_point(toy_index: Index) -> None:
    question = read_question("Who led the session?", Speller({}, mends=False), 2000)
    claim = claim_of(CHAIRED, toy_index)
    assert misses(question, claim, (claim,), toy_index) is Verdict.SUPPORTED


def test_the_words_of_the_question_given_back_are_no_answer(toy_index: Index) -> None:
    asked = read_question("Which port handled 49.158 million TEUs?", Speller({}, mends=False), 2000)
    claim = replace(claim_of(HANDLED, toy_index), text="49.158 million TEUs.")
    assert misses(asked, claim, (claim,), toy_index) is Verdict.BESIDE_THE_POINT
    assert misses(asked, claim_of(HANDLED, toy_index), (claim,), toy_index) is Verdict.SUPPORTED
