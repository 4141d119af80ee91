from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import CaseError
from rag.settings import Settings
from tests.ui.quality.made_runs import office_settings, write_cases
from tests.ui.serving import wait_until
from ui.quality.running import Progress, Runner, Stage

SERVER = """
import sys, time
from pathlib import Path
from rag.settings import Settings
from ui.quality.running import Runner
settings = Settings(index_dir=Path(sys.argv[1]), office_dir=Path(sys.argv[2]))
runner = Runner(settings)
runner.start([Path(sys.argv[3])], "ed")
print(runner._process.pid, flush=True)
time.sleep(120)
"""


def runs(pid: int) -> bool:
    """Whether a process is there and is no zombie, which nobody may be there to bury."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_time_left_is_told_by_the_pace_of_this_start() -> None:
    now = Progress(Path("x"), "ed", Stage.ASKING, done=14, total=34, kept=10, first=100.0)
    assert now.seconds_left(108.0) == pytest.approx(40.0)
    assert replace(now, done=12).seconds_left(108.0) is None, "two cases tell no pace"
    assert replace(now, stage=Stage.WRITING).seconds_left(108.0) is None


def test_a_run_that_cannot_begin_says_why_and_lets_the_next_one_start(tmp_path: Path) -> None:
    settings = office_settings(tmp_path)
    runner = Runner(settings)
    cases = write_cases(tmp_path / "cases.jsonl")
    runner.start([cases], "ed")
    with pytest.raises(CaseError, match="under way"):
        runner.start([cases], "ed")
    wait_until(lambda: runner.progress is not None and not runner.progress.under_way, 60)
    assert runner.progress is not None
    assert runner.progress.stage is Stage.FAILED
    assert "policyqa ingest" in runner.progress.why
    runner.start([cases], "ed")
    runner.stop()
    assert runner.progress.stage is Stage.STOPPED


@pytest.mark.slow
def test_a_stopped_run_keeps_its_rows_and_goes_on(tmp_path: Path, sample_index: Settings) -> None:
    settings = office_settings(tmp_path).model_copy(update={"index_dir": sample_index.index_dir})
    ended: list[Path] = []
    runner = Runner(settings, ended.append)
    cases = write_cases(tmp_path / "cases.jsonl", 80)

    def asked() -> int:
        return runner.progress.done if runner.progress else 0

    folder = runner.start([cases], "ed")
    wait_until(lambda: asked() > 3, 90)
    runner.stop()
    kept = (folder / "rows.jsonl").read_bytes().splitlines(keepends=True)
    assert len(kept) > 3
    assert not (folder / "manifest.json").exists()
    runner.start([cases], "ed", folder)
    wait_until(lambda: runner.progress is not None and not runner.progress.under_way, 90)
    wait_until(lambda: ended == [folder])
    assert runner.progress is not None
    assert (runner.progress.stage, runner.progress.why) == (Stage.DONE, "")
    assert len(kept) - 1 <= runner.progress.kept <= len(kept), "a half row is asked again"
    rows = (folder / "rows.jsonl").read_bytes().splitlines(keepends=True)
    assert len(rows) == 80
    assert rows[: runner.progress.kept] == kept[: runner.progress.kept]


def test_a_process_that_is_killed_is_told_as_failed(tmp_path: Path) -> None:
    runner = Runner(office_settings(tmp_path))
    runner.start([write_cases(tmp_path / "cases.jsonl")], "ed")
    assert runner._process is not None
    assert runner._process.pid is not None
    os.kill(runner._process.pid, signal.SIGKILL)
    wait_until(lambda: runner.progress is not None and runner.progress.stage is Stage.FAILED)
    assert runner.progress is not None
    assert "ended by itself" in runner.progress.why


@pytest.mark.slow
def test_a_run_ends_with_the_server_even_if_that_is_killed(
    tmp_path: Path, sample_index: Settings
) -> None:
    cases = write_cases(tmp_path / "cases.jsonl", 5000)
    office = tmp_path / "office"
    command = [sys.executable, "-c", SERVER, str(sample_index.index_dir), str(office), str(cases)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        wait_until(lambda: any((office / "runs").glob("*/rows.jsonl")), 90)
        assert runs(pid)
        server.kill()
    wait_until(lambda: not runs(pid))
