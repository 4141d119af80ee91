from __future__ import annotations

import time
from datetime import date

import pytest

from rag.errors import QuestionError
from rag.period import Status
from rag.question import Question, Wants, read_question
from rag.spelling import Speller

SPELLER = Speller({"containers": 5, "shanghai": 9, "retail": 3, "throughput": 2})


def read(text: str, longest: int = 2000) -> Question:
    return read_question(text, SPELLER, longest)


@pytest.mark.parametrize("text", ["", "   \n\t", "?!", "…", "—"])
def test_a_question_without_a_word_is_refused(text: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        read(text)


def test_a_question_of_one_character_too_many_is_refused_with_both_lengths() -> None:
    assert read("a" * 50, longest=50).asked == "a" * 50
    with pytest.raises(QuestionError, match="51 characters; the longest allowed is 50"):
        read("a" * 51, longest=50)


def test_a_question_of_100_000_characters_is_refused() -> None:
    with pytest.raises(QuestionError, match="100,000"):
        read("why " * 24_999 + "why?")


def test_blanks_are_tidied_and_slips_mended_but_what_was_asked_is_kept() -> None:
    question = read("  How many\n conatiners in   Shanghia? ")
    assert question.asked == "How many conatiners in Shanghia?"
    assert question.text == "How many containers in Shanghai?"
    assert {"contain", "shanghai"} <= set(question.terms)


def test_terms_are_distinct_and_in_order() -> None:
    assert read("port of ports, retail port").terms == ("port", "retail")


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("How many homes were built?", Wants.AMOUNT),
        ("How much did retail grow?", Wants.AMOUNT),
        ("What percentage of days was clear?", Wants.AMOUNT),
        ("Number of patents per 10,000 people", Wants.AMOUNT),
        ("When did the expo open?", Wants.DATE),
        ("By what year will carbon peak?", Wants.DATE),
        ("On which day was the meeting?", Wants.DATE),
        ("List the tasks of 2024.", Wants.LIST),
        ("What are the goals of the plan?", Wants.LIST),
        ("Who chaired the meeting?", Wants.PERSON),
        ("What did the mayor say?", Wants.OTHER),
    ],
)
def test_the_kind_of_answer_is_read_from_the_words(text: str, wants: Wants) -> None:
    assert read(text).wants is wants


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("How many homes were built?", Status.ACHIEVED),
        ("How many homes will be built?", Status.PLANNED),
        ("What is the target for growth?", Status.PLANNED),
        ("Who is the mayor?", None),
    ],
)
def test_a_question_asks_for_results_or_for_plans(text: str, status: Status | None) -> None:
    assert read(text).status is status


def test_years_are_named_or_counted_from_the_document() -> None:
    assert read("growth in 2023").years(2030) == {2023}
    assert read("growth last year").years(2024) == {2023}
    assert read("growth last year").years(None) == frozenset()
    assert read("growth").years(2024) == frozenset()


def test_the_year_of_a_month_names_a_document_and_not_a_period() -> None:
    question = read("Who spoke at the plenum of July 2023?")
    assert question.years(None) == frozenset()
    assert question.dated(date(2023, 7, 4)) == 1.0
    assert question.dated(date(2023, 12, 18)) == -1.0
    assert question.dated(None) == 0.0
    assert read("Who spoke?").dated(date(2023, 7, 4)) == 0.0


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Who is Gong Zheng?", ("Gong", "Zheng")),
        ("How big is Tesla's plant in Lingang?", ("Tesla's", "Lingang")),
        ("Retail grew. What else?", ()),
        ("what did the mayor say", ()),
        ("In which district is R&D strong?", ("R&D",)),
    ],
)
def test_capitals_inside_a_sentence_are_names(text: str, names: tuple[str, ...]) -> None:
    assert read(text).names == names


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "How many stores were added and how much did retail sales grow?",
            ("How many stores were added", "how much did retail sales grow?"),
        ),
        (
            "When did the expo open? How many guests came?",
            ("When did the expo open", "How many guests came?"),
        ),
        (
            "How many homes and beds were added?",
            ("How many homes were added", "How many beds were added"),
        ),
        ("Who chaired the meeting?", ()),
        ("Who and when?", ()),
    ],
)
def test_questions_asked_in_one_breath_are_parted(text: str, parts: tuple[str, ...]) -> None:
    assert tuple(p.rstrip("?") for p in read(text).parts) == tuple(p.rstrip("?") for p in parts)


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        (
            "Bridges repaired in 2021 against the 2022 plan?",
            ("Bridges repaired in 2021", "the 2022 plan bridges repaired"),
        ),
        (
            "Will they plant more trees this year than last?",
            ("Will they plant more trees this year", "last year plant trees"),
        ),
        (
            "How do the ferries planned for 2025 compare with the number bought the year before?",
            ("How do the ferries planned for 2025", "the number bought in 2024 ferries"),
        ),
        (
            "Coal imports versus gas imports: which fell more in 2022?",
            ("Coal imports: which fell more in 2022?", "gas imports: which fell more in 2022?"),
        ),
        (
            "What was the harvest in 2021 and 2022?",
            ("What was the harvest in 2021?", "What was the harvest in 2022?"),
        ),
        (
            "Ferries: how many were bought in 2021, and how many are to be bought in 2022?",
            (
                "Ferries: how many were bought in 2021",
                "how many are to be bought in 2022? Ferries",
            ),
        ),
    ],
)
def test_a_comparison_asks_for_both_sides(text: str, sides: tuple[str, ...]) -> None:
    assert read(text).parts == sides


@pytest.mark.parametrize(
    "text",
    [
        "Is the new bridge longer than the old one?",
        "What is planned for 2021-2025?",
        "Who won against the odds?",
        "Which rules against smoking hold in 2022?",
    ],
)
def test_what_compares_no_two_times_stays_one_question(text: str) -> None:
    assert read(text).parts == ()


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("How many homes were built last year?", "home built"),
        ("What was the unemployment rate in 2019?", "unemploy rate"),
        ("What is the target for retail sales in 2024?", "retail sale"),
        ("Please tell me the total number of ferries.", "ferri"),
        ("length of the tracks in kilometres", "length track"),
        ("whats up with toll fees this yr", "toll fee"),
        ("Who spoke at the plenum of July 2023?", "spoke plenum"),
        ("and in 2024?", ""),
    ],
)
def test_the_measure_is_what_is_asked_about_without_time_and_status(
    text: str, measure: str
) -> None:
    assert " ".join(read(text).measure) == measure


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("whats the avg throughput", "what's the average throughput"),
        ("how mnay conatiners in shanghia", "how many containers in shanghai"),
        ("wat r the rules", "what are the rules"),
    ],
)
def test_shorthand_and_slips_are_read_as_what_is_meant(text: str, read_as: str) -> None:
    assert read(text).text == read_as


def test_a_question_of_many_turns_is_read_in_no_time() -> None:
    started = time.perf_counter()
    for piece in ("how many ", "what is the ", "which ", "and ", "a, ", "than or more ", "9"):
        read((piece * 2000)[:2000])
    assert time.perf_counter() - started < 5
