"""Drives the staff page in a real browser: first over a fake pipeline, then over the real one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from time import monotonic

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.pipeline import Pipeline
from tests.e2e.browsing import DESKTOP, PHONE, Opener, ask
from tests.ui.fake_pipeline import FERRIES, QUAY, RECORD, FakePipeline
from tests.ui.serving import served

pytestmark = pytest.mark.e2e

IN_VIEW = """(mark) => {
  const sheet = mark.closest(".sheet").getBoundingClientRect();
  const head = document.querySelector(".sheet-head").getBoundingClientRect();
  return [...document.querySelectorAll("mark.current")].every((piece) => {
    const box = piece.getBoundingClientRect();
    const inside = box.top >= head.bottom && box.bottom <= sheet.bottom && box.left >= sheet.left;
    const seen = document.elementFromPoint(box.left + box.width / 2, box.top + 4);
    return inside && box.height > 0 && seen !== null && seen.closest(".document") !== null;
  });
}"""


@pytest.fixture(scope="module")
def fake_address() -> Iterator[str]:
    with served(FakePipeline(pause=0.15)) as address:
        yield address


@pytest.fixture(scope="module")
def real_address(real_pipeline: Pipeline) -> Iterator[str]:
    with served(real_pipeline) as address:
        yield address


def assert_cited_words_in_view(page: Page, quote: str) -> None:
    cited = page.locator("#cited")
    cited.wait_for()
    page.wait_for_timeout(300)  # the sheet of the phone slides in
    pieces = page.locator("mark.current").all_inner_texts()
    assert " ".join("".join(pieces).split()) == " ".join(quote.split())
    assert cited.evaluate(IN_VIEW)


def test_a_citation_opens_the_document_at_the_cited_words(
    fake_address: str, open_page: Opener
) -> None:
    page = open_page(fake_address)
    exchange = ask(page, "How many containers?")
    exchange.get_by_role("button", name=re.compile("^Source 2:")).click()
    assert_cited_words_in_view(page, QUAY)
    head = page.locator(".sheet-head")
    expect(head).to_contain_text("Harbour report 2023")
    expect(head).to_contain_text("Port Office · 7 February 2024")
    expect(page.locator("mark:not(.current)")).to_have_text(RECORD)


WATCH = """() => {
    window.seen = [];
    const note = () => window.seen.push([
        document.querySelectorAll(".claim").length,
        document.body.innerText.includes("Searching the documents"),
    ]);
    new MutationObserver(note).observe(document.body, {childList: true, subtree: true});
}"""
"""Notes at every change of the page how many claims there are and whether a search is told of."""


def test_claims_arrive_one_by_one(fake_address: str, open_page: Opener) -> None:
    page = open_page(fake_address)
    page.evaluate(WATCH)
    ask(page, "How many containers?")
    expect(page.locator(".claim")).to_have_count(2)
    expect(page.locator(".checked")).to_have_count(2)
    expect(page.get_by_text("Searching the documents")).to_have_count(0)
    seen = page.evaluate("window.seen")
    assert [1, True] in seen
    assert seen.index([1, True]) < next(at for at, (count, _) in enumerate(seen) if count == 2)


def test_an_abstention_looks_different_and_its_passages_open(
    fake_address: str, open_page: Opener
) -> None:
    page = open_page(fake_address)
    exchange = ask(page, "What is the airport budget?")
    expect(exchange.get_by_text("The documents do not say")).to_be_visible()
    exchange.locator(".passage").nth(1).click()
    assert_cited_words_in_view(page, RECORD)


def test_earlier_answers_stay_and_their_citations_still_open(
    fake_address: str, open_page: Opener
) -> None:
    page = open_page(fake_address)
    first = ask(page, "How many containers?")
    second = ask(page, "When do ferries leave?")
    expect(first).to_contain_text(RECORD)
    second.locator(".cite").first.click()
    assert_cited_words_in_view(page, FERRIES)
    first.locator(".cite").first.click()
    assert_cited_words_in_view(page, RECORD)


def test_the_last_of_many_quick_clicks_wins(fake_address: str, open_page: Opener) -> None:
    page = open_page(fake_address)
    exchange = ask(page, "How many containers?")
    page.evaluate(
        """() => { const all = document.querySelectorAll(".cite");
        for (let i = 0; i < 20; i++) all[i % 3].click(); all[1].click(); }"""
    )
    assert_cited_words_in_view(page, QUAY)
    exchange.locator(".source").nth(2).click()
    assert_cited_words_in_view(page, FERRIES)


def test_a_long_document_opens_at_its_end(fake_address: str, open_page: Opener) -> None:
    page = open_page(fake_address)
    exchange = ask(page, "What does the archive hold?")
    started = monotonic()
    exchange.locator(".cite").click()
    page.locator("#cited").wait_for()
    assert monotonic() - started < 3
    assert_cited_words_in_view(page, "Entry 2400 of the archive holds 16800 folders.")


def test_everything_works_by_keyboard(fake_address: str, open_page: Opener) -> None:
    page = open_page(fake_address)
    exchange = ask(page, "How many containers?")
    cite = exchange.locator(".cite").first
    cite.focus()
    page.keyboard.press("Enter")
    assert_cited_words_in_view(page, RECORD)
    page.keyboard.press("Escape")
    expect(page.locator("#cited")).to_have_count(0)
    expect(page.locator(".shelf")).to_be_visible()
    expect(cite).to_be_focused()


@pytest.mark.parametrize("fails", [False, True])
def test_gradio_shows_no_buttons_of_its_own(
    fake_address: str, browser: Browser, fails: bool
) -> None:
    page = browser.new_context(viewport=DESKTOP, locale="en-GB").new_page()
    if fails:  # to fill in the parts of the page, the header too
        page.route(re.compile("/gradio_api/(run|queue/join)"), lambda route: route.abort())
    page.goto(fake_address)
    page.get_by_label("Your question").wait_for()
    clear = page.locator("button[aria-label='Clear']:visible")  # ours has words
    for room in ("Documents", "Figures", "Quality", "Ask"):
        page.get_by_role("tab", name=room, exact=True).click()
        page.wait_for_timeout(300)
        expect(clear).to_have_count(0)
    page.context.close()


def test_an_example_asks_itself(fake_address: str, open_page: Opener) -> None:
    page = open_page(fake_address)
    example = page.locator("#examples button").first
    question = example.inner_text()
    example.click()
    expect(page.locator(".exchange .question")).to_have_text(question)
    page.locator(".exchange .made").wait_for()


def test_a_document_of_the_shelf_opens(fake_address: str, open_page: Opener) -> None:
    page = open_page(fake_address)
    page.locator("#reader").get_by_role("button", name=re.compile("Notice on ferries")).click()
    expect(page.locator(".document")).to_contain_text(FERRIES)
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".shelf")).to_be_visible()


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("x" * 3000, "The question is longer than 2,000 characters; shorten it."),
        ("Please break.", "The question could not be answered because of a fault"),
    ],
)
def test_an_error_is_one_sentence_and_the_question_comes_back(
    fake_address: str, open_page: Opener, question: str, said: str
) -> None:
    page = open_page(fake_address)
    exchange = ask(page, question)
    expect(exchange.get_by_role("alert")).to_contain_text(said)
    expect(page.get_by_label("Your question")).to_have_value(question)
    assert "Traceback" not in page.content()
    ask(page, "When do ferries leave?")


def test_an_empty_question_is_answered_in_the_page(fake_address: str, open_page: Opener) -> None:
    page = open_page(fake_address)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The question is empty")


def test_a_hostile_document_runs_nothing(fake_address: str, open_page: Opener) -> None:
    page = open_page(fake_address)
    exchange = ask(page, "Tell me about the attack <b>now</b>")
    exchange.locator(".cite").click()
    page.locator("#cited").wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert page.locator("#talk img, #talk b, #reader img, #reader script").count() == 0


def test_two_visitors_do_not_see_each_other(fake_address: str, open_page: Opener) -> None:
    ask(open_page(fake_address), "How many containers?")
    other = open_page(fake_address)
    assert other.locator(".exchange").count() == 0


def test_the_permalink_page_shows_the_words_and_its_one_script_prints_it(
    fake_address: str, open_page: Opener
) -> None:
    page = open_page(fake_address)
    exchange = ask(page, "How many containers?")
    exchange.locator(".cite").first.click()
    page.locator("#cited").wait_for()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open on its own page").click()
    leaf = opened.value
    expect(leaf.locator("#cited")).to_have_text(RECORD)
    expect(leaf.locator("#cited")).to_be_in_viewport()
    assert leaf.locator("script").count() == 1
    leaf.get_by_role("link", name="Ask the documents").click()
    leaf.get_by_label("Your question").wait_for()


def test_on_a_phone_the_source_comes_as_a_sheet(fake_address: str, open_page: Opener) -> None:
    page = open_page(fake_address, viewport=PHONE, has_touch=True, is_mobile=True)
    exchange = ask(page, "How many containers?")
    expect(page.locator("#reader")).to_be_hidden()
    exchange.locator(".cite").nth(1).tap()
    assert_cited_words_in_view(page, QUAY)
    page.keyboard.press("Escape")
    expect(page.locator("#reader")).to_be_hidden()
    page.get_by_role("button", name="Documents (3)").tap()
    expect(page.locator(".shelf")).to_be_visible()
    page.touchscreen.tap(200, 20)
    expect(page.locator("#reader")).to_be_hidden()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == PHONE["width"]


CONTRASTS = """() => {
  const channel = (v) => ((v /= 255), v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const rgba = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("#talk *, #reader *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || element.disabled || !element.checkVisibility()) continue;
    const pair = [light(rgba(getComputedStyle(element).color)), light(ground(element))].sort();
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) poor.push([element.className, element.textContent.slice(0, 40), ratio]);
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_all_text_is_legible_in_light_and_dark(
    fake_address: str, open_page: Opener, scheme: str, viewport: dict[str, int]
) -> None:
    page = open_page(fake_address, viewport=viewport, color_scheme=scheme)
    dark = page.evaluate("document.body.classList.contains('dark')")
    assert dark == (scheme == "dark")
    assert page.evaluate(CONTRASTS) == []
    ask(page, "What is the airport budget?")
    ask(page, "x" * 3000)
    exchange = ask(page, "How many containers?")
    exchange.locator(".cite").nth(1).click()
    assert_cited_words_in_view(page, QUAY)
    assert page.evaluate(CONTRASTS) == []
    assert page.locator("footer").count() == 0 or page.locator("footer").is_hidden()


def test_the_real_pipeline_answers_and_shows_its_proof(
    real_address: str, open_page: Opener, real_pipeline: Pipeline
) -> None:
    page = open_page(real_address)
    question = page.locator("#examples button").first.inner_text()
    citation = real_pipeline.ask(question).citations[0]
    exchange = ask(page, question)
    exchange.locator(".cite").first.click()
    assert_cited_words_in_view(page, citation.quote)
    expect(page.locator(".sheet-head")).to_contain_text(citation.title)
    cited = page.request.get(f"{real_address}/p/{citation.permalink}")
    assert cited.ok
    assert 'id="cited"' in cited.text()


def test_the_real_pipeline_says_when_it_does_not_know(real_address: str, open_page: Opener) -> None:
    page = open_page(real_address, viewport=PHONE)
    exchange = ask(page, "Which team won the football league on the moon?")
    expect(exchange.get_by_text("The documents do not say")).to_be_visible()
