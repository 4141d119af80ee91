from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models import Answer, Citation, Claim, Document, Filters, Passage, Sentence, Span, Verdict

DOCUMENT = Document(
    "d1",
    "2024/Report.txt",
    "Annual Report",
    "0123456789" * 3,
    "0" * 64,
    published=date(2024, 1, 23),
    page_starts=(0, 10, 20),
)
UNDATED = replace(DOCUMENT, id="d2", source="notes.md", title="Notes", published=None)

spans = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda p: Span(min(p), max(p)))


def citation(start: int) -> Citation:
    span = Span(start, start + 5)
    return Citation(
        "d1", "Report.txt", "Annual Report", "2024/Report.txt", None, span, "quote", 1, (), "p"
    )


def answer(*claims: Claim, abstained: bool = False, reason: str | None = None) -> Answer:
    return Answer("a", "?", claims, abstained, reason, 0.5, (), "extractive", None, "v")


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 2), (-2, -1)])
def test_a_span_that_runs_backwards_or_before_the_text_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="0 <= start <= end"):
        Span(start, end)


@given(spans, spans)
def test_covering_and_overlapping_agree_with_the_characters(one: Span, other: Span) -> None:
    own, others = set(range(one.start, one.end)), set(range(other.start, other.end))
    assert len(one) == len(own)
    if own and others:
        assert one.overlaps(other) == bool(own & others)
        assert one.covers(other) == (others <= own)
    assert one.covers(one)


def test_values_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        DOCUMENT.title = "Another"  # type: ignore[misc]


@pytest.mark.parametrize(("offset", "page"), [(0, 1), (9, 1), (10, 2), (19, 2), (20, 3), (29, 3)])
def test_an_offset_lies_on_the_page_that_begins_last_before_it(offset: int, page: int) -> None:
    assert DOCUMENT.page_of(offset) == page


def test_a_document_without_pages_has_no_page_numbers() -> None:
    assert replace(DOCUMENT, page_starts=()).page_of(5) is None


def test_a_document_is_named_by_its_file_and_labelled_by_title_and_month() -> None:
    assert DOCUMENT.name == "Report.txt"
    assert UNDATED.name == "notes.md"
    assert DOCUMENT.label == "Annual Report (January 2024)"
    assert UNDATED.label == "Notes"


def test_a_passage_is_searched_under_its_headings() -> None:
    sentence = Sentence(Span(0, 5), "Text.")
    passage = Passage("p", "d1", Span(0, 5), ("Part I", "Aims"), "Text.", (sentence,))
    assert passage.searchable == "Part I › Aims › Text."
    assert replace(passage, heading=()).searchable == "Text."


@pytest.mark.parametrize(
    ("filters", "dated", "undated"),
    [
        (Filters(), True, True),
        (Filters(documents=("annual report",)), True, False),
        (Filters(documents=("REPORT.TXT",)), True, False),
        (Filters(documents=("notes.md", "Annual Report")), True, True),
        (Filters(documents=("2024/Report.txt",)), False, False),
        (Filters(documents=("Report",)), False, False),
        (Filters(since=date(2024, 1, 23)), True, False),
        (Filters(since=date(2024, 1, 24)), False, False),
        (Filters(until=date(2024, 1, 23)), True, False),
        (Filters(until=date(2024, 1, 22)), False, False),
        (Filters(since=date(2024, 1, 1), until=date(2024, 1, 31)), True, False),
        (Filters(since=date(2025, 1, 1), until=date(2024, 1, 1)), False, False),
        (Filters(documents=("Notes",), since=date(2000, 1, 1)), False, False),
    ],
)
def test_filters_admit_by_name_and_date_and_never_an_unknown_date(
    filters: Filters, dated: bool, undated: bool
) -> None:
    assert (filters.admits(DOCUMENT), filters.admits(UNDATED)) == (dated, undated)


def test_an_answer_numbers_each_distinct_citation_once_in_order() -> None:
    first, second, third = citation(0), citation(10), citation(20)
    shown = answer(Claim("One.", (second, first)), Claim("Two.", (first, third)))
    assert shown.citations == (second, first, third)
    assert shown.text == "One. [1] [2] Two. [2] [3]"


def test_an_answer_that_abstains_says_why_and_nothing_else() -> None:
    assert answer(abstained=True, reason="Not said.").text == "Not said."
    assert answer(abstained=True).text == ""


def test_only_supported_is_the_verdict_by_default() -> None:
    assert Claim("x", ()).verdict is Verdict.SUPPORTED
    assert {v.value for v in Verdict} == {
        "supported",
        "uncited",
        "unknown-source",
        "quote-altered",
        "figure-not-in-span",
        "text-not-in-span",
        "name-not-in-span",
        "not-covered",
        "beside-the-point",
        "measure-clash",
        "period-clash",
        "status-clash",
    }
