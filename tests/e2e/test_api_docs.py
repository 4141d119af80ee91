"""The page of the API in a real browser: it runs under its own policy, and asks nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import SHOTS
from tests.ui.fake_pipeline import RECORD, FakePipeline
from tests.ui.serving import served

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(FakePipeline()) as running:
        yield running


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    strangers: list[str] = []
    opened.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "request",
        lambda asked: (
            None if asked.url.startswith((address, "data:")) else strangers.append(asked.url)
        ),
    )
    opened.goto(f"{address}/docs")
    yield opened
    context.close()
    assert (complaints, strangers) == ([], [])


def test_every_operation_is_shown_and_a_question_can_be_tried(page: Page) -> None:
    expect(page.locator(".opblock-summary-path")).not_to_have_count(0)
    shown = set(
        page.locator(".opblock-summary-path").evaluate_all("all => all.map(e => e.dataset.path)")
    )
    described = page.evaluate(
        "fetch('/openapi.json').then(r => r.json()).then(d => Object.keys(d.paths))"
    )
    assert shown == set(described)
    ask = page.locator("#operations-questions-post_api_ask")
    ask.locator(".opblock-summary").click()
    ask.get_by_role("button", name="Try it out").click()
    ask.locator("textarea.body-param__text").fill('{"question": "How many containers?"}')
    ask.get_by_role("button", name="Execute").click()
    expect(ask.locator(".live-responses-table .response").first).to_contain_text(RECORD)
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / "api_docs.png")
