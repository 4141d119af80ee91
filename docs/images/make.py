"""The pictures of README and docs, made anew: `make images` (needs chromium).

A server over a throw-away index of the sample documents is asked by a real browser.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from ingest.pipeline import ingest
from rag.live import build_live_pipeline
from rag.settings import Settings
from tests.ui.serving import served

FOLDER = Path(__file__).parent
DOCUMENTS = FOLDER.parent.parent / "data" / "documents"
CHROMIUM = "/usr/bin/chromium"
UNKNOWN = "What is the 2024 target for Shanghai Port's container throughput?"
KNOWN = "How many containers did Shanghai Port handle in 2023?"
DESK, PHONE = (1440, 900), (390, 844)


def main() -> None:
    """Write all four."""
    with tempfile.TemporaryDirectory(prefix="policyqa-images-") as name:
        settings = Settings(index_dir=Path(name, "index"), office_dir=Path(name, "office"))
        ingest([DOCUMENTS], settings)
        with (
            build_live_pipeline(settings) as pipeline,
            served(pipeline, settings=settings) as address,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            _ask(browser, address)
            _phone(browser, address)
            _room(browser, address, "Figures", "figures")
            _room(browser, address, "Documents", "documents")
            browser.close()


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
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
    )
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Your question").wait_for()
    yield page
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
