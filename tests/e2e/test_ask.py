"""What can be done with a question besides asking it: filters, stop, again, edit, copy, keys."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Page, expect

from rag.models import Answer, Claim, Filters, Turn
from tests.e2e.browsing import PHONE, Opener, ask, assert_accessible, shot
from tests.ui.fake_pipeline import FERRIES, QUAY, RECORD, FakePipeline
from tests.ui.serving import served, wait_until

pytestmark = pytest.mark.e2e

CONTAINERS = "How many containers?"
AIRPORT = "What is the airport budget?"
STOPPED = "Stopped. Nothing of it is kept."


class Desk(FakePipeline):
    """Also notes what it is told, takes its time when asked to wait, and fails once."""

    def __init__(self) -> None:
        super().__init__(pause=0.02)
        self.told: list[Filters | None] = []
        self.let_go = threading.Event()
        self._failed = False

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Iterator[str | Claim | Answer]:
        self.told.append(filters)
        if "once" in question and not self._failed:
            self._failed = True
            raise RuntimeError("broken on purpose")
        if "wait" in question:
            yield from self._wait()
        yield from super().stream(question, history=history, filters=filters)

    def _wait(self) -> Iterator[str]:
        self.let_go.clear()
        try:
            for _ in range(600):
                yield "Reading the question"
                time.sleep(0.1)
        finally:
            self.let_go.set()


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="module")
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as running:
        yield running


def begin(page: Page, question: str) -> None:
    """Ask, and wait for nothing but the sign that it is on its way."""
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    page.locator("#now .status").wait_for()


def test_filters_show_as_chips_and_hold_for_follow_ups(
    address: str, desk: Desk, open_page: Opener
) -> None:
    page = open_page(address)
    page.get_by_role("button", name="Where to look").click()
    page.get_by_label("Port Office").check()
    page.get_by_label("From").fill("2024-01-01")
    page.get_by_role("button", name="Remove: from 1 January 2024").wait_for()
    expect(page.get_by_text("1 of 3 documents")).to_be_visible()
    shot(page, "ask-filters", widths=[1440, 390])
    page.get_by_role("button", name="Done").click()
    ask(page, CONTAINERS)
    ask(page, "When do ferries leave?")
    chosen = desk.told[-1]
    assert chosen is not None
    assert chosen == desk.told[-2]
    assert chosen.publishers == ("Port Office",)
    assert str(chosen.since) == "2024-01-01"
    page.get_by_role("button", name="Remove: Port Office").click()
    page.get_by_role("button", name="Remove: from 1 January 2024").click()
    expect(page.locator(".chip")).to_have_count(0)
    ask(page, AIRPORT)
    assert desk.told[-1] is None


def test_dates_that_cannot_be_are_refused_in_a_sentence(address: str, open_page: Opener) -> None:
    page = open_page(address)
    page.get_by_role("button", name="Where to look").click()
    page.get_by_label("From").fill("2024-02-01")
    page.get_by_role("button", name="Remove: from 1 February 2024").wait_for()
    page.get_by_label("To", exact=True).fill("2023-02-01")
    expect(page.get_by_role("alert")).to_contain_text("The first date lies after the last one")
    expect(page.locator(".chip")).to_have_count(1)


@pytest.mark.parametrize("how", ["the button", "Esc"])
def test_stop_ends_the_work_and_gives_the_question_back(
    address: str, desk: Desk, open_page: Opener, how: str
) -> None:
    page = open_page(address)
    begin(page, "Please wait for containers")
    expect(page.get_by_text("Reading the question")).to_be_visible()
    if how == "Esc":
        page.keyboard.press("Escape")
    else:
        page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(STOPPED)).to_be_visible()
    wait_until(desk.let_go.is_set, 10)
    expect(page.get_by_label("Your question")).to_have_value("Please wait for containers")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    ask(page, CONTAINERS)
    expect(page.locator(".exchange")).to_have_count(1)


def test_a_failed_question_is_asked_again_with_one_click(address: str, open_page: Opener) -> None:
    page = open_page(address)
    exchange = ask(page, "Containers, but not at once?")
    expect(exchange.get_by_role("alert")).to_contain_text("because of a fault")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".exchange .claim").first).to_contain_text(RECORD)
    expect(page.locator(".error")).to_have_count(0)


def test_asking_again_and_editing_replace_the_last_exchange(
    address: str, desk: Desk, open_page: Opener
) -> None:
    page = open_page(address)
    ask(page, CONTAINERS)
    ask(page, AIRPORT)
    asked = len(desk.told)
    expect(page.get_by_role("button", name="Ask again")).to_have_count(1)
    page.get_by_role("button", name="Ask again").click()
    wait_until(lambda: len(desk.told) > asked, 10)
    expect(page.locator(".status")).to_have_count(0)
    expect(page.locator(".exchange .question")).to_have_text([CONTAINERS, AIRPORT])
    page.get_by_role("button", name="Edit question").click()
    box = page.get_by_label("Your question")
    expect(box).to_have_value(AIRPORT)
    expect(box).to_be_focused()
    page.get_by_role("button", name="Leave it as it is").click()
    expect(box).to_have_value("")
    page.get_by_role("button", name="Edit question").click()
    expect(box).to_have_value(AIRPORT)
    box.fill("When do ferries leave?")
    box.press("Enter")
    expect(page.locator(".exchange .question")).to_have_text([CONTAINERS, "When do ferries leave?"])
    assert [turn.question for turn in desk.histories[-1]] == [CONTAINERS]
    expect(page.get_by_text("Your next question replaces")).to_have_count(0)


def test_the_turns_of_a_follow_up_come_from_the_server(
    address: str, desk: Desk, open_page: Opener
) -> None:
    page = open_page(address)
    ask(page, CONTAINERS)
    page.evaluate("""() => document.querySelector("#log .claim").textContent = "Forged." """)
    ask(page, "When do ferries leave?")
    (turn,) = desk.histories[-1]
    assert turn.answer == f"{RECORD} [1] {QUAY} [2] [3]"


@pytest.mark.parametrize("way", ["clipboard", "old way"])
def test_an_answer_is_copied_with_markers_and_addresses(
    address: str, open_page: Opener, way: str
) -> None:
    page = open_page(address, permissions=["clipboard-read", "clipboard-write"])
    ask(page, CONTAINERS)
    if way == "old way":  # a page that does not come over https has no such thing
        page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.get_by_role("button", name="Copy the answer").click()
    expect(page.locator("[data-copy]")).to_have_text("Copied")
    box = page.get_by_label("Your question")
    box.focus()
    page.keyboard.press("Control+V")
    copied = box.input_value()
    assert copied.startswith(f"{CONTAINERS}\n\n{RECORD} [1] {QUAY} [2] [3]\n\nSources\n[1] Harbour")
    place = re.search(r"^\[1\] Harbour report 2023, 7 February 2024: (\S+)$", copied, re.MULTILINE)
    assert place
    assert place[1].startswith(f"{address}/p/")
    assert page.request.get(place[1]).ok
    assert re.search(r"^\[3\] Notice on ferries, date unknown: ", copied, re.MULTILINE)


def test_the_keyboard_reaches_everything(address: str, open_page: Opener) -> None:
    page = open_page(address)
    box = page.get_by_label("Your question")
    box.fill("How many")
    box.press("Shift+Enter")
    page.keyboard.type("containers?")
    expect(box).to_have_value("How many\ncontainers?")
    page.keyboard.press("Enter")
    page.locator(".made").wait_for()
    page.keyboard.press("ArrowRight")
    expect(page.locator("mark.current")).to_have_text(RECORD)
    page.keyboard.press("ArrowRight")
    expect(page.locator("mark.current")).to_have_text(QUAY)
    page.keyboard.press("ArrowRight")
    expect(page.locator("mark.current")).to_have_text(FERRIES)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("mark.current")).to_have_text(QUAY)
    expect(page.locator("button.cite.open")).to_have_text("[2]")
    page.keyboard.press("Escape")
    expect(page.locator("mark.current")).to_have_count(0)
    page.get_by_role("tab", name="Figures").click()
    page.keyboard.press("Control+k")
    expect(box).to_be_focused()
    page.locator(".question").first.click()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    expect(box).to_have_value("")


def test_the_keys_are_told(address: str, open_page: Opener) -> None:
    page = open_page(address)
    page.get_by_role("button", name="Keyboard").click()
    listed = page.get_by_role("dialog", name="By keyboard")
    expect(listed).to_contain_text("Go to the question")
    shot(page, "ask-keys", widths=[1440])
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    page.keyboard.press("?")
    expect(listed).to_be_visible()


def test_a_chinese_browser_gets_a_chinese_page(address: str, open_page: Opener) -> None:
    page = open_page(address, locale="zh-CN")
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    expect(page.get_by_role("heading", name="向文件提问")).to_be_visible()
    expect(page.get_by_role("tab", name="提问")).to_be_visible()
    box = page.get_by_label("您的问题")
    box.fill(CONTAINERS)
    page.get_by_role("button", name="提问", exact=True).click()
    expect(page.locator(".checked")).to_have_text(["已核对", "已核对"])
    expect(page.locator(".made")).to_contain_text("逐字引用")
    expect(page.get_by_text("2024年2月7日").first).to_be_visible()
    shot(page, "ask-chinese", widths=[1440])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["wide", "phone"])
def test_nothing_serious_is_wrong_for_those_who_see_or_move_differently(
    address: str, open_page: Opener, scheme: str, viewport: dict[str, int]
) -> None:
    page = open_page(address, viewport=viewport, color_scheme=scheme)
    page.locator("#examples button").first.wait_for()
    assert_accessible(page)
    page.get_by_role("button", name="Where to look").click()
    page.get_by_label("Port Office").check()
    page.locator(".chip").wait_for()
    assert_accessible(page)
    page.get_by_role("button", name="Done").click()
    page.locator(".chip").click()
    expect(page.locator(".chip")).to_have_count(0)
    ask(page, AIRPORT)
    ask(page, "x" * 3000)
    assert_accessible(page)
    exchange = ask(page, CONTAINERS)
    assert_accessible(page)
    exchange.locator(".cite").first.click()
    page.locator("#cited").wait_for()
    page.wait_for_timeout(400)
    assert_accessible(page)


def test_pictures_of_the_room(address: str, open_page: Opener) -> None:
    page = open_page(address)
    page.locator("#examples button").first.wait_for()
    shot(page, "ask-start")
    ask(page, AIRPORT)
    shot(page, "ask-abstention")
    exchange = ask(page, CONTAINERS)
    shot(page, "ask-answer")
    exchange.locator(".cite").nth(1).click()
    page.locator("#cited").wait_for()
    shot(page, "ask-reader")
