"""The widget when two things happen at once, and when its memory or its script is not as it was."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import PATIENCE_MS, PHONE
from tests.e2e.hosts import html
from tests.e2e.widget_server import Reply
from tests.e2e.widget_stage import CONTAINERS, TALL, VIEWPORT, Stage, answered, ask, staged
from tests.ui.serving import wait_until

pytestmark = pytest.mark.e2e

AT_ONCE_MS = 2000
LAUNCHER = "Ask the documents"
FULL = """() => { Storage.prototype.setItem =
  () => { throw new DOMException('full', 'QuotaExceededError'); }; }"""


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    with staged(browser) as stage:
        yield stage


def asks(stage: Stage) -> set[str]:
    """The ids under which the server was asked."""
    return {request.body["ask"] for request in stage.server.asked("ask")}


def test_stop_ends_a_question_whose_ticket_does_not_come(stage: Stage) -> None:
    go = threading.Event()
    stage.server.visits.append(Reply(go=go))
    page = stage.talk()
    exchange = ask(page, CONTAINERS)

    page.get_by_role("button", name="Stop").click()

    expect(exchange.locator(".failed")).to_have_text("Stopped.", timeout=AT_ONCE_MS)
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    go.set()
    assert stage.server.asked("ask") == []


def test_stop_ends_the_wait_for_a_lost_line(stage: Stage) -> None:
    stage.server.replies += [Reply(events=2), Reply(events=0)]
    page = stage.talk()
    exchange = ask(page, CONTAINERS)
    expect(page.get_by_role("status").first).to_contain_text("connection is interrupted")

    page.get_by_role("button", name="Stop").click()

    expect(exchange.locator(".failed")).to_have_text("Stopped.")
    sent = len(stage.server.asked("ask"))
    page.wait_for_timeout(2500)
    assert len(stage.server.asked("ask")) == sent


def test_what_is_stopped_while_it_is_away_does_not_go_on(stage: Stage) -> None:
    go = threading.Event()
    stage.server.replies.append(Reply(go=go))
    page = stage.talk()
    ask(page, CONTAINERS).locator(".claim").wait_for()

    page.evaluate("""() => { const e = document.querySelector('policy-qa');
      e.remove(); e.stop(); document.body.append(e); }""")
    page.get_by_role("button", name=LAUNCHER).click()

    expect(page.locator(".failed")).to_have_text("Stopped.")
    wait_until(lambda: bool(stage.server.asked("stop")))
    go.set()
    assert len(stage.server.asked("ask")) == 1


def test_a_new_conversation_is_not_joined_to_a_ticket_of_the_old_one(stage: Stage) -> None:
    stage.server.expires_in = 10  # so that the next question needs a new one
    page = stage.talk()
    answered(page)
    go = threading.Event()
    before = len(stage.server.asked("visit"))
    stage.server.visits.append(Reply(go=go))
    ask(page, "And the ferries?")
    wait_until(lambda: len(stage.server.asked("visit")) > before)

    page.get_by_role("button", name="New conversation").click()
    wait_until(lambda: len(stage.server.asked("visit")) > before + 1)
    stage.server.expires_in = 600
    go.set()
    answered(page)

    assert "visitor" not in stage.server.asked("visit")[before + 1].body
    old = stage.server.asked("visit")[before].body["visitor"]
    kept = page.evaluate("JSON.parse(sessionStorage.getItem(sessionStorage.key(0)))")
    assert kept["visit"]["visitor"] != old
    assert [answer["question"] for answer in kept["told"]] == [CONTAINERS]


def test_a_question_that_breaks_the_server_is_not_sent_without_end(stage: Stage) -> None:
    page = stage.opened(stage.script())
    page.clock.install()
    page.get_by_role("button", name=LAUNCHER).click()
    stage.server.replies += [Reply(events=1), Reply(events=0)] * 10
    exchange = ask(page, CONTAINERS)
    for attempts in range(2, 8):
        expect(page.get_by_role("status").first).to_contain_text("connection is interrupted")
        page.clock.fast_forward(16_000)
        wait_until(lambda n=attempts: len(stage.server.asked("ask")) >= n)  # type: ignore[misc]

    expect(exchange.locator(".failed")).to_contain_text("Your question is not lost")
    assert len(stage.server.asked("ask")) == 7


def test_who_comes_back_and_must_wait_comes_back_again_with_the_same_question(stage: Stage) -> None:
    stage.server.replies += [Reply(events=2), Reply(status=429, code="too-often", retry_after=2)]
    page = stage.talk()

    exchange = answered(page)

    expect(exchange.locator(".claim")).to_have_count(2)
    assert len(stage.server.asked("ask")) == 3
    assert len(asks(stage)) == 1


def test_a_pause_may_be_told_as_a_date(stage: Stage) -> None:
    until = formatdate(time.time() + 40, usegmt=True)
    stage.server.replies.append(Reply(status=429, code="too-often", retry_after=until))
    page = stage.talk()

    ask(page, CONTAINERS)

    seconds = int((page.locator(".count").text_content() or "").removesuffix(" s"))
    assert 30 <= seconds <= 41


def test_a_pause_does_not_stand_still_in_an_element_that_is_put_back(stage: Stage) -> None:
    stage.server.replies.append(Reply(status=503, code="busy", retry_after=60))
    page = stage.talk()
    ask(page, CONTAINERS)
    page.locator(".count").wait_for()

    page.evaluate(
        "() => { const e = document.querySelector('policy-qa'); document.body.append(e); }"
    )
    page.get_by_role("button", name=LAUNCHER).click()

    expect(page.locator(".notice")).to_be_empty()
    page.get_by_label("Your question").press("Enter")
    page.locator(".made").wait_for()


@pytest.mark.parametrize(
    "kept",
    [
        "null",
        "{",
        json.dumps({"told": 7}),
        json.dumps({"told": [{"question": "Old?"}]}),
        json.dumps({"visit": {"ticket": "old", "ends": 9e15}}),
    ],
)
def test_a_memory_that_is_not_as_this_script_writes_it_is_left_aside(
    stage: Stage, kept: str
) -> None:
    page = stage.opened(stage.script())
    name = f"policyqa {stage.server.address} port"
    page.evaluate("([name, text]) => sessionStorage.setItem(name, text)", [name, kept])

    page.get_by_role("button", name=LAUNCHER).click()

    expect(page.locator(".suggestion")).to_have_count(2)
    expect(page.locator(".notice")).to_be_empty()
    answered(page)
    assert stage.server.asked("ask")[0].headers["authorization"] == "Bearer ticket-1"


def test_a_memory_that_became_full_does_not_hide_what_is_newer(stage: Stage) -> None:
    stage.server.expires_in = 10
    page = stage.talk()
    page.locator(".suggestion").first.wait_for()
    page.evaluate(FULL)
    stage.server.expires_in = 600

    answered(page)
    answered(page, "And the ferries?")

    assert len(stage.server.asked("visit")) == 2


def test_an_attribute_that_is_set_to_what_it_was_changes_nothing(stage: Stage) -> None:
    page = stage.talk()
    answered(page)

    page.evaluate("""() => { const e = document.querySelector('policy-qa');
      e.setAttribute('data-site', e.getAttribute('data-site')); }""")

    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator(".asked")).to_have_text([CONTAINERS])


def test_a_dialog_that_the_device_closes_is_closed_for_the_button_too(
    browser: Browser, stage: Stage
) -> None:
    context = browser.new_context(viewport=PHONE, locale="en-GB")
    page = stage.opened(stage.script(), context=context)
    launcher = page.get_by_role("button", name=LAUNCHER)
    page.evaluate("""() => { window.times = 0;
      document.addEventListener('policyqa:close', () => { window.times += 1; }); }""")
    launcher.click()

    page.locator("dialog").evaluate("(dialog) => dialog.close()")

    expect(launcher).to_have_attribute("aria-expanded", "false")
    assert page.evaluate("window.times") == 1
    launcher.click()
    page.get_by_role("button", name="Close").click()
    expect(launcher).to_be_focused()
    page.wait_for_timeout(100)
    assert page.evaluate("window.times") == 2
    context.close()


def test_a_tag_manager_may_bring_it_to_a_page_with_a_base(stage: Stage) -> None:
    page = stage.opened('<base href="https://elsewhere.invalid/deep/">')
    page.evaluate(
        """(address) => {
          const script = document.createElement('script');
          Object.assign(script, { async: true, src: `${address}/widget.js` });
          script.dataset.site = 'port';
          document.head.append(script);
        }""",
        stage.server.address,
    )

    page.get_by_role("button", name=LAUNCHER).click()
    exchange = answered(page)
    exchange.get_by_role("button", name="Source 1").click()

    link = exchange.get_by_role("link").first.get_attribute("href") or ""
    assert link.startswith(f"{stage.server.address}/s/port/")


@pytest.mark.parametrize("case", ["a module", "a picture of that name"])
def test_a_script_that_cannot_know_itself_says_so_and_asks_nobody(stage: Stage, case: str) -> None:
    said: list[str] = []
    stage.context.on("console", lambda message: said.append(message.text))
    picture = '<img name="currentScript" src="https://evil.invalid/x" alt="">'
    more = 'type="module"' if case == "a module" else ""
    body = (picture if not more else "") + TALL + '<policy-qa inline site="port"></policy-qa>'
    stage.host.serve("/", html(VIEWPORT + stage.script(more=more), body))
    page = stage.context.new_page()
    page.goto(stage.host.origin("127.0.0.1"), timeout=PATIENCE_MS)

    wait_until(lambda: any("policy-qa: widget.js must be loaded" in text for text in said))

    assert page.evaluate("customElements.get('policy-qa') === undefined")
    assert stage.server.requests == []


def test_inline_it_is_printed_whole_and_without_its_buttons(stage: Stage) -> None:
    script = f'<script src="{stage.server.address}/widget.js" defer></script>'
    page = stage.opened(script, '<policy-qa inline site="port"></policy-qa>')
    for _ in range(4):
        answered(page)
    page.emulate_media(media="print")

    log = page.get_by_role("log")
    assert log.evaluate("(e) => e.getBoundingClientRect().height >= e.scrollHeight - 1")
    for part in ("form", ".actions", ".launcher"):
        assert page.locator(part).filter(visible=True).count() == 0
