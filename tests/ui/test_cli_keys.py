from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.settings import load_settings
from tests.ui.serving import wait_until
from ui.cli import app
from ui.judging.store import JudgementStore
from ui.keys.store import BadKey, Keys, open_keys
from ui.people.audit import Audit
from ui.people.person import Scope


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keys:
    monkeypatch.chdir(tmp_path)
    return open_keys(load_settings().office_dir)


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["key", *words])
    return result.exit_code, result.stdout, result.stderr


def created(*words: str) -> str:
    code, out, _ = run("create", *words)
    assert code == 0
    return out.removesuffix("\n")


def test_a_new_key_alone_is_printed_and_what_to_do_with_it_goes_to_stderr(keys: Keys) -> None:
    code, out, err = run("create", "Intranet", "--scope", "ask", "--scope", "READ", "--days", "30")
    assert (code, out.count("\n"), err.count("\n")) == (0, 1, 1)
    key = keys.check(out.strip())
    assert (key.name, key.scopes) == ("intranet", {Scope.ASK, Scope.READ})
    assert key.expires is not None
    assert key.expires - key.made == timedelta(days=30)
    assert "not shown again" in err
    assert f"until {key.expires:%Y-%m-%d}" in err
    assert out.strip() not in err


def test_keys_are_listed_without_their_secrets(keys: Keys) -> None:
    crm = created("crm", "--scope", "ask", "--days", "9")
    shop = created("shop", "--scope", "read", "--scope", "metrics")
    keys.check(shop)
    wait_until(lambda: any(key.used for key in keys.listed()))
    run("revoke", "shop")
    code, out, _ = run("list")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    ends = f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}"
    rows = {line.split("\t")[1]: line.split("\t")[2:] for line in out.splitlines()}
    assert code == 0
    assert rows == {
        "crm": ["ask", "good", f"made {today}", f"until {ends}", "not used"],
        "shop": ["metrics read", "revoked", f"made {today}", "without end", f"used {today}"],
    }
    for text in (crm, shop):
        assert text.rpartition("_")[2] not in out


def test_before_the_first_key_the_list_is_empty(keys: Keys) -> None:
    assert run("list") == (0, "", "")
    assert not load_settings().office_dir.exists()


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_key_is_revoked_by_id_or_name(keys: Keys, by: str) -> None:
    text = created("crm", "--scope", "ask")
    key = keys.check(text)
    code, out, err = run("revoke", getattr(key, by))
    assert (code, err) == (0, "")
    assert out == f"The key {key.id} of crm was revoked; a running server refuses it now.\n"
    with pytest.raises(BadKey, match="revoked"):
        keys.check(text)


def test_whoever_gets_the_name_next_gets_nothing_of_the_one_before(keys: Keys) -> None:
    created("crm", "--scope", "ask")
    judgements = JudgementStore(load_settings().office_dir / "judgements.sqlite3")
    released: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(JudgementStore, "release", lambda _, name: released.append(name))
        judgements.release("probe")
        (load_settings().office_dir / "judgements.sqlite3").touch()
        run("revoke", "crm")
    assert released == ["probe", "key:crm"]


def test_what_is_done_with_keys_is_in_the_audit_log_without_secrets(keys: Keys) -> None:
    text = created("crm", "--scope", "ask")
    run("revoke", "crm")
    key = keys.listed()[0]
    revoked, made = Audit(load_settings().office_dir / "audit.sqlite3").entries()
    assert (made.person, made.action, made.what) == ("local", "create key", f"{key.id} crm")
    assert (revoked.action, revoked.what) == ("revoke key", f"{key.id} crm")
    assert text not in repr((made, revoked))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create", "shop"), "A key needs a scope; give it one or more of ask, read"),
        (("create", "shop", "--scope", "admin"), "There is no scope 'admin'"),
        (("create", "shop", "--scope", ""), "There is no scope ''"),
        (("create", "a b", "--scope", "ask"), "The name of a key has"),
        (("create", "", "--scope", "ask"), "The name of a key has"),
        (("create", "CRM", "--scope", "ask"), "There is a key 'crm' already"),
        (("create", "shop", "--scope", "ask", "--days", "0"), "A key lasts 1 to 3650 days"),
        (("create", "shop", "--scope", "ask", "--days", "9999"), "A key lasts 1 to 3650 days"),
        (("revoke", "shop"), "There is no key 'shop'"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_code_2(
    keys: Keys, words: tuple[str, ...], said: str
) -> None:
    created("crm", "--scope", "ask")
    before = keys.listed()
    code, out, err = run(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"policyqa: {said}")
    assert keys.listed() == before
