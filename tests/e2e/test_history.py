"""Conversations in a real browser: kept, listed, found, renamed, shared, exported, deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browsing import PHONE, Opener, ask, assert_accessible, shot
from tests.ui.fake_pipeline import FERRIES, QUAY, RECORD, FakePipeline
from tests.ui.serving import served

pytestmark = pytest.mark.e2e

CONTAINERS, FERRY, BUDGET = "How many containers?", "When do ferries leave?", "What of airports?"


@pytest.fixture
def address() -> Iterator[str]:
    with served(FakePipeline(), []) as address:
        yield address


def open_drawer(page: Page) -> Locator:
    page.get_by_role("button", name="Conversations", exact=True).click()
    drawer = page.get_by_role("dialog", name="Conversations")
    drawer.locator("[data-found]").wait_for()
    return drawer


def titles(drawer: Locator) -> Locator:
    return drawer.locator(".history-name")


def more(drawer: Locator, title: str) -> Locator:
    drawer.get_by_role("button", name=f"More for “{title}”").click()
    return drawer.locator(".history-menu:visible")


def begin_anew(page: Page) -> None:
    page.get_by_role("button", name="New conversation").first.click()
    expect(page.locator(".exchange")).to_have_count(0)


def asked(open_page: Opener, address: str, *questions: str) -> Page:
    """A page with one conversation for each of the questions, the last one open."""
    page = open_page(address)
    for number, question in enumerate(questions):
        if number:
            begin_anew(page)
        ask(page, question)
    return page


def test_a_conversation_is_there_again_after_the_page_was_loaded_anew(
    address: str, open_page: Opener
) -> None:
    page = asked(open_page, address, CONTAINERS)
    ask(page, FERRY)
    expect(page).to_have_url(re.compile(r"\?c=[\w-]{22}$"))
    page.reload()
    expect(page.locator(".exchange")).to_have_count(2)
    expect(page.locator(".exchange").first).to_contain_text(RECORD)
    expect(page.locator(".exchange").last).to_contain_text(FERRIES)
    drawer = open_drawer(page)
    expect(titles(drawer)).to_have_text([CONTAINERS])
    expect(drawer.locator("a[aria-current=true]")).to_contain_text("2 questions")
    expect(drawer.get_by_role("heading", name="Today")).to_be_visible()


def test_another_conversation_is_opened_and_gone_on_with(address: str, open_page: Opener) -> None:
    page = asked(open_page, address, CONTAINERS, FERRY)
    drawer = open_drawer(page)
    expect(titles(drawer)).to_have_text([FERRY, CONTAINERS])
    drawer.get_by_role("link", name=CONTAINERS).click()
    expect(drawer).to_be_hidden()
    expect(page.locator(".exchange")).to_have_count(1)
    expect(page.locator(".exchange")).to_contain_text(QUAY)
    ask(page, BUDGET)
    expect(titles(open_drawer(page))).to_have_text([CONTAINERS, FERRY])


def test_conversations_are_found_by_words_of_answers(address: str, open_page: Opener) -> None:
    page = asked(open_page, address, CONTAINERS, FERRY)
    drawer = open_drawer(page)
    box = drawer.get_by_label("Search conversations")
    expect(box).to_be_focused()
    box.fill("million RECORD")
    expect(drawer.get_by_text("No conversation has all of these words.")).to_be_visible()
    box.fill("5.2 MILLION")
    expect(drawer.get_by_text("1 conversation found")).to_be_visible()
    expect(titles(drawer)).to_have_text([CONTAINERS])
    box.fill("")
    expect(titles(drawer)).to_have_count(2)


def test_a_conversation_is_renamed_in_place_by_keyboard(address: str, open_page: Opener) -> None:
    page = asked(open_page, address, CONTAINERS)
    drawer = open_drawer(page)
    drawer.get_by_role("button", name="More for").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(drawer.get_by_role("button", name="Rename")).to_be_focused()
    page.keyboard.press("Enter")
    field = drawer.get_by_label("New title")
    expect(field).to_be_focused()
    page.keyboard.type("Never mind")
    page.keyboard.press("Escape")
    expect(drawer).to_be_visible()
    expect(titles(drawer)).to_have_text([CONTAINERS])
    more(drawer, CONTAINERS).get_by_role("button", name="Rename").click()
    expect(field).to_have_value(CONTAINERS)
    page.keyboard.type("Board <b>& freight")
    page.keyboard.press("Enter")
    expect(titles(drawer)).to_have_text(["Board <b>& freight"])
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.get_by_role("button", name="Conversations", exact=True)).to_be_focused()


def test_a_deleted_conversation_can_be_brought_back(address: str, open_page: Opener) -> None:
    page = asked(open_page, address, CONTAINERS, FERRY)
    drawer = open_drawer(page)
    more(drawer, CONTAINERS).get_by_role("button", name="Delete").click()
    expect(page.get_by_text(f"“{CONTAINERS}” is deleted.")).to_be_visible()
    expect(titles(drawer)).to_have_text([FERRY])
    expect(drawer.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(titles(drawer)).to_have_text([FERRY, CONTAINERS])
    expect(page.get_by_text("The conversation is back.")).to_be_visible()


def test_a_deleted_conversation_is_gone_for_good_when_the_note_is(
    address: str, open_page: Opener
) -> None:
    page = asked(open_page, address, CONTAINERS)
    drawer = open_drawer(page)
    more(drawer, CONTAINERS).get_by_role("button", name="Delete").click()
    expect(page.locator(".exchange")).to_have_count(0)  # it was the open one
    drawer.get_by_role("button", name="Dismiss").click()
    expect(drawer.get_by_text("Nothing is kept yet")).to_be_visible()


def test_the_address_of_an_unknown_conversation_says_so(address: str, open_page: Opener) -> None:
    page = open_page(address)
    page.goto(f"{address}/?c={'A' * 22}")
    expect(page.get_by_text("There is no such conversation")).to_be_visible()


def test_a_conversation_is_shared_by_a_link_until_it_is_not(
    address: str, open_page: Opener
) -> None:
    page = asked(open_page, address, CONTAINERS)
    drawer = open_drawer(page)
    more(drawer, CONTAINERS).get_by_role("button", name="Share inside the office").click()
    link = drawer.get_by_label("Link for colleagues").input_value()
    assert link.startswith(f"{address}/c/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    drawer.get_by_role("button", name="Copy link").click()
    expect(drawer.get_by_text("The link is copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link
    other = page.context.new_page()
    other.goto(link)
    expect(other.get_by_role("heading", name=CONTAINERS).first).to_be_visible()
    expect(other.locator(".kept-said").first).to_contain_text(RECORD)
    assert_accessible(other)
    shot(other, "shared")
    other.locator(".kept-place").first.click()
    expect(other.locator("mark").first).to_have_text(RECORD)
    drawer.get_by_role("button", name="Stop sharing").click()
    expect(drawer.get_by_role("button", name="Share inside the office")).to_be_focused()
    answer = page.request.get(link)
    assert answer.status == 404


def test_a_conversation_is_exported(address: str, open_page: Opener, tmp_path: Path) -> None:
    page = asked(open_page, address, CONTAINERS)
    menu = more(open_drawer(page), CONTAINERS)
    with page.expect_download() as download:
        menu.get_by_role("link", name="Export to Markdown").click()
    assert download.value.suggested_filename == "How many containers.md"
    assert f"{RECORD}[^1]" in Path(download.value.path()).read_text("utf-8")
    with page.expect_download() as download:
        menu.get_by_role("link", name="Export to Word").click()
    assert download.value.suggested_filename == "How many containers.docx"
    document = docx.Document(BytesIO(Path(download.value.path()).read_bytes()))
    assert RECORD in [paragraph.text for paragraph in document.paragraphs]


def test_two_tabs_keep_apart_what_they_ask(address: str, open_page: Opener) -> None:
    first, second = open_page(address), open_page(address)
    ask(first, CONTAINERS)
    ask(second, FERRY)
    ask(first, BUDGET)
    drawer = open_drawer(second)
    expect(titles(drawer)).to_have_text([CONTAINERS, FERRY])
    expect(drawer.locator("a[aria-current=true]")).to_contain_text(FERRY)


def test_the_list_is_in_the_language_of_the_reader_and_by_their_day(
    address: str, open_page: Opener
) -> None:
    page = asked(open_page, address, CONTAINERS)
    zone = "Pacific/Kiritimati"
    chinese = open_page(address, locale="zh-CN", timezone_id=zone)
    chinese.get_by_role("button", name="对话记录", exact=True).click()
    expect(chinese.get_by_role("heading", name="今天")).to_be_visible()
    at = chinese.evaluate(
        "new Date().toLocaleTimeString('en-GB', {hour: '2-digit', timeZone: 'Pacific/Kiritimati'})"
    )
    expect(chinese.locator(".history-facts")).to_contain_text("1 个问题")
    shown = chinese.locator(".history-facts").inner_text()
    assert any(f"{(int(at) - late) % 24:02}:" in shown for late in (0, 1)), (at, shown)
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_drawer_is_accessible_and_fits_a_phone(
    address: str, open_page: Opener, scheme: str
) -> None:
    page = asked(open_page, address, CONTAINERS, FERRY)
    drawer = open_drawer(page)
    more(drawer, CONTAINERS).get_by_role("button", name="Share inside the office").click()
    drawer.get_by_label("Link for colleagues").wait_for()
    page.emulate_media(color_scheme=scheme)
    page.evaluate("(dark) => document.body.classList.toggle('dark', dark)", scheme == "dark")
    page.wait_for_timeout(300)
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    box = drawer.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, PHONE["width"])
    assert drawer.evaluate("(e) => e.scrollWidth <= e.clientWidth")
    small = drawer.evaluate(
        "(e) => [...e.querySelectorAll('button, a, input')].filter((b) => b.offsetParent"
        " && (b.offsetHeight < 24 || b.offsetWidth < 24)).length"
    )
    assert small == 0
    if scheme == "light":
        shot(page, "history")
