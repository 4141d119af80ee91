"""The load client tells apart what it is there to tell apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import islice

import pytest

from tests.load.client import Server, Told
from tests.load.load import Run, Scenario, different_questions, run, table

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
CLAIM = b"event: claim\ndata: {}\n\n"
ANSWER = b"event: answer\ndata: {}\n\n"
ERROR = b"event: error\ndata: {}\n\n"
REFUSED = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\n{}"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


WHOLE = HEAD + chunk(CLAIM) + chunk(ANSWER) + b"0\r\n\r\n"


@asynccontextmanager
async def serving(sent: bytes, *, closes: bool = True) -> AsyncIterator[Server]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(sent)
            await writer.drain()
            if not closes:
                await reader.read()  # until the client goes away
        finally:
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield Server(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", {})


def asked(sent: bytes, **options: bool) -> Told:
    async def ask() -> Told:
        async with serving(sent, **options) as server:
            return await server.ask("?", asyncio.get_running_loop().time(), 0.5)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("sent", "failed"),
    [
        (WHOLE, ""),
        (HEAD + chunk(ANSWER) + b"0\r\n\r\n", ""),
        (HEAD + chunk(CLAIM) + b"0\r\n\r\n", "cut"),
        (HEAD + chunk(CLAIM) + chunk(ANSWER), "cut"),
        (HEAD + chunk(CLAIM) + chunk(ERROR) + b"0\r\n\r\n", "error"),
        (b"HTTP/1.1 200 OK\r\n", "cut"),
        (b"", "cut"),
    ],
)
def test_only_a_whole_stream_is_served(sent: bytes, failed: str) -> None:
    told = asked(sent)
    assert told.failed == failed
    assert told.is_served is not bool(failed)


def test_a_stream_that_stops_is_hung() -> None:
    assert asked(HEAD + chunk(CLAIM), closes=False).failed == "hung"


def test_a_refusal_is_no_failure() -> None:
    told = asked(REFUSED)
    assert told.is_refused
    assert (told.failed, told.is_served) == ("", False)


def test_an_event_that_comes_in_two_pieces_is_seen() -> None:
    body = chunk(ANSWER) + b"0\r\n\r\n"
    cases: list[Callable[[int], bytes]] = [lambda at: body[:at], lambda at: body[at:]]

    async def ask(at: int) -> Told:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(HEAD)
            for piece in cases:
                writer.write(piece(at))
                await writer.drain()
                await asyncio.sleep(0.02)
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await Server(f"http://127.0.0.1:{port}", {}).ask("?", 0.0, 5)

    assert [asyncio.run(ask(at)).failed for at in (4, 10, 15, len(body) - 2)] == [""] * 4


def test_no_question_is_asked_twice() -> None:
    questions = list(islice(different_questions(), 15_000))
    assert len(set(questions)) == len(questions)
    assert all(0 < len(question) < 2000 for question in questions)


def test_a_scenario_asks_all_its_questions_and_tells_of_each() -> None:
    async def scenario() -> Run:
        async with serving(WHOLE) as server:
            return await run(Scenario("steady", 30, 300.0), server, different_questions())

    done = asyncio.run(scenario())
    assert len(done.told) == 30
    assert all(told.is_served for told in done.told)
    (line,) = table([done]).lines
    row = dict(zip(table([done]).header, line, strict=False))
    assert (row["scenario"], row["offered"], row["served"]) == ("steady", "30 at 300/s", "30")
    assert (row["refused"], row["hung"], row["cut or failed"]) == ("0", "0", "0")
