"""What was asked in one breath is parted as a reader would, and names stay whole."""

from __future__ import annotations

import pytest

from rag.question import Question, read_question
from rag.spelling import Speller

SPELLER = Speller({})
NAMES = {"research and development", "Bosnia and Herzegovina", "arts and crafts"}


def stands(phrase: str) -> bool:
    return any(phrase.lower() in name.lower() for name in NAMES)


def read(text: str) -> Question:
    return read_question(text, SPELLER, 2000, stands)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "What were the unemployment rate and the inflation rate in 2023?",
            ("What were the unemployment rate in 2023?", "What were the inflation rate in 2023?"),
        ),
        (
            "How many students and teachers are there in Bergen?",
            ("How many students are there in Bergen?", "How many teachers are there in Bergen?"),
        ),
        (
            "How many schools, hospitals and parks were opened in 2019?",
            (
                "How many schools were opened in 2019?",
                "How many hospitals were opened in 2019?",
                "How many parks were opened in 2019?",
            ),
        ),
        (
            "By how much did net profit and the number of branches grow?",
            ("By how much did net profit grow?", "By how much did the number of branches grow?"),
        ),
        (
            "How much did revenue and costs rise in 2011?",
            ("How much did revenue rise in 2011?", "How much did costs rise in 2011?"),
        ),
        (
            "What are the population and area of Iceland?",
            ("What are the population of Iceland?", "What are the area of Iceland?"),
        ),
        (
            "What was the output of Peru and Chile in 1990?",
            ("What was the output of Peru in 1990?", "What was the output of Chile in 1990?"),
        ),
    ],
)
def test_one_figure_of_several_things_is_asked_of_each(text: str, parts: tuple[str, ...]) -> None:
    question = read(text)
    assert question.parts == parts
    assert not question.compares


@pytest.mark.parametrize(
    "text",
    [
        "How much did research and development spending grow?",
        "How many small and medium-sized firms were founded?",
        "How many male and female pupils enrolled?",
        "How many arts and crafts shops are there?",
        "What was the output of Bosnia and Herzegovina in 1990?",
        "What is the Health and Safety Executive?",
        "How many people live and work in the harbour?",
        "How many homes were built and sold?",
        "What are the supply and demand for copper?",
        "Who wrote the words and the music?",
        "How many trees were planted between 2011 and 2014?",
        "Why do cats and dogs fight?",
        "What was the value of goods bought and sold?",
    ],
)
def test_a_name_or_one_thing_told_in_two_words_stays_one_question(text: str) -> None:
    assert read(text).parts == ()


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        (
            "Which was higher in 2023, the unemployment rate or the inflation rate?",
            ("What was the unemployment rate in 2023?", "What was the inflation rate in 2023?"),
        ),
        (
            "Which grew faster last year, exports or imports?",
            ("How much exports grew last year?", "How much imports grew last year?"),
        ),
        (
            "Which opened earlier, the museum or the library?",
            ("When the museum opened?", "When the library opened?"),
        ),
        (
            "Did exports grow faster than imports in 2004?",
            ("How much did exports grow in 2004?", "How much did imports grow in 2004?"),
        ),
        (
            "Was the birth rate of Norway higher than that of Spain?",
            ("What was the birth rate of Norway?", "What was the birth rate of Spain?"),
        ),
        (
            "Did the court hear more complaints from tenants or from landlords in 2015?",
            (
                "How many complaints from tenants in 2015?",
                "How many complaints from landlords in 2015?",
            ),
        ),
        (
            "Were more boys or girls born in 2001?",
            ("How many boys born in 2001?", "How many girls born in 2001?"),
        ),
        (
            "How did the literacy rate change from 1990 to 2000?",
            ("What was the literacy rate in 1990?", "What was the literacy rate in 2000?"),
        ),
        (
            "Compare the GDP of Peru with that of Chile.",
            ("the GDP of Peru", "the GDP of Chile"),
        ),
        (
            "Compare the population of Oslo in 1990 with 2010.",
            ("the population of Oslo in 1990", "the population of Oslo in 2010"),
        ),
        (
            "What is the difference between the target and the result for wheat output in 1999?",
            (
                "the target for wheat output in 1999",
                "the result for wheat output in 1999",
            ),
        ),
        (
            "Wheat or rye: which had the higher yield?",
            ("Wheat: which had the higher yield?", "rye: which had the higher yield?"),
        ),
        (
            "Loans and deposits in Turin - what are the two totals?",
            (
                "Loans in Turin: what are the two totals?",
                "deposits in Turin: what are the two totals?",
            ),
        ),
        (
            "Was the deficit larger in 2011 than in 2012?",
            ("Was the deficit larger in 2011", "in 2012 deficit larger"),
        ),
    ],
)
def test_the_sides_of_a_comparison_are_asked_apart(text: str, sides: tuple[str, ...]) -> None:
    question = read(text)
    assert question.parts == sides
    assert question.compares


@pytest.mark.parametrize(
    "text",
    [
        "What is the difference between a lease and a licence?",
        "Is there more than one airport?",
        "Did more than 500 people come?",
        "Which firm paid higher wages than allowed?",
        "What would you rather do than wait?",
        "Does anyone other than the owner have a key?",
        "Is tea or coffee served?",
        "Is the GDP of Peru bigger than 126 trillion yuan?",
        "Is the rate higher than 5% in 2023?",
        "Was the rate in 2022 higher than about 5% in 2023?",
        "Did exports grow more than expected?",
        "Did exports grow more than usual in 2023?",
        "Which is older, the bridge or the mill?",
    ],
)
def test_what_compares_no_figures_stays_one_question(text: str) -> None:
    question = read(text)
    assert question.parts == ()
    assert not question.compares


def test_a_part_is_told_in_the_words_of_the_question() -> None:
    question = read("How many parks were added in 2023, and how many beds?")
    assert question.parts == (
        "How many parks were added in 2023",
        "how many beds? were added 2023",
    )
    assert question.pieces == ("How many parks were added in 2023", "how many beds?")
    alone = read("Who came?")
    assert alone.parts == alone.pieces == ()


@pytest.mark.parametrize(
    ("text", "second"),
    [
        (
            "How many were bought in 2021, and how many ferries are to be bought in 2022?",
            "how many ferries are to be bought in 2022?",
        ),
        (
            "How many parks were added in 2023 and how many volcanoes are there?",
            "how many volcanoes are there? 2023",
        ),
        (
            "How many seats will be added this year in the north, and how many in the south?",
            "How many seats will be added this year in the south",
        ),
        (
            "How many seats were added in the north in 2020, and how many in the south?",
            "How many seats were added in the south in 2020",
        ),
        (
            "How many jobs were created in 2023, and how many in 2024?",
            "How many jobs were created in 2024",
        ),
        (
            "How many seats will be added this year, and how many does the plan for buses tell?",
            "how many does the plan for buses tell? this year",
        ),
        ("What did the tower cost and who paid?", "who paid? tower cost"),
        (
            "What does the treaty of May 1997 forbid, and which market should the state open?",
            "which market should the state open? May 1997",
        ),
    ],
)
def test_a_later_part_takes_only_what_it_leaves_unsaid(text: str, second: str) -> None:
    assert read(text).parts[1] == second


@pytest.mark.parametrize(
    ("asked", "years"),
    [
        ("2024 and for 2025", ("2024", "2025")),
        ("2024 or by 2025", ("2024", "2025")),
        ("2023, 2024 and 2025", ("2023", "2024", "2025")),
    ],
)
def test_every_year_is_asked_apart(asked: str, years: tuple[str, ...]) -> None:
    question = read(f"What is the output target for {asked}?")
    assert question.parts == tuple(f"What is the output target for {year}?" for year in years)


def test_a_side_is_told_in_the_words_of_the_question() -> None:
    question = read("Was the deficit larger in 2011 than in 2012?")
    assert question.pieces == ("Was the deficit larger in 2011", "in 2012")


def test_the_same_part_is_asked_once() -> None:
    question = read("how many parks are there and " * 60 + "how many beds are there")
    assert question.parts == ("how many parks are there", "how many beds are there")


def test_no_more_than_six_parts_are_looked_up_and_the_rest_is_kept_to_be_named() -> None:
    question = read(" and ".join(f"how many type {n} boats were sold" for n in "ABCDEFGH"))
    assert len(question.parts) == 6
    assert question.pieces[6:] == (
        "how many type G boats were sold",
        "how many type H boats were sold",
    )
