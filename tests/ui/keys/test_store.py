from __future__ import annotations

import sqlite3
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path

import pytest

from tests.ui.serving import wait_until
from ui.keys import store
from ui.keys.key import State
from ui.keys.store import BadKey, KeyInputError, Keys, open_keys, scopes_of
from ui.people.person import Role, Scope
from ui.people.storage import StoreUnusable

ASK = {Scope.ASK}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
DAY_S = 86_400


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(tmp_path: Path, clock: Clock) -> Keys:
    return Keys(tmp_path / "office" / "keys.sqlite3", clock=clock)


def everything_kept(keys: Keys) -> bytes:
    return b"".join(path.read_bytes() for path in keys._path.parent.iterdir())


def used_day(keys: Keys) -> str | None:
    (key,) = keys.listed()
    return str(key.used) if key.used else None


def test_a_key_is_taken_for_what_it_was_made(keys: Keys) -> None:
    made, text = keys.create("Intranet", {Scope.READ, Scope.ASK})
    assert keys.check(text) == made
    assert (made.name, made.scopes) == ("intranet", {Scope.ASK, Scope.READ})
    assert made.made == datetime.fromtimestamp(NOON, UTC)
    person = made.person
    assert (person.name, person.role) == ("key:intranet", Role.READER)
    assert person.scopes == {Scope.ASK, Scope.READ}


def test_a_key_is_long_recognisable_and_never_the_same(keys: Keys) -> None:
    texts = [keys.create(f"k{number}", ASK)[1] for number in range(50)]
    ids, secrets = zip(*(text.removeprefix("pqk_").split("_", 1) for text in texts), strict=True)
    assert all(text.startswith("pqk_") and len(text) == 60 for text in texts)
    assert len(set(ids)) == len(set(secrets)) == 50


def test_the_secret_is_kept_nowhere_and_the_file_is_the_owners_only(keys: Keys) -> None:
    _, text = keys.create("crm", ASK)
    keys.check(text)
    kept = everything_kept(keys)
    assert text.encode() not in kept
    assert text.rpartition("_")[2].encode() not in kept
    assert sha256(text.encode()).digest() in kept
    assert all(path.stat().st_mode & 0o077 == 0 for path in keys._path.parent.iterdir())


def altered(text: str, other: str) -> list[str]:
    """What somebody might try who has one key, or parts of two."""
    id_, secret = text.removeprefix("pqk_").split("_", 1)
    other_id, other_secret = other.removeprefix("pqk_").split("_", 1)
    last = "A" if secret[-1] != "A" else "B"
    return [
        "",
        "pqk_",
        text[:-1],
        text + "A",
        text[:-1] + last,
        f"pqk_{other_id}_{secret}",
        f"pqk_{id_}_{other_secret}",
        f"pqk_{'0' * 12}_{secret}",
        f"pqk_{id_.upper()}_{secret}" if id_.upper() != id_ else f"pqk_{id_[:-1]}_{secret}",
        f"pqk_{id_}_",
        f"pqk__{secret}",
        f"PQK_{id_}_{secret}",
        f" {text}",
        f"{text}\n",
        f"{text},{other}",
        f"pqk_{id_}_{secret[:-1]}é",
        f"pqk_{'١' * 12}_{secret}",
        f"pqk_%_{secret}",
        f"pqk_' OR '1'='1_{secret}",
        sha256(text.encode()).hexdigest(),
        "pqk_" + "A" * 1_000_000,
    ]


def test_nothing_but_the_very_text_is_taken(keys: Keys) -> None:
    _, text = keys.create("crm", ASK)
    _, other = keys.create("shop", ASK)
    for wrong in altered(text, other):
        with pytest.raises(BadKey, match="not known here") as refused:
            keys.check(wrong)
        assert refused.value.key is None
    assert keys.check(text).name == "crm"


def test_digests_are_compared_in_constant_time_also_where_there_is_no_key(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def watched(kept: bytes, sent: bytes) -> bool:
        compared.append((kept, sent))
        return compare_digest(kept, sent)

    monkeypatch.setattr(store, "compare_digest", watched)
    _, text = keys.create("crm", ASK)
    tried = [text, text[:-1] + "!", f"pqk_{'0' * 12}_{'A' * 43}", "rubbish"]
    for each in tried:
        try:
            keys.check(each)
        except BadKey:
            continue
    assert [len(kept) == len(sent) == 32 for kept, sent in compared] == [True] * len(tried)


def test_a_revoked_key_is_refused_at_once_by_whoever_has_the_file_open(
    keys: Keys, clock: Clock
) -> None:
    made, text = keys.create("crm", ASK)
    assert keys.check(text)
    Keys(keys._path, clock=clock).revoke("CRM")  # as the command line does
    with pytest.raises(BadKey, match="was revoked; ask") as refused:
        keys.check(text)
    assert refused.value.key is not None
    assert refused.value.key.id == made.id
    assert keys.listed()[0].state(datetime.now(UTC)) is State.REVOKED


def test_a_key_ends_on_time(keys: Keys, clock: Clock) -> None:
    made, text = keys.create("crm", ASK, days=7)
    assert made.expires == datetime(2026, 3, 8, 12, tzinfo=UTC)
    clock.now += 7 * DAY_S - 1
    assert keys.check(text)
    clock.now += 1
    with pytest.raises(BadKey, match="has expired"):
        keys.check(text)
    keys.revoke("crm")
    with pytest.raises(BadKey, match="was revoked"):
        keys.check(text)


def test_a_name_is_free_again_when_its_key_is_revoked(keys: Keys) -> None:
    first, old = keys.create("crm", ASK)
    with pytest.raises(KeyInputError, match="a key 'crm' already"):
        keys.create("CRM ", ASK)
    assert keys.revoke(first.id) == first
    second, new = keys.create("crm", ASK)
    assert keys.revoke("crm").id == second.id
    assert len(keys.listed()) == 2
    for text in (old, new):
        with pytest.raises(BadKey):
            keys.check(text)


@pytest.mark.parametrize("which", ["", "nobody", "0" * 12, "pqk_", "%", "crm' OR 1=1"])
def test_only_a_key_that_is_there_can_be_revoked(keys: Keys, which: str) -> None:
    _, text = keys.create("crm", ASK)
    with pytest.raises(KeyInputError, match="could be revoked"):
        keys.revoke(which)
    assert keys.check(text)


def test_a_key_is_not_revoked_twice(keys: Keys) -> None:
    made, _ = keys.create("crm", ASK)
    keys.revoke(made.id)
    when = keys.listed()[0].revoked
    for which in (made.id, "crm"):
        with pytest.raises(KeyInputError):
            keys.revoke(which)
    assert keys.listed()[0].revoked == when


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "1 to 64 letters"),
        ("a b", "1 to 64 letters"),
        ("a:b", "1 to 64 letters"),
        ("x" * 65, "1 to 64 letters"),
        ("a\x1b[2Jb", "1 to 64 letters"),
        ("a\tb", "1 to 64 letters"),
        ("0123456789ab", "looks like the id"),
    ],
)
def test_names_are_plain_and_no_ids(keys: Keys, name: str, said: str) -> None:
    with pytest.raises(KeyInputError, match=said):
        keys.create(name, ASK)


@pytest.mark.parametrize("days", [0, -1, 3651, 10**12])
def test_a_key_lasts_some_days(keys: Keys, days: int) -> None:
    with pytest.raises(KeyInputError, match="1 to 3650 days"):
        keys.create("crm", ASK, days)


def test_a_key_has_a_scope_that_there_is(keys: Keys) -> None:
    with pytest.raises(KeyInputError, match="needs a scope; give it one or more of ask, read"):
        keys.create("crm", ())
    with pytest.raises(KeyInputError, match="no scope 'admin'; the scopes are ask, read, metrics"):
        scopes_of(["ask", "admin"])
    assert scopes_of(["ASK", "read", "ask"]) == {Scope.ASK, Scope.READ}


def test_the_day_of_use_is_noted_once_a_day(keys: Keys, clock: Clock) -> None:
    _, text = keys.create("crm", ASK)
    assert used_day(keys) is None
    keys.check(text)
    wait_until(lambda: used_day(keys) == "2026-03-01")
    clock.now += DAY_S
    keys.check(text)
    wait_until(lambda: used_day(keys) == "2026-03-02")


def test_a_use_that_cannot_be_noted_neither_fails_nor_holds_up_and_is_tried_again_in_a_minute(
    keys: Keys, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, text = keys.create("crm", ASK)
    tried: list[str] = []
    waiting = threading.Event()

    def stuck(self: Keys, id_: str, day: object) -> None:
        tried.append(id_)
        waiting.wait(20)

    monkeypatch.setattr(Keys, "_write_use", stuck)
    try:
        for _ in range(5):
            assert keys.check(text)
        clock.now += 59
        assert keys.check(text)
        wait_until(lambda: len(tried) == 1)
        clock.now += 1
        assert keys.check(text)
        wait_until(lambda: len(tried) == 2)
    finally:
        waiting.set()


def test_a_locked_file_still_lets_keys_in(keys: Keys) -> None:
    _, text = keys.create("crm", ASK)
    with sqlite3.connect(keys._path) as other:
        other.execute("BEGIN IMMEDIATE")
        assert keys.check(text).name == "crm"
        assert used_day(keys) is None
        other.execute("ROLLBACK")
    other.close()
    wait_until(lambda: used_day(keys) is not None)


def test_without_a_file_there_are_no_keys_and_none_is_made_by_asking(tmp_path: Path) -> None:
    keys = open_keys(tmp_path / "office")
    assert keys.listed() == []
    with pytest.raises(BadKey):
        keys.check(f"pqk_{'0' * 12}_{'A' * 43}")
    assert not (tmp_path / "office").exists()


@pytest.mark.parametrize(
    "content", [b"no database at all" * 99, b"SQLite format 3\x00" + b"x" * 99]
)
def test_a_broken_file_lets_nobody_in(tmp_path: Path, content: bytes) -> None:
    keys = open_keys(tmp_path)
    (tmp_path / "keys.sqlite3").write_bytes(content)
    with pytest.raises(StoreUnusable):
        keys.check(f"pqk_{'0' * 12}_{'A' * 43}")


def test_many_at_once_make_one_key_of_a_name(keys: Keys) -> None:
    def make(_: int) -> str | None:
        try:
            return keys.create("crm", ASK)[1]
        except KeyInputError:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [text for text in pool.map(make, range(16)) if text]
        assert len(made) == 1
        assert {key.name for key in pool.map(keys.check, made * 64)} == {"crm"}


def test_wrong_keys_leave_nothing_behind(keys: Keys) -> None:
    keys.create("crm", ASK)

    def attack(rounds: int) -> None:
        for number in range(rounds):
            with pytest.raises(BadKey):
                keys.check(f"pqk_{number:012x}_{'A' * 43}")

    attack(50)
    tracemalloc.start()
    try:
        attack(2000)
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown < 100_000
    assert keys._noted == {}
