"""Whoever leaves ends the model's work: real sockets, real processes, the real pipeline."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from rag.models import Answer, Claim, Filters, Turn
from rag.pipeline import build_pipeline
from rag.serving_settings import ServingSettings
from rag.settings import ChatSettings, Settings
from tests.chat_server import MODEL, ChatServer, Script, chat_server, claims
from tests.faults.warm import Warm, warm_process
from tests.ui.fake_pipeline import FakePipeline
from tests.ui.serving import served, wait_until

PORT = "What was the container throughput of Shanghai Port in 2023?"
TRUE = "Shanghai Port's container throughput was 49.158 million TEUs in 2023."
GOOD = claims((TRUE, [1]))
SILENT = Script(GOOD, wait=3600)
LONG = claims((TRUE, [1]), ("It went on and on. " * 2000, [1]))
GOES_ON = Script(LONG, pause=0.02)
STALLS = Script(LONG, stop_after=30, fault="stall")
PROMISED = 2.0
"""Seconds within which a call has ended that nobody waits for."""
EVENTS = "text/event-stream"
JSON = "application/json"


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


@pytest.fixture(scope="module")
def chat(server: ChatServer) -> ChatSettings:
    return ChatSettings(base_url=server.base_url, model=MODEL, kept_answers=0, timeout=60)


@pytest.fixture(scope="module")
def address(sample_index: Settings, server: ChatServer, chat: ChatSettings) -> Iterator[str]:
    """The program over the sample documents, with a model that has answered before."""
    settings = sample_index.model_copy(update={"chat": chat})
    with build_pipeline(settings) as pipeline, served(pipeline, examples=()) as running:
        server.play(GOOD)
        assert ask(running)["engine"] == "generative"
        yield running


def ask(address: str) -> dict[str, Any]:
    """The whole answer; a client that stays."""
    answer = httpx.post(f"{address}/api/ask", json={"question": PORT}, timeout=30)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def begin(address: str, accept: str) -> HTTPConnection:
    """Send a question and read nothing."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=30)
    headers = {"content-type": JSON, "accept": accept}
    connection.request("POST", "/api/ask", json.dumps({"question": PORT}), headers)
    return connection


def seconds_to_hang_up(server: ChatServer, left: float) -> float:
    """How long after `left` the model's server was told of it."""
    wait_until(lambda: server.calls()[0]["hung_up"] is not None, 10)
    (call,) = server.calls()
    return float(call["hung_up"]) - left


@pytest.mark.parametrize("script", [SILENT, STALLS, GOES_ON], ids=["silent", "stalls", "writes"])
@pytest.mark.parametrize("accept", [JSON, EVENTS])
def test_a_client_that_leaves_before_it_read_anything_ends_the_call(
    address: str, server: ChatServer, accept: str, script: Script
) -> None:
    server.play(script)
    with closing(begin(address, accept)):
        wait_until(lambda: bool(server.calls()))
        time.sleep(0.1)
    assert seconds_to_hang_up(server, time.time()) < PROMISED


@pytest.mark.parametrize("script", [STALLS, GOES_ON], ids=["stalls", "writes"])
def test_a_client_that_leaves_in_the_middle_of_the_events_ends_the_call(
    address: str, server: ChatServer, script: Script
) -> None:
    server.play(script)
    with closing(begin(address, EVENTS)) as connection, connection.getresponse() as response:
        while response.readline() != b"event: claim\n":
            assert not response.isclosed()
        assert server.calls()[0]["hung_up"] is None
    assert seconds_to_hang_up(server, time.time()) < PROMISED


@pytest.mark.parametrize("accept", [JSON, EVENTS])
def test_no_call_stays_of_a_client_that_leaves_at_once(
    address: str, server: ChatServer, accept: str
) -> None:
    server.play(SILENT)
    begin(address, accept).close()
    time.sleep(PROMISED)
    assert all(call["hung_up"] for call in server.calls())


def test_leaving_often_says_nothing_against_the_model(address: str, server: ChatServer) -> None:
    server.play(STALLS)
    for _ in range(5):
        with closing(begin(address, EVENTS)) as connection, connection.getresponse() as response:
            assert response.readline()
    server.play(GOOD)
    assert ask(address)["engine"] == "generative"


def test_who_stays_is_answered_while_others_leave(address: str, server: ChatServer) -> None:
    server.play(STALLS, Script(GOOD, wait=1.0))
    with closing(begin(address, JSON)):
        wait_until(lambda: bool(server.calls()))
        staying = begin(address, JSON)
        wait_until(lambda: len(server.calls()) == 2)
    with closing(staying):
        assert json.load(staying.getresponse())["engine"] == "generative"


@pytest.fixture(scope="session")
def warm() -> Warm:
    return warm_process()


@pytest.mark.parametrize("script", [SILENT, STALLS, GOES_ON], ids=["silent", "stalls", "writes"])
def test_an_interrupted_command_ends_the_call_and_says_so_in_a_line(
    tmp_path: Path,
    warm: Warm,
    sample_index: Settings,
    server: ChatServer,
    chat: ChatSettings,
    script: Script,
) -> None:
    server.play(script)
    env = {
        "POLICYQA_CHAT__BASE_URL": str(chat.base_url),
        "POLICYQA_CHAT__MODEL": MODEL,
        "POLICYQA_CHAT__KEPT_ANSWERS": "0",
    }
    order = ("ask", PORT, "--index", sample_index.index_dir)
    child = warm.start("policyqa", *order, cwd=tmp_path, env=env)
    wait_until(lambda: bool(server.calls()), 60)
    time.sleep(0.3)
    os.kill(child.pid, signal.SIGINT)
    left = time.time()
    done = child.wait(PROMISED)
    assert (done.code, done.line, done.out) == (130, "policyqa: stopped.", "")
    assert seconds_to_hang_up(server, left) < PROMISED


class _Slow(FakePipeline):
    """Waits like for a model: a sign of life every half second, until it is told to end."""

    def __init__(self) -> None:
        super().__init__()
        self.running: set[object] = set()
        self.ended = Event()

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Iterator[str | Claim | Answer]:
        token = object()
        self.running.add(token)
        try:
            while not self.ended.wait(0.5):
                yield "The model is writing"
            yield from super().stream(question, history=history, filters=filters)
        finally:
            self.running.discard(token)


def healthy_within(address: str) -> float:
    began = time.monotonic()
    assert httpx.get(f"{address}/healthz", timeout=10).json() == {"status": "ok"}
    return time.monotonic() - began


@pytest.mark.parametrize("accept", [JSON, EVENTS])
def test_however_many_wait_for_a_model_the_other_routes_answer(accept: str) -> None:
    slow, many = _Slow(), 100
    settings = Settings(serving=ServingSettings(quoting=many))
    with served(slow, examples=(), settings=settings) as address, ExitStack() as waiting:
        asked = [waiting.enter_context(closing(begin(address, accept))) for _ in range(many)]
        wait_until(lambda: len(slow.running) == len(asked))
        assert max(healthy_within(address) for _ in range(10)) < 1
        for connection in asked[:50]:
            connection.close()
        wait_until(lambda: len(slow.running) == 50, PROMISED)
        slow.ended.set()
        assert all(connection.getresponse().status == 200 for connection in asked[50:])
    assert not slow.running
