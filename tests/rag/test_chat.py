from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from rag.breaker import Breaker
from rag.chat import ChatModel, Message
from rag.errors import ChatError, Failure, ModelError
from rag.settings import ChatSettings
from tests.chat_server import MODEL, ChatServer, Script, chat_server

KEY = "sk-secret-4711"
ASKED = (Message("system", "Be brief."), Message("user", "How many?"))
LONG = "Forty two. " * 50


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


def settings_of(server: ChatServer, **more: Any) -> ChatSettings:
    return ChatSettings(base_url=server.base_url, model=MODEL, api_key=KEY, **more)


@pytest.fixture(scope="module")
def warm(server: ChatServer) -> Iterator[ChatModel]:
    """A model that has loaded its libraries, and never rests."""
    with ChatModel(settings_of(server), Breaker(1_000, 1)) as model:
        server.play("Ready.")
        list(model.stream(ASKED, deadline=time.monotonic() + 60))
        yield model


def read(model: ChatModel, seconds: float = 10, **more: Any) -> str:
    pieces = model.stream(ASKED, deadline=time.monotonic() + seconds, **more)
    return "".join(piece.text for piece in pieces)


def test_the_text_comes_in_pieces_with_the_tokens_counted(
    server: ChatServer, warm: ChatModel
) -> None:
    server.play("Forty two homes.")
    pieces = list(warm.stream(ASKED, deadline=time.monotonic() + 10))
    assert [p.text for p in pieces if p.text] == ["Forty ", "two ", "homes. "]
    assert [dict(p.usage) for p in pieces if p.usage] == [{"read": 100, "written": 20}]


def test_the_request_holds_what_the_settings_say(server: ChatServer, warm: ChatModel) -> None:
    server.play("Ready.")
    read(warm, schema={"type": "object"})
    (call,) = server.calls()
    body = call["body"]
    assert (body["model"], body["temperature"], body["max_tokens"]) == (MODEL, 0.0, 500)
    assert [(m["role"], m["content"]) for m in body["messages"]] == [
        ("system", "Be brief."), ("user", "How many?")
    ]  # fmt: skip
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert call["authorization"] == f"Bearer {KEY}"


def test_a_server_that_knows_no_schema_is_asked_without_from_then_on(server: ChatServer) -> None:
    server.play(Script("Forty two.", schemaless=True))
    with ChatModel(settings_of(server)) as model:
        assert read(model, schema={"type": "object"}).strip() == "Forty two."
        assert read(model, schema={"type": "object"}).strip() == "Forty two."
    assert ["response_format" in call["body"] for call in server.calls()] == [True, False, False]


@pytest.mark.parametrize(
    ("script", "failure"),
    [
        (Script(LONG, wait=60), Failure.SLOW),
        (Script(LONG, stop_after=2, fault="stall"), Failure.SLOW),
        (Script(LONG, pause=0.1), Failure.SLOW),
        (Script(LONG, stop_after=2, fault="cut"), Failure.CUT_OFF),
        (Script(LONG, finish=None), Failure.CUT_OFF),
        (Script(LONG, finish="length"), Failure.TOO_LONG),
        (Script(status=429), Failure.LIMITED),
        (Script(status=500), Failure.DOWN),
        (Script(status=503), Failure.DOWN),
        (Script(status=401), Failure.REFUSED),
        (Script(status=404), Failure.REFUSED),
        (Script(fault="rubbish"), Failure.RUBBISH),
        (Script(""), Failure.EMPTY),
        (Script("  \n "), Failure.EMPTY),
    ],
    ids=lambda value: value.value if isinstance(value, Failure) else "",
)
def test_every_way_to_fail_is_one_error_in_time(
    server: ChatServer, warm: ChatModel, script: Script, failure: Failure
) -> None:
    server.play(script)
    started = time.monotonic()
    with pytest.raises(ChatError) as caught:
        read(warm, seconds=1)
    assert time.monotonic() - started < 1.5
    assert caught.value.failure is failure
    assert isinstance(caught.value, ModelError)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert KEY not in message


def test_a_server_that_is_not_there_is_down() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gone = ChatSettings(base_url=f"http://127.0.0.1:{port}/v1", model=MODEL)
    with ChatModel(gone) as model, pytest.raises(ChatError) as caught:
        read(model)
    assert caught.value.failure is Failure.DOWN


def test_after_failures_in_a_row_the_server_is_left_alone(server: ChatServer) -> None:
    server.play(Script(status=500))
    with ChatModel(settings_of(server), Breaker(2, 60)) as model:
        for expected in (Failure.DOWN, Failure.DOWN, Failure.RESTING):
            with pytest.raises(ChatError) as caught:
                read(model)
            assert caught.value.failure is expected
    assert len(server.calls()) == 2


def test_what_the_model_does_with_one_question_is_no_failure_of_its_server(
    server: ChatServer,
) -> None:
    server.play(Script(""), Script(LONG, finish="length"), "Forty two.")
    with ChatModel(settings_of(server), Breaker(1, 60)) as model:
        for expected in (Failure.EMPTY, Failure.TOO_LONG):
            with pytest.raises(ChatError) as caught:
                read(model)
            assert caught.value.failure is expected
        assert read(model).strip() == "Forty two."


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_question_that_the_server_refuses_says_nothing_of_other_questions(
    server: ChatServer, status: int
) -> None:
    calls_of_a_question = 1 if status == 413 else 2  # the second without what may be unknown
    server.play(*[Script(status=status)] * (3 * calls_of_a_question), "Forty two.")
    with ChatModel(settings_of(server), Breaker(2, 60)) as model:
        for _ in range(3):
            with pytest.raises(ChatError) as caught:
                read(model)
            assert caught.value.failure is Failure.REFUSED
        assert read(model).strip() == "Forty two."


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_server_that_takes_no_question_at_all_is_left_alone(
    server: ChatServer, status: int
) -> None:
    server.play(Script(status=status))
    with ChatModel(settings_of(server), Breaker(2, 60)) as model:
        failures = []
        for _ in range(3):
            with pytest.raises(ChatError) as caught:
                read(model)
            failures.append(caught.value.failure)
    assert failures[-1] is Failure.RESTING


def test_whoever_stops_reading_ends_the_call_on_the_server(
    server: ChatServer, warm: ChatModel
) -> None:
    server.play(Script(LONG, stop_after=2, fault="stall"))
    with closing(warm.stream(ASKED, deadline=time.monotonic() + 30)) as pieces:
        assert next(pieces).text == "Forty "
        assert next(pieces).text == "two. "
        assert next(pieces).text == ""
    closed = time.time()
    hung_up = _when_hung_up(server)
    assert hung_up - closed < 2


def _when_hung_up(server: ChatServer) -> float:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        (call,) = server.calls()
        if call["hung_up"]:
            return float(call["hung_up"])
        time.sleep(0.05)
    pytest.fail("the server was not told")


def test_the_deadline_ends_the_call_on_the_server(server: ChatServer, warm: ChatModel) -> None:
    server.play(Script(LONG, wait=60))
    with pytest.raises(ChatError):
        read(warm, seconds=0.3)
    assert _when_hung_up(server) - time.time() < 2


def test_no_key_of_another_service_is_sent(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.play("Ready.")
    settings = ChatSettings(base_url=server.base_url, model=MODEL)
    with ChatModel(settings) as model:
        read(model)
    assert [call["authorization"] for call in server.calls()] == ["Bearer none"]


def test_the_client_is_loaded_in_the_background() -> None:
    code = (
        "import sys; from rag.chat import ChatModel\n"
        "assert 'langchain_openai' not in sys.modules\n"
        "ChatModel.warm().join()\n"
        "assert 'langchain_openai' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
