"""The widget for people who listen, who have no mouse, who enlarge, and who need contrast."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import assert_accessible
from tests.e2e.widget_server import Reply
from tests.e2e.widget_stage import CONTAINERS, TALL, Stage, answered, ask, staged
from tests.ui.fake_pipeline import QUAY, RECORD

pytestmark = pytest.mark.e2e

# What of the live regions a screen reader is told: text that is added, with where and when.
LISTEN = """() => {
  window.told = [];
  const spoken = (node) => node.nodeType === 3 ? node.data
    : node.getAttribute?.('aria-hidden') ? '' : [...node.childNodes].map(spoken).join('').trim();
  const root = document.querySelector('policy-qa').shadowRoot;
  for (const region of root.querySelectorAll('[role=log], [role=status]')) {
    const note = (node) => {
      const element = node.nodeType === 1 ? node : node.parentElement;
      if (!element?.closest('[aria-live=off]'))
        told.push([region.getAttribute('role'), spoken(node)]);
    };
    new MutationObserver((changes) => changes.forEach((c) => c.addedNodes.forEach(note)))
      .observe(region, { childList: true, subtree: true });
  }
}"""
# Contrast of every text of the widget with the first ground below it that is not transparent.
CONTRASTS = """() => {
  const root = document.querySelector('policy-qa').shadowRoot;
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const colour = parts(getComputedStyle(e).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
    return [255, 255, 255];
  };
  const texts = [...root.querySelectorAll('*')].filter((e) => e.checkVisibility() &&
    [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()));
  return texts.map((e) => {
    const [low, high] = [light(parts(getComputedStyle(e).color)), light(ground(e))]
      .sort((a, b) => a - b);
    return [e.className || e.tagName, (high + 0.05) / (low + 0.05)];
  });
}"""


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    with staged(browser) as stage:
        yield stage


def tree(page: Page) -> list[tuple[str, str, dict[str, Any]]]:
    """Role, name and properties of all that a real screen reader is given, in reading order."""
    session = page.context.new_cdp_session(page)
    nodes = {n["nodeId"]: n for n in session.send("Accessibility.getFullAXTree")["nodes"]}

    def below(node: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
        if not node.get("ignored"):
            properties = {p["name"]: p["value"].get("value") for p in node.get("properties", [])}
            name = node.get("name", {}).get("value", "")
            yield node["role"]["value"], name, properties
        for child in node.get("childIds", []):
            if child in nodes:
                yield from below(nodes[child])

    return list(below(next(n for n in nodes.values() if "parentId" not in n)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_closed_open_answered_or_refused(
    stage: Stage, scheme: str
) -> None:
    page = stage.opened(stage.script(more=f'data-scheme="{scheme}"'))
    page.get_by_role("button", name="Ask the documents").wait_for()
    assert_accessible(page)
    page.get_by_role("button", name="Ask the documents").click()
    page.locator(".suggestion").first.wait_for()
    page.wait_for_timeout(250)  # it has risen
    assert_accessible(page)

    answered(page).get_by_role("button", name="Source 1").click()
    answered(page, "Who is the mayor?")
    stage.server.replies.append(Reply(status=429, code="too-often", retry_after=60))
    ask(page, "And the ferries?")
    page.locator(".count").wait_for()

    assert_accessible(page)


def test_axe_finds_nothing_serious_in_the_flow_of_a_page(stage: Stage) -> None:
    script = f'<script src="{stage.server.address}/widget.js" defer></script>'
    body = '<main><h1>Town</h1><policy-qa inline site="port" lang="zh"></policy-qa></main>'
    page = stage.opened(script, body)
    page.get_by_label("您的问题").fill(CONTAINERS)
    page.get_by_label("您的问题").press("Enter")
    page.locator(".made").wait_for()

    assert_accessible(page)


@pytest.mark.parametrize("accent", ["", "#ffd400", "#fff", "#000", "#ff8080", "oklch(0.7 0.2 150)"])
@pytest.mark.parametrize("look", ["light", "dark", "sepia"])
def test_every_text_can_be_read_whatever_accent_and_ground_the_page_wants(
    stage: Stage, accent: str, look: str
) -> None:
    sepia = "policy-qa { --policyqa-background: #f0d9a8; --policyqa-text: #c9b07a; }"
    style = f"<style>{sepia}</style>" if look == "sepia" else ""
    page = stage.opened(style + stage.script(more=f'data-accent="{accent}" data-scheme="{look}"'))
    page.get_by_role("button", name="Ask the documents").click()
    answered(page).get_by_role("button", name="Source 1").click()
    answered(page, "Who is the mayor?")

    found = page.evaluate(CONTRASTS)

    assert len(found) > 15
    assert [(name, ratio) for name, ratio in found if ratio < 4.5] == []


def test_the_tree_of_the_browser_names_every_part_and_state(stage: Stage) -> None:
    page = stage.opened(stage.script())
    page.get_by_role("button", name="Ask the documents").wait_for()
    role, _, state = next(node for node in tree(page) if node[1] == "Ask the documents")
    assert (role, state["expanded"], state["hasPopup"]) == ("button", False, "dialog")

    page.get_by_role("button", name="Ask the documents").click()
    answered(page).get_by_role("button", name="Source 1").click()
    told = tree(page)

    named = {(role, name): state for role, name, state in told}
    assert named["button", "Ask the documents"]["expanded"] is True
    assert ("dialog", "Ask the port") in named
    assert named["dialog", "Ask the port"]["modal"] is False
    assert named["log", "Questions and answers"]["live"] == "polite"
    assert named["heading", CONTAINERS]["level"] == 3
    assert named["button", "Source 1: Harbour report 2023"]["expanded"] is True
    assert named["button", "Source 2: Harbour report 2023"]["expanded"] is False
    assert named["button", "Helpful"]["pressed"] == "false"
    assert ("link", "Open in the document (opens in a new tab)") in named
    assert ("textbox", "Your question") in named
    assert ("button", "Close") in named
    texts = [name for role, name, _ in told if role == "StaticText"]
    assert texts.count("checked") == 2
    assert [
        name for role, name, _ in told if role in ("button", "link", "textbox") and not name
    ] == []


def test_finished_claims_are_told_once_and_politely(stage: Stage) -> None:
    go = threading.Event()
    stage.server.replies.append(Reply(go=go))
    page = stage.talk()
    page.locator(".suggestion").first.wait_for()
    page.evaluate(LISTEN)
    exchange = ask(page, CONTAINERS)
    exchange.locator(".claim").wait_for()
    assert page.get_by_role("log").get_attribute("aria-busy") is None  # it would hold claims back
    expect(page.locator("form")).to_have_attribute("aria-busy", "true")
    go.set()
    exchange.locator(".made").wait_for()
    expect(page.locator("form")).to_have_attribute("aria-busy", "false")
    exchange.get_by_role("button", name="Source 1").click()

    told = page.evaluate("window.told")
    logged = [text for role, text in told if role == "log"]
    assert logged[0] == CONTAINERS
    assert [text for text in logged if RECORD in text] == [f"{RECORD} [1]checked"]
    assert [text for text in logged if QUAY in text] == [f"{QUAY} [2][3]checked"]
    assert logged[-1] == "Quoted word for word from the documents"
    said = [text for role, text in told if role == "status"]
    assert said == ["Searching the documents", "The answer is complete."]


def test_a_pause_is_told_once_and_not_every_second(stage: Stage) -> None:
    stage.server.replies.append(Reply(status=429, code="too-often", retry_after=3))
    page = stage.talk()
    page.locator(".suggestion").first.wait_for()
    page.evaluate(LISTEN)
    ask(page, CONTAINERS)
    expect(page.locator(".notice")).to_have_text("You can ask now.")

    told = page.evaluate("window.told.filter(([, text]) => /kept|wait|You can/.test(text))")
    assert [text for _, text in told] == [
        "Questions are coming in quickly. A short pause, please; your question is kept. "
        "Please wait 3 seconds.",
        "You can ask now.",
    ]


def test_all_of_it_is_done_by_keyboard(stage: Stage) -> None:
    page = stage.opened(stage.script(), "<main><h1>Town</h1><a href='#'>Own link</a></main>")
    page.get_by_role("button", name="Ask the documents").wait_for()

    def focused() -> str:
        return page.evaluate("""() => { const e = document.querySelector('policy-qa')
          .shadowRoot.activeElement;
          return e ? e.ariaLabel || e.textContent || e.tagName : ''; }""")

    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert focused() == "Ask the documents"
    page.keyboard.press("Enter")
    assert focused() == "TEXTAREA"
    page.locator(".suggestion").first.wait_for()
    page.keyboard.type(CONTAINERS)
    page.keyboard.press("Enter")
    page.locator(".made").wait_for()
    walked = []
    for _ in range(10):
        page.keyboard.press("Shift+Tab")
        walked.append(focused())
        if walked[-1] == "Source 1: Harbour report 2023":
            break
    page.keyboard.press("Space")
    expect(page.locator(".source").first).to_be_visible()
    page.keyboard.press("Tab")
    assert focused() == "Open in the document (opens in a new tab)"
    page.keyboard.press("Escape")

    assert walked == [
        "Not helpful",
        "Helpful",
        "Copy",
        "Source 3: Notice on ferries",
        "Source 2: Harbour report 2023",
        "Source 1: Harbour report 2023",
    ]
    assert focused() == "Ask the documents"
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_focus_can_be_seen_and_targets_can_be_hit(stage: Stage) -> None:
    page = stage.talk()
    answered(page).get_by_role("button", name="Source 1").click()
    for _ in range(14):
        page.keyboard.press("Tab")
        shown = page.evaluate("""() => {
          const e = document.querySelector('policy-qa').shadowRoot.activeElement;
          return e ? parseFloat(getComputedStyle(e).outlineWidth) : 2; }""")
        assert shown >= 2
    small = page.evaluate("""() => [...document.querySelector('policy-qa').shadowRoot
      .querySelectorAll('button, a, textarea')].filter((e) => e.checkVisibility())
      .map((e) => [e.ariaLabel || e.textContent, e.getBoundingClientRect()])
      .filter(([, box]) => box.width < 24 || box.height < 24).map(([name]) => name)""")
    assert small == []


@pytest.mark.parametrize("size", [(640, 400), (320, 256)])  # 200 % of 1280x800, 400 % of 1280x1024
def test_enlarged_everything_is_there_and_nothing_is_cut_off(
    stage: Stage, size: tuple[int, int]
) -> None:
    page = stage.opened(stage.script(), TALL)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.get_by_role("button", name="Ask the documents").click()
    answered(page).get_by_role("button", name="Source 1").click()

    for part in ("Close", "Ask", "New conversation"):
        box = page.get_by_role("button", name=part, exact=True).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= size[0]
        assert box["y"] + box["height"] <= size[1]
    wide = page.evaluate("""() => [...document.querySelector('policy-qa').shadowRoot
      .querySelectorAll('.log, .log *:not(.unseen), header, form')].filter((e) =>
        e.checkVisibility() && e.getClientRects().length &&
        e.getBoundingClientRect().right > innerWidth).map((e) => e.className)""")
    assert wide == []


def test_large_letters_of_the_browser_enlarge_the_widget_and_small_ones_of_the_page_do_not(
    stage: Stage,
) -> None:
    page = stage.opened("<style>html { font-size: 5px }</style>" + stage.script())
    page.get_by_role("button", name="Ask the documents").click()
    size = "(e) => parseFloat(getComputedStyle(e).fontSize)"

    assert page.locator(".greeting").evaluate(size) == 16
    session = stage.context.new_cdp_session(page)
    session.send("Page.enable")
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 24}})
    page.reload()
    page.get_by_role("button", name="Ask the documents").click()
    assert page.locator(".greeting").evaluate(size) == 24


def test_who_wants_less_motion_gets_none(stage: Stage) -> None:
    go = threading.Event()
    stage.server.replies.append(Reply(go=go))
    page = stage.opened(stage.script())
    moving = """() => document.querySelector('policy-qa').shadowRoot.getAnimations()
      .filter((a) => a.effect.getComputedTiming().duration > 0).length"""
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_role("button", name="Ask the documents").click()
    ask(page, CONTAINERS).locator(".claim").wait_for()
    assert page.evaluate(moving) > 0

    page.emulate_media(reduced_motion="reduce")

    assert page.evaluate(moving) == 0
    go.set()


def test_in_forced_colours_buttons_keep_their_edges(stage: Stage) -> None:
    page = stage.opened(stage.script())
    page.emulate_media(forced_colors="active")
    page.get_by_role("button", name="Ask the documents").click()
    answered(page).get_by_role("button", name="Source 1").click()

    for part in (".launcher", ".send:not(.stop)", ".cite", ".panel"):
        edge = page.locator(part).first.evaluate(
            "(e) => [getComputedStyle(e).borderTopWidth, getComputedStyle(e).borderTopColor]"
        )
        assert edge[0] == "1px"
        assert not edge[1].startswith("rgba")  # none that is transparent
