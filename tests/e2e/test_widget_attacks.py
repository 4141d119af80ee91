"""Texts that would do harm on a page, shown by the widget and on the pages it links to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from rag.models import Answer, Claim, Filters, Turn
from tests.e2e.hosts import Visitor, html
from tests.e2e.payloads import HOST, PAYLOADS
from tests.e2e.test_attacks import (
    DOCUMENTS,
    EACH,
    STRANGE,
    HostilePipeline,
    assert_shown,
    hostile_answer,
)
from tests.e2e.widget_house import House, ask, box_of, host_browser, housing, new_visitor
from ui.sites.site import Site

pytestmark = pytest.mark.e2e

ROUNDS = range(0, len(DOCUMENTS), EACH)
SHORT = [p for p in PAYLOADS if len(p) <= 200 and p.isprintable()]
"""What can be a title or a suggestion of a site."""


class Sequel(HostilePipeline):
    """Says other payloads each time: twenty for each number that a question begins with."""

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Iterator[str | Claim | Answer]:
        number, _, rest = question.partition(" ")
        start = int(number) % len(DOCUMENTS) if number.isdecimal() else 0
        yield rest[:200]
        answer = replace(hostile_answer(rest, DOCUMENTS[start : start + EACH]), question=question)
        yield from answer.claims
        yield answer


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with host_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with housing(Sequel(), tmp_path_factory.mktemp("hostile")) as opened:
        site = Site("town", (opened.town,), rate=1000, site_rate=1000, title=SHORT[0])
        opened.sites.add(replace(site, suggestions=tuple(SHORT[1:9])))
        opened.host.serve("/", html(opened.script, opened.element()))
        yield opened


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    with new_visitor(browser) as somebody:
        yield somebody


def inside(page: Page) -> str:
    """All the text of the widget, seen and unseen."""
    return str(page.locator("policy-qa").evaluate("(w) => w.shadowRoot.textContent"))


def assert_nothing_happened(house: House, visitor: Visitor, page: Page) -> None:
    strange = STRANGE.replace(
        "document.query", "document.querySelector('policy-qa').shadowRoot.query"
    )
    assert page.evaluate(strange.replace("location.origin", f"'{house.server}'")) == []
    ours = (f"{house.server}/", f"{house.town}/", "data:,")
    assert [url for url in visitor.asked if not url.startswith(ours)] == []
    visitor.assert_quiet()


def test_titles_and_suggestions_of_a_site_are_text(house: House, visitor: Visitor) -> None:
    page = visitor.open(f"{house.town}/")
    box_of(page)
    page.locator("policy-qa").get_by_role("button", name=SHORT[1][:20]).first.wait_for()
    assert_shown(inside(page), SHORT[:9])
    assert_nothing_happened(house, visitor, page)


@pytest.mark.parametrize("kind", ["", "refuse "], ids=["answers", "abstentions"])
def test_questions_answers_and_sources_are_text(house: House, visitor: Visitor, kind: str) -> None:
    page = visitor.open(f"{house.town}/")
    for start in ROUNDS:
        asked = f"{start} {kind}{PAYLOADS[start]}".replace("\x00", "").strip()
        page.evaluate("(question) => document.querySelector('policy-qa').ask(question)", asked)
        page.wait_for_function("(n) => window.answers.length > n", arg=ROUNDS.index(start))
        page.locator("policy-qa").evaluate(
            """(widget) => widget.shadowRoot.querySelectorAll('.cite[aria-expanded=false]')
              .forEach((button) => button.click())"""
        )
        answer: dict[str, Any] = page.evaluate("window.answers.at(-1)")
        assert len(answer["nearest"] if kind else answer["claims"]) == EACH or start == ROUNDS[-1]
    assert_shown(inside(page), PAYLOADS)
    assert_nothing_happened(house, visitor, page)


def test_attributes_of_the_page_are_text(house: House, visitor: Visitor) -> None:
    for number, payload in enumerate(PAYLOADS[::10]):
        page = visitor.open(f"{house.town}/")
        page.evaluate(
            """(text) => {
              const old = document.querySelector('policy-qa');
              const element = document.createElement('policy-qa');
              for (const name of ['title', 'greeting', 'placeholder', 'open-label', 'accent',
                'radius', 'font', 'position', 'scheme', 'lang']) element.setAttribute(name, text);
              element.setAttribute('site', 'town');
              element.setAttribute('inline', '');
              old.replaceWith(element);
            }""",
            payload,
        )
        box_of(page)
        assert_shown(inside(page), [payload])
        assert_nothing_happened(house, visitor, page)
        page.close()
        assert number < len(PAYLOADS)


def test_an_address_that_is_not_the_servers_becomes_no_link(house: House, visitor: Visitor) -> None:
    bad = [
        "javascript:window.hacked=1",
        f"https://{HOST}/x",
        "//evil.invalid/y",
        "data:text/html,x",
    ]
    page = visitor.open(f"{house.town}/")

    def spoil(route: Any) -> None:
        local = route.request.url.replace(house.server, house.local)
        text = route.fetch(url=local).text()
        for number in range(EACH):
            text = text.replace('"url": "/s/', f'"url": "{bad[number % len(bad)]}', 1)
        route.fulfill(
            body=text,
            headers={
                "content-type": "text/event-stream",
                "access-control-allow-origin": house.town,
            },
        )

    page.route("**/ask", spoil)
    ask(page, "0 anything")
    links = page.locator("policy-qa a").evaluate_all("(all) => all.map((a) => a.href)")
    assert [link for link in links if not link.startswith(f"{house.server}/s/town/")] == []
    assert_nothing_happened(house, visitor, page)


def test_public_pages_are_text(house: House, visitor: Visitor) -> None:
    page = visitor.open(f"{house.town}/")
    for start in ROUNDS[:4]:
        for place in ask(page, f"{start} more")["citations"][::5]:
            document = visitor.open(f"{house.server}{place['url']}")
            assert document.evaluate(STRANGE) == []
            assert_shown(document.evaluate("document.body.textContent"), [place["quote"]])
            document.close()
    assert_nothing_happened(house, visitor, page)


def test_the_payloads_are_what_the_hostile_pipeline_says(tmp_path: Path) -> None:
    events = list(Sequel().stream("20 x"))
    assert [claim.text for claim in events[1:-1]] == list(PAYLOADS[20:40])
