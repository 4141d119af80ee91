from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models import Citation, Claim, Document, Span, Verdict
from rag.verify import quote_is_exact, verify

TEXT = (
    "Shanghai Port handled 49.158 million TEUs in 2023. The target of 6% was not met. "
    "The city added 1,215 first stores, 0.6% more. Idle land fell by 15. 1 square kilometers. "
    "All citizens wantContinue to save.The “ WorldSkills Museum ” opened. Citizens ’ calls fell."
)
DOCUMENT = Document("d", "a/d.txt", "D", TEXT, "0" * 64)
DOCUMENTS = {"d": DOCUMENT}


def citing(quote: str, document: Document = DOCUMENT) -> Citation:
    start = document.text.index(quote)
    span = Span(start, start + len(quote))
    return Citation(document.id, "d.txt", "D", "a/d.txt", None, span, quote, None, (), "p")


def verdict(text: str, *citations: Citation) -> Verdict:
    return verify(Claim(text, citations), DOCUMENTS).verdict


def said_of(text: str, stored: str) -> Verdict:
    document = Document("x", "x.txt", "X", stored, "0" * 64)
    return verify(Claim(text, (citing(stored, document),)), {"x": document}).verdict


SENTENCE = "The city added 1,215 first stores, 0.6% more."


def test_a_whole_quoted_sentence_is_supported() -> None:
    assert verdict(SENTENCE, citing(SENTENCE)) is Verdict.SUPPORTED


def test_a_verdict_that_was_claimed_beforehand_does_not_count() -> None:
    claim = Claim("Anything.", (), Verdict.SUPPORTED)
    assert verify(claim, DOCUMENTS).verdict is Verdict.UNCITED


def test_a_claim_without_citations_is_uncited() -> None:
    assert verdict(SENTENCE) is Verdict.UNCITED


def test_an_invented_document_is_an_unknown_source() -> None:
    invented = replace(citing(SENTENCE), document_id="invented")
    assert verdict(SENTENCE, invented) is Verdict.UNKNOWN_SOURCE
    assert verdict(SENTENCE, citing(SENTENCE), invented) is Verdict.UNKNOWN_SOURCE


@pytest.mark.parametrize(("start", "end"), [(1, 1), (-1, -1), (0, 1), (1, 0), (0, -1), (-1, 0)])
def test_shifted_offsets_alter_the_quote(start: int, end: int) -> None:
    good = citing(SENTENCE)
    shifted = replace(good, span=Span(good.span.start + start, good.span.end + end))
    assert verdict(SENTENCE, shifted) is Verdict.QUOTE_ALTERED


@pytest.mark.parametrize(
    "altered",
    ["", SENTENCE.replace("1,215", "1,216"), SENTENCE.upper(), SENTENCE + " ", SENTENCE[:-1]],
)
def test_an_altered_quote_is_refused(altered: str) -> None:
    assert verdict(SENTENCE, replace(citing(SENTENCE), quote=altered)) is Verdict.QUOTE_ALTERED


def test_an_empty_quote_is_refused_even_where_it_equals_its_span() -> None:
    empty = replace(citing(SENTENCE), span=Span(3, 3), quote="")
    assert verdict(SENTENCE, empty) is Verdict.QUOTE_ALTERED


def test_one_bad_citation_among_good_ones_is_enough() -> None:
    bad = replace(citing("Shanghai Port"), quote="Shanghai port")
    assert verdict(SENTENCE, citing(SENTENCE), bad) is Verdict.QUOTE_ALTERED


def test_offsets_beyond_the_text_are_refused() -> None:
    beyond = replace(citing(SENTENCE), span=Span(len(TEXT) + 1, len(TEXT) + 5))
    assert not quote_is_exact(beyond, DOCUMENT)


@pytest.mark.parametrize(
    "altered",
    [
        "The city added 11,215 first stores, 0.6% more.",
        "The city added 1,215 first stores, 6% more.",
        "The city added 1,215 first stores, 0.6 more.",
        "The city added 1,215 million first stores, 0.6% more.",
        "The city added 121.5 first stores, 0.6% more.",
        "The city added 1,215 first stores, 0.6% more in 2022.",
    ],
)
def test_an_altered_figure_is_not_in_the_span(altered: str) -> None:
    assert verdict(altered, citing(SENTENCE)) is Verdict.FIGURE_NOT_IN_SPAN


def test_a_figure_of_the_next_sentence_is_not_in_the_span() -> None:
    assert verdict("It handled 6%.", citing("The city added")) is Verdict.FIGURE_NOT_IN_SPAN


@pytest.mark.parametrize(
    ("claimed", "quoted"),
    [
        ("The target of 6% was met.", "The target of 6% was not met."),
        ("The target of 6% was not met, sadly.", "The target of 6% was not met."),
        ("6% of the target was not met.", "The target of 6% was not met."),
        ("The port is able.", "The port is unable."),
        ("Beijing", "Shanghai"),
        ("", "The target of 6% was not met."),
        ("?!", "The target of 6% was not met."),
    ],
)
def test_words_that_the_span_does_not_say_are_refused(claimed: str, quoted: str) -> None:
    assert said_of(claimed, quoted) is Verdict.TEXT_NOT_IN_SPAN


@pytest.mark.parametrize(
    ("tidied", "raw"),
    [
        ("by 15.1 square kilometers.", "by 15. 1 square kilometers."),
        ("up by 28.1%.", "up by 28. 1%."),
        ("All want Continue to.", "All wantContinue to."),
        ("by citizens. We go on.", "by citizens.We go on."),
        ("for citizens. 15 projects ended.", "for citizens.15 projects ended."),
        ("The “WorldSkills Museum” opened.", "The “ WorldSkills  Museum ” opened."),
        ("Citizens’ calls fell.", "Citizens ’ calls fell."),
        ("1.288 million cars", "1.288\nmillion cars"),
        ("5 million cars", "5  million cars"),
        ("a co-operation", "a co-\noperation"),
        ("the “three” campaign of “two lists”.", "the “three”1 campaign of “two lists2”."),
        ("grew by 5 percent.", "grew by 5 percent.3"),
        ("R&D rose to 4.5%.", "R&amp;D rose to 4.5%."),
        (
            "The port handled 49.158 million.",
            "The [port](http://x.org/1) handled **49.158** million.",
        ),
        ("An indirect link.", "An [indirect][ref] link.[^1]"),
        ("It has 12 parts and 3*4.", "It has <b>12</b> parts <!-- 77 --> and 3\\*4."),
    ],
)
def test_tidied_text_holds_against_the_raw_quote(tidied: str, raw: str) -> None:
    assert said_of(tidied, raw) is Verdict.SUPPORTED


NOTED = (
    "The stock grew to 1.288\n2 (Translator’s note): “one rule, two lists” refers to 7 papers. "
    "million, the highest of all."
)
FURNISHED = "The city will\nPhoto by 3 people\nNext: 99 more\nbuild 70,000 homes."


def test_a_note_or_furniture_in_mid_sentence_may_be_left_out() -> None:
    assert said_of("The stock grew to 1.288 million, the highest of all.", NOTED) == "supported"
    assert said_of("The city will build 70,000 homes.", FURNISHED) == "supported"


def test_figures_of_what_was_left_out_do_not_count() -> None:
    assert said_of("The stock grew to 7 million, the highest of all.", NOTED) != "supported"
    assert said_of("The city will build 99 homes.", FURNISHED) != "supported"


def test_a_numbered_list_holds_without_its_numbers_and_not_with_another_figure() -> None:
    listed = "The tasks are:\n1. Build 5 homes;\n2. Plant 7 trees."
    assert said_of("The tasks are: Build 5 homes; Plant 7 trees.", listed) == "supported"
    assert said_of("The tasks are: Build 2 homes; Plant 7 trees.", listed) != "supported"
    assert said_of("The tasks are: Build homes; Plant trees.", listed) != "supported"


def test_two_citations_carry_one_claim_in_their_order_only() -> None:
    lead, item = citing("Shanghai Port handled 49.158 million TEUs in 2023."), citing(SENTENCE)
    text = f"{lead.quote} {item.quote}"
    assert verdict(text, lead, item) is Verdict.SUPPORTED
    assert verdict(text, item, lead) is Verdict.TEXT_NOT_IN_SPAN


@given(st.integers(min_value=0, max_value=len(SENTENCE) - 1), st.characters(categories=["L", "N"]))
def test_no_single_changed_letter_or_digit_passes(place: int, new: str) -> None:
    old = SENTENCE[place]
    altered = SENTENCE[:place] + new + SENTENCE[place + 1 :]
    same = old.casefold() == new.casefold()
    assert (verdict(altered, citing(SENTENCE)) is Verdict.SUPPORTED) == same


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_claim_and_quote_get_a_verdict(claimed: str, quoted: str) -> None:
    document = Document("x", "x.txt", "X", quoted, "0" * 64)
    claim = Claim(claimed, (citing(quoted, document),))
    assert verify(claim, {"x": document}).verdict in Verdict


def test_a_long_quote_of_like_lines_is_judged_quickly() -> None:
    raw = "a\n" * 200 + "b"
    assert said_of("a" * 199 + "c", raw) is Verdict.TEXT_NOT_IN_SPAN
    assert said_of("a " * 150 + "b", raw) is Verdict.SUPPORTED
