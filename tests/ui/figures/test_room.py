"""What the page is sent: only escaped HTML, in the reader's language, in the order asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from rag.errors import InputError
from rag.permalink import parse_permalink
from rag.register import Register
from tests.ui.fake_pipeline import ATTACK
from tests.ui.figures.made import FigurePipeline, document, made_register, register_of
from ui.figures.book import SORTED_BY, Book, Books
from ui.figures.room import PAGE, Wish, found, room
from ui.words import LANGUAGES, Words, words

EN = words("en")


@pytest.fixture(scope="module")
def book() -> Book:
    return Book(made_register())


def show(book: Book, language: Words = EN, **raw: Any) -> dict[str, str]:
    return found(Wish.read(raw, book), book, language)


def column(html: str, name: str) -> list[str]:
    cells = LexborHTMLParser(html).css(f"td.{name}")
    return [" ".join(cell.text().split()) for cell in cells]


def test_a_row_tells_all_of_a_figure_and_opens_its_sentence(book: Book) -> None:
    shown = show(book, measure="salt")
    assert {name: column(shown["table"], name) for name in SORTED_BY} == {
        "measure": ["salt exported by valley"],
        "value": ["1.25 million"],
        "unit": ["ton"],
        "period": ["2023"],
        "status": ["achieved"],
        "document": ["Valley report"],
    }
    button = LexborHTMLParser(shown["table"]).css_first("td button")
    place = parse_permalink(str(button.attributes["data-open-place"]))
    told = book.register.documents["valley-report.md"]
    assert place.holds(told)
    quote = told.text[place.span.start : place.span.end]
    assert quote == "The valley exported 1,250,000 tons of salt in 2023."
    assert 'title="1,250,000 tons"' in shown["table"]


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ({"measure": "unemploymnt"}, ["4.5%", "at most 5%"]),
        ({"status": "planned"}, ["at most 5%", "30 to 40"]),
        ({"year": "2022"}, ["900", "4.72 trillion"]),
        ({"unit": "%"}, ["4.5%", "↓ 3%", "at most 5%"]),
        ({"document": "Island report", "unit": "CNY"}, ["4.72 trillion"]),
        ({"measure": "unemployment", "status": "achieved"}, ["4.5%"]),
    ],
)
def test_all_that_is_chosen_must_hold(book: Book, raw: dict[str, str], values: list[str]) -> None:
    assert column(show(book, **raw)["table"], "value") == values


def test_every_column_orders_both_ways_and_what_it_does_not_tell_comes_last(book: Book) -> None:
    for name in SORTED_BY:
        up = column(show(book, sort=name)["table"], name)
        down = column(show(book, sort=name, descending="true")["table"], name)
        told = [cell for cell in up if cell]
        assert down == [*reversed(told), *[""] * (len(up) - len(told))]
        assert up[: len(told)] == told
    values = column(show(book, sort="value")["table"], "value")
    assert values[0] == "↓ 3%"
    assert values[-2:] == ["1.25 million", "4.72 trillion"]


def test_the_ordered_column_says_so(book: Book) -> None:
    table = LexborHTMLParser(show(book, sort="value", descending="true")["table"])
    told = {th.attributes["class"]: th.attributes["aria-sort"] for th in table.css("th")}
    assert told == dict.fromkeys(SORTED_BY, "none") | {"value": "descending"}


def test_a_hundred_rows_come_at_a_time() -> None:
    many = Book(FigurePipeline(times=30).register)
    first = show(many)
    assert len(column(first["table"], "value")) == PAGE
    assert "Show 100 more" in first["more"]
    second = show(many, start=str(PAGE))
    assert set(second) == {"version", "more", "rows"}
    assert "Show 40 more" in second["more"]
    table = f"<table>{show(many, start=str(2 * PAGE))['rows']}</table>"
    assert len(column(table, "value")) == 40
    assert show(many, start=str(2 * PAGE))["more"] == ""
    assert first["said"] == "240 of 240 figures"


def test_mended_words_are_told_and_finding_nothing_too(book: Book) -> None:
    assert show(book, measure="hals")["said"] == "Shown for “halls”. 1 of 8 figures"
    assert show(book, measure="HALL")["said"] == "1 of 8 figures"
    nothing = show(book, measure="zeppelin")
    assert "No figure is like this" in nothing["table"]
    assert nothing["chart"] == ""


def test_the_address_of_the_table_asks_for_what_is_shown(book: Book) -> None:
    assert show(book)["csv"] == "api/figures.csv"
    given = {"measure": "a & b", "unit": "%", "sort": "value", "descending": "true"}
    asked = urlsplit(show(book, **given)["csv"])
    assert {name: value for name, (value,) in parse_qs(asked.query).items()} == given


def test_bars_tell_their_periods_and_open_their_sentences(book: Book) -> None:
    drawn = LexborHTMLParser(show(book)["chart"])
    assert drawn.css_first("h4").text() == "Unemployment in the valley"
    bars = [" ".join(bar.text(separator=" ").split()) for bar in drawn.css("button.bar")]
    assert bars == ["2023 result 4.5%", "2024 target at most 5%"]
    widths = [float(str(r.attributes["width"])) for r in drawn.css("button.bar rect")]
    assert widths == [90.0, 100.0]
    for bar in drawn.css("button.bar"):
        place = parse_permalink(str(bar.attributes["data-open-place"]))
        assert place.holds(book.register.documents[place.document_id])


def test_bars_stay_whatever_year_and_status_are_chosen_and_go_with_the_measure(book: Book) -> None:
    assert "2023 result" in show(book, status="planned", year="2024")["chart"]
    assert show(book, measure="salt")["chart"] == ""


def test_a_fall_is_drawn_on_the_other_side_of_zero() -> None:
    lines = "Stock was 40 tons in 2023.", "Stock will be 60 tons in 2024."
    told = register_of(document("\n".join(lines), "Stock report"))
    result, target = told.figures
    below = Book(replace(told, figures=(replace(result, value=-result.value), target)))
    drawn = LexborHTMLParser(show(below)["chart"]).css("button.bar rect")
    places = [(str(r.attributes["x"]), str(r.attributes["width"])) for r in drawn]
    assert places == [("0.0", "40.0"), ("40.0", "60.0")]


def test_the_controls_offer_what_the_register_has(book: Book) -> None:
    shown = LexborHTMLParser(room(book, EN))
    offered = {
        str(select.attributes["name"]): [option.text() for option in select.css("option")]
        for select in shown.css("select")
    }
    assert offered == {
        "document": ["All documents", "Island report", "Valley report"],
        "year": ["All years", "2024", "2023", "2022"],
        "status": ["Any", "achieved", "planned"],
        "unit": ["All units", "%", "CNY", "mm", "ton"],
    }


def test_without_figures_the_room_says_so() -> None:
    assert "There are no figures yet" in room(Book(Register("v", (), {})), EN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_documents_say_is_only_text(language: str) -> None:
    text = f"Cost of {ATTACK} halls was 4.5% in 2023.\nCost of {ATTACK} halls will be 5% in 2024."
    nasty = Book(register_of(document(text, f"Report {ATTACK}")))
    assert nasty.register.figures
    shown = show(nasty, words(language))
    whole = room(nasty, words(language)) + shown["table"] + shown["chart"]
    tree = LexborHTMLParser(whole)
    assert tree.css("img, script") == []
    assert "onerror" in unescape(whole)
    handlers = [a for node in tree.css("*") for a in node.attributes if a.startswith("on")]
    assert handlers == []


def test_no_english_is_left_in_chinese(book: Book) -> None:
    shown = show(book, words("zh"), status="planned")
    whole = room(book, words("zh")) + shown["chart"] + shown["said"]
    text = LexborHTMLParser(whole).text(separator=" ")
    left = set(re.findall(r"[A-Za-z]{3,}", text)) - {"GDP", "CSV", "CNY", "ton"}
    assert left == set("Island report Valley Unemployment the valley".split())


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        7,
        "text",
        {"year": "soon"},
        {"start": "x"},
        {"sort": "password"},
        {"status": "dreamt"},
        {"document": "Atlantis"},
    ],
)
def test_what_the_browser_sends_is_not_trusted(book: Book, raw: Any) -> None:
    with pytest.raises(InputError):
        Wish.read(raw, book)


def test_a_book_is_made_once_for_each_version_of_the_index() -> None:
    pipeline = FigurePipeline()
    books = Books(pipeline)
    first = books.now()
    assert books.now() is first
    pipeline.becomes(register_of(document("The town has 9 halls.", "New report"), version="made-2"))
    assert [figure.text for figure in books.now().register.figures] == ["9"]
