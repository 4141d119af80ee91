from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from ui.people import passwords
from ui.people.passwords import PasswordError
from ui.people.person import Person, Role
from ui.people.users import UserError, Users, UsersUnusable

PHRASE = "correct horse battery"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "office" / "users.json"


@pytest.fixture
def users(file: Path) -> Users:
    made = Users(file)
    made.add("Chen", Role.ADMIN, PHRASE)
    return made


def test_somebody_added_signs_in_under_the_name_in_any_case(users: Users) -> None:
    for typed in ("chen", " CHEN ", "ｃｈｅｎ"):
        found = users.check(typed, PHRASE)
        assert found is not None
        assert found.person == Person("chen", Role.ADMIN)


@pytest.mark.parametrize(
    "typed", ["", "Correct horse battery", PHRASE + " ", "x" * 100_000, "\ud800"]
)
def test_another_password_does_not_do(users: Users, typed: str) -> None:
    assert users.check("chen", typed) is None


def test_an_unknown_name_is_refused_after_the_same_work(
    users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    cheap = passwords._HASHER

    class Watched:
        def __getattr__(self, name: str) -> object:
            return getattr(cheap, name)

        def verify(self, kept: str, password: bytes) -> bool:
            verified.append(kept)
            return cheap.verify(kept, password)

    monkeypatch.setattr(passwords, "_HASHER", Watched())
    assert users.check("nobody", PHRASE) is None
    assert users.check("chen", "something else") is None
    assert len(verified) == 2
    assert all(kept.startswith("$argon2id$") for kept in verified)


def test_the_file_holds_no_password_and_only_its_owner_reads_it(users: Users, file: Path) -> None:
    text = file.read_text()
    assert PHRASE not in text
    assert json.loads(text)["users"][0]["password"].startswith("$argon2id$")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    users.set_password("chen", "another good phrase")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in file.parent.iterdir() if p.suffix not in (".json", ".lock")] == []


def test_changes_of_another_process_are_seen_at_once(users: Users, file: Path) -> None:
    assert list(users.all()) == ["chen"]
    other = Users(file)
    other.add("li", Role.READER, PHRASE)
    assert list(users.all()) == ["chen", "li"]
    other.set_role("li", Role.EDITOR)
    assert users.all()["li"].role is Role.EDITOR
    other.remove("li")
    assert users.get("li") is None


def test_a_change_of_role_or_password_changes_the_stamp_and_nothing_else_does(users: Users) -> None:
    users.add("li", Role.READER, PHRASE)
    first = users.known("li").stamp
    users.set_role("li", Role.READER)
    assert users.known("li").stamp == first
    users.set_role("li", Role.EDITOR)
    second = users.known("li").stamp
    users.set_password("li", PHRASE)
    assert len({first, second, users.known("li").stamp}) == 3


def test_a_hash_of_older_parameters_is_renewed_when_its_owner_signs_in(
    users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = users.known("chen")
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(2, 16, 1))
    assert users.check("chen", "something else") is None
    assert users.known("chen") == before
    assert users.check("chen", PHRASE) is not None
    after = users.known("chen")
    assert (after.password != before.password, after.stamp == before.stamp) == (True, True)
    assert "m=16,t=2,p=1" in after.password
    assert users.check("chen", PHRASE) is not None


@pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "<b>", "x" * 65, "local", "Local", "a\nb"])
def test_names_that_will_not_do_are_refused(users: Users, name: str) -> None:
    with pytest.raises(UserError):
        users.add(name, Role.READER, PHRASE)


@pytest.mark.parametrize("name", ["chen", "CHEN"])
def test_a_name_is_given_once(users: Users, name: str) -> None:
    with pytest.raises(UserError, match="already"):
        users.add(name, Role.READER, PHRASE)


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 201])
def test_short_and_endless_passwords_are_refused(users: Users, password: str) -> None:
    with pytest.raises(PasswordError):
        users.add("li", Role.READER, password)
    with pytest.raises(PasswordError):
        users.set_password("chen", password)
    assert list(users.all()) == ["chen"]


def test_the_last_admin_stays(users: Users) -> None:
    users.add("li", Role.EDITOR, PHRASE)
    with pytest.raises(UserError, match="only admin"):
        users.remove("chen")
    with pytest.raises(UserError, match="only admin"):
        users.set_role("chen", Role.READER)
    users.set_role("li", Role.ADMIN)
    users.remove("chen")
    assert list(users.all()) == ["li"]


def test_unknown_names_are_told(users: Users) -> None:
    for change in (
        lambda: users.remove("li"),
        lambda: users.set_role("li", Role.ADMIN),
        lambda: users.set_password("li", PHRASE),
        lambda: users.known("li"),
    ):
        with pytest.raises(UserError, match="no user 'li'"):
            change()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"users": 1}', '{"users": [{"name": "a"}]}', '{"users": [1]}']
)
def test_a_damaged_file_is_told_and_left_as_it_is(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(UsersUnusable, match="no file of users"):
        Users(file).all()
    with pytest.raises(UsersUnusable):
        Users(file).add("li", Role.READER, PHRASE)
    assert file.read_text() == text


def test_many_at_once_lose_nobody(users: Users, file: Path) -> None:
    names = [f"user{number}" for number in range(12)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda name: Users(file).add(name, Role.READER, PHRASE), names))
    assert set(users.all()) == {"chen", *names}
