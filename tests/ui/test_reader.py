from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models import Document, Span
from rag.permalink import parse_permalink, permalink_to
from tests.ui.fake_pipeline import ATTACK, LONG, NOTICE, QUAY, RECORD, REPORT
from ui.reader import Mark, document_body, source
from ui.words import ENGLISH, words

CHANGED = ENGLISH("reader.changed")


class Seen(HTMLParser):
    """What a browser would show: tags, text, and the text of each citation's marks."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.marked: dict[str, str] = {}
        self.current = ""
        self._mark: dict[str, str | None] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "mark":
            self._mark = dict(attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self._mark = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._mark is None:
            return
        for number in (self._mark["data-cites"] or "").split():
            self.marked[number] = self.marked.get(number, "") + data
        if self._mark.get("class") == "current":
            self.current += data


def span_of(document: Document, words: str) -> Span:
    start = document.text.index(words)
    return Span(start, start + len(words))


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_the_marked_words_are_exactly_the_cited_ones() -> None:
    marks = [Mark(1, span_of(REPORT, RECORD)), Mark(2, span_of(REPORT, QUAY))]
    seen = Seen(document_body(REPORT, marks, current=2))
    assert seen.marked == {"1": RECORD, "2": QUAY}
    assert seen.current == QUAY


def test_a_mark_may_span_blocks_and_overlap_another() -> None:
    long = "It was a record year.\n\n- The old quay handled"
    marks = [Mark(1, span_of(REPORT, long)), Mark(2, span_of(REPORT, "record year"))]
    seen = Seen(document_body(REPORT, marks, current=1))
    assert seen.marked["1"] == "It was a record year.The old quay handled"
    assert seen.marked["2"] == "record year"


def test_only_the_first_piece_of_the_current_mark_is_the_anchor() -> None:
    html = document_body(REPORT, [Mark(1, span_of(REPORT, f"{RECORD} It was a record"))], 1)
    assert html.count('id="cited"') == 1
    spread = document_body(REPORT, [Mark(1, Span(200, 3000))], 1)
    assert spread.count('id="cited"') == 1
    assert spread.count("<mark") > 1


def test_markdown_is_set_as_headings_lists_and_tables() -> None:
    html = document_body(REPORT)
    assert "<h3>Cargo handled</h3>" in html
    assert "<li>The new quay handled the rest.</li>" in html
    assert "<th> Measure </th><th> Target </th>" in html
    assert "<td> 5.5 million </td>" in html
    assert "|--" not in html


def test_front_matter_is_folded_away_unless_it_is_cited() -> None:
    assert '<details class="front"><summary>' in document_body(REPORT)
    marked = document_body(REPORT, [Mark(1, Span(4, 20))], 1)
    assert '<details class="front" open>' in marked


def test_plain_text_keeps_lines_as_paragraphs_but_joins_broken_ones() -> None:
    html = document_body(NOTICE)
    assert "<h3>1. Ferry times</h3>" in html
    assert "came from, in the\nmiddle of a sentence.</p>" in html


def test_markdown_signs_in_plain_text_stay_as_they_are() -> None:
    assert "# not a heading" in document_body(replace(NOTICE, text="# not a heading\n"))


def test_nothing_in_a_document_becomes_markup() -> None:
    document = replace(NOTICE, title=ATTACK, publisher=ATTACK)
    place = permalink_to(NOTICE, span_of(NOTICE, ATTACK[3:30]))
    for html in (source(document, [place], 1), source(document, [], 0)):
        seen = Seen(html)
        assert not {"img", "script"} & set(seen.tags)
        assert ATTACK in seen.text


@given(st.text("ab <&>\"'\n-#|1.", max_size=80), st.integers(0, 80), st.integers(0, 80))
def test_any_mark_in_any_plain_text_shows_its_own_words(text: str, one: int, two: int) -> None:
    start, end = sorted((min(one, len(text)), min(two, len(text))))
    document = replace(NOTICE, text=text.replace("- ", "").replace("|", ""))
    end = min(end, len(document.text))
    start = min(start, end)
    seen = Seen(document_body(document, [Mark(1, Span(start, end))], 1))
    assert squeezed(seen.current) == squeezed(document.text[start:end])
    assert squeezed(seen.text) == squeezed(document.text)


@given(st.text("ab# \n-*|.1>", max_size=120), st.integers(0, 120), st.integers(0, 120))
def test_any_mark_in_any_markdown_leaves_the_text_as_it_was(text: str, one: int, two: int) -> None:
    start, end = sorted((min(one, len(text)), min(two, len(text))))
    document = replace(REPORT, text=text)
    plain = Seen(document_body(document))
    marked = Seen(document_body(document, [Mark(1, Span(start, end))], 1))
    assert marked.text == plain.text
    assert squeezed(marked.current) in squeezed(text[start:end]) or "|" in text or "-" in text


def test_a_changed_document_is_shown_with_a_notice_and_no_mark() -> None:
    place = permalink_to(NOTICE, span_of(NOTICE, "Ferries leave"))
    changed = replace(NOTICE, text=NOTICE.text.replace("Ferries", "Trains"))
    html = source(changed, [place], 1)
    assert CHANGED in html
    assert "<mark" not in html
    assert "Trains leave" in html


def test_a_notice_is_about_the_opened_citation_only() -> None:
    good = permalink_to(NOTICE, span_of(NOTICE, "Ferries leave"))
    bad = replace(good, digest="00000000")
    assert CHANGED not in source(NOTICE, [good, bad], 1)
    assert CHANGED in source(NOTICE, [good, bad], 2)
    assert Seen(source(NOTICE, [None, good], 2)).marked == {"2": "Ferries leave"}


def test_a_place_beyond_the_end_is_not_marked() -> None:
    beyond = parse_permalink(f"notice.txt.{len(NOTICE.text)}.{len(NOTICE.text) + 9}.00000000")
    assert "<mark" not in source(NOTICE, [beyond], 1)


def test_a_long_document_is_set_fast() -> None:
    marks = [Mark(i, Span(40 * i, 40 * i + 30)) for i in range(1, 9)]
    started = perf_counter()
    html = document_body(LONG, marks, 1)
    assert perf_counter() - started < 1
    assert len(LONG.text) > 90_000
    assert html.count("<p>") == 2500


@pytest.mark.parametrize(
    "text", ["", "a", "a.1.2", "a.2.1.00000000", "a.-1.2.00000000", "a.1.2.short", ".1.2.00000000"]
)
def test_what_is_no_permalink_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message differs from part to part
        parse_permalink(text)


def test_a_permalink_survives_the_trip_through_text() -> None:
    place = permalink_to(REPORT, span_of(REPORT, RECORD))
    assert parse_permalink(str(place)) == place
    assert place.holds(REPORT)


def test_dates_are_written_out_in_the_language_of_the_reader() -> None:
    assert "Port Office · 7 February 2024" in source(REPORT, [], 0)
    assert "publisher unknown · date unknown" in source(NOTICE, [], 0)
    assert "Port Office · 2024年2月7日" in source(REPORT, [], 0, words=words("zh"))


PAGED = replace(
    NOTICE,
    text="First words.\n\nA sentence that goes over the page. Another.\n\n1. One\n2. Its twin\n",
    page_starts=(0, 40, 60, 60, 67),
)


def page_marks(html: str) -> list[str]:
    return re.findall(r'<span class="page-mark"[^>]* data-label="([^"]*)"', html)


def test_page_numbers_stand_where_pages_begin() -> None:
    html = document_body(PAGED)
    assert page_marks(html) == ["page 1", "page 2", "pages 3–4", "page 5"]
    assert html.startswith('<span class="page-mark"')
    before, _, after = html.partition('aria-label="page 2"></span>')
    assert before.rpartition("<span")[0].endswith("A sentence that goes over ")
    assert after.startswith("the page.")
    assert page_marks(document_body(PAGED, words=words("zh")))[1] == "第 2 页"
    assert page_marks(document_body(REPORT)) == []


def test_a_mark_that_goes_over_a_page_holds_the_cited_words_only() -> None:
    words = "A sentence that goes over the page."
    html = document_body(PAGED, [Mark(1, span_of(PAGED, words))], 1)
    assert squeezed(Seen(html).marked["1"]) == squeezed(words)
    assert squeezed(Seen(html).text) == squeezed(PAGED.text)
    assert "page-mark" not in "".join(re.findall(r"<mark.*?</mark>", html, re.DOTALL))


def test_the_text_says_in_which_language_it_is() -> None:
    german = replace(NOTICE, language='de"><script>')
    html = source(german, [], 0)
    assert 'class="document" lang="de&quot;&gt;&lt;script&gt;"' in html
