from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from rag.abbreviations import Abbreviations, Definition, definitions
from rag.embedding import Vectors
from rag.question import read_question
from rag.spelling import Speller
from rag.text import terms


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("Gross domestic product (GDP) grew.", "GDP", "Gross domestic product"),
        ("The GDP (gross domestic product) grew.", "GDP", "gross domestic product"),
        ("spending on research and development (R&D)", "R&D", "research and development"),
        ("9,000 new energy vehicles (NEVs) were sold", "NEVs", "new energy vehicles"),
        ("state-owned enterprises (SOEs) grew", "SOEs", "state-owned enterprises"),
        ("the Internet of Things (IoT, for short)", "IoT", "Internet of Things"),
        ("Talks ended. Air quality index (AQI): 40.", "AQI", "Air quality index"),
    ],
)
def test_a_definition_in_brackets_is_found(text: str, short: str, long: str) -> None:
    assert list(definitions(text)) == [Definition(short, long)]


@pytest.mark.parametrize(
    "text",
    [
        "The mayor (Gong Zheng) spoke.",
        "Retail sales rose (see Table 2).",
        "The index rose. (GDP) fell.",
        "It rose by 4% (in real terms).",
        "(GDP)",
        "the Champions league (Cup) was won",
        "Medicine (MD)",
    ],
)
def test_other_brackets_define_nothing(text: str) -> None:
    assert list(definitions(text)) == []


def abbreviations(*texts: str, alike: Sequence[str] = ()) -> Abbreviations:
    """Over these texts; `alike` are the ones that mean the same to the embedding."""
    known = {term for text in texts for term in terms(text)}

    def embed(asked: Sequence[str]) -> Vectors:
        axes = [0 if text in alike else at for at, text in enumerate(asked, start=1)]
        return np.eye(len(asked) + 1, dtype=np.float32)[axes]

    return Abbreviations(texts, known.__contains__, embed)


NAMED = "He joined the World Trade Organization. Wages have outpaced prices; we hold on."


def test_what_the_documents_only_spell_out_is_spelt_out() -> None:
    found = abbreviations(NAMED)
    assert found.spelt_out("Who led WTO then?") == "Who led World Trade Organization then?"
    assert found.spelt_out("the WTO's R&D") == "the WTO's R&D"


def test_small_words_may_be_left_out_and_compounds_parted_or_whole() -> None:
    found = abbreviations(
        "the Museum of Modern Art",
        "twenty-foot equivalent units, twenty-foot equivalent units",
        "state-owned enterprises. A state-owned enterprise.",
    )
    assert found.spelt_out("MMA") == "Museum of Modern Art"
    assert found.spelt_out("TEUs?") == "twenty-foot equivalent units?"
    assert found.spelt_out("an SOE") == "an state-owned enterprises"


@pytest.mark.parametrize(
    ("texts", "asked"),
    [
        (("world trade organization",), "WTO"),  # once, and no name: chance
        (("World Trade Organization", "World Tin Office"), "WTO"),  # two fit alike
        (("the world, trade, organization. " * 5,), "WTO"),  # no phrase
        (("World Trade\n\nOrganization " * 5,), "WTO"),  # two paragraphs
        (("World Trade Organization. WTO met.",), "WTO"),  # the documents hold it
        (("Electric vehicle", "Electric vehicles"), "EV"),  # two letters fit by chance
        (("World Trade Organization",), "wto"),  # small letters
        (("Widely Hailed Organization",), "who"),  # a word
        (("Yangtze River Delta",), "yrd"),  # in small letters it may be a slip
        (("World Trade Organization",), "WTO-led"),  # part of another word
    ],
)
def test_what_no_reading_fits_surely_is_left_as_it_is(texts: tuple[str, ...], asked: str) -> None:
    assert abbreviations(*texts).spelt_out(asked) == asked


@pytest.mark.parametrize("asked", ["EV", "ev", "EVs", "evs"])
def test_two_letters_are_read_by_their_meaning(asked: str) -> None:
    texts = ("electric vehicles", "every visitor", "economic vitality, economic vitality")
    found = abbreviations(*texts, alike=["EV", "electric vehicles"])
    assert found.spelt_out(f"{asked} sold") == "electric vehicles sold"


def test_short_and_long_form_stand_for_each_other() -> None:
    found = abbreviations("Foreign direct investment (FDI) rose.", "FDI fell.")
    long = frozenset(terms("foreign direct investment"))
    assert found.related(terms("the FDI of 2023")) == {"fdi": (long,)}
    assert found.related(terms("direct foreign investments")) == {
        term: (frozenset({"fdi"}),) for term in long
    }
    assert found.related(terms("foreign trade")) == {}


def test_a_question_is_read_with_its_abbreviations() -> None:
    found = abbreviations(NAMED, "foreign direct investment (FDI)")
    read = read_question("Who led WTO, and what was FDI?", Speller({}), 200, abbreviations=found)
    assert read.text == "Who led World Trade Organization, and what was FDI?"
    assert {"world", "trade"} <= set(read.terms)
    assert set(terms("foreign direct investment")) <= set(read.all_terms) - set(read.terms)


def test_a_term_is_held_where_its_other_form_is() -> None:
    found = abbreviations("Foreign direct investment (FDI) rose.")
    read = read_question("How much FDI came?", Speller({}), 200, abbreviations=found)
    long = frozenset(terms("foreign direct investment"))
    assert read.widened(long) == long | {"fdi"}
    assert read.widened(frozenset({"foreign", "trade"})) == {"foreign", "trade"}
