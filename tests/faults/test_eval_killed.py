"""A killed evaluation goes on where it stopped; one over an index that changes stops."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults.town import CONTAINERS, OLD_FIGURE, Town, build_town
from tests.faults.warm import Child, Warm, warm_process

CASES = 24
KILLS = 3


@pytest.fixture(scope="module")
def warm() -> Warm:
    return warm_process()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Town:
    return build_town(tmp_path_factory.mktemp("town"), warm)


@pytest.fixture(scope="module")
def cases(town: Town) -> Path:
    """Questions that differ in nothing but a number, so that every one takes about as long."""
    lines = [
        {"id": f"c{i}", "question": f"{CONTAINERS} ({i})", "expect": [[OLD_FIGURE]]}
        for i in range(CASES)
    ]
    path = town.index.parent / "many.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def start(warm: Warm, town: Town, cases: Path, cwd: Path, *options: object) -> Child:
    order = ("eval", cases, "--report", "run", "--index", town.index, *options)
    return warm.start("policyqa", *order, cwd=cwd)


def whole_rows(folder: Path) -> list[dict[str, Any]]:
    rows = folder / "run" / "rows.jsonl"
    data = rows.read_bytes() if rows.exists() else b""
    return [json.loads(line) for line in data[: data.rfind(b"\n") + 1].splitlines()]


def wait_for_rows(folder: Path, count: int) -> None:
    until = time.monotonic() + 60
    while len(whole_rows(folder)) < count:
        assert time.monotonic() < until, "the rows do not come"
        time.sleep(0.005)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_killed_evaluation_goes_on_without_repeating_or_losing_a_row(
    tmp_path: Path, warm: Warm, town: Town, cases: Path, jobs: int
) -> None:
    draw = random.Random(f"{jobs} jobs")
    for kill in range(1, KILLS + 1):
        before = whole_rows(tmp_path)
        child = start(warm, town, cases, tmp_path, "--jobs", jobs)
        wait_for_rows(tmp_path, len(before) + draw.randint(1, CASES // KILLS - 2))
        os.kill(child.pid, signal.SIGKILL)
        assert child.wait().code == -signal.SIGKILL
        after = whole_rows(tmp_path)
        assert after[: len(before)] == before, f"kill {kill} changed rows that were there"
        assert not (tmp_path / "run" / "manifest.json").exists()
    before = whole_rows(tmp_path)
    done = start(warm, town, cases, tmp_path, "--jobs", jobs).wait()
    assert (done.code, done.err) == (0, "")
    rows = whole_rows(tmp_path)
    assert [row["case"]["id"] for row in rows] == [f"c{i}" for i in range(CASES)]
    assert rows[: len(before)] == before
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert (manifest["n"], manifest["kept"]) == (CASES, len(before))


def test_an_interrupted_evaluation_says_so_and_keeps_its_rows(
    tmp_path: Path, warm: Warm, town: Town, cases: Path
) -> None:
    child = start(warm, town, cases, tmp_path)
    wait_for_rows(tmp_path, 3)
    os.kill(child.pid, signal.SIGINT)
    done = child.wait()
    assert (done.code, done.line) == (130, "policyqa: stopped.")
    kept = len(whole_rows(tmp_path))
    assert 3 <= kept < CASES
    assert start(warm, town, cases, tmp_path).wait().code == 0
    assert len(whole_rows(tmp_path)) == CASES


def test_an_index_that_changes_stops_the_run_and_keeps_its_rows_apart(
    tmp_path: Path, warm: Warm, town: Town, cases: Path
) -> None:
    index = town.index_in(tmp_path)
    order = ("eval", cases, "--report", "run", "--index", index)
    child = warm.start("policyqa", *order, cwd=tmp_path)
    wait_for_rows(tmp_path, 2)
    os.kill(child.pid, signal.SIGSTOP)
    assert warm.policyqa("ingest", town.new, "--index", index, cwd=tmp_path).code == 0
    os.kill(child.pid, signal.SIGCONT)
    done = child.wait()
    assert done.code == 3
    assert "The index changed from" in done.line
    assert "into another folder" in done.line
    rows = whole_rows(tmp_path)
    assert 2 <= len(rows) < CASES
    again = warm.policyqa(*order, cwd=tmp_path)
    assert again.code == 2
    assert "unfinished run of other cases, settings, index, code or --jobs" in again.line
    assert whole_rows(tmp_path) == rows
