from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from rag.errors import PolicyQAError
from ui.events import sent_event
from ui.sites import asked as asked_module
from ui.sites.asked import Asked, AskedTable, Key

KEY: Key = ("town", "v" * 22, "a" * 20)
STEP_S = 0.01


class Source:
    """Events that come one by one, and whether they were closed."""

    def __init__(self, count: int = 3, error: Exception | None = None, size: int = 1) -> None:
        self.closed = False
        self.told = 0
        self._count = count
        self._error = error
        self._size = size

    async def events(self) -> AsyncGenerator[str]:
        try:
            for number in range(self._count):
                await asyncio.sleep(STEP_S)
                self.told += 1
                yield sent_event("status", {"n": number, "filling": "x" * self._size})
            if self._error is not None:
                raise self._error
        finally:
            self.closed = True


def run(act: Callable[[], Awaitable[None]]) -> None:
    async def within_time() -> None:
        await asyncio.wait_for(act(), 10)

    asyncio.run(within_time())


async def read(table: AskedTable, asked: Asked, after: int = 0) -> list[int]:
    """The numbers of the events, as the reader gets them."""
    return [
        int(event.partition("\n")[0].removeprefix("id: "))
        async for event in table.read(KEY, asked, after)
        if not event.startswith(":")
    ]


def test_events_are_numbered_and_read_by_several_at_once() -> None:
    async def act() -> None:
        table, source = AskedTable(), Source(5)
        asked = table.begin(KEY, "Q?", None, source.events())
        await table.begun(KEY, asked)
        found = await asyncio.gather(
            read(table, asked), read(table, asked), read(table, asked, 3), read(table, asked, 99)
        )
        assert found == [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [4, 5], []]
        assert source.told == 5
        assert table.find(KEY, None) is asked
        assert await read(table, asked, 2) == [3, 4, 5]

    run(act)


def test_a_reader_that_was_cut_off_reads_on_and_the_work_goes_on_meanwhile() -> None:
    async def act() -> None:
        table, source = AskedTable(left_s=5), Source(6)
        asked = table.begin(KEY, "Q?", None, source.events())
        reading = table.read(KEY, asked)
        first = [await anext(reading), await anext(reading)]
        await reading.aclose()
        assert [event.partition("\n")[0] for event in first] == ["id: 1", "id: 2"]
        assert await read(table, asked, 2) == [3, 4, 5, 6]
        assert source.told == 6

    run(act)


def test_the_work_ends_when_nobody_reads_for_a_while() -> None:
    async def act() -> None:
        table, source = AskedTable(left_s=0.05), Source(1000)
        asked = table.begin(KEY, "Q?", None, source.events())
        reading = table.read(KEY, asked)
        await anext(reading)
        await reading.aclose()
        while not source.closed:
            await asyncio.sleep(STEP_S)
        assert source.told < 1000
        assert table.find(KEY, None) is None
        assert asked.done is not None

    run(act)


def test_the_work_of_an_answer_that_nobody_began_to_read_ends_too() -> None:
    async def act() -> None:
        table, source = AskedTable(left_s=0.05), Source(1000)
        asked = table.begin(KEY, "Q?", None, source.events())
        await table.begun(KEY, asked)
        while not source.closed:
            await asyncio.sleep(STEP_S)
        assert len(table) == 0

    run(act)


def test_a_long_wait_for_the_first_event_is_no_leaving() -> None:
    async def slow() -> AsyncGenerator[str]:
        await asyncio.sleep(0.2)
        yield sent_event("status", {})

    async def act() -> None:
        table = AskedTable(left_s=0.05)
        asked = table.begin(KEY, "Q?", None, slow())
        await table.begun(KEY, asked)
        assert await read(table, asked) == [1]

    run(act)


def test_an_answer_that_is_stopped_ends_for_all_readers() -> None:
    async def act() -> None:
        table, source = AskedTable(), Source(1000)
        asked = table.begin(KEY, "Q?", None, source.events())
        await table.begun(KEY, asked)
        readers = [asyncio.create_task(read(table, asked)) for _ in range(3)]
        await asyncio.sleep(5 * STEP_S)
        table.stop(KEY)
        found = await asyncio.gather(*readers)
        assert source.closed
        assert all(0 < len(numbers) < 1000 for numbers in found)
        assert table.find(KEY, None) is None
        table.stop(KEY)

    run(act)


class Refused(PolicyQAError):
    http_status = 503
    code = "refused"


def test_what_fails_before_anything_was_told_is_raised_and_asked_anew() -> None:
    async def act() -> None:
        table = AskedTable()
        asked = table.begin(KEY, "Q?", None, Source(0, Refused("No.")).events())
        with pytest.raises(Refused):
            await table.begun(KEY, asked)
        assert table.find(KEY, None) is None

    run(act)


def test_what_fails_later_is_an_event_and_asked_anew() -> None:
    async def act() -> None:
        table = AskedTable()
        asked = table.begin(KEY, "Q?", None, Source(2, Refused("No.")).events())
        await table.begun(KEY, asked)
        assert await read(table, asked) == [1, 2, 3]
        assert '"code": "refused"' in asked.events[-1]
        assert asked.events[-1].startswith("id: 3\nevent: error\n")
        assert table.find(KEY, None) is None

    run(act)


def test_answers_are_kept_for_a_while_only_and_within_their_bound() -> None:
    async def act() -> None:
        now = 0.0
        table = AskedTable(kept_s=300, clock=lambda: now)
        asked = table.begin(KEY, "Q?", ("public/",), Source(1).events())
        assert await read(table, asked) == [1]
        assert table.find(KEY, ("public/",)) is asked
        assert table.find(KEY, ()) is None
        now = 299.0
        assert table.find(KEY, ("public/",)) is asked
        now = 300.0
        assert table.find(KEY, ("public/",)) is None

    run(act)


def test_kept_answers_take_bounded_room_and_the_oldest_go_first() -> None:
    async def act() -> None:
        table = AskedTable(most_bytes=10_000)
        for number in range(40):
            key = ("town", "v" * 22, f"{number:020}")
            asked = table.begin(key, "Q?", None, Source(1, size=1000).events())
            await table.begun(key, asked)
            async for _ in table.read(key, asked):
                pass
        assert 5 <= len(table) <= 10
        assert table.find(("town", "v" * 22, f"{39:020}"), None) is not None
        assert table.find(("town", "v" * 22, f"{0:020}"), None) is None

    run(act)


def test_an_answer_under_way_is_never_dropped_for_room() -> None:
    async def act() -> None:
        table, source = AskedTable(most_bytes=10), Source(20, size=1000)
        asked = table.begin(KEY, "Q?", None, source.events())
        await table.begun(KEY, asked)
        assert await read(table, asked) == list(range(1, 21))

    run(act)


def test_a_silent_answer_shows_that_it_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked_module, "_SIGN_OF_LIFE_S", 0.05)

    async def slow() -> AsyncGenerator[str]:
        yield sent_event("status", {})
        await asyncio.sleep(0.3)
        yield sent_event("answer", {})

    async def act() -> None:
        table = AskedTable()
        asked = table.begin(KEY, "Q?", None, slow())
        told = [event async for event in table.read(KEY, asked)]
        comments = [event for event in told if event.startswith(":")]
        assert comments
        assert all(event.endswith("\n\n") for event in told)
        assert [event for event in told if event not in comments] == asked.events

    run(act)
