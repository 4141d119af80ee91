"""So many threads ask, each case once in its turn, and the table tells what they reached."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from eval.dataset import Case, read_cases
from eval.throughput_ask import Speed, main, measure, to_markdown


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return read_cases(Path("data/questions.jsonl"))[:10]


def test_every_number_of_threads_asks_as_many_cases_in_each_round(cases: list[Case]) -> None:
    asked: list[str] = []
    speeds = measure(lambda case: asked.append(case.id), cases, [1, 3], rounds=2, count=20)
    assert [speed.threads for speed in speeds] == [1, 3]
    assert all(len(speed.rates) == len(speed.cpus) == 2 for speed in speeds)
    assert all(len(speed.walls) == 40 for speed in speeds)
    warm = asked[: len(cases)]
    assert warm == [case.id for case in cases]
    assert {id_: asked.count(id_) for id_ in warm} == dict.fromkeys(warm, 9)


def test_as_many_ask_at_once_as_there_are_threads(cases: list[Case]) -> None:
    together = threading.Barrier(4)
    first = iter(cases)
    warm = len(cases)

    def ask(case: Case) -> None:
        if next(first, None) is None:
            together.wait(timeout=10)

    speeds = measure(ask, cases, [4], rounds=1, count=8)
    assert warm == 10
    assert len(speeds[0].walls) == 8


def test_the_table_tells_the_middle_round_and_the_extremes() -> None:
    speed = Speed(2, [10.0, 30.0, 20.0], [50.0, 70.0, 60.0], [100.0] * 99 + [200.0])
    row = to_markdown([speed], 10_000).splitlines()[-1]
    assert [cell.strip() for cell in row.strip("|").split("|")] == [
        "2", "20.0", "10.0", "30.0", "60", "100", "100",
    ]  # fmt: skip


def test_without_an_index_it_says_so_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--index", str(tmp_path / "none")]) == 2
    told = capsys.readouterr().err
    assert told.startswith("eval.throughput_ask: ")
    assert told.count("\n") == 1
