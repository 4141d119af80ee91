"""A server with two sites, other people's pages that carry the widget, and a reader of them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect, sync_playwright

from ingest.pipeline import ingest
from rag.embedding import Embedder
from rag.live import AnyPipeline
from rag.models import Answer, Citation, Claim, Filters, Turn
from rag.pipeline import build_pipeline
from rag.settings import Settings
from tests.e2e.browsing import CHROMIUM, DESKTOP, PATIENCE_MS
from tests.e2e.hosts import HOST_FLAGS, Host, Visitor, hosting
from tests.ui.fake_pipeline import FakePipeline
from tests.ui.serving import served
from ui.sites.site import Site
from ui.sites.store import FILE, Sites
from ui.sites.tickets import Tickets

TOWN_DOCUMENTS = Path(__file__).parents[2] / "docs" / "demo" / "documents"
HARBOUR = """---
title: Harbour dues
publisher: Harbour Office of Saltness
published: 2025-03-01
language: en
---

# Harbour dues

A fishing boat pays £37 a week for a berth in the north basin. A yacht pays £52 a week.
"""
PERMIT = "What does the first permit of a household cost?"
SECOND = "And what does the second permit cost?"
GARDEN = "What does the garden waste subscription cost?"
DUES = "What does a fishing boat pay for a berth in the north basin?"
BOXES = "How many containers were handled?"
"""What the town of `quick_house` tells, and its harbour does not."""
FERRY = "When do ferries leave?"
"""What its harbour tells, and the town does not."""
LAUNCH = "Ask the documents"
_COLLECT = """
window.answers = [];
addEventListener('policyqa:answer', (event) => window.answers.push(event.detail));
"""


class Clock:
    """The time as the server's tickets see it."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass(frozen=True)
class House:
    """A server with the sites `town` and `harbour`, and two web servers of others."""

    server: str
    sites: Sites
    clock: Clock
    host: Host
    other: Host

    @property
    def town(self) -> str:
        """The origin that may ask as the town, and as the harbour too."""
        return self.host.origin("town.lan")

    @property
    def local(self) -> str:
        """The server for programs, which do not know the names below `.lan`."""
        return f"http://127.0.0.1:{urlsplit(self.server).port}"

    def snippet(self, site: str = "town", more: str = "") -> str:
        """What an administrator copies into a page: the launcher."""
        return f'<script src="{self.server}/widget.js" data-site="{site}" {more} defer></script>'

    def element(self, site: str = "town") -> str:
        """The element in the flow of a page, which needs `script` as well."""
        return f'<policy-qa site="{site}" inline></policy-qa>'

    @property
    def script(self) -> str:
        """The script alone, which adds no launcher."""
        return f'<script src="{self.server}/widget.js" defer></script>'

    @contextmanager
    def changed_town(self, **fields: Any) -> Iterator[None]:
        """The town's site is another for a while."""
        before = self.sites.known("town")
        self.sites.change("town", lambda site: replace(site, **fields))
        try:
            yield
        finally:
            self.sites.change("town", lambda _: before)


@contextmanager
def two_sites(folder: Path, embedder: Embedder) -> Iterator[House]:
    """The town's documents and the harbour's, each for its own site."""
    documents = folder / "documents"
    shutil.copytree(TOWN_DOCUMENTS, documents / "town")
    (documents / "harbour").mkdir()
    (documents / "harbour" / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    index = Settings(index_dir=folder / "index")
    ingest([documents], index, embedder=embedder)
    with build_pipeline(index) as pipeline, housing(pipeline, folder) as house:
        add_sites(house, "town/", "harbour/")
        yield house


@contextmanager
def quick_house(folder: Path, pipeline: AnyPipeline | None = None) -> Iterator[House]:
    """Two sites whose answers follow fixed rules."""
    with housing(pipeline or AdmittingPipeline(), folder) as house:
        add_sites(house, "reports/", "notice.txt")
        yield house


def add_sites(house: House, town: str, harbour: str) -> None:
    """The two sites with their documents; the town's page may carry both."""
    towns = (house.town, house.host.origin("www.town.lan"))
    harbours = (house.host.origin("saltness.lan"), house.town)
    often = partial(Site, rate=1000, site_rate=1000)
    house.sites.add(often("town", towns, (town,), suggestions=(PERMIT, GARDEN)))
    house.sites.add(often("harbour", harbours, (harbour,)))


class AdmittingPipeline(FakePipeline):
    """Says only what stands in documents that it may look in."""

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Iterator[str | Claim | Answer]:
        """The events that are left."""

        def admitted(place: Citation) -> bool:
            return filters is None or filters.admits(self.document(place.document_id))

        def may_be_said(claim: Claim) -> bool:
            return all(admitted(place) for place in claim.citations)

        for event in super().stream(question, history=history):
            if isinstance(event, Answer):
                claims = tuple(filter(may_be_said, event.claims))
                nearest = tuple(filter(admitted, event.nearest))
                yield replace(event, claims=claims, nearest=nearest, abstained=not claims)
            elif not isinstance(event, Claim) or may_be_said(event):
                yield event


@contextmanager
def housing(pipeline: AnyPipeline, folder: Path) -> Iterator[House]:
    """A server where people sign in, without sites yet, and servers of others beside it."""
    settings = Settings(
        index_dir=folder / "index",
        office_dir=folder / "office",
        review_file=folder / "review.sqlite3",
        access={
            "sign_in": "users",
            "users_file": folder / "users.json",
            "hosts": ["answers.lan"],
        },
        sites={"visits_per_minute": 1000, "pages_per_minute": 1000},
    )
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch, hosting() as host, hosting() as other:
        patch.setattr("ui.sites.desk.Tickets", partial(Tickets, clock=clock))
        with served(pipeline, settings=settings) as address:
            server = f"http://answers.lan:{urlsplit(address).port}"
            yield House(server, Sites(folder / "office" / FILE), clock, host, other)


@contextmanager
def host_browser() -> Iterator[Browser]:
    """A browser that finds the hosts."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=HOST_FLAGS)
        expect.set_options(timeout=PATIENCE_MS)
        yield opened
        opened.close()


@contextmanager
def new_visitor(browser: Browser, **options: Any) -> Iterator[Visitor]:
    """Somebody whom neither the server nor the host knows."""
    with browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **options}) as context:
        context.add_init_script(_COLLECT)
        yield Visitor(context)


def ask(page: Page | Frame, question: str, copy: int = 0) -> dict[str, Any]:
    """Ask in the widget as a reader does; the whole answer, once it is there."""
    before = page.evaluate("window.answers.length")
    send(page, question, copy)
    page.wait_for_function("(before) => window.answers.length > before", arg=before)
    answer: dict[str, Any] = page.evaluate("window.answers.at(-1)")
    assert answer["question"] == question
    return answer


def send(page: Page | Frame, question: str, copy: int = 0) -> None:
    """Ask, and do not wait for what comes."""
    box = box_of(page, copy)
    box.fill(question)
    box.press("Enter")


def box_of(page: Page | Frame, copy: int = 0) -> Locator:
    """The question box; the launcher is pressed where there is one."""
    widget = page.locator("policy-qa").nth(copy)
    box = widget.get_by_role("textbox")
    launcher = widget.get_by_role("button", name=LAUNCH)
    expect(box.or_(launcher).first).to_be_visible()
    if not box.is_visible():
        launcher.click()
    expect(box).to_be_visible()
    return box


def shown(page: Page | Frame, copy: int = 0) -> str:
    """The words that the widget shows."""
    return str(page.locator("policy-qa").nth(copy).evaluate(_SHOWN))


_SHOWN = """(widget) => [...widget.shadowRoot.querySelectorAll('*')]
  .filter((element) => element.checkVisibility())
  .flatMap((element) => [...element.childNodes])
  .filter((node) => node.nodeType === Node.TEXT_NODE)
  .map((node) => node.textContent.trim()).join(' ')"""


def sources_of(answer: dict[str, Any]) -> set[str]:
    """The files that an answer cites or shows."""
    return {place["source"] for place in (*answer["citations"], *answer["nearest"])}
