"""However an answer ends, its place is free again, and it is counted once."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import pytest
from anyio import CapacityLimiter
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.models import Answer, Claim, Filters, Turn
from rag.settings import Settings
from tests.ui.fake_pipeline import FakePipeline
from ui import asking
from ui.admission import Busy
from ui.asking import WAITING, in_threads, told
from ui.events import answer_events
from ui.metrics import Door
from ui.office import Office, open_office
from ui.people.limits import TooOften
from ui.people.person import LOCAL, Person, Role

LI = Person("li", Role.READER)


class Breaking(FakePipeline):
    """Breaks at the event of a number; never, if there is none."""

    def __init__(self, at: int | None = None, pause: float = 0.0) -> None:
        super().__init__(pause)
        self.at = at
        self.begun = threading.Event()

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Iterator[str | Claim | Answer]:
        for number, event in enumerate(super().stream(question)):
            self.begun.set()
            if number == self.at:
                raise RuntimeError("broken on purpose")
            yield event


def office_of(pipeline: FakePipeline, folder: Path, **serving: Any) -> Office:
    serving = {"quoting": 1, **serving}
    return open_office(
        pipeline,
        Settings(office_dir=folder / "office", index_dir=folder / "index", serving=serving),
    )


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return office_of(Breaking(), tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office_of(Breaking(), tmp_path_factory.mktemp("shared"))


def is_free(office: Office) -> bool:
    if office.admission.working:
        gc.collect()  # a generator in a circle, such as that of an error and its frames
    return (office.admission.working, office.admission.waiting) == (0, 0)


def counted(office: Office) -> dict[str, float]:
    """Questions by outcome."""
    found: dict[str, float] = {}
    for metric in office.metrics.registry.collect():
        for sample in metric.samples:
            if sample.name == "policyqa_questions_total" and sample.value:
                outcome = sample.labels["outcome"]
                found[outcome] = found.get(outcome, 0) + sample.value
    return found


def test_an_answer_gives_its_place_back_before_its_reader_has_fetched_it(office: Office) -> None:
    events = told(office, LOCAL, "ferries")
    for event in events:
        assert office.admission.working == (0 if isinstance(event, Answer) else 1)
        if isinstance(event, Answer):
            break
    assert is_free(office)
    assert counted(office) == {"answered": 1}


def test_a_stream_that_nobody_ever_reads_gives_its_place_back(office: Office) -> None:
    told(office, LOCAL, "ferries")
    wrapped = answer_events(told(office, LOCAL, "ferries"))
    waiting = in_threads(answer_events(told(office, LOCAL, "ferries")), CapacityLimiter(1))
    del wrapped, waiting
    assert is_free(office)
    assert counted(office) == {"left": 3}


@pytest.mark.parametrize("question", ["ferries", "", "x" * 3000, "Please break.", "unknown"])
def test_every_way_to_end_gives_the_place_back(office: Office, question: str) -> None:
    list(answer_events(told(office, LOCAL, question)))
    assert is_free(office)
    assert sum(counted(office).values()) == 1


@settings(max_examples=50, deadline=None)
@given(
    breaks_at=st.none() | st.integers(0, 4),
    leaves_after=st.integers(0, 6),
    wrapped=st.booleans(),
    on_loop=st.booleans(),
    closes=st.booleans(),
)
def test_no_error_and_no_leaving_keeps_a_place(
    shared: Office,
    breaks_at: int | None,
    leaves_after: int,
    wrapped: bool,
    on_loop: bool,
    closes: bool,
) -> None:
    assert isinstance(shared.pipeline, Breaking)
    shared.pipeline.at = breaks_at
    before = sum(counted(shared).values())
    events: Any = told(shared, LOCAL, "How many containers?")
    if wrapped:
        events = answer_events(events)

    async def on_the_loop(events: Any) -> None:
        async with aclosing(in_threads(events, CapacityLimiter(1))) as steps:
            for _ in range(leaves_after):
                await anext(steps)

    with suppress(RuntimeError, StopIteration, StopAsyncIteration):
        if on_loop:
            asyncio.run(on_the_loop(events))
        else:
            for _ in range(leaves_after):
                next(events)
            if closes:
                events.close()
    del events
    assert is_free(shared)
    assert sum(counted(shared).values()) == before + 1


def test_who_finds_no_place_is_told_to_wait_and_then_answered(office: Office) -> None:
    first = told(office, LOCAL, "ferries")
    second = told(office, LOCAL, "ferries")

    async def both() -> list[Any]:
        seen: list[Any] = []
        async with aclosing(in_threads(second, CapacityLimiter(1))) as events:
            async for event in events:
                seen.append(event)
                if event == WAITING:
                    first.close()
        return seen

    seen = asyncio.run(both())
    assert seen[:2] == [WAITING, "Searching the documents"]
    assert isinstance(seen[-1], Answer)
    assert is_free(office)


def test_who_waits_long_is_told_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_AGAIN_S", 0.01)
    first = told(office, LOCAL, "ferries")
    second = told(office, LOCAL, "ferries")
    assert [next(second) for _ in range(3)] == [WAITING] * 3
    first.close()
    *_, answer = second
    assert isinstance(answer, Answer)


def test_a_thread_that_reads_is_held_up_until_its_turn_comes(office: Office) -> None:
    first, second = told(office, LOCAL, "ferries"), told(office, LOCAL, "ferries")
    assert next(second) == WAITING
    timer = threading.Timer(0.1, first.close)
    timer.start()
    began = time.monotonic()
    assert next(second) == "Searching the documents"
    assert 0.05 < time.monotonic() - began < asking._AGAIN_S
    second.close()
    timer.join()


def test_hundreds_wait_on_the_loop_with_a_single_thread(tmp_path: Path) -> None:
    office = office_of(Breaking(), tmp_path, quoting=2)
    limiter = CapacityLimiter(1)

    async def one(number: int) -> Answer:
        question = f"When do ferries leave, {number}?"
        async with aclosing(in_threads(told(office, LOCAL, question), limiter)) as events:
            seen = [event async for event in events]
        assert seen[0] in (WAITING, "Searching the documents")
        assert isinstance(seen[-1], Answer)
        return seen[-1]

    async def everybody() -> list[Answer]:
        return await asyncio.gather(*(one(number) for number in range(300)))

    answers = asyncio.run(everybody())
    assert [answer.question for answer in answers] == [
        f"When do ferries leave, {number}?" for number in range(300)
    ]
    assert is_free(office)


def test_who_waits_and_goes_away_leaves_the_line_at_once(office: Office) -> None:
    first = told(office, LOCAL, "ferries")

    async def leave() -> float:
        events = in_threads(told(office, LOCAL, "ferries"), CapacityLimiter(1))
        assert await anext(events) == WAITING
        task = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.05)
        assert office.admission.waiting == 1
        began = time.monotonic()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return time.monotonic() - began

    assert asyncio.run(leave()) < 1
    assert office.admission.waiting == 0
    first.close()
    assert is_free(office)
    assert counted(office) == {"left": 2}


def test_a_step_that_is_cancelled_keeps_its_place_until_it_has_ended(tmp_path: Path) -> None:
    pipeline = Breaking(pause=0.2)
    office = office_of(pipeline, tmp_path)

    async def cancelled() -> None:
        async def read() -> None:
            async with aclosing(in_threads(told(office, LOCAL, "container"), limiter)) as events:
                async for _ in events:
                    pass

        limiter = CapacityLimiter(1)
        task = asyncio.create_task(read())
        await asyncio.to_thread(pipeline.begun.wait)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert is_free(office)


def test_a_refusal_comes_before_anything_is_streamed_and_is_counted(tmp_path: Path) -> None:
    office = office_of(Breaking(), tmp_path, waiting=0)
    held = told(office, LOCAL, "ferries", door=Door.WIDGET)
    with pytest.raises(Busy):
        told(office, LOCAL, "ferries")
    held.close()
    assert counted(office) == {"left": 1, "refused": 1}
    assert office.audit.entries() == []  # neither was begun


def test_who_asks_too_often_takes_no_place(tmp_path: Path) -> None:
    office = open_office(
        Breaking(),
        Settings(
            office_dir=tmp_path, index_dir=tmp_path / "index", access={"questions_per_minute": 1}
        ),
    )
    list(told(office, LI, "ferries"))
    with pytest.raises(TooOften):
        told(office, LI, "ferries")
    assert is_free(office)
    assert counted(office) == {"answered": 1, "refused": 1}


def test_a_question_that_finds_no_place_does_not_count_against_the_limit(tmp_path: Path) -> None:
    office = open_office(
        Breaking(),
        Settings(
            office_dir=tmp_path,
            index_dir=tmp_path / "index",
            access={"questions_per_minute": 1},
            serving={"quoting": 1, "waiting": 0},
        ),
    )
    place = office.admission.join(LOCAL)
    for _ in range(3):
        with pytest.raises(Busy):
            told(office, LI, "ferries")
    place.leave()
    *_, answer = told(office, LI, "ferries")
    assert isinstance(answer, Answer)
