"""Judging answers on the page: a click counts once, and all of it can be changed or taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from eval.cases.items import Item
from eval.cases.queue import ReviewQueue
from rag.settings import Settings
from tests.e2e.browsing import Opener, ask, assert_accessible, shot
from tests.ui.fake_pipeline import FakePipeline
from tests.ui.serving import served

pytestmark = pytest.mark.e2e


class Place(NamedTuple):
    address: str
    review: Path

    def waiting(self) -> list[Item]:
        with ReviewQueue(self.review) as queue:
            return queue.waiting()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("judge")
    review = folder / "review.sqlite3"
    settings = Settings(office_dir=folder / "office", review_file=review)
    with served(FakePipeline(pause=0.1), settings=settings) as address:
        yield Place(address, review)


def thumb(exchange: Locator, name: str) -> Locator:
    return exchange.get_by_role("button", name=name, exact=True)


def assert_chosen(exchange: Locator, name: str | None) -> None:
    for each in ("Right", "Wrong"):
        state = "true" if each == name else "false"
        expect(thumb(exchange, each)).to_have_attribute("aria-pressed", state)


def test_a_wrong_answer_is_reported_and_becomes_one_case(place: Place, open_page: Opener) -> None:
    page = open_page(place.address)
    exchange = ask(page, "How many containers?")
    before = len(place.waiting())
    thumb(exchange, "Wrong").dblclick()
    assert_chosen(exchange, "Wrong")
    exchange.get_by_label("Wrong figure").check()
    exchange.get_by_label("Comment").fill("It was 5.3 <million>.")
    exchange.get_by_role("button", name="Make it a test case").dblclick()
    expect(exchange.get_by_text("It waits for review as a test case.")).to_be_visible()
    item = place.waiting()[-1]
    assert len(place.waiting()) == before + 1
    assert (item.judge, item.verdict, item.reason) == ("local", "wrong", "wrong-figure")
    assert item.comment == "It was 5.3 <million>."
    assert item.case["question"] == "How many containers?"
    assert_accessible(page, ".judging")
    shot(page, "judge")


def test_it_is_changed_and_taken_back(place: Place, open_page: Opener) -> None:
    page = open_page(place.address)
    exchange = ask(page, "What is said of the airport?")
    thumb(exchange, "Wrong").click()
    expect(exchange.get_by_role("radio")).to_have_count(1)
    expect(exchange.get_by_label("It should have known")).to_be_visible()
    thumb(exchange, "Right").click()
    assert_chosen(exchange, "Right")
    expect(exchange.get_by_role("radio")).to_have_count(0)
    exchange.get_by_role("button", name="Take back").click()
    assert_chosen(exchange, None)
    expect(exchange.get_by_role("status")).to_have_text("Your judgement is taken back.")


def test_a_tab_opened_anew_and_another_one_show_the_same(place: Place, open_page: Opener) -> None:
    page = open_page(place.address)
    exchange = ask(page, "How many containers?")
    thumb(exchange, "Right").click()
    assert_chosen(exchange, "Right")
    page.wait_for_url("**?c=*")
    other = page.context.new_page()
    other.goto(page.url)
    again = other.locator(".exchange")
    assert_chosen(again, "Right")
    thumb(again, "Wrong").click()
    again.get_by_label("Wrong period").check()
    expect(again.get_by_role("status")).to_have_text("Noted: this answer is wrong.")
    page.reload()
    assert_chosen(page.locator(".exchange"), "Wrong")
    expect(page.get_by_label("Wrong period")).to_be_checked()


def test_a_comment_being_written_survives_the_next_answer(place: Place, open_page: Opener) -> None:
    page = open_page(place.address)
    first = ask(page, "How many containers?")
    thumb(first, "Wrong").click()
    first.get_by_label("Comment").fill("It was")
    second = ask(page, "When do the ferries leave?")
    expect(first.get_by_label("Comment")).to_have_value("It was")
    first.get_by_role("button", name="Save comment").click()
    expect(first.get_by_role("status")).to_have_text("The comment is saved.")
    assert_chosen(second, None)


def test_it_works_by_keyboard_alone(place: Place, open_page: Opener) -> None:
    page = open_page(place.address)
    exchange = ask(page, "How many containers?")
    thumb(exchange, "Right").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert_chosen(exchange, "Wrong")
    expect(thumb(exchange, "Wrong")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(exchange.get_by_label("Wrong figure")).to_be_checked()
    expect(exchange.get_by_label("Wrong figure")).to_be_focused()


def test_a_server_that_is_gone_is_told(place: Place, open_page: Opener) -> None:
    page = open_page(place.address)
    exchange = ask(page, "How many containers?")
    thumb(exchange, "Wrong").wait_for()
    page.route(re.compile("component_server"), lambda route: route.fulfill(status=204))
    thumb(exchange, "Wrong").click()
    expect(exchange.get_by_role("status")).to_contain_text("could not be saved")
    assert_chosen(exchange, None)


def test_in_chinese_the_marks_are_chinese(place: Place, open_page: Opener) -> None:
    page: Page = open_page(place.address, locale="zh-CN")
    page.locator("#question textarea").fill("How many containers?")
    page.keyboard.press("Enter")
    thumb(page.locator(".exchange"), "有误").click()
    expect(page.get_by_label("数据有误")).to_be_visible()
