from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ingest.load import Source, read_document
from ingest.page_looks import layout
from rag.models import Document, Span
from tests.ui.paged import BERTHS, DREDGED, several_pages
from ui.page_marks import Characters
from ui.pages import Layout
from ui.pictured import as_pages, marked_boxes, wanted_pages
from ui.reader import Mark
from ui.words import ENGLISH, words


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> tuple[Document, Layout]:
    path = tmp_path_factory.mktemp("plan") / "plan.pdf"
    path.write_bytes(several_pages())
    document = read_document(Source(path, "plan.pdf"))
    told = layout(path.read_bytes(), "plan.pdf", range(1, 7))
    characters = {
        int(n): Characters(page["text"], page["places"]) for n, page in told["characters"].items()
    }
    return document, Layout(told["sizes"], characters)


def mark_of(document: Document, number: int, quote: str) -> Mark:
    start = document.text.index(quote)
    return Mark(number, Span(start, start + len(quote)))


def test_every_page_has_a_figure_and_the_marks_stand_on_theirs(
    plan: tuple[Document, Layout],
) -> None:
    document, look = plan
    marks = [mark_of(document, 1, BERTHS), mark_of(document, 3, DREDGED)]
    html = as_pages(look)(document, marks, 3, ENGLISH)
    figures = html.split("<figure")[1:]
    assert len(figures) == 6
    assert [figure.count("<mark") for figure in figures] == [0, 0, 0, 1, 0, 1]
    assert 'class="box" data-cites="1"' in figures[3]
    assert 'class="box current" data-cites="3" id="cited"' in figures[5]
    assert f">{DREDGED}</span>" in figures[5]  # for those who do not see the box
    assert html.count('id="cited"') == 1
    assert 'alt="Picture of page 4 of 6.' in figures[3]
    assert f"/pages/4.png?v={document.sha256[:12]}" in figures[3]
    assert 'style="aspect-ratio: 595.28 / 841.89"' in figures[0]


def test_places_are_told_in_parts_of_the_page(plan: tuple[Document, Layout]) -> None:
    document, look = plan
    html = as_pages(look)(document, [mark_of(document, 1, BERTHS)], 1, ENGLISH)
    sides = re.findall(r"(left|top|width|height): ([\d.]+)%", html)
    assert len(sides) == 4
    assert all(0 < float(value) < 100 for _, value in sides)


def test_only_pages_near_the_marks_are_looked_at(plan: tuple[Document, Layout]) -> None:
    document, _ = plan
    assert wanted_pages(document, [mark_of(document, 1, BERTHS)]) == [3, 4, 5]
    assert wanted_pages(document, [mark_of(document, 1, DREDGED)]) == [5, 6]
    assert wanted_pages(document, []) == []


def test_words_that_are_said_to_be_on_the_next_page_are_found(
    plan: tuple[Document, Layout],
) -> None:
    document, look = plan
    mark = mark_of(document, 1, BERTHS)
    start = mark.span.start
    shifted = replace(
        document, page_starts=(*document.page_starts[:2], start, start + 500, start + 900)
    )
    assert set(marked_boxes(shifted, mark, look)) == {4}


def test_words_that_are_not_found_mark_the_whole_page_and_it_is_said(
    plan: tuple[Document, Layout],
) -> None:
    document, look = plan
    blank = Layout(look.sizes, {n: Characters("", ()) for n in look.characters})
    mark = mark_of(document, 1, BERTHS)
    chinese = words("zh")
    html = as_pages(blank)(document, [mark], 1, chinese)
    assert html.count("<mark") == 1
    assert 'class="box whole current"' in html
    assert chinese("reader.page_unmarked") in html
    marked = as_pages(look)(document, [mark], 1, chinese)
    assert chinese("reader.page_unmarked") not in marked


def test_what_a_document_says_stays_text(plan: tuple[Document, Layout]) -> None:
    document, look = plan
    attack = '"><img src=x onerror=alert(1)>'
    start = document.text.index(BERTHS)
    text = document.text[:start] + attack + document.text[start + len(attack) :]
    hostile = replace(document, id=f"a{attack}", text=text, sha256=attack)
    mark = Mark(1, Span(start, start + len(attack)))
    html = as_pages(look)(hostile, [mark], 1, ENGLISH)
    assert "<img src" not in html
    assert "onerror=alert(1)>" not in html
