from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Generator
from contextlib import aclosing

import pytest
from anyio import CapacityLimiter

from ui.asking import in_threads


class Counted:
    """A generator of numbers that notes how it ended."""

    def __init__(self, step: float = 0.0) -> None:
        self.step = step
        self.begun = threading.Event()
        self.ended: list[str] = []

    def numbers(self, stop: int) -> Generator[int]:
        try:
            for number in range(stop):
                self.begun.set()
                time.sleep(self.step)
                yield number
            self.ended.append("at its end")
        except GeneratorExit:
            self.ended.append("closed")
            raise


async def some(counted: Counted, stop: int, most: int) -> list[int]:
    read = []
    async with aclosing(in_threads(counted.numbers(stop), CapacityLimiter(1))) as numbers:
        async for number in numbers:
            read.append(number)
            if len(read) == most:
                break
    return read


def test_everything_is_read_in_order() -> None:
    counted = Counted()
    assert asyncio.run(some(counted, 5, 10)) == [0, 1, 2, 3, 4]
    assert counted.ended == ["at its end"]


def test_a_loop_that_is_left_closes_what_it_read_from() -> None:
    counted = Counted()
    assert asyncio.run(some(counted, 5, 2)) == [0, 1]
    assert counted.ended == ["closed"]


def test_a_task_that_is_cancelled_during_a_step_closes_it_after_the_step() -> None:
    counted = Counted(step=0.3)

    async def cancelled() -> None:
        task = asyncio.create_task(some(counted, 5, 10))
        await asyncio.to_thread(counted.begun.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert counted.ended == ["closed"]


def test_whoever_leaves_does_not_wait_in_line_behind_those_who_ask() -> None:
    waiting, leaving = Counted(step=1.0), Counted()

    async def leave() -> float:
        limiter = CapacityLimiter(1)
        async with aclosing(in_threads(leaving.numbers(5), limiter)) as numbers:
            await anext(numbers)
            async with aclosing(in_threads(waiting.numbers(1), limiter)) as others:
                step = asyncio.ensure_future(anext(others))
                await asyncio.to_thread(waiting.begun.wait)
                began = time.monotonic()
                await numbers.aclose()
                took = time.monotonic() - began
                await step
        return took

    assert asyncio.run(leave()) < 0.5
    assert leaving.ended == ["closed"]


def test_an_error_reaches_whoever_reads() -> None:
    def broken() -> Generator[int]:
        yield 1
        raise RuntimeError("broken on purpose")

    async def read() -> list[int]:
        async with aclosing(in_threads(broken(), CapacityLimiter(1))) as numbers:
            return [number async for number in numbers]

    with pytest.raises(RuntimeError, match="on purpose"):
        asyncio.run(read())
