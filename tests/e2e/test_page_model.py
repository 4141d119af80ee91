"""The staff page with a chat model that is slow or fails, and with readers who leave."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.pipeline import build_pipeline
from rag.settings import ChatSettings, Settings
from tests.chat_server import MODEL, ChatServer, Script, chat_server, claims
from tests.ui.serving import served, wait_until

pytestmark = pytest.mark.e2e

PORT = "What was the container throughput of Shanghai Port in 2023?"
TRUE = "Shanghai Port's container throughput was 49.158 million TEUs in 2023."
GOOD = claims((TRUE, [1]))
LONG = claims((TRUE, [1]), ("It went on and on. " * 2000, [1]))
SECONDS = 3.0
AT_ONCE = 4
"""Answers that are made at once."""
PROMISED = 2.0
"""Seconds within which a call has ended that nobody waits for."""


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


def _address(index: Settings, server: ChatServer, seconds: float) -> Iterator[str]:
    chat = ChatSettings(base_url=server.base_url, model=MODEL, kept_answers=0, timeout=seconds)
    settings = index.model_copy(update={"chat": chat})
    with (
        pytest.MonkeyPatch.context() as patch,
        build_pipeline(settings) as pipeline,
    ):
        patch.setattr("ui.panels.ask.PARALLEL_ANSWERS", AT_ONCE)
        with served(pipeline, examples=[PORT]) as running:
            server.play(GOOD)
            assert pipeline.ask(PORT).engine == "generative"
            yield running


@pytest.fixture(scope="module")
def patient(sample_index: Settings, server: ChatServer) -> Iterator[str]:
    """Waits longer for the model than any test."""
    yield from _address(sample_index, server, 300)


@pytest.fixture(scope="module")
def hasty(sample_index: Settings, server: ChatServer) -> Iterator[str]:
    yield from _address(sample_index, server, SECONDS)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def begin(page: Page, address: str) -> None:
    """Ask, and wait for nothing."""
    page.goto(address)
    box = page.get_by_label("Your question")
    box.fill(PORT)
    box.press("Enter")


LEAVING: dict[str, Callable[[Page], object]] = {
    "closes the tab": lambda page: page.close(),
    "closes the browser": lambda page: page.context.close(),
    "goes elsewhere": lambda page: page.goto("about:blank"),
    "loads it anew": lambda page: page.reload(),
}


@pytest.mark.parametrize("how", LEAVING)
def test_a_reader_who_leaves_before_the_model_writes_ends_the_call(
    patient: str, server: ChatServer, page: Page, how: str
) -> None:
    server.play(Script(GOOD, wait=3600))
    begin(page, patient)
    page.locator(".exchange .status").wait_for()
    wait_until(lambda: bool(server.calls()))
    assert_ended_by(lambda: LEAVING[how](page), server)


@pytest.mark.parametrize(
    "script",
    [Script(LONG, stop_after=30, fault="stall"), Script(LONG, pause=0.02)],
    ids=["stalls", "writes"],
)
def test_a_reader_who_leaves_while_the_model_writes_ends_the_call(
    patient: str, server: ChatServer, page: Page, script: Script
) -> None:
    server.play(script)
    begin(page, patient)
    page.locator(".claim").wait_for()
    assert_ended_by(page.close, server)


def test_readers_who_left_keep_no_place_from_those_who_come(
    patient: str, server: ChatServer, browser: Browser
) -> None:
    server.play(Script(GOOD, wait=3600))
    for asked in range(1, AT_ONCE + 2):
        with browser.new_context() as context:
            begin(context.new_page(), patient)
            wait_until(lambda asked=asked: len(server.calls()) == asked)
    server.play(GOOD)
    with browser.new_context() as context:
        page = context.new_page()
        begin(page, patient)
        expect(page.locator(".claim")).to_have_text([f"{TRUE} [1]checked"])


def assert_ended_by(leave: Callable[[], object], server: ChatServer) -> None:
    assert server.calls()[0]["hung_up"] is None
    left = time.time()
    leave()
    wait_until(lambda: server.calls()[0]["hung_up"] is not None, 10)
    (call,) = server.calls()
    assert call["hung_up"] - left < PROMISED


@pytest.mark.parametrize(
    ("script", "note"),
    [
        (Script(GOOD, wait=3600), "The chat model was too slow, so the documents are quoted."),
        (Script(GOOD, stop_after=3, fault="cut"), "The chat model broke off, so the documents"),
        (Script(""), "The chat model wrote nothing, so the documents are quoted."),
    ],
    ids=["slow", "cut", "empty"],
)
def test_a_reader_of_a_failing_model_sees_quotes_in_time_and_the_note(
    hasty: str, server: ChatServer, page: Page, script: Script, note: str
) -> None:
    server.play(script)
    begin(page, hasty)
    began = time.monotonic()
    page.locator(".made").wait_for()
    assert time.monotonic() - began < SECONDS + 1
    expect(page.locator(".claim").first).to_contain_text("49.158 million")
    expect(page.locator(".rest")).to_contain_text(note)
    expect(page.locator(".rest")).to_be_visible()
    expect(page.locator(".made")).to_contain_text("Quoted word for word")
