"""A model that is closed: whoever waits for it is told at once, and it asks nothing any more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rag.chat import ChatModel, Message, close_all
from rag.errors import ChatError, Failure
from rag.settings import ChatSettings
from tests.chat_server import MODEL, ChatServer, Script, chat_server

ASKED = (Message("user", "How many?"),)
LONG = "Forty two. " * 50


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


@pytest.fixture
def model(server: ChatServer) -> Iterator[ChatModel]:
    """A model that has answered."""
    with ChatModel(ChatSettings(base_url=server.base_url, model=MODEL)) as running:
        server.play("Ready.")
        assert list(running.stream(ASKED, deadline=time.monotonic() + 60))
        yield running


def close_while_read(model: ChatModel, close: Callable[[], Any]) -> tuple[float, Failure]:
    """Close while a thread reads: how long that waited on, and how its reading failed."""
    begun = threading.Event()
    ended: list[tuple[float, Failure]] = []

    def read() -> None:
        try:
            for _ in model.stream(ASKED, deadline=time.monotonic() + 30):
                begun.set()
        except ChatError as error:
            ended.append((time.monotonic(), error.failure))

    reader = threading.Thread(target=read)
    reader.start()
    assert begun.wait(20)
    closed = time.monotonic()
    close()
    reader.join(20)
    ((at, failure),) = ended
    return at - closed, failure


@pytest.mark.parametrize(
    "script",
    [Script(LONG, wait=60), Script(LONG, stop_after=2, fault="stall"), Script(LONG, pause=0.3)],
    ids=["silent", "stalls", "writes"],
)
def test_closing_wakes_who_reads_and_ends_the_call(
    server: ChatServer, model: ChatModel, script: Script
) -> None:
    server.play(script)
    waited, failure = close_while_read(model, model.close)
    assert waited < 0.4
    assert failure is Failure.CUT_OFF
    time.sleep(0.5)
    assert [bool(call["hung_up"]) for call in server.calls()] == [True]


def test_all_models_can_be_closed_at_once(server: ChatServer, model: ChatModel) -> None:
    server.play(Script(LONG, wait=60))
    other = ChatModel(ChatSettings(base_url=server.base_url, model=MODEL))
    waited, failure = close_while_read(model, close_all)
    assert waited < 0.4
    assert failure is Failure.CUT_OFF
    with pytest.raises(ChatError):
        list(other.stream(ASKED, deadline=time.monotonic() + 5))


def test_closing_wakes_who_reads_while_the_client_is_loaded(
    model: ChatModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "_chunks", lambda *_: time.sleep(2))
    waited, failure = close_while_read(model, model.close)
    assert waited < 0.4
    assert failure is Failure.CUT_OFF


def test_a_closed_model_is_asked_nothing_any_more(server: ChatServer, model: ChatModel) -> None:
    model.close()
    model.close()
    with pytest.raises(ChatError) as caught:
        list(model.stream(ASKED, deadline=time.monotonic() + 5))
    assert caught.value.failure is Failure.CUT_OFF
    assert len(server.calls()) == 1


def test_the_thread_of_the_calls_ends_with_the_model(model: ChatModel) -> None:
    def running() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread.name == "chat-model"]

    before = len(running())
    model.close()
    assert len(running()) == before - 1
