"""A refusal names what is missing, and says nothing that the index does not bear out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from rag.extractive import cite
from rag.generations import Generations
from rag.index import Index
from rag.models import Claim, Scored, Verdict
from rag.question import read_question
from rag.rank import Candidate
from rag.refusal import GENERAL, Refusals
from rag.spelling import Speller
from rag.trace import Found
from tests.rag.conftest import World


def found(
    index: Index, text: str, evidence: Mapping[str, float] | None = None, **fits: float
) -> Found:
    """What the question leads to if every sentence is a candidate, those that share most first."""
    question = read_question(text, Speller(index.vocabulary), 2000)
    passages = [Scored(p, 1.0) for p in index.passages.values()]
    ranked = [Scored(Candidate(p.item, s), 1.0, fits) for p in passages for s in p.item.sentences]
    asked = set(question.text.lower().split())
    ranked.sort(key=lambda s: -len(asked & set(s.item.sentence.text.lower().split())))
    return Found(question, passages, ranked, evidence or {}, 0.1)


def why(index: Index, text: str, evidence: Mapping[str, float] | None = None) -> str:
    return Refusals(index, multilingual=False).why(found(index, text, evidence), ())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "How many TEUs did the port of Guangzhou handle?",
            "The documents do not mention Guangzhou.",
        ),
        (
            "How much did retail sales in Oslo and in New Jersey grow?",
            "The documents do not mention Oslo or New Jersey.",
        ),
        (
            "When was Section 14 of the plan agreed?",
            "The documents do not mention Section 14.",
        ),
        (
            "How many TEUs did Shanghai Port handle in 2018?",
            "The documents say nothing on this for 2018; they tell of 2023.",
        ),
        (
            "Who chaired the meeting in 1987?",
            "The documents say nothing of 1987.",
        ),
        (
            "What did the meeting of March 2021 decide?",
            "None of the documents is dated March 2021; they are of June 2023 and January 2024.",
        ),
        (
            "How often was the meeting chaired?",
            "The documents speak of “meeting chaired” but give no figure.",
        ),
        (
            "which enzyme unwinds the helix",
            "The documents do not use the words “enzyme”, “unwinds” or “helix”.",
        ),
        ("Why was retail chaired in a rental meeting?", GENERAL),
    ],
)
def test_a_refusal_names_what_is_missing(toy_index: Index, text: str, reason: str) -> None:
    assert why(toy_index, text) == reason


def test_what_is_said_of_another_is_said_to_be(toy_index: Index) -> None:
    text = "How many TEUs were handled by Gong?"
    assert why(toy_index, text, {"names": 0.0}) == (
        "What the documents say on this is not about Gong."
    )


def test_a_year_that_the_sentences_on_it_tell_of_is_not_said_to_be_missing(
    toy_index: Index,
) -> None:
    assert why(toy_index, "How many TEUs did Shanghai Port handle in 2023?") == GENERAL


def test_a_month_that_a_document_is_dated_or_speaks_of_is_not_said_to_be_missing(
    toy_index: Index,
) -> None:
    assert "dated" not in why(toy_index, "What did the meeting of June 2023 decide?")


@pytest.mark.parametrize("typed", ["theatres", "organised", "colour", "travelling"])
def test_a_word_spelt_as_on_the_other_side_of_the_atlantic_is_not_said_to_be_missing(
    toy: World, tmp_path: Path, typed: str
) -> None:
    document = toy.document("town", "Theaters were organized. The color of traveling is red.")
    generations = Generations(tmp_path / "index")
    with generations.lock():
        folder = generations.build(toy.contents([document], [toy.passage(document)]))
        generations.switch(folder)
    index = Index(folder)
    try:
        assert why(index, f"zebra {typed}") == "The documents do not use the word “zebra”."
    finally:
        index.close()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wie viele Wohnungen werden in der Stadt gebaut?", "German"),
        ("Combien de logements seront construits ?", "French"),
        ("上海港的吞吐量是多少？", "Chinese"),
    ],
)
def test_a_question_in_another_language_is_told_the_language_of_the_documents(
    toy_index: Index, text: str, language: str
) -> None:
    assert why(toy_index, text) == (
        f"The question is in {language}, but the documents are in English; ask in English."
    )
    told = Refusals(toy_index, multilingual=True).why(found(toy_index, text), ())
    assert language not in told


def test_nothing_found_at_all_is_said_in_a_sentence(toy_index: Index) -> None:
    question = read_question("what about the plan", Speller({}), 2000)
    assert Refusals(toy_index, multilingual=False).why(Found(question), ()) == (
        "No document has anything on this."
    )


def test_an_answer_without_proof_is_said_to_be_held_back(toy_index: Index) -> None:
    removed = [Claim("It grew.", (), Verdict.UNCITED)]
    reason = Refusals(toy_index, multilingual=False).why(found(toy_index, "plan"), removed)
    assert "proof did not hold (uncited)" in reason


def claim_on(index: Index, part: Found) -> Claim:
    """A claim that stands on the best candidate of a part."""
    best = part.ranked[0].item
    document = index.documents[best.passage.document_id]
    return Claim(best.sentence.text, (cite(document, best.sentence.span, best.passage),))


def test_the_rest_is_told_in_the_words_of_the_question(toy_index: Index) -> None:
    whole = read_question(
        "How many TEUs were handled in 2023, and how many beds in 2030?", Speller({}), 2000
    )
    told = found(toy_index, whole.parts[0])
    missing = found(toy_index, whole.parts[1], period=-1.0)
    claims = [claim_on(toy_index, told)]
    refusals = Refusals(toy_index, multilingual=False)
    assert refusals.rest(whole, [missing], claims) == (
        "The documents do not say: “how many beds in 2030”."
    )
    assert refusals.rest(whole, [], claims) is None


@pytest.mark.parametrize(
    ("fits", "evidence", "is_missing"),
    [
        ({}, {}, False),
        ({"period": -1.0}, {}, True),
        ({"amount": -1.0}, {}, True),
        ({}, {"unknown": 0.5}, True),
        ({}, {"names": 0.0}, True),
    ],
)
def test_a_part_is_not_missing_if_a_claim_that_fits_it_stands_on_its_best_sentence(
    toy_index: Index, fits: dict[str, float], evidence: dict[str, float], is_missing: bool
) -> None:
    whole = read_question("Who sang and who chaired the meeting?", Speller({}), 2000)
    part = found(toy_index, whole.parts[1], evidence, **fits)
    refusals = Refusals(toy_index, multilingual=False)
    told = refusals.rest(whole, [part], [claim_on(toy_index, part)])
    assert (told is not None) == is_missing


@pytest.mark.parametrize(("wide", "is_missing"), [("wide", True), ("many TEUs in 2023", False)])
def test_a_part_is_missing_if_no_claim_says_what_sets_it_apart(
    toy_index: Index, wide: str, is_missing: bool
) -> None:
    whole = read_question(f"Who led Shanghai Port? How {wide} is Shanghai Port?", Speller({}), 2000)
    part = found(toy_index, whole.parts[1])
    told = Refusals(toy_index, multilingual=False).rest(whole, [part], [claim_on(toy_index, part)])
    assert (told is not None) == is_missing


def test_what_was_asked_beyond_the_most_parts_is_said_not_to_be_looked_up(
    toy_index: Index,
) -> None:
    things = "homes parks beds roads ferries trams halls".split()
    asked = " and ".join(f"how many {thing} were built" for thing in things)
    whole = read_question(asked, Speller({}), 2000)
    assert Refusals(toy_index, multilingual=False).rest(whole, [], ()) == (
        "Not looked up, ask one by one: “how many halls were built”."
    )
