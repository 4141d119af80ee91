"""One browser for all browser tests, and pages that are watched for errors and foreign requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.browsing import CHROMIUM, DESKTOP, FLAGS, PATIENCE_MS, Opener


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        expect.set_options(timeout=PATIENCE_MS)
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Opens pages, and checks at the end that nothing was asked of other hosts or went wrong."""
    contexts = []
    complaints: list[str] = []
    strangers: list[str] = []

    def opener(address: str, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)

        def asked(url: str) -> None:
            if not url.startswith((address, "data:", "blob:")):
                strangers.append(url)

        page.on("request", lambda request: asked(request.url))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        page.locator("#question textarea").wait_for()
        return page

    yield opener
    for context in contexts:
        context.close()
    assert strangers == []
    assert complaints == []
