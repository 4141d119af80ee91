"""A model that fails in every known way, met at every door: quotes, in time, with a note."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.models import Verdict
from rag.pipeline import Pipeline, build_pipeline
from rag.settings import ChatSettings, Settings
from tests.chat_server import MODEL, ChatServer, Script, chat_server, claims
from tests.faults.warm import Warm, warm_process
from tests.ui.serving import served, wait_until

PORT = "What was the container throughput of Shanghai Port in 2023?"
TRUE = "Shanghai Port's container throughput was 49.158 million TEUs in 2023."
QUOTED = "49.158 million"
GOOD = claims((TRUE, [1]))
HALF = GOOD[:45]
LONG = claims(("It went on and on. " * 500, [1]))
SECONDS = 2.0
LATEST = SECONDS + 1

FAILURES: Mapping[str, tuple[Script, str]] = {
    "accepts, never answers": (Script(GOOD, wait=3600), "was too slow"),
    "stalls after a few words": (Script(GOOD, stop_after=3, fault="stall"), "was too slow"),
    "drips beyond the deadline": (Script(LONG, pause=0.05), "was too slow"),
    "cut in the middle": (Script(GOOD, stop_after=3, fault="cut"), "broke off"),
    "no end": (Script(HALF, finish=None), "broke off"),
    "limited (429)": (Script(status=429), "is asked too often"),
    "broken (500)": (Script(status=500), "The chat model"),
    "overloaded (503)": (Script(status=503), "The chat model"),
    "refuses the key (401)": (Script(status=401), "refused"),
    "rubbish": (Script(fault="rubbish"), "sent nothing that can be read"),
    "empty": (Script(""), "wrote nothing"),
    "blank": (Script(" \n "), "wrote nothing"),
    "runs on": (Script(HALF, finish="length"), "wrote too much"),
}
FEW = ["accepts, never answers", "cut in the middle", "limited (429)", "rubbish"]


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


def opened(index: Settings, base_url: str) -> Pipeline:
    """The pipeline whose model is at `base_url`."""
    chat = ChatSettings(base_url=base_url, model=MODEL, kept_answers=0, timeout=SECONDS)
    return build_pipeline(index.model_copy(update={"chat": chat}))


@pytest.fixture(scope="module")
def running(sample_index: Settings, server: ChatServer) -> Iterator[str]:
    """The program, which has loaded what it needs to call a model."""
    import langchain_openai  # noqa: F401  takes seconds at its first use

    with (
        opened(sample_index, server.base_url) as pipeline,
        served(pipeline, examples=()) as address,
    ):
        server.play(GOOD)
        wait_until(lambda: ask(address)["engine"] == "generative")
        yield address


@pytest.fixture
def address(running: str, server: ChatServer) -> str:
    """The program, whose model has just answered: no earlier failure counts any more."""
    server.play(GOOD)
    assert ask(running)["engine"] == "generative"
    return running


def ask(address: str) -> dict[str, Any]:
    answer = httpx.post(f"{address}/api/ask", json={"question": PORT}, timeout=30)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def assert_quoted(answer: Mapping[str, Any], note: str) -> None:
    assert (answer["engine"], answer["abstained"]) == ("extractive", False)
    assert QUOTED in answer["answer"]
    assert note in answer["reason"]
    assert {claim["verdict"] for claim in answer["claims"]} == {Verdict.SUPPORTED.value}
    quotes = [citation["quote"] for citation in answer["citations"]]
    for claim in answer["claims"]:
        assert claim["text"] in quotes[claim["citations"][0]]


@pytest.mark.parametrize("how", FAILURES)
def test_an_answer_as_json_is_quoted_in_time_with_a_note(
    address: str, server: ChatServer, how: str
) -> None:
    script, note = FAILURES[how]
    server.play(script)
    began = time.monotonic()
    answer = ask(address)
    assert time.monotonic() - began < LATEST
    assert len(server.calls()) == 1
    assert_quoted(answer, note)


@pytest.mark.parametrize("how", FEW)
def test_events_end_with_the_quotes_in_time_and_a_note(
    address: str, server: ChatServer, how: str
) -> None:
    script, note = FAILURES[how]
    server.play(script)
    began = time.monotonic()
    headers = {"accept": "text/event-stream"}
    body = httpx.post(f"{address}/api/ask", json={"question": PORT}, headers=headers, timeout=30)
    assert time.monotonic() - began < LATEST
    events = [block.split("\n") for block in body.text.strip().split("\n\n")]
    names = [name.removeprefix("event: ") for name, _ in events]
    assert names[-2:] == ["claim", "answer"]
    assert "error" not in names
    assert_quoted(json.loads(events[-1][1].removeprefix("data: ")), note)


def test_what_was_proved_before_the_model_broke_off_stays(address: str, server: ChatServer) -> None:
    whole = claims((TRUE, [1]), ("And much more was handled there in that year.", [1]))
    server.play(Script(whole, stop_after=len(GOOD.split(" ")) + 4, fault="cut"))
    answer = ask(address)
    assert answer["engine"] == "generative"
    assert answer["claims"][0]["text"] == TRUE
    assert "broke off" in answer["reason"]


def test_a_model_that_is_down_is_soon_left_alone(sample_index: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and never listens
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with opened(sample_index, closed) as pipeline, served(pipeline, examples=()) as address:
            for note in ["cannot be reached"] * 3 + ["is given a rest"]:
                began = time.monotonic()
                answer = ask(address)
                assert time.monotonic() - began < LATEST
                assert_quoted(answer, note)


@pytest.fixture(scope="session")
def warm() -> Warm:
    return warm_process()


@pytest.mark.parametrize("how", FEW)
def test_the_command_prints_the_quotes_and_the_note(
    tmp_path: Path, warm: Warm, sample_index: Settings, server: ChatServer, how: str
) -> None:
    script, note = FAILURES[how]
    server.play(script)
    env = {
        "POLICYQA_CHAT__BASE_URL": server.base_url,
        "POLICYQA_CHAT__MODEL": MODEL,
        "POLICYQA_CHAT__KEPT_ANSWERS": "0",
        "POLICYQA_CHAT__TIMEOUT": str(6 if script.wait else 60),
    }
    done = warm.policyqa("ask", PORT, "--index", sample_index.index_dir, cwd=tmp_path, env=env)
    assert (done.code, done.err) == (0, "")
    printed = " ".join(done.out.split())
    assert QUOTED in printed
    assert f"The chat model {note}" in printed
    assert "extractive engine" in printed
