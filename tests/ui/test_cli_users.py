from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.settings import load_settings
from tests.ui.people.entry import PHRASE, quick_hashes
from ui import cli_users
from ui.cli import app
from ui.people.audit import Audit
from ui.people.person import Role
from ui.people.users import Users


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    quick_hashes(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POLICYQA_ACCESS__USERS_FILE", str(tmp_path / "users.json"))
    return tmp_path / "users.json"


def run(*words: str, typed: str = "") -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["user", *words], input=typed)
    return result.exit_code, result.stdout, result.stderr


def test_somebody_is_added_by_a_password_from_stdin(file: Path) -> None:
    assert run("add", "Chen", "--role", "admin", typed=f"{PHRASE}\n") == (
        0,
        "chen may sign in as admin.\n",
        "",
    )
    user = Users(file).check("chen", PHRASE)
    assert user is not None
    assert user.role is Role.ADMIN


def test_without_a_role_the_settings_give_one(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("add", "li", typed=PHRASE)
    monkeypatch.setenv("POLICYQA_ACCESS__DEFAULT_ROLE", "editor")
    run("add", "wang", typed=PHRASE)
    assert [user.role for user in Users(file).all().values()] == [Role.READER, Role.EDITOR]


def test_everybody_is_listed_changed_and_removed(file: Path) -> None:
    run("add", "chen", "--role", "admin", typed=PHRASE)
    run("add", "li", typed=PHRASE)
    assert run("role", "li", "editor")[0] == 0
    assert run("password", "li", typed="another good phrase")[0] == 0
    lines = run("list")[1].splitlines()
    assert [line.split("\t")[:2] for line in lines] == [["chen", "admin"], ["li", "editor"]]
    assert Users(file).check("li", "another good phrase") is not None
    assert run("remove", "li")[0] == 0
    assert list(Users(file).all()) == ["chen"]
    log = Audit(load_settings().office_dir / "audit.sqlite3").entries("li")
    assert [entry.action for entry in reversed(log)] == [
        "add reader",
        "make editor",
        "set password",
        "remove user",
    ]


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("add", "a b"), PHRASE, "A name has"),
        (("add", "chen"), PHRASE, "already"),
        (("add", "li"), "short", "The password has 5 characters"),
        (("add", "li"), "", "The password has 0 characters"),
        (("remove", "li"), "", "no user 'li'"),
        (("role", "chen", "reader"), "", "only admin"),
        (("password", "li"), PHRASE, "no user 'li'"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_code_2(
    file: Path, words: tuple[str, ...], typed: str, said: str
) -> None:
    run("add", "chen", "--role", "admin", typed=PHRASE)
    before = json.loads(file.read_text())
    code, out, err = run(*words, typed=typed)
    assert (code, out) == (2, "")
    assert err.startswith("policyqa: ")
    assert said in err
    assert err.count("\n") == 1
    assert json.loads(file.read_text()) == before


def test_a_password_is_never_an_argument(file: Path) -> None:
    assert run("add", "li", PHRASE)[0] == 2
    assert run("add", "li", "--password", PHRASE)[0] == 2
    assert not file.exists()


def test_at_a_terminal_the_password_is_asked_for_twice(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    class System:
        stdin = Terminal()

    typed = iter([PHRASE, "something else", PHRASE, PHRASE])
    monkeypatch.setattr(cli_users, "sys", System)
    monkeypatch.setattr(cli_users, "getpass", lambda _: next(typed))
    code, _, err = run("add", "li")
    assert (code, "differ" in err) == (2, True)
    assert run("add", "li")[0] == 0
    assert Users(file).check("li", PHRASE) is not None


def test_a_server_for_others_does_not_start_before_somebody_may_sign_in(tmp_path: Path) -> None:
    result = subprocess.run(
        [Path(sys.executable).with_name("policyqa"), "serve", "--host", "0.0.0.0", "--port", "0"],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if not k.startswith("POLICYQA_")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("policyqa: People have to sign in at 0.0.0.0, but ")
    assert result.stderr.count("\n") == 1
