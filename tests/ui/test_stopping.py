"""How the server starts and is stopped: real processes, real signals, a real chat server."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from rag.settings import Settings
from tests.chat_server import MODEL, ChatServer, Script, chat_server, claims
from tests.ui.serving import wait_until

POLICYQA = Path(sys.executable).with_name("policyqa")
PORT = "What was the container throughput of Shanghai Port in 2023?"
GOOD = claims(("Shanghai Port's container throughput was 49.158 million TEUs in 2023.", [1]))
LATEST = 20.0
"""Seconds after which it has ended, also on a busy machine; half of them are the grace time, of
which only a line on stderr tells that it was too short."""
ENDS = {signal.SIGTERM: (143, ""), signal.SIGINT: (130, "policyqa: stopped.\n")}
"""The exit code, and what is said on stderr."""
needs_sdk = pytest.mark.skipif(
    not entry_points(group="opentelemetry_traces_exporter", name="console"),
    reason="needs OpenTelemetry's SDK: pip install 'policy-qa[telemetry]'",
)


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


class Serving:
    """A running `policyqa serve`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        first = process.stdout.readline()
        found = re.match(r"Serving (http://\S+)", first)
        assert found, first
        self.address = found[1]

    def told(self) -> str:
        """The next line of what it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def begin(self, accept: str = "application/json") -> HTTPConnection:
        """Ask, and read nothing yet."""
        connection = HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        headers = {"content-type": "application/json", "accept": accept}
        connection.request("POST", "/api/ask", json.dumps({"question": PORT}), headers)
        return connection

    def stop(self, sign: int) -> tuple[int, str, str, float]:
        """How it ends of a signal: its code, what it still says, and after how many seconds."""
        self.process.send_signal(sign)
        return self.ended()

    def ended(self) -> tuple[int, str, str, float]:
        """How it ends by itself, and after how many seconds from now."""
        began = time.monotonic()
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err, time.monotonic() - began


@contextmanager
def serving(
    index: Settings, folder: Path, base_url: str | None, **variables: str
) -> Iterator[Serving]:
    chat = {"POLICYQA_CHAT__BASE_URL": base_url, "POLICYQA_CHAT__MODEL": MODEL} if base_url else {}
    process = subprocess.Popen(
        [POLICYQA, "serve", "--port", "0", "--index", index.index_dir],
        cwd=folder,
        env={**os.environ, **chat, "POLICYQA_CHAT__TIMEOUT": "60", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A test run in the background has SIGINT ignored, and so would what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        yield Serving(process)
    finally:
        process.kill()
        process.communicate()


def answer_of(connection: HTTPConnection) -> dict[str, Any]:
    response = connection.getresponse()
    assert response.status == 200
    found: dict[str, Any] = json.load(response)
    return found


@needs_sdk
@pytest.mark.parametrize("sign", ENDS, ids=lambda sign: sign.name)
def test_a_signal_ends_it_with_all_that_was_recorded_in_place(
    sample_index: Settings, tmp_path: Path, server: ChatServer, sign: signal.Signals
) -> None:
    variables = {
        "POLICYQA_TRACE__SPANS": "true",
        "OTEL_TRACES_EXPORTER": "console",
        "OTEL_BSP_SCHEDULE_DELAY": "600000",
    }
    server.play(GOOD)
    with serving(sample_index, tmp_path, server.base_url, **variables) as running:
        expected = f"Chat model: {server.base_url} answers and has the model 'scripted'.\n"
        assert running.told() == expected
        with closing(running.begin()) as connection:
            assert answer_of(connection)["engine"] == "generative"
        kept = tmp_path / ".policyqa" / "answers.sqlite3"
        assert Path(f"{kept}-wal").exists()
        code, out, err, seconds = running.stop(sign)
    assert (code, err) == ENDS[sign]
    assert seconds < LATEST
    assert '"name": "answer question"' in out, "the spans were not sent"
    assert kept.exists()
    assert not Path(f"{kept}-wal").exists(), "the file was not closed"


def test_who_waits_for_a_silent_model_is_answered_in_quotes_within_the_grace(
    sample_index: Settings, tmp_path: Path, server: ChatServer
) -> None:
    server.play(Script(GOOD, wait=3600))
    with (
        serving(sample_index, tmp_path, server.base_url) as running,
        closing(running.begin()) as connection,
    ):
        wait_until(lambda: bool(server.calls()), 60)
        code, _, err, seconds = running.stop(signal.SIGTERM)
        answer = answer_of(connection)
    assert (code, err) == ENDS[signal.SIGTERM]
    assert seconds < LATEST
    assert answer["engine"] == "extractive"
    assert "49.158 million" in answer["answer"]
    assert "The chat model broke off" in answer["reason"]


def test_a_model_that_is_quick_enough_finishes_its_answer(
    sample_index: Settings, tmp_path: Path, server: ChatServer
) -> None:
    server.play(Script(GOOD, wait=2))
    with (
        serving(sample_index, tmp_path, server.base_url) as running,
        closing(running.begin()) as connection,
    ):
        wait_until(lambda: bool(server.calls()), 60)
        code, _, err, seconds = running.stop(signal.SIGTERM)
        answer = answer_of(connection)
    assert (code, err) == ENDS[signal.SIGTERM]
    assert seconds < LATEST
    assert (answer["engine"], answer["reason"]) == ("generative", None)


def test_a_stream_ends_whole_while_nobody_new_is_let_in(
    sample_index: Settings, tmp_path: Path, server: ChatServer
) -> None:
    server.play(Script(GOOD, wait=3))
    with (
        serving(sample_index, tmp_path, server.base_url) as running,
        closing(running.begin("text/event-stream")) as connection,
    ):
        response = connection.getresponse()
        assert response.status == 200
        assert response.readline() == b"event: status\n"
        wait_until(lambda: bool(server.calls()), 60)
        running.process.send_signal(signal.SIGTERM)
        wait_until(lambda: is_refused(running.address))
        rest = response.read().decode()
        code, _, err, _ = running.ended()
    assert (code, err) == ENDS[signal.SIGTERM]
    *_, last, after = rest.split("\n\n")
    assert after == ""
    name, data = last.split("\n")
    assert name == "event: answer"
    assert json.loads(data.removeprefix("data: "))["engine"] == "generative"


def test_while_it_drains_it_answers_but_is_not_ready(
    sample_index: Settings, tmp_path: Path
) -> None:
    drained = {"POLICYQA_SERVER__DRAIN_SECONDS": "3", "POLICYQA_SERVER__LOG": "json"}
    with serving(sample_index, tmp_path, None, **drained) as running:
        assert ready(running.address) == (200, None)
        running.process.send_signal(signal.SIGTERM)
        wait_until(lambda: ready(running.address) == (503, "stopping"))
        assert is_well(running.address)
        with closing(running.begin()) as connection:
            assert "49.158 million" in answer_of(connection)["answer"]
        code, _, err, seconds = running.ended()
    assert code == 143
    assert 0 < seconds < LATEST
    routes = [json.loads(line).get("route") for line in err.splitlines()]
    assert {"/readyz", "/healthz", "/api/ask"} <= set(routes)


def ready(address: str) -> tuple[int, str | None]:
    answer = httpx.get(f"{address}/readyz", timeout=10)
    return answer.status_code, answer.json().get("code")


def is_refused(address: str) -> bool:
    try:
        httpx.get(f"{address}/healthz", timeout=10)
    except httpx.ConnectError:
        return True
    return False


def test_the_start_tells_that_the_model_is_away_and_goes_on(
    sample_index: Settings, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and never listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with serving(sample_index, tmp_path, url) as running:
            told = running.told()
            wait_until(lambda: is_well(running.address), seconds=60)
            code, out, err, _ = running.stop(signal.SIGTERM)
    assert told == f"Chat model: {url} is not there; start it or correct chat.base_url.\n"
    assert (code, out, err) == (143, "", "")


def is_well(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", timeout=10).is_success
    except httpx.TransportError:
        return False


def test_it_can_be_stopped_while_it_still_waits_for_the_model_to_show_up(
    sample_index: Settings, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        process = subprocess.Popen(
            [POLICYQA, "serve", "--port", "0", "--index", sample_index.index_dir],
            cwd=tmp_path,
            env={**os.environ, "POLICYQA_CHAT__BASE_URL": url, "POLICYQA_CHAT__MODEL": MODEL},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            silent.settimeout(60)
            connection, _ = silent.accept()
            with connection:
                began = time.monotonic()
                process.send_signal(signal.SIGTERM)
                out, err = process.communicate(timeout=30)
        finally:
            process.kill()
            process.communicate()
    assert (process.returncode, out, err) == (143, "", "")
    assert time.monotonic() - began < LATEST
