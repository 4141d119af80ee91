from __future__ import annotations

import sqlite3
import stat
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from ui.connections import MOST_IDLE, Connections


class File:
    """A file with a table, that counts how often it was opened."""

    def __init__(self, path: Path) -> None:
        self.times = 0
        self.connections = Connections(path, self._ready, 1.0)

    def _ready(self, base: sqlite3.Connection) -> None:
        self.times += 1
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("CREATE TABLE IF NOT EXISTS said (word TEXT)")

    def say(self, word: str) -> None:
        with self.connections.one() as base:
            base.execute("INSERT INTO said VALUES (?)", (word,))

    def said(self) -> list[str]:
        with self.connections.one() as base:
            return [str(row["word"]) for row in base.execute("SELECT word FROM said")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "office" / "said.sqlite3"


@pytest.fixture
def file(path: Path) -> File:
    return File(path)


def test_one_connection_serves_operations_one_after_another_from_any_thread(file: File) -> None:
    for word in ("a", "b"):
        thread = threading.Thread(target=file.say, args=(word,))
        thread.start()
        thread.join()
    assert file.said() == ["a", "b"]
    assert file.times == 1


def test_operations_at_once_have_one_each_and_few_are_kept(file: File) -> None:
    many = MOST_IDLE + 3
    for _ in range(2):
        with ExitStack() as all_at_once:
            bases = [all_at_once.enter_context(file.connections.one()) for _ in range(many)]
            assert len(set(map(id, bases))) == many
    assert file.times == many + many - MOST_IDLE


def test_a_file_that_was_moved_away_is_begun_anew(file: File, path: Path) -> None:
    file.say("a")
    path.rename(path.with_name("old"))
    for beside in path.parent.glob("said.sqlite3-*"):
        beside.unlink()
    assert file.said() == []
    assert file.times == 2


def test_a_file_that_took_the_place_of_another_is_read(file: File, path: Path) -> None:
    file.say("a")
    other = File(path.with_name("other"))
    other.say("b")
    with other.connections.one() as base:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for beside in path.parent.glob("said.sqlite3-*"):
        beside.unlink()
    path.with_name("other").replace(path)
    assert file.said() == ["b"]


def test_after_an_error_a_connection_is_not_used_again(file: File) -> None:
    file.say("a")

    def break_off() -> None:
        with file.connections.one() as base:
            base.execute("BEGIN IMMEDIATE")
            base.execute("INSERT INTO said VALUES ('half')")
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert file.said() == ["a"]
    assert file.times == 2


def test_what_was_begun_and_not_ended_takes_no_effect(file: File) -> None:
    with file.connections.one() as base:
        base.execute("BEGIN IMMEDIATE")
        base.execute("INSERT INTO said VALUES ('half')")
    assert file.said() == []


def test_only_the_owner_reads_the_file_and_what_lies_beside_it(file: File, path: Path) -> None:
    file.say("a")
    names = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert set(names.values()) == {0o600}
    assert f"{path.name}-wal" in names
