"""Together gives everyone what alone would give, whoever else asks, fails or leaves."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from rag.batching import Together

PATIENCE_S = 10.0


class Work:
    """Doubles numbers, and keeps what came together; while it is held, a batch goes on."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._open = threading.Event()
        self._open.set()
        self.begun = threading.Semaphore(0)

    def __call__(self, items: Sequence[int]) -> list[int]:
        with self._lock:
            self.batches.append(list(items))
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        self.begun.release()
        assert self._open.wait(PATIENCE_S)
        with self._lock:
            self._at_once -= 1
        if 0 in items:
            raise ValueError("nothing to double")
        return [2 * item for item in items]

    @contextmanager
    def held(self) -> Iterator[None]:
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(32) as pool:
        yield pool


def left(together: Together[int, int], count: int) -> None:
    """Wait until so many items are left for the next batch."""
    deadline = threading.Event()
    for _ in range(1000):
        if len(together._left) >= count:
            return
        deadline.wait(PATIENCE_S / 1000)
    raise AssertionError(f"{len(together._left)} of {count} items were left")


def asked_behind(
    first: int,
    others: Sequence[int],
    together: Together[int, int],
    work: Work,
    pool: ThreadPoolExecutor,
) -> list[Future[int]]:
    """One asks, and the others while its batch goes on; in this order."""
    with work.held():
        asked = [pool.submit(together, first)]
        assert work.begun.acquire(timeout=PATIENCE_S)
        for number, item in enumerate(others, start=1):
            asked.append(pool.submit(together, item))
            left(together, number)
    return asked


def test_who_asks_alone_is_served_at_once() -> None:
    work = Work()
    together = Together(work, most=8)
    assert [together(item) for item in (1, 2, 3)] == [2, 4, 6]
    assert work.batches == [[1], [2], [3]]


def test_what_is_left_meanwhile_goes_together(pool: ThreadPoolExecutor) -> None:
    work = Work()
    asked = asked_behind(1, [2, 3, 4], Together(work, most=8), work, pool)
    assert [one.result(PATIENCE_S) for one in asked] == [2, 4, 6, 8]
    assert work.batches == [[1], [2, 3, 4]]


def test_a_batch_is_bounded_and_those_who_came_first_go_first(pool: ThreadPoolExecutor) -> None:
    work = Work()
    asked = asked_behind(1, [2, 3, 4, 5, 6], Together(work, most=2), work, pool)
    assert [one.result(PATIENCE_S) for one in asked] == [2, 4, 6, 8, 10, 12]
    assert work.batches == [[1], [2, 3], [4, 5], [6]]


def test_sizes_count_and_what_is_too_large_goes_alone(pool: ThreadPoolExecutor) -> None:
    work = Work()
    together = Together(work, most=10, size=lambda item: item)
    asked = asked_behind(1, [4, 6, 50, 9, 3], together, work, pool)
    assert [one.result(PATIENCE_S) for one in asked] == [2, 8, 12, 100, 18, 6]
    assert work.batches == [[1], [4, 6], [50], [9], [3]]


def test_as_many_batches_run_at_once_as_there_are_places(pool: ThreadPoolExecutor) -> None:
    work = Work()
    together = Together(work, most=1, places=2)
    with work.held():
        asked = [pool.submit(together, item) for item in range(1, 9)]
        for _ in range(2):
            assert work.begun.acquire(timeout=PATIENCE_S)
        left(together, 6)
        assert len(work.batches) == 2
    assert sorted(one.result(PATIENCE_S) for one in asked) == [2 * item for item in range(1, 9)]
    assert work.most_at_once == 2


def test_a_failure_reaches_all_of_its_batch_and_nobody_else(pool: ThreadPoolExecutor) -> None:
    work = Work()
    asked = asked_behind(1, [2, 0, 3], Together(work, most=2), work, pool)
    assert asked[0].result(PATIENCE_S) == 2
    for one in asked[1:3]:
        with pytest.raises(ValueError, match="nothing to double"):
            one.result(PATIENCE_S)
    assert asked[3].result(PATIENCE_S) == 6


def test_too_few_results_are_a_failure_not_a_wait(pool: ThreadPoolExecutor) -> None:
    together: Together[int, int] = Together(lambda items: [], most=2)
    with pytest.raises(ValueError, match="zip"):
        pool.submit(together, 1).result(PATIENCE_S)
    with pytest.raises(ValueError, match="zip"):  # and the place is free again
        pool.submit(together, 1).result(PATIENCE_S)


def test_a_leader_that_is_interrupted_leaves_the_others_work_to_the_others(
    pool: ThreadPoolExecutor,
) -> None:
    work = Work()

    def interrupted(items: Sequence[int]) -> list[int]:
        done = work(items)
        if items[0] == 7:
            raise KeyboardInterrupt
        return done

    together = Together(interrupted, most=8)
    asked = asked_behind(1, [7, 2, 3], together, work, pool)
    assert asked[0].result(PATIENCE_S) == 2
    with pytest.raises(KeyboardInterrupt):
        asked[1].result(PATIENCE_S)
    assert [one.result(PATIENCE_S) for one in asked[2:]] == [4, 6]
    assert work.batches == [[1], [7, 2, 3], [2, 3]]


def test_who_is_interrupted_while_waiting_takes_no_place(
    pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = threading.Event.wait

    def interrupted(event: threading.Event, timeout: float | None = None) -> bool:
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt
        return wait(event, timeout)

    work = Work()
    together = Together(work, most=8)
    with work.held():
        first = pool.submit(together, 1)
        assert work.begun.acquire(timeout=PATIENCE_S)
        monkeypatch.setattr(threading.Event, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            together(2)
        monkeypatch.undo()
    assert first.result(PATIENCE_S) == 2
    assert together(3) == 6
    assert work.batches == [[1], [3]]


def test_everybody_gets_the_own_result_whoever_asks_beside(pool: ThreadPoolExecutor) -> None:
    work = Work()
    together = Together(work, most=5, places=2)
    items = list(range(1, 400))
    assert list(pool.map(together, items, timeout=PATIENCE_S)) == [2 * item for item in items]
    assert max(map(len, work.batches)) <= 5
    assert sorted(item for batch in work.batches for item in batch) == items
