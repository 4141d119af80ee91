"""The room of the figures in a real browser, over made-up reports and the sample documents."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from rag.pipeline import Pipeline
from tests.e2e.browsing import PHONE, Opener, assert_accessible, go_to_room, shot
from tests.ui.figures.made import RESULT, TARGET, FigurePipeline, document, register_of
from tests.ui.serving import served

pytestmark = pytest.mark.e2e

MANY = 30
"""How often the eight figures are repeated."""


@pytest.fixture(scope="module")
def pipeline() -> FigurePipeline:
    return FigurePipeline(times=MANY)


@pytest.fixture(scope="module")
def address(pipeline: FigurePipeline) -> Iterator[str]:
    with served(pipeline) as at:
        yield at


@pytest.fixture
def room(address: str, open_page: Opener) -> Page:
    page = open_page(address)
    go_to_room(page, "Figures")
    expect(rows(page)).to_have_count(100)
    return page


def rows(page: Page) -> Locator:
    return page.locator(".figures-table tbody tr")


def said(page: Page) -> Locator:
    return page.get_by_role("status").filter(has_text="figures")


def values(page: Page) -> list[str]:
    return page.locator(".figures-table td.value").all_inner_texts()


def assert_marked(page: Page, sentence: str) -> None:
    marked = page.locator("#reader mark.current")
    expect(marked.first).to_be_visible()
    assert " ".join("".join(marked.all_inner_texts()).split()) == sentence


def test_figures_are_searched_with_slips_of_typing_and_filtered(room: Page) -> None:
    room.get_by_role("searchbox", name="Measure").fill("unemploymnt")
    expect(said(room)).to_have_text("Shown for “unemployment”. 60 of 240 figures")
    assert set(values(room)) == {"4.5%", "at most 5%"}
    room.get_by_role("combobox", name="Status").select_option("planned")
    expect(said(room)).to_contain_text("30 of 240 figures")
    room.get_by_role("search", name="Choose figures").get_by_role("button").click()
    expect(said(room)).to_have_text("240 of 240 figures")
    room.get_by_role("combobox", name="Document").select_option("Island report")
    room.get_by_role("combobox", name="Unit").select_option("mm")
    expect(said(room)).to_have_text("30 of 240 figures")
    room.get_by_role("combobox", name="Year").select_option("2024")
    expect(room.get_by_text("No figure is like this")).to_be_visible()


def test_a_click_on_a_column_orders_by_it_and_the_next_one_turns_it_round(room: Page) -> None:
    head = room.get_by_role("columnheader", name="Value")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert values(room)[0] == "↓ 3%"
    expect(head.get_by_role("button")).to_be_focused()
    room.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    assert values(room)[0] == "4.72 trillion"


def test_more_rows_come_when_asked_for(room: Page) -> None:
    room.get_by_role("button", name="Show 100 more").click()
    expect(rows(room)).to_have_count(200)
    expect(rows(room).nth(100).get_by_role("button")).to_be_focused()
    room.get_by_role("button", name="Show 40 more").click()
    expect(rows(room)).to_have_count(240)
    expect(room.get_by_role("button", name=re.compile("^Show"))).to_have_count(0)


def test_a_row_and_a_bar_open_their_sentences(room: Page) -> None:
    rows(room).first.locator("td.period").click()
    assert_marked(room, RESULT)
    room.locator("#reader").get_by_role("button", name="Close").click()
    room.get_by_role("button", name="2024 target at most 5%").click()
    assert_marked(room, TARGET)


def test_everything_is_done_by_keyboard(room: Page) -> None:
    room.get_by_role("searchbox", name="Measure").focus()
    room.keyboard.type("unemployment")
    expect(said(room)).to_contain_text("60 of 240")
    button = rows(room).first.get_by_role("button")
    for _ in range(40):
        room.keyboard.press("Tab")
        if button.evaluate("(own) => own === document.activeElement"):
            break
    outline = button.evaluate("(own) => getComputedStyle(own).outlineStyle")
    assert outline == "solid"
    room.keyboard.press("Enter")
    assert_marked(room, RESULT)
    room.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_what_is_shown_is_downloaded_as_a_table(room: Page) -> None:
    room.get_by_role("combobox", name="Unit").select_option("mm")
    expect(said(room)).to_have_text("30 of 240 figures")
    with room.expect_download() as began:
        room.get_by_role("link", name="Download as CSV").click()
    assert began.value.suggested_filename == "figures.csv"
    text = Path(began.value.path()).read_text(encoding="utf-8-sig")
    told = list(csv.DictReader(io.StringIO(text)))
    assert [row["value"] for row in told] == ["900"] * MANY


def test_it_follows_the_documents_when_they_change(address: str, open_page: Opener) -> None:
    pipeline = FigurePipeline()
    with served(pipeline) as own:
        page = open_page(own)
        go_to_room(page, "Figures")
        expect(rows(page)).to_have_count(8)
        page.get_by_role("searchbox", name="Measure").fill("halls")
        expect(rows(page)).to_have_count(1)
        pipeline.becomes(register_of(document("The town has 9 halls.", "New"), version="made-2"))
        go_to_room(page, "Ask")
        go_to_room(page, "Figures")
        expect(said(page)).to_have_text("1 of 1 figures")
        assert values(page) == ["9"]
        expect(page.get_by_role("searchbox", name="Measure")).to_have_value("halls")


def test_the_room_speaks_chinese(address: str, open_page: Opener) -> None:
    page = open_page(address, locale="zh-CN")
    go_to_room(page, "数据")
    expect(page.get_by_role("heading", name="文件中的数据")).to_be_visible()
    expect(page.get_by_role("button", name="2024 目标 至多 5%")).to_be_visible()


def test_on_a_phone_rows_are_cards_and_nothing_sticks_out(address: str, open_page: Opener) -> None:
    page = open_page(address, viewport=PHONE)
    go_to_room(page, "Figures")
    expect(rows(page)).to_have_count(100)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    for button in page.locator("#figures").get_by_role("button").all()[:40]:
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
    expect(page.get_by_role("cell", name="1.25 million").first).to_be_visible()
    assert_accessible(page, "#figures")
    rows(page).first.get_by_role("button").click()
    assert_marked(page, RESULT)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(address: str, open_page: Opener, scheme: str) -> None:
    page = open_page(address, color_scheme=scheme)
    go_to_room(page, "Figures")
    expect(rows(page)).to_have_count(100)
    page.evaluate("(dark) => document.body.classList.toggle('dark', dark)", scheme == "dark")
    assert_accessible(page, "#figures")


def test_the_sample_documents_are_shown(real_pipeline: Pipeline, open_page: Opener) -> None:
    with served(real_pipeline) as own:
        page = open_page(own)
        go_to_room(page, "Figures")
        expect(rows(page)).to_have_count(100)
        expect(page.get_by_role("heading", name="surveyed urban unemployment rate")).to_be_visible()
        page.get_by_role("button", name="2023 result 4.5%").click()
        expect(page.locator("#reader mark.current").first).to_contain_text("4.5")
        page.locator("#reader").get_by_role("button", name="Close").click()
        shot(page, "figures")
