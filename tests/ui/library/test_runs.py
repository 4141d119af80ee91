from __future__ import annotations

import json
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from ingest.child import order
from ingest.roots import Attached, Roots
from rag.generations import Generations
from rag.settings import Settings
from tests.ui.library.conftest import Child
from tests.ui.serving import wait_until
from ui.library.progress import outcome, skipped, told
from ui.library.runs import Now, Outcome, Runs
from ui.words import words

EN = words("en")


@pytest.fixture
def ended() -> list[int]:
    return []


@pytest.fixture
def attached(tmp_path: Path) -> Attached:
    (tmp_path / "uploads").mkdir()
    return Attached("uploads", tmp_path / "uploads")


@pytest.fixture
def runs(tmp_path: Path, attached: Attached, ended: list[int]) -> Runs:
    return Runs(Settings(index_dir=tmp_path / "index"), attached, lambda: ended.append(1))


def idle(runs: Runs, number: int) -> bool:
    return not runs.now.busy and runs.now.outcome is not None and runs.now.outcome.number == number


def test_wishes_that_come_together_are_one_ingest(
    runs: Runs, child: Child, ended: list[int]
) -> None:
    for _ in range(20):
        runs.wish()
    assert runs.now.busy
    wait_until(lambda: idle(runs, 1))
    assert len(child.orders) == len(ended) == 1


def test_wishes_during_an_ingest_are_one_more(runs: Runs, child: Child) -> None:
    child.lines = [{"stage": "reading", "done": 1, "total": 2}, *child.lines]
    child.free.clear()
    runs.wish()
    wait_until(lambda: runs.now.stage == "reading")
    for _ in range(5):
        runs.wish(check=True)
    assert len(child.orders) == 1
    child.free.set()
    wait_until(lambda: idle(runs, 2))
    assert [made["check"] for made in child.orders] == [False, True]


def test_what_the_process_says_is_told_as_it_is(runs: Runs, child: Child) -> None:
    child.lines = [{"error": "The index cannot be written."}]
    runs.wish()
    wait_until(lambda: idle(runs, 1))
    assert runs.now.outcome == Outcome(1, error="The index cannot be written.")
    child.lines = []  # it was killed
    runs.wish()
    wait_until(lambda: idle(runs, 2))
    assert runs.now.outcome == Outcome(2, error="")


def test_a_fault_in_following_one_keeps_no_other_from_beginning(
    tmp_path: Path, attached: Attached, child: Child
) -> None:
    def broken() -> None:
        raise RuntimeError("broken on purpose")

    runs = Runs(Settings(index_dir=tmp_path / "index"), attached, broken)
    for number in (1, 2):
        runs.wish()
        wait_until(partial(idle, runs, number))
    assert runs.now.outcome == Outcome(2, error="")


def test_a_run_is_told_in_words() -> None:
    state = told(Now("reading", 1_500_000, 20_000_000), EN)
    assert (state["busy"], state["stage"]) == (True, "Reading files. 1.5 of 20.0 MB")
    state = told(Now("embedding passages", 50, 1200), EN)
    assert state["stage"] == "Making passages searchable. 50 of 1,200"
    assert told(Now("no such stage"), EN)["stage"] == "Working."


def test_an_outcome_is_told_in_words() -> None:
    none = {kind: [] for kind in ("added", "changed", "renamed", "removed", "skipped")}
    assert outcome(Outcome(1, none), EN) == "Up to date: nothing had changed."
    bad = [{"name": "uploads/x.pdf", "reason": "x.pdf is empty; leave it out."}]
    odd = [{"name": "y.exe", "reason": "its name does not end in .pdf"}]
    report = {**none, "added": ["a", "b"], "skipped": [*bad, *odd]}
    assert outcome(Outcome(1, report), EN) == "Up to date: 2 added, 2 not readable."
    assert list(skipped(Outcome(1, report))) == [
        "x.pdf is empty; leave it out.",
        "y.exe: its name does not end in .pdf.",
    ]
    assert outcome(Outcome(1, error="No room."), EN) == "No room."
    assert "fault in the program" in outcome(Outcome(1, error=""), EN)


@pytest.mark.slow
def test_a_real_process_ingests_the_last_paths_and_the_uploads(
    tmp_path: Path, runs: Runs, attached: Attached
) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "parks.md").write_text("# Parks\n\nThe town opened 12 parks in 2022.\n")
    (attached.folder / "ferry.md").write_text("# Ferry\n\nThe ferry line opened in 2023.\n")
    (tmp_path / "index").mkdir()
    Roots((papers,)).save(tmp_path / "index")
    runs.wish()
    wait_until(lambda: idle(runs, 1), seconds=120)
    report = runs.now.outcome.report if runs.now.outcome else None
    assert report is not None, runs.now
    assert report["added"] == ["parks.md", "uploads/ferry.md"]
    assert Generations(tmp_path / "index").current_version() == report["index_version"]


@pytest.mark.slow
def test_an_ingest_waits_for_another_process_and_ends_with_its_server(
    tmp_path: Path, attached: Attached
) -> None:
    settings = Settings(index_dir=tmp_path / "index")
    task = json.dumps(order(settings, attached, check=False))
    (tmp_path / "index").mkdir()
    Roots((tmp_path,)).save(tmp_path / "index")
    (tmp_path / "parks.md").write_text("# Parks\n\nThe town opened 12 parks in 2022.\n")
    server = (
        "import sys, time, json; from ui.library.runs import _lines\n"
        "for line in _lines(json.loads(sys.argv[1])): print(json.dumps(line), flush=True)\n"
    )
    with Generations(settings.index_dir).lock():
        process = subprocess.Popen([sys.executable, "-c", server, task], stdout=subprocess.PIPE)
        with process:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["stage"] == "waiting"
            child = _child_of(process.pid)
            process.send_signal(signal.SIGKILL)
        wait_until(lambda: not _is_alive(child), seconds=30)


def _child_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def _is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
