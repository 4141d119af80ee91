"""What is read out of a sentence, and above all what is not."""

from __future__ import annotations

import pytest

from eval.cases.clauses import clauses_of
from eval.cases.counts import counts_in
from eval.cases.grammar import participle
from eval.cases.measures import Measured, measured_in
from eval.cases.templates import wordings


def read(sentence: str, *, planned: bool = False) -> list[Measured]:
    return [
        measured
        for clause in clauses_of(sentence)
        for measured in (*measured_in(clause, planned), *counts_in(clause))
    ]


def first_question(sentence: str, *, planned: bool = False) -> list[tuple[str, str]]:
    """The first wording of each figure, with the figure; proper names stay as they are."""
    names = ("Lyon", "Harbor", "EU")

    def lowered(phrase: str) -> str:
        return phrase if phrase.startswith(names) else phrase[:1].lower() + phrase[1:]

    found = {m.figure: wordings(m, "", "", lowered)[0] for m in read(sentence, planned=planned)}
    return [(question, figure) for figure, question in found.items()]


@pytest.mark.parametrize(
    ("sentence", "question", "figure"),
    [
        (
            "The income of households reached 31,400 euros in 2019.",
            "What figure did the income of households reach?",
            "31,400 euros",
        ),
        (
            "In 2019, rail freight rose by 4.2%.",
            "By what percentage did rail freight rise?",
            "4.2%",
        ),
        (
            "The number of libraries fell to 61.",
            "How many libraries were there?",
            "61",
        ),
        (
            "Wind power accounted for 38% of all electricity.",
            "What share of all electricity did wind power account for?",
            "38%",
        ),
        (
            "64% of the buses were replaced by trams.",
            "What share of the buses were replaced by trams?",
            "64%",
        ),
        (
            "We planted 12,500 trees along main roads.",
            "How many trees were planted along main roads?",
            "12,500 trees",
        ),
        (
            "Another 48 nurseries were opened in the suburbs last year.",
            "How many nurseries were opened in the suburbs?",
            "48 nurseries",
        ),
        (
            "Small firms created 2,310 new jobs.",
            "How many new jobs were created by small firms?",
            "2,310 new jobs",
        ),
        (
            "The council plans to build 95 bicycle garages.",
            "How many bicycle garages will be built?",
            "95 bicycle garages",
        ),
        (
            "The 2021 target for water losses is a reduction of 3 cubic meters.",
            "What is the target for water losses?",
            "3 cubic meters",
        ),
        (
            "Lyon had 214 playgrounds.",
            "How many playgrounds did Lyon have?",
            "214 playgrounds",
        ),
        (
            "Land for car parks was cut by 7.5 hectares.",
            "By how much was land for car parks cut?",
            "7.5 hectares",
        ),
    ],
)
def test_a_figure_is_asked_for_by_what_the_sentence_measures(
    sentence: str, question: str, figure: str
) -> None:
    assert (question, figure) in first_question(sentence)


def test_every_thing_of_a_list_has_its_own_count() -> None:
    found = first_question("The city added 40 benches, 1,250 lamps and 17 drinking fountains.")
    assert found == [
        ("How many benches were added?", "40 benches"),
        ("How many lamps were added?", "1,250 lamps"),
        ("How many drinking fountains were added?", "17 drinking fountains"),
    ]


def test_a_level_tells_its_growth_too() -> None:
    found = read("The value of exports stood at 3.9 trillion yen, an increase of 2.5%.")
    assert [(m.kind, m.figure) for m in found] == [
        ("amount", "3.9 trillion yen"),
        ("growth", "2.5%"),
    ]


def test_each_clause_is_read_for_itself() -> None:
    found = first_question("81 schools were repaired and 14 swimming pools were built.")
    assert ("How many schools were repaired?", "81 schools") in found
    assert ("How many swimming pools were built?", "14 swimming pools") in found


def test_a_phrase_without_verb_is_a_target_only_among_plans() -> None:
    assert first_question("Unemployment rate of about 6%", planned=True) == [
        ("What is the target for unemployment rate?", "6%")
    ]
    assert not read("Unemployment rate of about 6%")


@pytest.mark.parametrize(
    "sentence",
    [
        # what is begun is not yet done
        "We will start to build 26 storage tanks.",
        # a stock of what?
        "The existing stock was 2.892 million businesses.",
        # it refers to what another sentence names
        "This was an increase of 6.6%.",
        "It reached 4.5 million euros.",
        "Of these, 12 were closed.",
        # the order of two lists would have to be matched
        "Exports to Asia and Africa grew by 4% and 7% respectively.",
        # a number that counts more than the word after it
        "The region will build 26 primary schools, libraries and clinics.",
        # names and labels
        "The plenary adopted the 14th Five-Year Plan.",
        "Work on Line 13 was resumed.",
        "Agenda 2030 was discussed.",
        # what became of the things is part of the statement
        "The programme made 7,700 homes safe for children.",
        # money is no count of things
        "The fund paid 30 million euros to farmers.",
        # another year than the sentence's is left in it
        "Emissions are to be halved by 2030 compared with 2005, to 12 million tons.",
    ],
)
def test_what_grammar_does_not_tell_without_doubt_is_left_alone(sentence: str) -> None:
    assert read(sentence) == []


def test_conjoined_subjects_are_not_cut() -> None:
    found = first_question("Exports of cars, ships and trains grew by 12%.")
    assert not any("did trains" in question for question, _ in found)


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("build", "built"),
        ("add", "added"),
        ("create", "created"),
        ("supply", "supplied"),
        ("play", "played"),
        ("cut", "cut"),
        ("chose", "chosen"),
        ("plan", "planned"),
        ("opened", "opened"),
        ("renew", "renewed"),
    ],
)
def test_participles(verb: str, expected: str) -> None:
    assert participle(verb) == expected
