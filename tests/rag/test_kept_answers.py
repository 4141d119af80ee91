"""Kept answers: the same for an equal question, gone with any change, and never in the way."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rag import kept_answers
from rag.clock import Clock
from rag.kept_answers import KeptAnswers, answer_key, given_again, is_worth_keeping
from rag.kept_file import identity, set_aside
from rag.local_server import MODEL as LOCAL_MODEL
from rag.models import Answer, Citation, Claim, Filters, Span, Trace, Turn, Verdict, Weighed
from rag.settings import Settings

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
QUESTION = "How many ferries?"
CHAT = {"base_url": "http://127.0.0.1:9/v1", "model": "small"}


def answer(number: int = 0) -> Answer:
    return Answer(
        f"a{number}",
        QUESTION,
        (Claim(f"{number} ferries sail.", (PLACE,)),),
        False,
        None,
        0.875,
        (),
        "generative",
        "small",
        "v1",
        {"write": 20.25, "total": 30.0},
        Trace(
            question={"wants": "amount"},
            passages=(Weighed("p1", "id1", Span(0, 40), 0.25, {"dense": 0.5}),),
            removed=(Claim("70 ferries.", (PLACE,), Verdict.FIGURE_NOT_IN_SPAN),),
            usage={"read": 900, "written": 40},
            prompt="7",
            raw=("61 ferries sail. 口岸 \ud800",),
        ),
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "answers.sqlite3"


@pytest.fixture
def kept(path: Path) -> Iterator[KeptAnswers]:
    with KeptAnswers(path, 3) as answers:
        yield answers


def asides(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.unusable-*"))


def held(path: Path) -> list[str]:
    base = sqlite3.connect(path)
    try:
        return [key for (key,) in base.execute("SELECT key FROM answers ORDER BY used")]
    finally:
        base.close()


def test_an_answer_comes_back_whole(kept: KeptAnswers) -> None:
    kept.put("k", answer(1))
    assert kept.get("k") == answer(1)
    assert kept.get("another") is None


def test_an_answer_outlives_the_program(path: Path) -> None:
    with KeptAnswers(path, 3) as first:
        first.put("k", answer(1))
    with KeptAnswers(path, 3) as second:
        assert second.get("k") == answer(1)


def test_a_later_answer_takes_the_place_of_an_earlier(kept: KeptAnswers) -> None:
    kept.put("k", answer(1))
    kept.put("k", answer(2))
    assert kept.get("k") == answer(2)


def test_those_not_used_for_the_longest_go_first(kept: KeptAnswers, path: Path) -> None:
    for number in (1, 2, 3):
        kept.put(f"k{number}", answer(number))
    kept.get("k1")
    kept.put("k4", answer(4))
    assert held(path) == ["k3", "k1", "k4"]


def test_a_smaller_bound_lets_go_of_what_is_beyond_it(kept: KeptAnswers, path: Path) -> None:
    for number in (1, 2, 3):
        kept.put(f"k{number}", answer(number))
    with KeptAnswers(path, 1) as smaller:
        smaller.put("k4", answer(4))
    assert held(path) == ["k4"]


def test_nobody_else_may_read_the_files(kept: KeptAnswers, path: Path) -> None:
    before = os.umask(0)
    try:
        kept.put("k", answer())
    finally:
        os.umask(before)
    files = [path, Path(f"{path}-wal"), Path(f"{path}-shm")]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600] * 3


DAMAGE = {
    "cut short": lambda whole: whole[: len(whole) // 2],
    "cut after its header": lambda whole: whole[:100],
    "overwritten in the middle": lambda whole: whole[:4096] + b"\xff" * (len(whole) - 4096),
    "overwritten after its header": lambda whole: whole[:100] + b"\xff" * (len(whole) - 100),
    "of another version": None,
}


def spoil(path: Path, how: str) -> None:
    with KeptAnswers(path, 3) as answers:
        answers.put("k", answer(1))
    change = DAMAGE[how]
    if change is not None:
        path.write_bytes(change(path.read_bytes()))
        return
    base = sqlite3.connect(path)
    base.execute("PRAGMA user_version = 77")
    base.commit()
    base.close()


@pytest.mark.parametrize("how", DAMAGE)
def test_an_unusable_file_is_moved_aside_and_a_new_one_begun(
    how: str, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spoil(path, how)
    spoilt = path.read_bytes()
    with KeptAnswers(path, 3) as answers:
        assert answers.get("k") is None
        answers.put("k", answer(2))
        assert answers.get("k") == answer(2)
    (aside,) = asides(path)
    assert aside.read_bytes() == spoilt
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert aside.name in record.getMessage()


def a_database(path: Path, *statements: str) -> None:
    base = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        base.execute(statement)
    base.close()


def begin_foreign(path: Path, what: str) -> None:
    """Put somebody else's file where the answers are to be kept."""
    path.parent.mkdir()
    if what == "notes":
        path.write_text("Do not forget the harbour.")
    elif what == "a short file":
        path.write_bytes(b"SQLite")
    elif what == "a database without a name":
        a_database(path, "CREATE TABLE cases (id TEXT)", "PRAGMA user_version = 1")
    elif what == "an empty database":
        a_database(path, "PRAGMA user_version = 3", "CREATE TABLE t (id)", "DROP TABLE t")
    else:
        a_database(path, "PRAGMA application_id = 77", "CREATE TABLE answers (id TEXT)")


FOREIGN = [
    "notes",
    "a short file",
    "a database without a name",
    "an empty database",
    "another program's database",
]


@pytest.mark.parametrize("what", FOREIGN)
def test_a_file_of_somebody_else_is_left_alone_and_nothing_kept(
    what: str, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    begin_foreign(path, what)
    before, at = path.read_bytes(), path.stat().st_mtime_ns
    with KeptAnswers(path, 3) as answers:
        for _ in range(2):
            answers.put("k", answer())
            assert answers.get("k") is None
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, at)
    assert list(path.parent.iterdir()) == [path]
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    told = record.getMessage()
    assert "No answers are kept" in told
    assert "it holds something else" in told
    assert "set another answers_file" in told


def test_the_cases_that_wait_for_a_review_are_left_alone(tmp_path: Path) -> None:
    from eval.cases.queue import ReviewQueue

    path = tmp_path / "review.sqlite3"
    ReviewQueue(path).close()
    before = path.read_bytes()
    with KeptAnswers(path, 3) as answers:
        answers.put("k", answer())
        assert answers.get("k") is None
    assert path.read_bytes() == before
    assert asides(path) == []


def test_a_file_that_became_somebody_elses_is_not_moved(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("Do not forget the harbour.")
    assert set_aside(path, identity(path)) is None
    assert path.read_text() == "Do not forget the harbour."


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
from test_kept_answers import answer
from rag.kept_answers import KeptAnswers
kept = KeptAnswers(Path(sys.argv[3]), 3)
kept.put("k", answer(1))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_file_is_ours_also_where_whoever_made_it_was_killed(path: Path, repository: Path) -> None:
    order = [sys.executable, "-c", KILLED, str(repository), str(Path(__file__).parent), str(path)]
    assert subprocess.run(order, timeout=120, check=False).returncode == -9
    with KeptAnswers(path, 3) as answers:
        assert answers.get("k") == answer(1)


def test_an_empty_file_is_begun(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with KeptAnswers(path, 3) as answers:
        answers.put("k", answer(1))
        assert answers.get("k") == answer(1)


def test_a_file_in_use_takes_its_log_along_when_it_is_moved_aside(path: Path) -> None:
    with KeptAnswers(path, 3) as still_open:
        still_open.put("k", answer(1))
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("PRAGMA user_version = 77")
        # All of it lies in the log still.
        assert path.read_bytes().count(b"ferries") == 0
        with KeptAnswers(path, 3) as answers:
            assert answers.get("k") is None
            answers.put("new", answer(2))
            # Who still held the old file goes over to the new one, and does it no harm.
            assert still_open.get("new") == answer(2)
            still_open.put("newer", answer(3))
            other.close()
            assert answers.get("newer") == answer(3)
        (aside,) = (one for one in asides(path) if not one.name.endswith(("-wal", "-shm")))
    assert held(path) == ["new", "newer"]
    assert held(aside) == ["k"]


def test_a_single_altered_byte_lets_no_answer_through(path: Path) -> None:
    with KeptAnswers(path, 3) as answers:
        answers.put("k", answer(61))
    whole = path.read_bytes()
    assert whole.count(b"61 ferries sail. [1]") == 1
    path.write_bytes(whole.replace(b"61 ferries sail. [1]", b"67 ferries sail. [1]"))
    with KeptAnswers(path, 3) as answers:
        assert answers.get("k") is None
        answers.put("k", answer(61))
        assert answers.get("k") == answer(61)
    assert asides(path) == []


def test_a_file_that_is_deleted_is_begun_again(kept: KeptAnswers, path: Path) -> None:
    kept.put("k", answer(1))
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    assert kept.get("k") is None
    kept.put("k", answer(2))
    assert kept.get("k") == answer(2)


def test_a_locked_file_is_passed_over_quickly(kept: KeptAnswers, path: Path) -> None:
    kept.put("k", answer(1))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    begun = time.monotonic()
    assert kept.get("k") == answer(1)
    kept.put("k2", answer(2))
    assert time.monotonic() - begun < 1
    other.execute("ROLLBACK")
    other.close()
    assert kept.get("k2") is None
    kept.put("k2", answer(2))
    assert kept.get("k2") == answer(2)


def test_a_place_that_cannot_be_used_costs_no_answer_and_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    for path in (tmp_path / "file" / "answers.sqlite3", tmp_path):
        caplog.clear()
        with KeptAnswers(path, 3) as answers:
            for _ in range(3):
                answers.put("k", answer())
                assert answers.get("k") is None
        (record,) = caplog.records
        assert "No answers are kept" in record.getMessage()
    assert tmp_path.is_dir()
    assert (tmp_path / "file").read_text() == "no folder"


FULL = """
import resource, sys
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
from test_kept_answers import answer
from rag.kept_answers import KeptAnswers
with KeptAnswers(Path(sys.argv[3]), 3) as kept:
    kept.put("k", answer(1))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    kept.put("k2", answer(2))
    assert kept.get("k2") is None
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    kept.put("k2", answer(2))
    assert kept.get("k") == answer(1)
    assert kept.get("k2") == answer(2)
"""


def test_a_full_disk_costs_what_could_not_be_kept_and_nothing_else(
    path: Path, repository: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(repository), str(Path(__file__).parent), str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("No answers are kept") == 1
    assert asides(path) == []


SHARER = """
import logging, sys
from pathlib import Path
sys.path[:0] = sys.argv[1:3]
from test_kept_answers import answer
from rag.kept_answers import KeptAnswers
logging.basicConfig(format="%(message)s")
wrong = found = 0
with KeptAnswers(Path(sys.argv[3]), 1000) as kept:
    for number in range(60):
        kept.put(f"k{number}", answer(number))
        for other in (number, 59 - number):
            got = kept.get(f"k{other}")
            found += got is not None
            wrong += got is not None and got != answer(other)
print(found, wrong)
"""


@pytest.mark.parametrize("begin", ["a new file", "a damaged file"])
def test_processes_share_the_file(begin: str, path: Path, repository: Path) -> None:
    if begin == "a damaged file":
        spoil(path, "cut short")
    command = [sys.executable, "-c", SHARER, str(repository), str(Path(__file__).parent), str(path)]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    told = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * 3, told
    for out, _ in told:
        found, wrong = map(int, out.split())
        assert wrong == 0
        assert found > 60
    assert len(asides(path)) == (begin == "a damaged file")
    assert len(held(path)) == 60


def test_threads_share_one_connection(path: Path) -> None:
    with KeptAnswers(path, 1000) as kept, ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: kept.put(f"k{n}", answer(n)), range(80)))
        got = list(threads.map(lambda n: kept.get(f"k{n}"), range(80)))
    assert got == [answer(n) for n in range(80)]


def key(question: str = QUESTION, **changes: Any) -> str:
    sections = {name: changes.pop(name, {}) for name in ("chat", "answer", "rank", "retrieval")}
    history = changes.pop("history", ())
    filters, version = changes.pop("filters", None), changes.pop("version", "v1")
    settings = Settings(**{**sections, "chat": {**CHAT, **sections["chat"]}}, **changes)
    return answer_key(question, history, filters, version, settings)


CHANGES: dict[str, dict[str, Any]] = {
    "question": {"question": "How many ferries"},
    "letter case": {"question": "how many ferries?"},
    "a turn before": {"history": (Turn("a", "b"),)},
    "what the turn said": {"history": (Turn("a", "c"),)},
    "document": {"filters": Filters(documents=("report",))},
    "since": {"filters": Filters(since=date(2024, 1, 1))},
    "until": {"filters": Filters(until=date(2024, 1, 1))},
    "publisher": {"filters": Filters(publishers=("a",))},
    "language": {"filters": Filters(languages=("a",))},
    "folder": {"filters": Filters(folders=("a",))},
    "tag": {"filters": Filters(tags=("a",))},
    "index": {"version": "v2"},
    "model": {"chat": {"model": "other"}},
    "server": {"chat": {"base_url": "http://127.0.0.1:10/v1"}},
    "temperature": {"chat": {"temperature": 0.5}},
    "context": {"chat": {"context_tokens": 1000}},
    "length": {"chat": {"answer_tokens": 100}},
    "structured": {"chat": {"structured": "never"}},
    "rewrite": {"chat": {"rewrite": False}},
    "threshold": {"answer": {"threshold": 0.5}},
    "reader": {"rank": {"reader": False}},
    "passages": {"retrieval": {"passages": 5}},
    "embedding": {"embedding": {"model": "other"}},
}


def test_whatever_may_change_an_answer_changes_its_key() -> None:
    keys = {name: key(**change) for name, change in CHANGES.items()}
    assert len({key(), *keys.values()}) == len(CHANGES) + 1


def test_a_new_prompt_or_program_changes_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = key()
    with monkeypatch.context() as patch:
        patch.setattr(kept_answers, "VERSION", "another")
        assert key() != before
    with monkeypatch.context() as patch:
        patch.setattr(kept_answers, "_program", lambda: "another")
        assert key() != before
    assert key() == before


def test_what_changes_no_answer_changes_no_key(tmp_path: Path) -> None:
    assert key(chat={"api_key": "secret"}) == key()
    assert key(chat={"api_key_file": tmp_path / "key"}) == key()
    assert key(chat={"timeout": 5, "kept_answers": 7}) == key()
    assert key("  How   many\nferries? ") == key()
    assert key(filters=Filters()) == key()
    ab, ba = Filters(documents=("a", "b")), Filters(documents=("b", "a"))
    assert key(filters=ab) == key(filters=ba)
    assert key(server={"port": 1}, trace={"spans": True}) == key()


def test_the_local_model_is_the_same_whatever_its_port() -> None:
    one, other = (
        key(chat={"base_url": f"http://127.0.0.1:{port}/v1", "model": LOCAL_MODEL})
        for port in (40001, 40002)
    )
    assert one == other
    assert one != key(chat={"base_url": "http://127.0.0.1:40001/v1"})


def test_two_parts_of_a_key_cannot_be_taken_for_each_other() -> None:
    one = key(history=(Turn("a", "b c"),))
    other = key(history=(Turn("a b", "c"),))
    assert one != other


def test_only_what_a_model_wrote_without_trouble_is_worth_keeping() -> None:
    assert is_worth_keeping(answer())
    assert not is_worth_keeping(replace(answer(), engine="extractive", model=None))
    assert not is_worth_keeping(replace(answer(), claims=(), abstained=True, reason="Not said."))
    failed = replace(answer().trace, failure="cut-off")
    assert not is_worth_keeping(replace(answer(), trace=failed))
    # Sentences that did not hold, and are told of, would not hold another time either.
    assert is_worth_keeping(replace(answer(), reason="1 sentence by the model did not hold."))


def test_an_answer_given_again_has_its_own_id_time_and_question_and_all_else_the_same() -> None:
    clock = Clock()
    again = given_again(answer(1), f" {QUESTION}", clock)
    assert again.id != answer(1).id
    assert again.question == f" {QUESTION}"
    assert set(again.timings_ms) == {"kept", "total"}
    assert 0 <= again.timings_ms["kept"] <= again.timings_ms["total"] < 1000
    assert replace(again, id="a1", question=QUESTION, timings_ms=answer(1).timings_ms) == answer(1)
    assert [lap.stage for lap in clock.laps] == ["kept"]


def test_the_stored_text_holds_no_key(path: Path) -> None:
    settings = Settings(chat={**CHAT, "api_key": "sk-very-secret"})  # type: ignore[arg-type]
    with KeptAnswers(path, 3) as kept:
        kept.put(answer_key(QUESTION, (), None, "v1", settings), answer())
    assert b"sk-very-secret" not in path.read_bytes()
    assert json.dumps(QUESTION).encode() in path.read_bytes()


def test_a_file_that_another_process_renewed_is_left_where_it_is(path: Path) -> None:
    with KeptAnswers(path, 3) as answers:
        answers.put("k", answer(1))
    damaged = identity(path)
    path.rename(path.with_suffix(".old"))
    with KeptAnswers(path, 3) as answers:
        answers.put("k", answer(2))
    assert set_aside(path, damaged) is None
    assert held(path) == ["k"]
    assert set_aside(path, identity(path)) in asides(path)
    assert not path.exists()
