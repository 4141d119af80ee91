from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.mapped import Mapped
from ingest.normalise import Lexicon, normalise
from rag.models import Span


def twin(text: str, lexicon: Lexicon | None = None) -> str:
    return normalise(Mapped.of(text, [Span(0, len(text))]), lexicon or Lexicon.of(text)).text


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("an area of 15. 1 square kilometers", "an area of 15.1 square kilometers"),
        ("daily, up by 28. 1%.", "daily, up by 28.1%."),
        ("a cost of $3. 5 million", "a cost of $3.5 million"),
        ("the Covid- 19 response", "the Covid-19 response"),
        ("built in 2023. 12 new parks", "built in 2023. 12 new parks"),
        ("rose to 50.2. Third, it", "rose to 50.2. Third, it"),
        ("rose to 40. 12 parks opened", "rose to 40. 12 parks opened"),
        ("1. 3 square meters", "1. 3 square meters"),
    ],
)
def test_blanks_inside_numbers_are_closed_only_where_a_unit_follows(
    stored: str, expected: str
) -> None:
    assert twin(stored) == expected


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("the reality of towns.We must go", "the reality of towns. We must go"),
        ("for every citizen.That is all", "for every citizen. That is all"),
        ("the chain.wantContinue to build", "the chain. want Continue to build"),
        ("the Rules ofMandated work", "the Rules of Mandated work"),
        ("we doContinue and continue", "we do Continue and continue"),
        ("its role,and better still", "its role, and better still"),
        ("made a start.65 firms came", "made a start. 65 firms came"),
        ("the neoBay park and an iPhone", "the neoBay park and an iPhone"),
        ("at example.org and in Node.js", "at example.org and in Node.js"),
        ("the U.S. and 3.5 and 1,200", "the U.S. and 3.5 and 1,200"),
    ],
)
def test_glued_words_are_parted_and_names_are_not(stored: str, expected: str) -> None:
    assert twin(stored) == expected


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("the “ 15 measures” and the “Homes” .", "the “15 measures” and the “Homes”."),
        ("citizens ’ complaints", "citizens’ complaints"),
        ("city and country. , as well as air. .", "city and country, as well as air."),
        ("one \n  two\tthree\u00a0four", "one two three four"),
        ("inter-\nprovincial", "inter-provincial"),
        ("zero\u200bwidth", "zerowidth"),
        ("预算\n收入", "预算收入"),
    ],
)
def test_stray_blanks_and_stops_are_dropped(stored: str, expected: str) -> None:
    assert twin(stored) == expected


def test_footnote_markers_are_dropped_only_when_the_note_exists() -> None:
    lexicon = Lexicon(notes=frozenset({"1", "2"}))
    assert (
        twin("they “solidify”1 the two lists2 now", lexicon) == "they “solidify” the two lists now"
    )
    assert twin("CO2 and the lists2 of 12", Lexicon()) == "CO2 and the lists2 of 12"
    assert twin("CO2 and m2 and lists7", lexicon) == "CO2 and m2 and lists7"


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("**bold** and _soft_ and `code`", "bold and soft and code"),
        ("a [link](https://example.org/x_y) here", "a link here"),
        ("[![logo](a.png)](b.html) text", "logo text"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("see <https://example.org>.", "see https://example.org."),
        ("R&amp;D with a \\* star", "R&D with a * star"),
        ("a claim[^1].", "a claim."),
    ],
)
def test_markdown_marks_are_left_out(stored: str, expected: str) -> None:
    assert twin(stored, Lexicon(markdown=True)) == expected


ODD_TEXT = st.text(st.sampled_from("aZ b.1,0\n“”’%-2)(*[]_`<>我。!\u00a0"), max_size=80)


@given(ODD_TEXT, st.booleans())
def test_the_map_never_runs_backwards_and_keeps_every_digit(stored: str, markdown: bool) -> None:
    result = normalise(Mapped.of(stored, [Span(0, len(stored))]), Lexicon(markdown=markdown))
    assert list(result.offsets) == sorted(result.offsets)
    assert all(0 <= offset <= len(stored) for offset in result.offsets)
    if not markdown:
        assert re.findall(r"\d", result.text) == re.findall(r"\d", stored)


@given(ODD_TEXT)
def test_each_kept_character_is_the_one_at_its_offset(stored: str) -> None:
    result = normalise(Mapped.of(stored, [Span(0, len(stored))]))
    for char, offset in zip(result.text, result.offsets, strict=True):
        assert char == " " or char == stored[offset]
