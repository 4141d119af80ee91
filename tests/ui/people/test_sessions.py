from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ui.people.person import Role
from ui.people.sessions import Sessions
from ui.people.storage import StoreUnusable
from ui.people.users import User

CHEN = User("chen", Role.ADMIN, "", "s1", "")
LI = User("li", Role.READER, "", "s2", "")


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(tmp_path: Path, clock: Clock) -> Sessions:
    return Sessions(tmp_path / "sessions.sqlite3", hours=10, idle_hours=1, clock=clock)


def test_a_session_is_found_by_its_token_only(sessions: Sessions) -> None:
    token = sessions.begin(CHEN)
    found = sessions.find(token)
    assert found is not None
    assert (found.name, found.stamp) == ("chen", "s1")
    for other in ("", token[:-1], token + "A", token.swapcase(), "\ud800", "x" * 10_000):
        assert sessions.find(other) is None


def test_tokens_are_long_and_never_the_same(sessions: Sessions) -> None:
    tokens = {sessions.begin(CHEN) for _ in range(20)}
    assert len(tokens) == 20
    assert min(map(len, tokens)) >= 43  # 256 bits


def test_the_file_does_not_hold_tokens_and_is_its_owners(
    sessions: Sessions, tmp_path: Path
) -> None:
    token = sessions.begin(CHEN)
    sessions.find(token)
    for file in tmp_path.iterdir():
        assert token.encode() not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0


def test_a_session_ends_when_it_is_not_used(sessions: Sessions, clock: Clock) -> None:
    used, unused = sessions.begin(CHEN), sessions.begin(CHEN)
    for _ in range(3):
        clock.now += 1800
        assert sessions.find(used) is not None
    assert sessions.find(unused) is None


def test_a_session_ends_after_its_time_however_much_it_is_used(
    sessions: Sessions, clock: Clock
) -> None:
    token = sessions.begin(CHEN)
    for _ in range(19):
        clock.now += 1800
        assert sessions.find(token) is not None
    clock.now += 1800
    assert sessions.find(token) is None
    assert sessions.listed() == []


def test_what_is_over_goes_from_the_file_with_the_next_sign_in(
    sessions: Sessions, clock: Clock, tmp_path: Path
) -> None:
    sessions.begin(CHEN)
    clock.now += 3601
    sessions.begin(LI)
    base = sqlite3.connect(tmp_path / "sessions.sqlite3")
    assert base.execute("SELECT name FROM sessions").fetchall() == [("li",)]
    base.close()


def test_signing_out_ends_one_session_and_an_admin_ends_all_of_somebody(
    sessions: Sessions,
) -> None:
    first, second, other = sessions.begin(CHEN), sessions.begin(CHEN), sessions.begin(LI)
    assert all(sessions.find(token) for token in (first, second, other))
    sessions.end(first)
    assert (sessions.find(first), sessions.find(second) is None) == (None, False)
    sessions.end_of("chen")
    assert sessions.find(second) is None
    assert [session.name for session in sessions.listed()] == ["li"]
    assert sessions.find(other) is not None


def test_another_process_follows_a_sign_out_within_seconds(
    sessions: Sessions, clock: Clock, tmp_path: Path
) -> None:
    other = Sessions(tmp_path / "sessions.sqlite3", hours=10, idle_hours=1, clock=clock)
    token = sessions.begin(CHEN)
    assert other.find(token) is not None
    sessions.end(token)
    clock.now += 6
    assert other.find(token) is None


def test_a_foreign_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE theirs (a)")
    base.commit()
    base.close()
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match="another program"):
        Sessions(path, hours=1, idle_hours=1).begin(CHEN)
    assert path.read_bytes() == before


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "sessions.sqlite3"
    path.write_bytes(b"no database at all, but long enough to be read as a header of one" * 20)
    with pytest.raises(StoreUnusable):
        Sessions(path, hours=1, idle_hours=1).find("x")


def test_a_file_that_cannot_be_written_signs_nobody_out(
    sessions: Sessions, clock: Clock, tmp_path: Path
) -> None:
    token = sessions.begin(CHEN)
    base = sqlite3.connect(tmp_path / "sessions.sqlite3")
    base.execute(
        "CREATE TRIGGER full BEFORE UPDATE ON sessions BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    base.close()
    clock.now += 1800
    assert sessions.find(token) is not None
