"""The journal: a whole line for every question, whatever else happens."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rag.errors import SettingsError
from rag.journal import Journal
from rag.models import Answer, Citation, Claim, Span, Trace, Verdict, Weighed
from rag.wire import answer_from_json

PLACE = Citation(
    "id1",
    "report.txt",
    "Report",
    "report.txt",
    date(2024, 1, 23),
    Span(3, 14),
    "61 ferries.",
    None,
    ("Port",),
    "id1.3.14.abcdef01",
)
WROTE = "61 ferries sail. 口岸\u2028\ud800"


def answer(number: int = 0, raw: str = WROTE) -> Answer:
    return Answer(
        f"a{number}",
        "How many ferries?\nTell me.",
        (Claim("61 ferries sail.", (PLACE,)),),
        False,
        "1 sentence by the model did not hold and was left out.",
        0.875,
        (),
        "generative",
        "small",
        "v1",
        {"embed": 1.5, "write": 20.25, "total": 30.0},
        Trace(
            passages=(Weighed("p1", "id1", Span(0, 40), 0.25, {"dense": 0.5}),),
            removed=(Claim("70 ferries.", (PLACE,), Verdict.FIGURE_NOT_IN_SPAN),),
            usage={"read": 900, "written": 40},
            prompt="7",
            raw=(raw,),
        ),
    )


def lines(path: Path) -> list[Any]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def test_a_line_tells_how_the_answer_came_about(path: Path) -> None:
    Journal(path).write(answer(), 2)
    (line,) = lines(path)
    assert line["history_turns"] == 2
    assert line["claims"] == [
        {"text": "61 ferries sail.", "verdict": "supported", "citations": [0]}
    ]
    trace = line["trace"]
    assert trace["prompt"] == "7"
    assert trace["passages"][0]["passage"] == "p1"
    assert trace["raw"] == [WROTE]
    assert trace["removed"][0]["verdict"] == "figure-not-in-span"
    assert trace["usage"] == {"read": 900, "written": 40}
    assert trace["timings_ms"] == {"embed": 1.5, "write": 20.25, "total": 30.0}


def test_the_answer_can_be_read_back_whole(path: Path) -> None:
    Journal(path).write(answer(), 0)
    assert answer_from_json(lines(path)[0]) == answer()


def test_the_time_is_now_and_in_utc(path: Path) -> None:
    Journal(path).write(answer(), 0)
    told = datetime.fromisoformat(lines(path)[0]["time"])
    assert told.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - told) < timedelta(seconds=60)


def test_nobody_else_may_read_the_file(path: Path) -> None:
    before = os.umask(0)
    try:
        Journal(path).write(answer(), 0)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_journal_is_continued(path: Path) -> None:
    Journal(path).write(answer(1), 0)
    Journal(path).write(answer(2), 0)
    assert [line["id"] for line in lines(path)] == ["a1", "a2"]


def test_a_file_that_is_moved_away_is_begun_again(path: Path) -> None:
    journal = Journal(path)
    journal.write(answer(1), 0)
    path.rename(path.with_suffix(".1"))
    journal.write(answer(2), 0)
    assert [line["id"] for line in lines(path)] == ["a2"]


def test_half_a_line_left_by_a_power_cut_spoils_no_other(path: Path) -> None:
    journal = Journal(path)
    journal.write(answer(1), 0)
    with path.open("ab") as file:
        file.write(b'{"time": "2026-01-01T00:00:00", "ques')
    journal.write(answer(2), 0)
    first, torn, second = path.read_bytes().splitlines()
    assert json.loads(first)["id"] == "a1"
    assert json.loads(second)["id"] == "a2"
    with pytest.raises(json.JSONDecodeError):
        json.loads(torn)


WRITER = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
from test_journal import answer
from rag.journal import Journal
journal = Journal(Path(sys.argv[3]))
for number in range(40):
    journal.write(answer(1000 * int(sys.argv[4]) + number, raw="x" * 50_000), 0)
"""


def test_processes_and_threads_that_write_at_once_leave_whole_lines(
    path: Path, repository: Path
) -> None:
    command = [sys.executable, "-c", WRITER, str(repository), str(Path(__file__).parent), str(path)]
    writers = [subprocess.Popen([*command, str(one)]) for one in (1, 2, 3)]
    journal = Journal(path)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: journal.write(answer(n, raw="y" * 50_000), 0), range(40)))
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    wanted = {f"a{1000 * one + n}" for one in range(4) for n in range(40)}
    written = [line["id"] for line in lines(path)]
    assert len(written) == len(wanted)
    assert set(written) == wanted


FULL = """
import logging, resource, sys
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
from test_journal import answer
from rag.journal import Journal
logging.basicConfig(format="%(levelname)s %(message)s")
path = Path(sys.argv[3])
journal = Journal(path)
journal.write(answer(1), 0)
whole = path.stat().st_size
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
for room in (whole + 100, whole):
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    journal.write(answer(2), 0)
    assert path.stat().st_size == whole, path.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
journal.write(answer(3), 0)
"""


def test_a_full_disk_leaves_no_half_line_and_is_told_once(path: Path, repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(repository), str(Path(__file__).parent), str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [line["id"] for line in lines(path)] == ["a1", "a3"]
    error, warning = done.stderr.splitlines()
    assert error.startswith(f"ERROR The journal {path} cannot be written (")
    assert warning == f"WARNING The journal {path} is written again."


def test_a_journal_that_cannot_be_written_fails_no_answer(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(path)
    path.unlink()
    path.mkdir()
    journal.write(answer(1), 0)
    journal.write(answer(2), 0)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    path.rmdir()
    journal.write(answer(3), 0)
    assert [line["id"] for line in lines(path)] == ["a3"]


@pytest.fixture
def hung_writer(path: Path) -> Iterator[None]:
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.mark.usefixtures("hung_writer")
def test_a_writer_that_hangs_holds_an_answer_up_for_a_second_at_most(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(path)
    begun = time.monotonic()
    journal.write(answer(), 0)
    assert time.monotonic() - begun < 1.5
    assert len(caplog.records) == 1
    assert path.read_bytes() == b""


def test_a_folder_that_is_not_there_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"does not exist; make it, or change trace\.file"):
        Journal(tmp_path / "none" / "journal.jsonl")


def test_a_path_that_is_a_folder_or_a_device_is_refused_at_once(tmp_path: Path) -> None:
    for path in (tmp_path, Path("/dev/null")):
        with pytest.raises(SettingsError, match=r"is no plain file; set trace\.file to one"):
            Journal(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_may_not_be_written_is_refused_at_once(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(SettingsError, match="cannot be written"):
            Journal(tmp_path / "journal.jsonl")
    finally:
        tmp_path.chmod(0o700)


def test_a_name_that_no_file_can_have_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written"):
        Journal(tmp_path / ("j" * 300))
