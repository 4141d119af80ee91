from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.people.entry import PAGE, PHRASE, Entry, settings_in

PROXY = "10.0.0.1"
NAMED = {"x-forwarded-user": "chen", "x-forwarded-role": "editor"}


@pytest.fixture
def entry(tmp_path: Path) -> Entry:
    return Entry(
        settings_in(tmp_path, "0.0.0.0", sign_in="proxy", proxy_addresses=("10.0.0.0/30", "::1"))
    )


def test_the_proxy_says_who_asks(entry: Entry) -> None:
    response = entry.client(PROXY).get("/who", headers=NAMED)
    assert response.text.startswith("chen editor")
    mapped = entry.client("::ffff:10.0.0.1").get("/who", headers=NAMED)
    assert mapped.text.startswith("chen editor")


@pytest.mark.parametrize("address", ["10.0.0.4", "127.0.0.1", "::2", "testclient", "10.0.0.1x"])
def test_nobody_else_does(entry: Entry, address: str) -> None:
    response = entry.client(address).get("/who", headers={**NAMED, "x-forwarded-for": PROXY})
    assert response.status_code == 401
    assert entry.client(address).get("/who", headers={**NAMED, **PAGE}).status_code == 401


@pytest.mark.parametrize(
    ("role", "given"),
    [
        ("admin", "admin"),
        ("staff, Editor ,readers", "editor"),
        ("reader,admin", "admin"),
        ("boss", "reader"),
        ("", "reader"),
        ("administrator", "reader"),
    ],
)
def test_the_highest_role_named_counts_or_the_default(entry: Entry, role: str, given: str) -> None:
    headers = {"x-forwarded-user": "chen", "x-forwarded-role": role}
    assert entry.client(PROXY).get("/who", headers=headers).text.split()[1] == given


@pytest.mark.parametrize("name", ["", " ", "local", "LOCAL", "x" * 300, "a\x01b"])
def test_names_that_are_none_are_refused(entry: Entry, name: str) -> None:
    headers = {**NAMED, "x-forwarded-user": name}
    assert entry.client(PROXY).get("/who", headers=headers).status_code == 401


def test_two_names_are_no_name(entry: Entry) -> None:
    headers = [("x-forwarded-user", "chen"), ("X-Forwarded-User", "li")]
    assert entry.client(PROXY).get("/who", headers=headers).status_code == 401


def test_names_beyond_ascii_arrive(entry: Entry) -> None:
    headers = {"x-forwarded-user": "张伟".encode()}
    response = entry.client(PROXY).get("/who", headers=headers)
    assert response.text.startswith("张伟 reader")


def test_different_people_stay_different(entry: Entry) -> None:
    raw = [b"m\xfcller", b"m\xf6ller", b"strasse", "straße".encode()]
    asked = [entry.client(PROXY).get("/who", headers={"x-forwarded-user": name}) for name in raw]
    assert [got.text.split()[0] for got in asked] == ["müller", "möller", "strasse", "straße"]


def test_there_is_nothing_to_sign_in_by(entry: Entry, tmp_path: Path) -> None:
    entry.add("chen")
    fields = {"name": "chen", "password": PHRASE}
    response = entry.client().post("/sign-in", data=fields)
    assert "set-cookie" not in response.headers
    assert entry.client().get("/sign-in").headers["location"] == "/"


def test_the_asker_is_the_last_address_that_is_no_proxys(entry: Entry) -> None:
    passed = "1.1.1.1, 192.168.7.7, 10.0.0.2"
    headers = {**NAMED, "x-forwarded-for": passed}
    assert entry.client(PROXY).get("/who", headers=headers).text.endswith(" 192.168.7.7")


def test_what_strangers_forward_is_taken_away(tmp_path: Path) -> None:
    entry = Entry(settings_in(tmp_path, sign_in="off", proxy_addresses=(PROXY,)))
    said = {
        "x-forwarded-proto": "https",
        "X-Forwarded-Host": "elsewhere.example",
        "x-forwarded-for": "1.2.3.4",
        "forwarded": "host=elsewhere.example",
        "x-real-ip": "1.2.3.4",
        "x-gradio-server": "http://elsewhere.example",
        "x-gradio-user": "chen",
        "x-forwarded-user": "chen",
        "x-forwarded-role": "admin",
    }
    told = entry.client("10.0.0.9").get("/told", headers=said).json()
    assert set(told) & {name.lower() for name in said} == set()
    assert told["scheme"] == "http"


def test_https_at_the_proxy_counts_as_https(tmp_path: Path) -> None:
    entry = Entry(settings_in(tmp_path, "0.0.0.0", proxy_addresses=(PROXY,)))
    entry.add("chen")
    secure = {"x-forwarded-proto": "https"}
    fields = {"name": "chen", "password": PHRASE}
    response = entry.client(PROXY).post("/sign-in", data=fields, headers=secure)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-policyqa_session=")
    assert "Secure" in cookie
    assert response.headers["strict-transport-security"] == "max-age=31536000"
    plain = entry.client().post("/sign-in", data=fields, headers=secure)
    assert plain.headers["set-cookie"].startswith("policyqa_session=")
    assert "strict-transport-security" not in plain.headers


def test_the_public_name_of_the_proxy_is_ours(entry: Entry) -> None:
    public = {**NAMED, "x-forwarded-host": "ask.office", "host": "10.0.0.8:7860"}
    own = {**public, "origin": "https://ask.office"}
    assert entry.client(PROXY).post("/who", headers=own).status_code == 200
    other = {**public, "origin": "https://elsewhere.example"}
    assert entry.client(PROXY).post("/who", headers=other).status_code == 403
    forged = {
        **public,
        "x-forwarded-host": "elsewhere.example",
        "origin": "https://elsewhere.example",
    }
    assert entry.client("10.0.0.9").post("/who", headers=forged).status_code == 403
