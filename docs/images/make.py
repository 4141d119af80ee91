"""The pictures of README and docs, made anew: `make images` (needs chromium).

A server over a throw-away index of the sample documents is asked by a real browser.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from docs.demo.serve import town_server
from ingest.pipeline import ingest
from rag.live import build_live_pipeline
from rag.settings import Settings
from tests.ui.serving import served
from ui.sites.site import Site
from ui.sites.store import FILE, Sites

FOLDER = Path(__file__).parent
DOCUMENTS = FOLDER.parent.parent / "data" / "documents"
TOWN = FOLDER.parent / "demo" / "documents"
CHROMIUM = "/usr/bin/chromium"
UNKNOWN = "What is the 2024 target for Shanghai Port's container throughput?"
KNOWN = "How many containers did Shanghai Port handle in 2023?"
PERMIT = "What does a second parking permit cost?"
SUGGESTED = (
    "What does a second parking permit cost?",
    "When is garden waste collected?",
    "How much does the Council invest in 2025/26?",
)
DESK, PHONE = (1440, 900), (390, 844)


def main() -> None:
    """Write all of them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with _server(DOCUMENTS) as (address, _):
            _ask(browser, address)
            _phone(browser, address)
            _room(browser, address, "Figures", "figures")
            _room(browser, address, "Documents", "documents")
        with _server(TOWN) as (address, sites), _town(address, sites) as town:
            _widget(browser, town)
        browser.close()


@contextmanager
def _server(documents: Path) -> Iterator[tuple[str, Sites]]:
    """The address of a server over a throw-away index, and its sites."""
    with tempfile.TemporaryDirectory(prefix="policyqa-images-") as name:
        settings = Settings(index_dir=Path(name, "index"), office_dir=Path(name, "office"))
        ingest([documents], settings)
        with (
            build_live_pipeline(settings) as pipeline,
            served(pipeline, settings=settings) as address,
        ):
            yield address, Sites(Path(name, "office", FILE))


@contextmanager
def _town(address: str, sites: Sites) -> Iterator[str]:
    """The address of the made-up town's pages."""
    with town_server(0, address) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        origin = f"http://localhost:{server.server_port}"
        sites.add(Site("ellerford", (origin,), title="Ask the Council", suggestions=SUGGESTED))
        yield origin
        server.shutdown()
        thread.join()


def _widget(browser: Browser, town: str) -> None:
    with _context(browser, DESK) as page:
        page.goto(f"{town}/index.html")
        widget = page.locator("policy-qa")
        widget.get_by_role("button").first.click()
        widget.get_by_role("textbox").fill(PERMIT)
        widget.get_by_role("textbox").press("Enter")
        log = widget.get_by_role("log")
        expect(log).to_contain_text("£110", timeout=30_000)
        log.get_by_role("button", name="1").first.click()
        expect(log.get_by_role("link").first).to_be_visible()
        _shoot(page, "widget")


def _ask(browser: Browser, address: str) -> None:
    with _page(browser, address, DESK) as page:
        _asked(page, UNKNOWN)
        _asked(page, KNOWN)
        page.locator(".cite").last.click()
        expect(page.locator("#cited")).to_be_visible()
        _shoot(page, "page")


def _phone(browser: Browser, address: str) -> None:
    with _page(browser, address, PHONE, dark=True) as page:
        _asked(page, KNOWN)
        _shoot(page, "phone")


def _room(browser: Browser, address: str, room: str, name: str) -> None:
    with _page(browser, address, DESK) as page:
        page.get_by_role("tab", name=room).click()
        expect(page.locator(f"#room-{name} table").first).to_be_visible(timeout=30_000)
        _shoot(page, name)


@contextmanager
def _page(
    browser: Browser, address: str, size: tuple[int, int], *, dark: bool = False
) -> Iterator[Page]:
    with _context(browser, size, dark=dark) as page:
        page.goto(address)
        page.get_by_label("Your question").wait_for()
        yield page


@contextmanager
def _context(browser: Browser, size: tuple[int, int], *, dark: bool = False) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
    )
    yield context.new_page()
    context.close()


def _asked(page: Page, question: str) -> None:
    """Ask, and wait until the answer stands."""
    finished = page.locator(".made, .abstention")
    before = finished.count()
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Your question").press("Enter")
    expect(finished).to_have_count(before + 1, timeout=30_000)


def _shoot(page: Page, name: str) -> None:
    page.wait_for_timeout(1000)  # what glides in has arrived
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
