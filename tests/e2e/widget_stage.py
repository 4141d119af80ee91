"""A page of somebody's site with the widget on it, and the server that the widget asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.e2e.browsing import PATIENCE_MS
from tests.e2e.hosts import Host, hosting, html
from tests.e2e.widget_server import SiteServer, site_server

CONTAINERS = "How many containers were handled?"
TALL = "<main><h1>Harbour town</h1>" + "<p>Words of the host.</p>" * 60 + "</main>"
VIEWPORT = '<meta name="viewport" content="width=device-width">'


@dataclass(frozen=True)
class Stage:
    """A browser that nobody knows, a host and a server."""

    context: BrowserContext
    host: Host
    server: SiteServer

    def script(self, site: str = "port", more: str = "") -> str:
        """The one line that a host writes."""
        source = f"{self.server.address}/widget.js"
        return f'<script src="{source}" data-site="{site}" {more} defer></script>'

    def opened(
        self, head: str, body: str = TALL, path: str = "/", context: BrowserContext | None = None
    ) -> Page:
        """A page of the host; the test fails if a script of it does."""
        self.host.serve(path, html(VIEWPORT + head, body))
        page = (context or self.context).new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.goto(self.host.origin("127.0.0.1") + path)
        return page

    def talk(self, more: str = "") -> Page:
        """A page whose widget is open."""
        page = self.opened(self.script(more=more))
        page.get_by_role("button", name="Ask the documents").click()
        page.get_by_role("dialog").wait_for()
        return page


@contextmanager
def staged(browser: Browser) -> Iterator[Stage]:
    """A stage of one's own."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    with site_server() as server, hosting() as host:
        yield Stage(context, host, server)
    context.close()


def ask(page: Page, question: str) -> Locator:
    """Ask with the Enter key; the exchange as it is then."""
    exchange = page.locator(".exchange").nth(page.locator(".exchange").count())
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    return exchange


def answered(page: Page, question: str = CONTAINERS) -> Locator:
    """The exchange once its answer is whole."""
    exchange = ask(page, question)
    exchange.locator(".actions").wait_for()
    return exchange
