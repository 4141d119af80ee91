"""The page keeps its looks with the widget in it, and the widget keeps its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.hosts import Visitor, html
from tests.e2e.widget_house import (
    BOXES,
    House,
    ask,
    box_of,
    host_browser,
    new_visitor,
    quick_house,
)

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with host_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with quick_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    with new_visitor(browser) as somebody:
        yield somebody


# The page's own elements and all that hangs on its window, as a script there sees them.
PAGE = """() => ({
  styles: [...document.querySelectorAll('body, main, main *')].map((element) => {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    return [element.tagName, box.x, box.y, box.width, box.height,
      ...[...style].map((name) => `${name}: ${style.getPropertyValue(name)}`)];
  }),
  sheets: document.styleSheets.length + document.adoptedStyleSheets.length,
  names: Object.getOwnPropertyNames(window).filter((name) => isNaN(name)).sort(),
  prototypes: [Array, Element, Event, Node, Object, Promise, String].map((known) =>
    Object.getOwnPropertyNames(known.prototype).length),
  scroll: [scrollX, scrollY, document.documentElement.scrollWidth, document.body.scrollHeight],
  focus: document.activeElement.tagName,
  title: document.title, url: location.href, history: history.length,
})"""
CONTENT = (
    "<main><h1>Town</h1><p>Rules, <a href='#x'>charges</a> and <b>budgets</b>.</p>"
    "<form><input value='x'><button type='button'>Go</button></form>"
    "<table><tr><td>1</td><td>2</td></tr></table><ul><li>one</li></ul></main>"
)


def test_the_page_stays_as_it_is(house: House, visitor: Visitor) -> None:
    house.host.serve("/", html("", CONTENT))
    house.host.serve("/with", html(house.snippet(), CONTENT))
    without = visitor.open(f"{house.town}/").evaluate(PAGE)
    page = visitor.open(f"{house.town}/with")
    expect(page.locator("policy-qa")).to_be_attached()
    with_it = page.evaluate(PAGE)
    added = set(with_it["names"]) - set(without["names"])
    assert added <= {"policyqa"}
    for told in (without, with_it):
        told.pop("names")
        told.pop("url")
    assert with_it == without
    ask(page, BOXES)
    page.keyboard.press("Escape")
    after = page.evaluate(PAGE)
    assert {key: after[key] for key in ("styles", "sheets", "prototypes", "scroll", "title")} == {
        key: without[key] for key in ("styles", "sheets", "prototypes", "scroll", "title")
    }


HOSTILE = """
html { font-size: 40%; }
body { width: 400px; overflow-x: hidden; }
*, *::before, *::after, policy-qa {
  all: revert; color: rgb(255, 0, 0) !important; background: rgb(0, 255, 0) !important;
  font: italic 900 31px/3 monospace !important; letter-spacing: 9px !important;
  word-spacing: 9px !important; text-transform: uppercase !important; text-indent: 50px !important;
  text-align: right !important; visibility: visible; white-space: pre !important;
  border: 7px solid blue !important; padding: 13px !important; margin: 11px !important;
  float: left; max-width: 60px; cursor: wait !important; text-shadow: 2px 2px red !important;
  line-height: 4 !important; pointer-events: auto; user-select: none; hyphens: none;
  -webkit-text-stroke: 1px red; quotes: "x" "y"; word-break: break-all !important;
  list-style: square !important; font-variant: small-caps !important; tab-size: 20;
}
body * { opacity: 0.9; filter: blur(1px); transform: rotate(3deg); transition: all 3s; }
button, input, textarea, a, .root, .launcher, .panel { display: none !important; }
::part(panel), ::part(launcher) { display: none !important; }
"""
INSIDE = """() => [...document.querySelector('policy-qa').shadowRoot.querySelectorAll('.root *')]
  .filter((element) => !(element instanceof SVGElement) && element.checkVisibility())
  .map((element) => {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    const values = [...style].map((name) => [name, style.getPropertyValue(name)]);
    const { x, y, width, height } = box;
    return { is: `${element.tagName}.${element.className}`, x, y, width, height,
      ...Object.fromEntries(values) };
  })"""


def test_styles_of_the_page_do_not_reach_the_widget(house: House, visitor: Visitor) -> None:
    house.host.serve("/", html(house.snippet()))
    house.host.serve("/hostile", html(f"<style>{HOSTILE}</style>{house.snippet()}", CONTENT))
    seen: list[list[dict[str, str]]] = []
    for path in ("/", "/hostile"):
        page = visitor.open(f"{house.town}{path}")
        box_of(page)
        page.wait_for_timeout(400)  # what glides in has arrived
        seen.append(page.evaluate(INSIDE))
    plain, hostile = seen
    assert len(plain) > 5
    assert [element["is"] for element in plain] == [element["is"] for element in hostile]
    changed = [
        f"{was['is']} {name}: {was[name]} -> {now[name]}"
        for was, now in zip(plain, hostile, strict=True)
        for name in was
        if was[name] != now[name]
    ]
    assert not changed, "\n".join(changed)
