"""What the browser tests share: opening pages, asking, taking pictures, judging accessibility."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Locator, Page, expect

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 20_000
SHOTS = Path(__file__).parent / "shots"
"""Where pictures go; not kept in the repository."""
WIDTHS = {1440: 900, 1024: 768, 390: 844}
"""Widths at which pictures are taken, with the heights of such screens."""

Opener = Callable[..., Page]
"""`open_page(address, **options of a browser context)`."""


def ask(page: Page, question: str) -> Locator:
    """Ask with the Enter key; the finished exchange."""
    before = page.locator(".exchange:not(:has(.error, .stopped))").count()  # others are not kept
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    exchange = page.locator(".exchange").nth(before)
    expect(exchange.locator(".question")).to_contain_text(question[:200].strip())
    exchange.locator(".made, .abstention, .error").wait_for()
    return exchange


def go_to_room(page: Page, name: str) -> None:
    """Open a room of the page by the name on its tab."""
    page.get_by_role("tab", name=name, exact=True).click()


def shot(page: Page, name: str, *, widths: Iterable[int] = WIDTHS) -> None:
    """Take pictures of the page as it is, at each width, in light and in dark."""
    SHOTS.mkdir(exist_ok=True)
    before = page.viewport_size
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate("(dark) => document.body.classList.toggle('dark', dark)", scheme == "dark")
        for width in widths:
            page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            page.wait_for_timeout(250)  # transitions end
            page.screenshot(path=SHOTS / f"{name}-{width}-{scheme}.png")
    page.emulate_media(color_scheme="light")
    page.evaluate("document.body.classList.remove('dark')")
    if before:
        page.set_viewport_size(before)


def assert_accessible(page: Page, within: str | None = None) -> None:
    """Nothing that axe-core calls serious or critical, in the page or in one element of it."""
    page.evaluate(_axe())
    options = {"resultTypes": ["violations"]}
    found = page.evaluate(
        "([where, options]) => axe.run(where || document, options)", [within, options]
    )
    assert _serious(found["violations"]) == []


def _serious(violations: list[dict[str, Any]]) -> list[str]:
    return [
        f"{violation['id']}: {node['target']} {node['html'][:160]} {node['failureSummary']}"
        for violation in violations
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
