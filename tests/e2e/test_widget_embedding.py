"""The widget on pages of other people: their scripts, styles, policies and devices."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import PHONE
from tests.e2e.hosts import html
from tests.e2e.widget_server import TITLE, Reply
from tests.e2e.widget_stage import CONTAINERS, TALL, VIEWPORT, Stage, answered, ask, staged
from tests.ui.fake_pipeline import ATTACK, QUAY, RECORD

pytestmark = pytest.mark.e2e

HOSTILE = """
* { all: revert; font: italic 30px monospace !important; color: red !important; display: block;
  letter-spacing: 9px !important; line-height: 4 !important; direction: ltr; position: static;
  background: lime !important; border: 9px solid red !important;
  text-transform: uppercase !important; visibility: hidden; opacity: 1;
  margin: 40px !important; box-sizing: content-box !important; }
html { font-size: 62.5%; }
button, textarea, dialog { display: none !important; }
"""


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    with staged(browser) as stage:
        yield stage


def test_the_page_opens_asks_and_hears_by_script(stage: Stage) -> None:
    page = stage.opened(stage.script(), '<button id="own">Help</button>')
    page.evaluate("""() => {
      window.heard = [];
      for (const name of ['open', 'close', 'answer'])
        document.addEventListener(`policyqa:${name}`, (event) => heard.push([name, event.detail]));
    }""")
    page.locator("#own").focus()
    answer = page.evaluate("(question) => window.policyqa.ask(question)", CONTAINERS)
    page.evaluate("() => window.policyqa.close()")

    assert [claim["text"] for claim in answer["claims"]] == [RECORD, QUAY]
    heard = page.evaluate("window.heard")
    assert [name for name, _ in heard] == ["open", "answer", "close"]
    assert heard[1][1] == answer
    expect(page.locator("#own")).to_be_focused()


def test_an_element_taken_away_and_put_back_goes_on_with_its_answer(stage: Stage) -> None:
    go = threading.Event()
    stage.server.replies.append(Reply(go=go))
    page = stage.talk()
    ask(page, CONTAINERS).locator(".claim").wait_for()

    page.evaluate("() => { window.kept = document.querySelector('policy-qa'); kept.remove(); }")
    page.wait_for_timeout(300)
    assert len(stage.server.asked("ask")) == 1  # nothing goes on without it
    go.set()
    page.evaluate("() => document.body.append(window.kept)")
    page.get_by_role("button", name="Ask the documents").click()

    expect(page.locator(".claim")).to_have_count(2)
    page.locator(".made").wait_for()
    first, second = stage.server.asked("ask")
    assert first.body == second.body


def test_a_new_element_for_the_same_site_goes_on_where_the_old_one_ended(stage: Stage) -> None:
    page = stage.talk()
    answered(page)

    page.evaluate("""() => {
      const old = document.querySelector('policy-qa');
      const made = old.cloneNode();
      old.remove();
      document.body.append(made);
    }""")
    page.get_by_role("button", name="Ask the documents").click()

    expect(page.locator(".asked")).to_have_text([CONTAINERS])
    assert len(stage.server.asked("visit")) == 1


def test_two_copies_of_different_sites_and_a_script_loaded_twice_do_not_mix(stage: Stage) -> None:
    left = stage.script("archive", 'data-position="left" data-open-label="Archive"')
    head = stage.script() + stage.script() + left
    page = stage.opened(head, '<policy-qa inline site="port"></policy-qa>' + TALL)
    expect(page.locator("policy-qa")).to_have_count(3)
    port = page.locator('policy-qa[data-site="port"]')
    archive = page.locator('policy-qa[data-site="archive"]')
    archive.locator(".launcher").click()
    port.locator(".launcher").click()

    for place, question in ((port, CONTAINERS), (archive, "And the archive?")):
        place.get_by_label("Your question").fill(question)
        place.get_by_label("Your question").press("Enter")
        place.locator(".made").wait_for()

    expect(port.locator(".claim")).to_have_count(2)
    expect(archive.locator(".claim")).to_have_count(1)
    expect(page.locator("policy-qa[inline] .exchange")).to_have_count(0)
    visitors = {request.headers["authorization"] for request in stage.server.asked("ask")}
    assert len(visitors) == 2
    boxes = [place.locator("dialog").bounding_box() for place in (archive, port)]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["x"] + boxes[0]["width"] < boxes[1]["x"]


def test_inline_it_stands_in_the_flow_and_is_made_only_when_it_is_seen(stage: Stage) -> None:
    body = TALL * 2 + '<policy-qa inline site="port"></policy-qa>'
    page = stage.opened(f'<script src="{stage.server.address}/widget.js" defer></script>', body)
    page.wait_for_timeout(300)
    assert stage.server.requests == []

    page.locator("policy-qa").scroll_into_view_if_needed()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.get_by_role("region", name=TITLE).wait_for()
    answered(page)

    assert page.locator("policy-qa .launcher, policy-qa dialog").count() == 0


def test_nothing_is_asked_of_the_server_before_somebody_opens_it(stage: Stage) -> None:
    page = stage.opened(stage.script())
    page.get_by_role("button", name="Ask the documents").wait_for()
    page.wait_for_timeout(300)

    assert stage.server.requests == []
    assert page.locator("policy-qa dialog").count() == 0


def test_the_page_and_the_widget_do_not_touch_each_others_styles(stage: Stage) -> None:
    def look(page: Page) -> list[object]:
        return page.evaluate("""() => {
          const root = document.querySelector('policy-qa').shadowRoot;
          const names = ['color', 'fontSize', 'fontFamily', 'fontStyle', 'letterSpacing', 'display',
            'lineHeight', 'textTransform', 'backgroundColor', 'borderTopWidth', 'visibility',
            'marginTop', 'width', 'height', 'opacity'];
          const parts = ['.launcher', '.panel', '.claim', '.cite', 'textarea', '.send', '.title'];
          return parts.map((part) =>
            names.map((name) => getComputedStyle(root.querySelector(part))[name]));
        }""")

    plain = stage.talk()
    plain.emulate_media(reduced_motion="reduce")
    answered(plain)
    before = plain.evaluate("getComputedStyle(document.querySelector('p')).cssText")
    page = stage.opened(f"<style>{HOSTILE}</style>{stage.script()}", path="/hostile")
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="Ask the documents").click()
    answered(page)

    assert look(page) == look(plain)
    bare = stage.opened("", path="/bare")
    assert bare.evaluate("getComputedStyle(document.querySelector('p')).cssText") == before


def test_typing_is_no_shortcut_of_the_page(stage: Stage) -> None:
    page = stage.talk()
    page.evaluate("""() => { window.keys = [];
      for (const name of ['keydown', 'keypress', 'keyup'])
        document.addEventListener(name, (event) => keys.push(event.key)); }""")

    page.get_by_label("Your question").press_sequentially("s/")
    page.keyboard.press("Escape")

    assert page.evaluate("window.keys.filter((key) => key !== 'Escape')") == []


def test_from_right_to_left_the_launcher_and_the_numbers_change_sides(stage: Stage) -> None:
    page = stage.talk()
    page.evaluate("document.documentElement.dir = 'rtl'")
    exchange = answered(page, "كم عدد الحاويات containers؟")
    exchange.get_by_role("button", name="Source 1").click()

    assert exchange.locator(".asked").evaluate("(e) => getComputedStyle(e).direction") == "rtl"
    assert (
        exchange.locator(".claim").first.evaluate("(e) => getComputedStyle(e).direction") == "ltr"
    )
    launcher, panel = (page.locator(part).bounding_box() for part in (".launcher", "dialog"))
    assert launcher
    assert panel
    assert launcher["x"] < 100
    assert panel["x"] < 100
    edge = exchange.locator(".source").first.evaluate("(e) => getComputedStyle(e).borderRightWidth")
    assert edge == "3px"
    log = page.get_by_role("log")
    assert log.evaluate("(e) => e.scrollWidth <= e.clientWidth")


def test_on_a_phone_it_is_a_sheet_that_fills_the_screen_and_keeps_the_focus(
    browser: Browser, stage: Stage
) -> None:
    for width in (PHONE["width"], 320):
        screen = {"width": width, "height": PHONE["height"]}
        context = browser.new_context(
            viewport=screen, locale="en-GB", has_touch=True, is_mobile=True
        )
        page = stage.opened(stage.script(), context=context)
        page.get_by_role("button", name="Ask the documents").tap()
        page.locator(".suggestion").first.tap()
        page.locator(".made").wait_for()

        assert page.get_by_role("dialog").bounding_box() == {"x": 0, "y": 0, **screen}
        assert page.evaluate("document.documentElement.scrollWidth") == width
        for _ in range(12):
            page.keyboard.press("Tab")
            assert page.evaluate("['POLICY-QA', 'BODY'].includes(document.activeElement.tagName)")
        page.get_by_role("button", name="Close").tap()
        expect(page.get_by_role("dialog")).to_have_count(0)
        context.close()


def test_texts_colours_and_shapes_are_the_pages_own_as_far_as_they_are_any(stage: Stage) -> None:
    own = (
        'data-title="Hafen" data-greeting="Moin" data-text-ask="Los" data-text-privacy="Nichts."'
        ' data-accent="#ffd400" data-radius="3" data-font="Georgia; color: red" data-scheme="dark"'
    )
    page = stage.talk(own)
    page.locator(".suggestion").first.wait_for()

    expect(page.get_by_role("heading", name="Hafen")).to_be_visible()
    expect(page.locator(".greeting")).to_have_text("Moin")
    expect(page.locator(".privacy")).to_have_text("Nichts.")
    send = page.get_by_role("button", name="Los", exact=True)
    style = send.evaluate(
        "(e) => { const s = getComputedStyle(e); return [s.backgroundColor, s.color]; }"
    )
    assert style == ["rgb(255, 212, 0)", "rgb(0, 0, 0)"]
    assert page.get_by_role("dialog").evaluate("(e) => getComputedStyle(e).borderRadius") == "3px"
    assert "Georgia" not in send.evaluate("(e) => getComputedStyle(e).fontFamily")
    page.evaluate("""() => { const element = document.querySelector('policy-qa');
      element.setAttribute('data-scheme', 'light');
      element.setAttribute('data-accent', 'url(x)'); }""")
    expect(send).to_have_css("background-color", "rgb(29, 90, 122)")


def test_it_speaks_the_language_of_the_page_and_tells_the_server(stage: Stage) -> None:
    stage.host.serve("/", html(stage.script(), TALL, language="zh-CN"))
    page = stage.context.new_page()
    page.goto(stage.host.origin("127.0.0.1"))
    page.get_by_role("button", name="向文件提问").click()
    page.get_by_label("您的问题").fill(CONTAINERS)
    page.get_by_role("button", name="提问", exact=True).click()

    expect(page.locator(".made")).to_have_text("逐字引自文件")
    expect(page.get_by_role("dialog")).to_have_attribute("lang", "zh")
    page.get_by_role("button", name=re.compile("^出处 1")).click()
    expect(page.locator(".facts").first).to_contain_text("2024年2月7日")
    assert stage.server.asked("visit")[0].body["language"] == "zh"


def test_attributes_that_make_no_sense_do_no_harm(stage: Stage) -> None:
    nonsense = (
        'data-server="javascript:alert(1)" data-lang="en_US" data-text-ask="Go" data-radius="}"'
    )
    page = stage.talk(nonsense + ' data-accent="red; } * { color: lime" data-position="up"')
    exchange = answered(page)
    exchange.get_by_role("button", name="Source 1").click()

    expect(exchange.locator(".facts")).to_contain_text("7 February 2024")
    send = page.get_by_role("button", name="Go", exact=True)
    expect(send).to_have_css("background-color", "rgb(29, 90, 122)")
    expect(page.get_by_role("dialog")).to_have_css("border-radius", "12px")


def test_another_site_by_attribute_is_another_conversation(stage: Stage) -> None:
    page = stage.talk()
    answered(page)

    page.evaluate("document.querySelector('policy-qa').setAttribute('data-site', 'town')")
    page.get_by_role("button", name="Ask the documents").click()

    expect(page.locator(".suggestion")).to_have_count(2)
    expect(page.locator(".exchange")).to_have_count(0)
    page.evaluate("document.querySelector('policy-qa').setAttribute('data-site', 'port')")
    page.get_by_role("button", name="Ask the documents").click()
    expect(page.locator(".asked")).to_have_text([CONTAINERS])


def test_without_storage_it_works_for_as_long_as_the_page_is(stage: Stage) -> None:
    stage.context.add_init_script("""Object.defineProperty(window, 'sessionStorage',
      { get() { throw new DOMException('blocked', 'SecurityError'); } });""")
    page = stage.talk()
    answered(page)
    answered(page, "When do ferries leave?")
    page.evaluate("""() => { const old = document.querySelector('policy-qa');
      const made = old.cloneNode(); old.remove(); document.body.append(made); }""")
    page.get_by_role("button", name="Ask the documents").click()

    expect(page.locator(".asked")).to_have_count(2)
    assert len(stage.server.asked("visit")) == 1


def test_what_the_server_says_is_text_and_only_its_own_addresses_are_links(stage: Stage) -> None:
    page = stage.opened(stage.script(), '<div id="hacked-by"></div>')
    events = stage.server.events("a" * 16, "What of the attack?")
    links = ["javascript:alert(1)", "//evil.invalid/x", "data:text/html,x", "/s/port/fine"]
    for address in links:
        pieces = tuple(re.sub(r'"url": "[^"]*"', f'"url": "{address}"', e).encode() for e in events)
        stage.server.replies.append(Reply(pieces=pieces))
    page.get_by_role("button", name="Ask the documents").click()
    for number, address in enumerate(links):
        exchange = answered(page, f"What of the attack? {number}")
        expect(exchange.locator(".claim")).to_contain_text(ATTACK)
        exchange.get_by_role("button", name="Source 1").click()
        found = exchange.get_by_role("link").evaluate_all("(all) => all.map((link) => link.href)")
        assert found == ([f"{stage.server.address}{address}"] if address == "/s/port/fine" else [])

    assert page.evaluate("window.hacked") is None
    assert page.locator("policy-qa img, policy-qa script").count() == 0


def test_under_a_strict_policy_with_trusted_types_nothing_is_refused(stage: Stage) -> None:
    policy = (
        f"default-src 'none'; script-src {stage.server.address}; style-src 'self'; "
        f"img-src data:; connect-src {stage.server.address}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    complaints: list[str] = []
    stage.context.on("console", lambda message: complaints.append(message.text))
    head = VIEWPORT + stage.script(more='data-accent="#ffd400"')
    stage.host.serve("/strict", html(head, TALL), content_security_policy=policy)
    page = stage.context.new_page()
    page.goto(f"{stage.host.origin('127.0.0.1')}/strict")
    page.get_by_role("button", name="Ask the documents").click()
    exchange = answered(page)
    exchange.get_by_role("button", name="Source 1").click()
    exchange.get_by_role("button", name="Copy").click()

    expect(page.locator(".send:not(.stop)")).to_have_css("background-color", "rgb(255, 212, 0)")
    assert complaints == []


def test_as_a_module_it_brings_the_element_and_nothing_by_itself(stage: Stage) -> None:
    body = f"""<policy-qa site="port"></policy-qa><script type="module">
      import {{ PolicyQA, define }} from "{stage.server.address}/widget.mjs";
      window.before = Boolean(customElements.get("policy-qa"));
      define(); define();
      window.same = document.querySelector("policy-qa") instanceof PolicyQA;
    </script>"""
    page = stage.opened("", body)
    page.get_by_role("button", name="Ask the documents").click()
    answered(page)

    assert page.evaluate("[window.before, window.same, typeof window.policyqa]") == [
        False,
        True,
        "undefined",
    ]
