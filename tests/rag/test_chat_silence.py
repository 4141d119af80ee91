"""What must never leave the program beside the call itself: its key, and its words."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from rag.chat import ChatModel, Message
from rag.errors import ChatError
from rag.settings import ChatSettings
from tests.chat_server import MODEL, ChatServer, Script, chat_server

KEY = "sk-secret-4711"
ASKED = (Message("user", "How many?"),)


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that anybody logs, from the least important on, with its tracebacks."""
    written = io.StringIO()
    handler, root = logging.StreamHandler(written), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(before)
    root.removeHandler(handler)


@pytest.mark.parametrize("source", ["variable", "file"])
def test_no_log_at_any_level_and_no_traceback_holds_the_key(
    server: ChatServer, tmp_path: Path, log: io.StringIO, source: str
) -> None:
    file = tmp_path / "key"
    file.write_text(f" {KEY}\r\n")
    key = {"api_key_file": file} if source == "file" else {"api_key": f"{KEY}\n"}
    settings = ChatSettings.model_validate({"base_url": server.base_url, "model": MODEL, **key})
    # The server repeats the key in its refusals.
    server.play("Forty two.", *(Script(status=code) for code in (401, 400, 400, 500)))
    failed = 0
    with ChatModel(settings) as model:
        for _ in range(4):
            try:
                list(model.stream(ASKED, deadline=time.monotonic() + 60, schema={"type": "object"}))
            except ChatError:
                failed += 1
                logging.exception("failed")
    assert failed == 3
    assert {call["authorization"] for call in server.calls()} == {f"Bearer {KEY}"}
    told = log.getvalue()
    assert "send_request_headers" in told, "the transport told nothing"
    assert told.count("Traceback") >= failed
    assert KEY not in told


class _Ear(BaseHTTPRequestHandler):
    heard: list[str]

    def log_message(self, *args: Any) -> None:
        """Nothing is logged."""

    def _hear(self) -> None:
        self.heard.append(f"{self.command} {self.path}")
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_PATCH = do_CONNECT = _hear  # noqa: N815  as the base class wants them


@contextmanager
def ear() -> Iterator[tuple[str, list[str]]]:
    """A server that notes whatever it is sent."""
    heard: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Ear", (_Ear,), {"heard": heard}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


ONE_CALL = """
import sys, time
from langchain_core.tracers.langchain import wait_for_all_tracers
from rag.chat import ChatModel, Message
from rag.settings import ChatSettings
with ChatModel(ChatSettings(base_url=sys.argv[1], model="scripted")) as model:
    if sys.argv[2] == "ours":
        pieces = model.stream([Message("user", "How many?")], deadline=time.monotonic() + 60)
        print("".join(piece.text for piece in pieces))
    else:
        print(model._model.invoke("How many?", stream=True).text)
wait_for_all_tracers()
"""
SWITCHES = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2")
OLD_SWITCHES = ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER")


@pytest.mark.parametrize(
    ("whose", "switches"),
    [
        ("ours", SWITCHES),
        ("ours", OLD_SWITCHES),
        ("ours", SWITCHES + OLD_SWITCHES),
        ("LangChain's", SWITCHES),
    ],
)
def test_no_variable_of_another_program_sends_a_prompt_elsewhere(
    server: ChatServer, repository: Path, switches: tuple[str, ...], whose: str
) -> None:
    server.play("Forty two.")
    with ear() as (address, heard):
        variables = {
            **dict.fromkeys(switches, "true"),
            **{f"{brand}_ENDPOINT": address for brand in ("LANGSMITH", "LANGCHAIN")},
            **{f"{brand}_API_KEY": "other" for brand in ("LANGSMITH", "LANGCHAIN")},
            **({"OPENAI_PROXY": address, "LANGSMITH_GATEWAY": address} if whose == "ours" else {}),
        }
        done = subprocess.run(
            [sys.executable, "-c", ONE_CALL, server.base_url, whose],
            env={**os.environ, **variables},
            cwd=repository,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "Forty two."
    # Called as LangChain means it, the ear does hear of it: it is well placed.
    assert bool(heard) == (whose != "ours")
