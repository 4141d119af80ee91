"""The widget when something is in its way: lost lines, tickets that end, limits, faults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.widget_server import Reply
from tests.e2e.widget_stage import CONTAINERS, Stage, answered, ask, staged
from tests.ui.fake_pipeline import RECORD
from tests.ui.serving import wait_until

pytestmark = pytest.mark.e2e

SOURCE = Path(__file__).parents[2] / "ui" / "widget" / "src"


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    with staged(browser) as stage:
        yield stage


def test_questions_of_a_visit_share_a_ticket_and_follow_up_after_a_page_load(stage: Stage) -> None:
    page = stage.talk()
    answered(page)
    answered(page, "And the ferries?")
    page.reload()
    page.get_by_role("button", name="Ask the documents").click()

    expect(page.locator(".asked")).to_have_text([CONTAINERS, "And the ferries?"])
    answered(page, "When do ferries leave?")

    assert len(stage.server.asked("visit")) == 1
    tickets = {request.headers["authorization"] for request in stage.server.asked("ask")}
    assert tickets == {"Bearer ticket-1"}
    ids = [request.body["ask"] for request in stage.server.asked("ask")]
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{16,64}", id_) for id_ in ids)


@pytest.mark.parametrize("events", [0, 1, 2, 3])
def test_a_line_that_is_cut_is_taken_up_again_without_asking_twice(
    stage: Stage, events: int
) -> None:
    stage.server.replies.append(Reply(events=events))
    page = stage.talk()

    exchange = answered(page)

    expect(exchange.locator(".claim")).to_have_count(2)
    first, second = stage.server.asked("ask")
    assert first.body == second.body
    assert second.headers.get("last-event-id", "0") == str(events)
    assert len(stage.server.answers) == 1


def test_a_server_that_forgot_what_was_seen_begins_again(stage: Stage) -> None:
    short = b'id: 1\nevent: status\ndata: {"status": "Searching the documents"}\n\n'
    stage.server.replies += [
        Reply(events=3),
        Reply(pieces=(b": nothing new\n\n",)),
        Reply(events=1),
    ]
    stage.server.replies += [Reply(pieces=(short,))]
    page = stage.talk()

    exchange = answered(page)

    expect(exchange.locator(".claim")).to_have_count(2)
    seen = [request.headers.get("last-event-id") for request in stage.server.asked("ask")]
    assert seen[:3] == [None, "3", None]
    assert len({request.body["ask"] for request in stage.server.asked("ask")}) == 1


def test_a_line_that_stays_down_is_said_and_the_same_answer_can_be_fetched_later(
    stage: Stage,
) -> None:
    page = stage.opened(stage.script())
    page.clock.install()
    page.get_by_role("button", name="Ask the documents").click()
    stage.server.replies.append(Reply(events=2))
    stage.server.replies += [Reply(events=0)] * 6
    exchange = ask(page, CONTAINERS)
    for attempts in range(2, 8):
        expect(page.get_by_role("status").first).to_contain_text("connection is interrupted")
        page.clock.fast_forward(16_000)
        wait_until(lambda n=attempts: len(stage.server.asked("ask")) >= n)  # type: ignore[misc]

    expect(exchange.locator(".failed")).to_contain_text("Your question is not lost")
    exchange.get_by_role("button", name="Try again").click()
    exchange.locator(".made").wait_for()

    expect(exchange.locator(".claim")).to_have_count(2)
    assert len({request.body["ask"] for request in stage.server.asked("ask")}) == 1


def test_offline_is_said_and_being_online_again_goes_on_at_once(stage: Stage) -> None:
    page = stage.talk()
    page.locator(".suggestion").first.wait_for()
    stage.context.set_offline(True)

    exchange = ask(page, CONTAINERS)

    expect(page.get_by_role("status").first).to_contain_text("connection is interrupted")
    stage.context.set_offline(False)
    expect(exchange.locator(".claim")).to_have_count(2)
    assert len({request.body["ask"] for request in stage.server.asked("ask")}) == 1


def test_a_ticket_that_ended_is_renewed_once_without_a_word(stage: Stage) -> None:
    stage.server.replies.append(Reply(status=401, code="ticket-expired"))
    page = stage.talk()

    answered(page)

    first, second = stage.server.asked("ask")
    assert first.body == second.body
    assert second.headers["authorization"] == "Bearer ticket-2"
    assert stage.server.asked("visit")[1].body == {
        "visitor": "visitor-1",
        "ticket": "ticket-1",
        "language": "en",
    }


def test_a_ticket_that_is_never_taken_ends_in_a_sentence_and_not_in_a_loop(stage: Stage) -> None:
    stage.server.replies += [Reply(status=401, code="ticket-invalid")] * 2
    page = stage.talk()

    exchange = ask(page, CONTAINERS)

    expect(exchange.locator(".failed")).to_contain_text("please try again")
    assert len(stage.server.asked("ask")) == 2


def test_a_ticket_that_ends_soon_is_renewed_before_asking(stage: Stage) -> None:
    stage.server.expires_in = 10
    page = stage.talk()
    page.locator(".suggestion").first.wait_for()
    stage.server.expires_in = 600

    answered(page)

    assert [r.headers["authorization"] for r in stage.server.asked("ask")] == ["Bearer ticket-2"]


@pytest.mark.parametrize(("status", "code"), [(429, "too-often"), (503, "busy")])
def test_whoever_must_wait_is_told_kindly_how_long_and_keeps_the_question(
    stage: Stage, status: int, code: str
) -> None:
    stage.server.replies.append(Reply(status=status, code=code, retry_after=3))
    page = stage.talk()
    exchange = ask(page, CONTAINERS)
    box = page.get_by_label("Your question")

    expect(page.locator(".notice")).to_contain_text("your question is kept")
    expect(page.locator(".count")).to_have_text(re.compile(r"^[123] s$"))
    expect(box).to_have_value(CONTAINERS)
    expect(exchange).to_have_count(0)
    box.press("Enter")  # too early: nothing is sent
    expect(page.locator(".notice")).to_have_text("You can ask now.")
    assert len(stage.server.asked("ask")) == 1

    box.press("Enter")
    expect(page.locator(".claim")).to_have_count(2)
    expect(page.locator(".notice")).to_be_empty()


def test_a_site_that_is_off_says_so_without_the_servers_words(stage: Stage) -> None:
    stage.server.visits += [Reply(status=403, code="site-off")]
    page = stage.talk()

    expect(page.locator(".notice")).to_contain_text("Questions cannot be asked here at the moment.")
    page.locator(".notice").get_by_role("button", name="Try again").click()

    expect(page.locator(".suggestion")).to_have_count(2)
    expect(page.locator(".notice")).to_be_empty()


def test_an_answer_that_fails_on_the_server_is_told_and_asked_anew(stage: Stage) -> None:
    fault = b'id: 2\nevent: error\ndata: {"status": 500, "code": "internal", "detail": "x"}\n\n'
    stage.server.replies.append(Reply(pieces=(fault,)))
    page = stage.talk()
    page.evaluate("""() => document.addEventListener('policyqa:error',
      (event) => { window.told = event.detail.code; })""")
    exchange = ask(page, CONTAINERS)

    expect(exchange.locator(".failed")).to_contain_text("because of a fault")
    exchange.get_by_role("button", name="Try again").click()
    exchange.locator(".made").wait_for()

    assert page.evaluate("window.told") == "internal"
    assert len({request.body["ask"] for request in stage.server.asked("ask")}) == 2


def test_events_arrive_whole_however_the_line_cuts_them(stage: Stage) -> None:
    whole = "".join(stage.server.events("a" * 16, CONTAINERS)).replace(RECORD, "港口 “5.2” 百万 🚢")
    windows = f"\ufeff: hello\r\n{whole}".replace("\n", "\r\n").replace("\r\r\n", "\r\n").encode()
    stage.server.replies.append(Reply(pieces=tuple(bytes([byte]) for byte in windows)))
    page = stage.talk()

    exchange = answered(page)

    expect(exchange.locator(".claim").first).to_contain_text("港口 “5.2” 百万 🚢")
    expect(exchange.locator(".claim")).to_have_count(2)
    assert len(stage.server.asked("ask")) == 1


def test_the_parser_takes_every_line_end_cut_anywhere(stage: Stage) -> None:
    page = stage.opened("")
    source = (SOURCE / "stream.js").read_text("utf-8")
    found = page.evaluate(
        """async ([source, ends]) => {
          const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
          const { EventParser } = await import(url);
          const lines = [': note', 'event: claim', 'id: 7', 'data: one', 'data:two', 'data', '',
                         'data: {"a":1}', '', 'event: lost', '', 'id', 'data: cut'];
          const results = new Set();
          for (const end of ends) {
            const text = lines.join(end) + end;
            for (let size = 1; size < 12; size++) {
              const parser = new EventParser();
              const events = [];
              for (let at = 0; at < text.length; at += size)
                events.push(...parser.push(text.slice(at, at + size)));
              results.add(JSON.stringify(events));
            }
          }
          return [...results].map((told) => JSON.parse(told));
        }""",
        [source, ["\n", "\r", "\r\n"]],
    )
    first = {"type": "claim", "data": "one\ntwo\n", "id": "7"}
    assert found == [[first, {"type": "message", "data": '{"a":1}', "id": "7"}]]
