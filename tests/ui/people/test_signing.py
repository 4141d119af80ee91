from __future__ import annotations

from pathlib import Path

import pytest
from httpx import Response

from tests.ui.people.entry import PAGE, PHRASE, Entry, settings_in
from ui.people.person import Role
from ui.people.signing import own_address


@pytest.fixture
def entry(tmp_path: Path) -> Entry:
    made = Entry(settings_in(tmp_path, "0.0.0.0", sign_in_attempts=3))
    made.add("chen", Role.ADMIN)
    made.add("li")
    return made


def sign_in(entry: Entry, name: str = "chen", password: str = PHRASE, **options: str) -> Response:
    address = options.pop("address", "10.0.0.9")
    fields = {"name": name, "password": password, **options}
    return entry.client(address).post("/sign-in", data=fields)


def test_the_right_password_leads_to_the_wanted_page(entry: Entry) -> None:
    response = sign_in(entry, next="/p/report?x=1")
    assert (response.status_code, response.headers["location"]) == (303, "/p/report?x=1")
    cookie = response.headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Max-Age=43200" in cookie


@pytest.mark.parametrize(
    ("name", "password"), [("chen", "wrong password"), ("nobody", PHRASE), ("", ""), ("li", "")]
)
def test_a_wrong_name_and_a_wrong_password_look_the_same(
    entry: Entry, name: str, password: str
) -> None:
    response = sign_in(entry, name, password, next="/p/x")
    assert response.status_code == 403
    assert "set-cookie" not in response.headers
    assert "The name or the password is wrong; try again." in response.text
    assert 'name="next" value="/p/x"' in response.text
    assert password not in response.text or not password


def test_the_page_is_plain_and_in_the_readers_language(entry: Entry) -> None:
    page = entry.client().get("/sign-in", headers={"accept-language": "zh-CN,zh;q=0.9"})
    assert '<html lang="zh">' in page.text
    assert "密码" in page.text
    assert "<script" not in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"


def test_what_was_typed_is_shown_as_text(entry: Entry) -> None:
    attack = '"><script>window.hacked=1</script>'
    response = sign_in(entry, attack, "wrong", next="/" + attack)
    assert "<script" not in response.text
    assert "&lt;script&gt;" in response.text


@pytest.mark.parametrize(
    "wanted",
    [
        "https://elsewhere.example",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "/\t/elsewhere.example",
        "/\n/elsewhere.example",
        "javascript:alert(1)",
        " //elsewhere.example",
        "///elsewhere.example",
        "http:elsewhere.example",
        "elsewhere.example",
        "",
        "/sign-in?next=/",
        "/" + "x" * 3000,
    ],
)
def test_nobody_is_led_elsewhere(entry: Entry, wanted: str) -> None:
    assert own_address(wanted) == "/"
    assert sign_in(entry, next=wanted).headers["location"] == "/"


@pytest.mark.parametrize("wanted", ["/", "/p/a%20b?x=//y", "/c/TOKEN", "/?c=1#top", "/p/报告"])
def test_pages_of_ours_are_gone_back_to(wanted: str) -> None:
    assert own_address(wanted) == wanted


def test_a_session_from_before_is_ended_and_never_taken_over(entry: Entry) -> None:
    client = entry.signed_in("li")
    first = client.cookies["policyqa_session"]
    client.post("/sign-in", data={"name": "chen", "password": PHRASE})
    second = client.cookies["policyqa_session"]
    assert first != second
    assert client.get("/who").text.startswith("chen")
    stolen = {"cookie": f"policyqa_session={first}"}
    assert entry.client().get("/who", headers=stolen).status_code == 401


def test_a_token_that_was_planted_is_not_used(entry: Entry) -> None:
    client = entry.client()
    planted = {"cookie": "policyqa_session=planted-by-somebody"}
    fields = {"name": "chen", "password": PHRASE}
    response = client.post("/sign-in", data=fields, headers=planted)
    assert "planted" not in response.headers["set-cookie"]
    assert entry.client().get("/who", headers=planted).status_code == 401


def test_signing_out_ends_the_session_on_the_server(entry: Entry) -> None:
    client = entry.signed_in("li")
    token = client.cookies["policyqa_session"]
    assert client.get("/who").status_code == 200
    response = client.post("/sign-out")
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert response.headers["clear-site-data"] == '"cache"'
    kept = {"cookie": f"policyqa_session={token}"}
    assert entry.client().get("/who", headers=kept).status_code == 401
    assert client.get("/sign-out", headers=PAGE).status_code == 405


def test_signing_out_without_a_session_does_no_harm(entry: Entry) -> None:
    assert entry.client().post("/sign-out").status_code == 303


def test_guessing_ends_after_some_attempts_even_with_the_right_password(entry: Entry) -> None:
    for _ in range(3):
        assert sign_in(entry, password="a wrong guess").status_code == 403
    response = sign_in(entry)
    assert response.status_code == 429
    assert 0 < int(response.headers["retry-after"]) <= 300
    assert "Too many attempts; please wait 5 min" in response.text
    assert sign_in(entry, "li").status_code == 303
    assert sign_in(entry, address="10.0.0.10").status_code == 303  # its owner is not locked out


def test_guessing_from_many_addresses_or_for_many_names_ends_too(entry: Entry) -> None:
    for number in range(30):
        sign_in(entry, password="a wrong guess", address=f"10.1.0.{number}")
    assert sign_in(entry, address="10.2.0.1").status_code == 429
    for number in range(30):
        sign_in(entry, f"name{number}", "a wrong guess", address="10.3.0.1")
    assert sign_in(entry, "li", address="10.3.0.1").status_code == 429


def test_right_passwords_are_no_attempts(entry: Entry) -> None:
    assert {sign_in(entry).status_code for _ in range(10)} == {303}


def test_the_log_tells_of_sign_ins_but_not_of_names_that_may_be_passwords(entry: Entry) -> None:
    sign_in(entry, "my-secret-password", "chen")
    sign_in(entry, "chen", "a wrong guess")
    entry.signed_in("li").post("/sign-out")
    told = [(e.person, e.action, e.what) for e in reversed(entry.audit.entries())]
    assert told == [
        ("", "sign-in refused", "from 10.0.0.9"),
        ("chen", "sign-in refused", "from 10.0.0.9"),
        ("li", "sign in", ""),
        ("li", "sign out", ""),
    ]


def test_odd_forms_are_refused_and_break_nothing(entry: Entry) -> None:
    client = entry.client()
    files = {"name": ("a.txt", b"chen"), "password": ("b.txt", PHRASE.encode())}
    assert client.post("/sign-in", files=files).status_code in (400, 403)
    assert client.post("/sign-in", content=b"{").status_code == 403
    odd = {"content-type": "multipart/form-data"}
    assert client.post("/sign-in", content=b"x", headers=odd).status_code == 400


def test_one_address_neither_locks_a_name_out_nor_washes_its_count_away(entry: Entry) -> None:
    for _ in range(60):
        sign_in(entry, password="a wrong guess", address="10.4.0.1")
    assert sign_in(entry, address="10.4.0.2").status_code == 303


def test_ipv6_addresses_of_one_line_count_as_one(entry: Entry) -> None:
    for number in range(3):
        sign_in(entry, password="a wrong guess", address=f"2001:db8::{number}")
    assert sign_in(entry, address="2001:db8::ffff").status_code == 429
    assert sign_in(entry, address="2001:db8:0:1::1").status_code == 303
