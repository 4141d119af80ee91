"""The widget as a visitor uses it: asking, reading, checking, judging."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.widget_server import SUGGESTIONS, TITLE, Reply
from tests.e2e.widget_stage import CONTAINERS, Stage, answered, ask, staged
from tests.ui.fake_pipeline import FERRIES, QUAY, RECORD
from tests.ui.serving import wait_until

pytestmark = pytest.mark.e2e


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    with staged(browser) as stage:
        yield stage


def test_an_answer_comes_claim_by_claim_with_checked_sources(stage: Stage) -> None:
    go = threading.Event()
    stage.server.replies.append(Reply(go=go))
    page = stage.talk()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()

    exchange = ask(page, CONTAINERS)

    expect(exchange.locator(".claim")).to_have_text(re.compile(re.escape(RECORD)))
    expect(page.get_by_role("status").first).to_have_text("Searching the documents")
    expect(exchange.locator(".actions")).to_have_count(0)
    go.set()
    expect(exchange.locator(".claim")).to_have_count(2)
    expect(exchange.locator(".claim").nth(1)).to_have_text(f"{QUAY} [2][3]checked")
    expect(exchange.locator(".made")).to_have_text("Quoted word for word from the documents")


def test_a_number_unfolds_the_exact_words_with_document_date_and_link(stage: Stage) -> None:
    page = stage.talk()
    exchange = answered(page)
    number = exchange.get_by_role("button", name="Source 1: Harbour report 2023")
    unfolded = exchange.locator(".source").first
    expect(unfolded).to_be_hidden()

    number.click()

    expect(number).to_have_attribute("aria-expanded", "true")
    expect(unfolded.locator("blockquote")).to_have_text(RECORD)
    expect(unfolded).to_contain_text("7 February 2024 · Cargo handled")
    link = unfolded.get_by_role("link", name="Open in the document")
    assert (link.get_attribute("href") or "").startswith(f"{stage.server.address}/s/port/")
    assert link.get_attribute("rel") == "noopener"
    number.click()
    expect(unfolded).to_be_hidden()
    expect(number).to_have_attribute("aria-expanded", "false")


def test_of_several_sources_of_a_claim_one_is_unfolded_at_a_time(stage: Stage) -> None:
    page = stage.talk()
    claim = answered(page).locator(".claim").nth(1)

    claim.get_by_role("button").nth(0).click()
    claim.get_by_role("button").nth(1).click()

    expect(claim.locator("[aria-expanded=true]")).to_have_text("[3]")
    expect(page.locator("blockquote")).to_have_text([FERRIES])


def test_an_abstention_says_so_and_links_the_nearest_passages(stage: Stage) -> None:
    page = stage.talk()

    exchange = answered(page, "Who is the mayor?")

    expect(exchange.locator(".abstention")).to_contain_text(
        "Nothing in the documents is about this."
    )
    expect(exchange.get_by_role("link")).to_have_count(2)
    expect(exchange.locator(".claim, .made")).to_have_count(0)


def test_a_suggestion_is_asked_by_a_click_and_then_gone(stage: Stage) -> None:
    page = stage.talk()
    expect(page.locator(".suggestion")).to_have_text(SUGGESTIONS)

    page.get_by_role("button", name=SUGGESTIONS[1]).click()

    expect(page.locator(".claim")).to_contain_text(FERRIES)
    expect(page.locator(".suggestion")).to_have_count(0)


def test_a_new_conversation_begins_as_somebody_else(stage: Stage) -> None:
    page = stage.talk()
    answered(page)

    page.get_by_role("button", name="New conversation").click()

    expect(page.locator(".exchange")).to_have_count(0)
    expect(page.locator(".suggestion")).to_have_count(2)
    answered(page, "When do ferries leave?")
    assert "visitor" not in stage.server.asked("visit")[-1].body
    assert stage.server.asked("ask")[-1].headers["authorization"] == "Bearer ticket-2"


def test_an_opinion_is_sent_shown_and_can_be_changed(stage: Stage) -> None:
    page = stage.talk()
    exchange = answered(page)
    good = exchange.get_by_role("button", name="Helpful", exact=True)
    bad = exchange.get_by_role("button", name="Not helpful")

    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    bad.click()
    expect(bad).to_have_attribute("aria-pressed", "true")
    expect(good).to_have_attribute("aria-pressed", "false")

    assert [request.body["helpful"] for request in stage.server.asked("feedback")] == [True, False]
    assert all(request.body["answer"] for request in stage.server.asked("feedback"))


@pytest.mark.parametrize("forbidden", [False, True])
def test_an_answer_is_copied_as_text_with_its_sources(stage: Stage, *, forbidden: bool) -> None:
    stage.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = stage.talk()
    if forbidden:
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject('no'); }")
    exchange = answered(page)

    exchange.get_by_role("button", name="Copy").click()

    expect(exchange.get_by_role("button", name="Copied")).to_be_focused()
    taken = page.evaluate("navigator.clipboard.readText()")
    assert taken.startswith(f"{CONTAINERS}\n\n{RECORD} [1] {QUAY} [2] [3]\n\nSources\n[1] Harbour")
    assert f"7 February 2024 · Cargo handled: {stage.server.address}/s/port/" in taken


def test_stopping_ends_the_work_on_the_server_and_can_be_taken_back(stage: Stage) -> None:
    go = threading.Event()
    stage.server.replies.append(Reply(go=go))
    page = stage.talk()
    exchange = ask(page, CONTAINERS)
    exchange.locator(".claim").wait_for()

    page.get_by_role("button", name="Stop").click()

    expect(exchange.locator(".failed")).to_have_text("Stopped.")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    wait_until(lambda: bool(stage.server.asked("stop")))
    first = stage.server.asked("ask")[0].body["ask"]
    assert stage.server.asked("stop")[0].body == {"ask": first}
    go.set()
    exchange.get_by_role("button", name="Try again").click()
    exchange.locator(".made").wait_for()
    expect(exchange.locator(".claim")).to_have_count(2)
    expect(exchange.locator(".failed")).to_have_count(0)
    assert stage.server.asked("ask")[1].body["ask"] != first


def test_enter_that_ends_a_composition_sends_nothing_and_shift_enter_makes_a_line(
    stage: Stage,
) -> None:
    page = stage.talk()
    box = page.get_by_label("Your question")
    box.focus()
    session = stage.context.new_cdp_session(page)
    session.send(
        "Input.imeSetComposition", {"text": "gang", "selectionStart": 4, "selectionEnd": 4}
    )
    box.evaluate("""(box) => box.dispatchEvent(new KeyboardEvent('keydown',
      { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))""")
    box.evaluate("""(box) => box.dispatchEvent(new KeyboardEvent('keydown',
      { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }))""")
    session.send("Input.insertText", {"text": "港口"})
    box.press("Shift+Enter")
    box.press_sequentially("ferries")

    expect(box).to_have_value("港口\nferries")
    assert stage.server.asked("ask") == []
    box.press("Enter")
    expect(page.locator(".claim")).to_contain_text(FERRIES)
    assert stage.server.asked("ask")[0].body["question"] == "港口\nferries"


def test_escape_closes_and_the_focus_comes_back(stage: Stage) -> None:
    page = stage.opened(stage.script())
    launcher = page.get_by_role("button", name="Ask the documents")
    launcher.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(launcher).to_have_attribute("aria-expanded", "true")

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(launcher).to_be_focused()
    expect(launcher).to_have_attribute("aria-expanded", "false")
