from __future__ import annotations

import socket
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from tests.ui.serving import running

MIB = 1 << 20


def small_app() -> FastAPI:
    app = FastAPI()
    app.add_api_route("/", lambda: PlainTextResponse("here"))
    return app


def sent_before_the_end(address: str, head: bytes) -> int:
    """Bytes of an endless header that were taken before the line was cut."""
    place = urlsplit(address)
    assert place.hostname
    assert place.port
    sent = 0
    with socket.create_connection((place.hostname, place.port), timeout=10) as line:
        line.sendall(head)
        try:
            while sent < 64 * MIB:
                sent += line.send(b"a" * 65_536)
        except ConnectionError:
            pass
    return sent


def test_headers_without_end_are_refused_before_they_fill_the_memory() -> None:
    with running(small_app()) as address:
        for head in (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ", b"GET /", b"POST / HTTP/1.1\r\nA"):
            assert sent_before_the_end(address, head) < 16 * MIB  # most of it in sockets
        assert httpx.get(address).text == "here"


def test_headers_as_browsers_send_them_are_read() -> None:
    with running(small_app()) as address:
        assert httpx.get(address, headers={"cookie": "c" * 8000}).text == "here"
