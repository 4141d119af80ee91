from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from rag.chat_reach import by_proxy, reachable
from rag.settings import ChatSettings
from tests.chat_server import MODEL, ChatServer, chat_server


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


def at(base_url: str, model: str = MODEL) -> ChatSettings:
    return ChatSettings(base_url=base_url, model=model)


def test_it_tells_whether_the_model_is_there(server: ChatServer) -> None:
    url = server.base_url
    assert reachable(at(url)) == f"{url} answers and has the model 'scripted'."
    assert reachable(at(f"{url}/")) == f"{url} answers and has the model 'scripted'."
    assert reachable(at(url, "larger")) == (
        f"{url} answers, but lists no model 'larger' (it has: scripted)."
    )
    assert "correct chat.base_url" in reachable(at(f"{server.origin}/v2"))


def test_a_server_that_is_not_there_is_to_be_started() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "start it" in reachable(at(f"http://127.0.0.1:{port}/v1"))


@pytest.mark.parametrize("drips", [True, False])
def test_a_server_that_never_ends_its_answer_holds_nobody_up(drips: bool) -> None:
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
                while not ended.wait(0.2):
                    if drips:
                        connection.sendall(b" ")

        thread = threading.Thread(target=answer)
        thread.start()
        began = time.monotonic()
        told = reachable(at(f"http://127.0.0.1:{listener.getsockname()[1]}/v1"))
        assert time.monotonic() - began < 3.5
        ended.set()
        thread.join()
    assert "did not answer in time" in told


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:1/v1", False),
        ("http://[::1]:1/v1", False),
        ("http://localhost/v1", False),
        ("https://models.example/v1", True),
        ("http://192.0.2.7/v1", True),
    ],
)
def test_no_proxy_stands_between_the_parts_of_this_machine(url: str, expected: bool) -> None:
    assert by_proxy(at(url)) is expected
