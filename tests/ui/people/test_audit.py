from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ui.people.audit import Audit
from ui.people.person import Person, Role

CHEN = Person("chen", Role.ADMIN)
LI = Person("li", Role.READER)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "office" / "audit.sqlite3"


@pytest.fixture
def base(path: Path) -> Iterator[sqlite3.Connection]:
    Audit(path).note(CHEN, "upload", "first.pdf")
    opened = sqlite3.connect(path, isolation_level=None)
    yield opened
    opened.close()


def test_entries_come_newest_first_with_who_and_what(path: Path) -> None:
    audit = Audit(path)
    audit.note(CHEN, "upload", "report.pdf")
    audit.note(LI, "ask")
    newest, oldest = audit.entries()
    assert (newest.person, newest.role, newest.action, newest.what) == ("li", "reader", "ask", "")
    assert (oldest.person, oldest.what) == ("chen", "report.pdf")
    assert abs(datetime.now(UTC) - newest.at) < timedelta(minutes=1)
    assert newest.number > oldest.number


def test_it_is_paged_by_number(path: Path) -> None:
    audit = Audit(path)
    for number in range(7):
        audit.note(CHEN, "upload", str(number))
    first = audit.entries(limit=3)
    second = audit.entries(limit=3, before=first[-1].number)
    assert [e.what for e in (*first, *second)] == ["6", "5", "4", "3", "2", "1"]


@pytest.mark.parametrize(
    ("search", "found"),
    [("chen", 2), ("CHEN 100%", 1), ("%", 1), ("_", 0), ("\\", 0), ("upload li", 0), ("'", 0)],
)
def test_all_words_must_stand_in_an_entry_and_mean_only_themselves(
    path: Path, search: str, found: int
) -> None:
    audit = Audit(path)
    audit.note(CHEN, "upload", "100% done")
    audit.note(CHEN, "remove", "old")
    audit.note(LI, "ask")
    assert len(audit.entries(search)) == found


def test_nothing_is_altered_and_nothing_new_deleted(base: sqlite3.Connection) -> None:
    for statement in ("UPDATE entries SET person = 'x'", "DELETE FROM entries"):
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            base.execute(statement)
    assert base.execute("SELECT count(*) FROM entries").fetchone() == (1,)


def test_what_is_too_old_goes(path: Path, base: sqlite3.Connection) -> None:
    old = (datetime.now(UTC) - timedelta(days=40)).isoformat()
    base.execute(
        "INSERT INTO entries (at, person, role, action, what) VALUES (?, 'x', 'reader', 'a', '')",
        (old,),
    )
    audit = Audit(path, days=30)
    for _ in range(64):
        audit.note(CHEN, "upload")
    assert "x" not in {entry.person for entry in audit.entries(limit=1000)}
    assert len(audit.entries(limit=1000)) == 65


def test_it_never_grows_beyond_its_bound(path: Path, base: sqlite3.Connection) -> None:
    row = (datetime.now(UTC).isoformat(),)
    base.execute("BEGIN")
    base.executemany(
        "INSERT INTO entries (at, person, role, action, what) VALUES (?, 'x', 'reader', 'ask', '')",
        [row] * 3000,
    )
    base.execute("COMMIT")
    audit = Audit(path, entries=1500)
    for _ in range(64):
        audit.note(CHEN, "upload")
    assert 1500 <= len(audit.entries(limit=10_000)) < 1564


def test_questions_make_room_but_changes_stay(path: Path, base: sqlite3.Connection) -> None:
    base.executemany(
        "INSERT INTO entries (at, person, role, action, what) VALUES (?, 'x', 'reader', ?, '')",
        [(datetime.now(UTC).isoformat(), action) for action in ["make admin"] + ["search"] * 3000],
    )
    audit = Audit(path, entries=1500)
    for _ in range(64):
        audit.note(CHEN, "upload")
    left = [entry.action for entry in audit.entries(limit=10_000)]
    assert left.count("make admin") == 1
    assert left.count("search") < 1500


def test_long_and_odd_objects_stay_one_bounded_line(path: Path) -> None:
    audit = Audit(path)
    audit.note(CHEN, "upload", "a\nb\ud800" + "x" * 10_000)
    (entry,) = audit.entries()
    assert entry.what.startswith("a b?x")
    assert len(entry.what) == 500


def test_a_log_that_cannot_be_written_stops_nothing_and_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "office").write_text("a file where the folder should be")
    with caplog.at_level(logging.ERROR):
        Audit(tmp_path / "office" / "audit.sqlite3").note(CHEN, "upload", "x")
    assert "lacks 'upload' of chen" in caplog.text


def test_many_threads_lose_no_entry(path: Path) -> None:
    audit = Audit(path)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: audit.note(CHEN, "upload", str(n)), range(60)))
    assert {entry.what for entry in audit.entries(limit=100)} == {str(n) for n in range(60)}
