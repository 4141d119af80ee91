"""A light client of `POST /api/ask`: one connection for each question, and nothing parsed but what
is measured."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_EVENTS = (b"event: claim", b"event: answer", b"event: error")
_LAST_CHUNK = b"0\r\n\r\n"


@dataclass(slots=True)
class Told:
    """What came of one question, in seconds since it was due; -1 stands for never."""

    status: int = 0
    headers: float = -1.0
    first_event: float = -1.0
    first_claim: float = -1.0
    whole: float = -1.0
    waited: bool = False
    failed: str = ""
    """The way it ended without an answer: `error`, `cut`, `hung` or an error of the connection."""

    @property
    def is_served(self) -> bool:
        """Whether the whole answer came."""
        return self.status == 200 and not self.failed

    @property
    def is_refused(self) -> bool:
        """Whether the server said that it is too much."""
        return self.status in (429, 503)


@dataclass(frozen=True, slots=True)
class Server:
    """Where to ask."""

    url: str
    headers: Mapping[str, str]

    async def ask(
        self, question: str, due: float, patience: float, *, streams: bool = True
    ) -> Told:
        """Ask, and follow the stream to its end, or wait for the answer as JSON."""
        told = Told()
        try:
            async with asyncio.timeout(patience):
                await self._follow(question, due, told, streams)
        except TimeoutError:
            told.failed = "hung"
        except OSError as error:
            told.failed = type(error).__name__
        return told

    async def _follow(self, question: str, due: float, told: Told, streams: bool) -> None:
        parts = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
        try:
            writer.write(self._request(parts.netloc, question, streams))
            head = await reader.readuntil(b"\r\n\r\n")
            told.status, told.headers = int(head.split(b" ", 2)[1]), time.perf_counter() - due
            await (_read(reader, due, told) if streams else _read_json(reader, head, due, told))
        except asyncio.IncompleteReadError:
            told.failed = "cut"
        finally:
            writer.transport.abort()
            await asyncio.sleep(0)  # in which it is closed

    def _request(self, host: str, question: str, streams: bool) -> bytes:
        body = json.dumps({"question": question}).encode()
        headers = {
            "host": host,
            "accept": "text/event-stream" if streams else "application/json",
            "content-type": "application/json",
            "content-length": str(len(body)),
            "connection": "close",
            **self.headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST /api/ask HTTP/1.1\r\n{lines}\r\n".encode() + body


async def _read_json(reader: asyncio.StreamReader, head: bytes, due: float, told: Told) -> None:
    """The body of a known length."""
    fields = (line.partition(b":") for line in head.lower().splitlines())
    length = next(int(value) for name, _, value in fields if name == b"content-length")
    await reader.readexactly(length)
    told.whole = time.perf_counter() - due


async def _read(reader: asyncio.StreamReader, due: float, told: Told) -> None:
    """The body, to the end of the connection; only where events begin is looked for."""
    seen, end = set[bytes](), b""
    while data := await reader.read(65536):
        now = time.perf_counter() - due
        if told.first_event < 0 and b"event: " in data:
            told.first_event = now
            told.waited = b"Waiting for" in data
        text = end[-16:] + data
        seen.update(name for name in _EVENTS if name in text)
        if told.first_claim < 0 and _EVENTS[0] in seen:
            told.first_claim = now
        end = text[-64:]
    told.whole = time.perf_counter() - due
    if told.status != 200:
        return
    if _EVENTS[2] in seen:
        told.failed = "error"
    elif _EVENTS[1] not in seen or not end.endswith(_LAST_CHUNK):
        told.failed = "cut"
