"""Keys at the gate: in all modes of sign-in, and what attackers send."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import Request, WebSocket
from fastapi.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from rag.settings import Settings
from tests.ui.people.entry import PAGE, Entry, quick_hashes, settings_in
from tests.ui.serving import running
from ui.keys.bearer import key_authenticator
from ui.keys.store import Keys, open_keys
from ui.people.audit import Audit
from ui.people.gate import Gate
from ui.people.person import Scope, person_of

ASKED = "key:crm reader"


class Door:
    """A small application where people sign in, and its keys."""

    def __init__(self, settings: Settings) -> None:
        self.keys: Keys = open_keys(settings.office_dir)
        audit = Audit(settings.office_dir / "audit.sqlite3")
        attempts = settings.access.sign_in_attempts
        self.entry = Entry(settings, key_authenticator(self.keys, audit, attempts))
        self.entry.add("li")

        @self.entry.app.api_route("/api/ask", methods=["GET", "POST"])
        def ask(request: Request) -> PlainTextResponse:
            person = person_of(request)
            return PlainTextResponse(f"{person.name} {person.role}")

    def key(self, name: str = "crm", *scopes: Scope, days: int | None = None) -> str:
        return self.keys.create(name, scopes or {Scope.ASK}, days)[1]

    def ask(self, *headers: str, client: TestClient | None = None, **options: Any) -> Any:
        """What is answered to a question with these Authorization headers."""
        client = client or self.entry.client()
        sent = [("authorization", header.encode()) for header in headers]
        return client.post("/api/ask", headers=sent, **options)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_hashes(monkeypatch)


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(settings_in(tmp_path, sign_in="users"))


@pytest.fixture
def proxied(tmp_path: Path) -> Door:
    return Door(settings_in(tmp_path, sign_in="proxy", proxy_addresses=("10.0.0.1",)))


@pytest.fixture
def unlocked(tmp_path: Path) -> Door:
    return Door(settings_in(tmp_path, sign_in="off"))


def refused(response: Any, said: str = "") -> bool:
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["www-authenticate"] == "Bearer"
    assert (response.status_code, response.json()["code"]) == (401, "bad-key")
    assert said in response.json()["detail"]
    assert "pqk_" not in response.json()["detail"] or "which begin with pqk_;" in response.text
    return True


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_a_key_lets_its_program_in(door: Door, scheme: str) -> None:
    assert door.ask(f"{scheme} {door.key()}").text == ASKED


def test_a_wrong_key_is_told_in_one_sentence(door: Door) -> None:
    key = door.key()
    refused(door.ask(f"Bearer {key[:-1]}"), "not known here")
    refused(door.ask("Bearer pqk_"), "not known here")
    refused(door.ask("Bearer sk-unused"), "no key of this server")


def test_a_revoked_or_expired_key_says_so_to_who_has_it(door: Door) -> None:
    key = door.key()
    assert door.ask(f"Bearer {key}").status_code == 200
    open_keys(door.entry.access.office_dir).revoke("crm")
    began = time.monotonic()
    refused(door.ask(f"Bearer {key}"), "was revoked")
    assert time.monotonic() - began < 2
    refused(door.ask(f"Bearer {key[:-1]}"), "not known here")


@pytest.mark.parametrize(
    "place",
    [
        {"params": {"key": "{}"}},
        {"params": {"authorization": "Bearer {}"}},
        {"params": {"access_token": "{}"}},
        {"data": {"access_token": "{}"}},
        {"headers": {"x-api-key": "{}"}},
        {"headers": {"cookie": "policyqa_session={}"}},
        {"headers": {"cookie": "Authorization=Bearer {}"}},
        {"headers": {"authorization": "{}"}},
        {"headers": {"authorization": "Basic {}"}},
        {"headers": {"authorization": "Token {}"}},
        {"headers": {"authorization": "Bearer:{}"}},
        {"headers": {"proxy-authorization": "Bearer {}"}},
    ],
)
def test_a_key_counts_in_one_place_only(door: Door, place: dict[str, dict[str, str]]) -> None:
    key = door.key()
    ((kind, fields),) = place.items()
    filled: Any = {kind: {name: value.format(key) for name, value in fields.items()}}
    response = door.entry.client().post("/api/ask", **filled)
    assert (response.status_code, response.json()["code"]) == (401, "not-signed-in")
    assert response.headers["www-authenticate"] == "Bearer"


def test_two_authorization_headers_are_refused_whatever_their_order(door: Door) -> None:
    good = f"Bearer {door.key()}"
    for headers in ((good, good), (good, "Basic eDp5"), ("Bearer x", good)):
        refused(door.ask(*headers), "more than one Authorization header")
    refused(door.ask(f"{good}, {good}"), "not known here")


@pytest.mark.parametrize(
    "rubbish",
    ["é", "ключ", "鍵", "\u202e", "\x00", "\x7f", "%00", "../..", "{}", "'--", "A" * 60_000],
)
def test_rubbish_is_a_wrong_key_and_no_fault(door: Door, rubbish: str) -> None:
    refused(door.ask(f"Bearer pqk_{rubbish}"))
    refused(door.ask(f"Bearer {door.key()}{rubbish}"))


def test_a_key_that_was_sent_decides_and_not_the_session_beside_it(door: Door) -> None:
    """A program's rights never grow by a cookie, and a bad key is never passed over."""
    li = door.entry.signed_in("li")
    assert door.ask(client=li).text == "li reader"
    assert door.ask(f"Bearer {door.key()}", client=li).text == ASKED
    refused(door.ask("Bearer pqk_wrong", client=li))
    assert door.ask("Bearer of-something-else", client=li).text == "li reader"


def test_behind_a_proxy_a_key_decides_too_and_the_proxys_own_token_is_passed_over(
    proxied: Door,
) -> None:
    near = proxied.entry.client("10.0.0.1")
    named = {"X-Forwarded-User": "chen"}
    near.headers.update(named)
    key = proxied.key()
    assert proxied.ask(client=near).text == "chen reader"
    assert proxied.ask("Bearer eyJhbGciOi.of-the-proxy", client=near).text == "chen reader"
    assert proxied.ask(f"Bearer {key}", client=near).text == ASKED
    refused(proxied.ask(f"Bearer {key[:-1]}", client=near), "not known here")
    far = proxied.entry.client("10.0.0.9")
    assert proxied.ask(f"Bearer {key}", client=far).text == ASKED
    refused(proxied.ask("Bearer anything", client=far), "no key of this server")


@pytest.mark.parametrize("name", ["key:crm", "KEY:crm", "site:town", "ｋｅｙ:crm"])
def test_a_proxy_cannot_name_whom_only_a_key_or_a_site_gives(proxied: Door, name: str) -> None:
    near = proxied.entry.client("10.0.0.1")
    near.headers.update([(b"x-forwarded-user", name.encode())])  # type: ignore[arg-type]
    assert proxied.ask(client=near).status_code == 401


def test_where_anybody_is_let_in_only_bad_keys_are_refused(unlocked: Door) -> None:
    assert unlocked.ask().text == "local admin"
    for header in ("Bearer sk-unused", "Bearer ", "Bearer", "Basic eDp5", "Bearer x, Bearer y"):
        assert unlocked.ask(header).text == "local admin"
    key = unlocked.key()
    assert unlocked.ask(f"Bearer {key}").text == ASKED
    refused(unlocked.ask(f"Bearer {key[:-1]}"), "not known here")
    unlocked.keys.revoke("crm")
    refused(unlocked.ask(f"bearer {key}"), "was revoked")


def test_wrong_keys_are_slowed_by_address_and_good_ones_never(tmp_path: Path) -> None:
    door = Door(settings_in(tmp_path, sign_in="users", sign_in_attempts=3))
    good, wrong = f"Bearer {door.key()}", "Bearer pqk_wrong"
    for _ in range(3):
        refused(door.ask(wrong))
    slowed = door.ask(wrong)
    assert (slowed.status_code, slowed.json()["code"]) == (429, "too-often")
    assert 0 < int(slowed.headers["retry-after"]) <= 300
    assert door.ask(good).text == ASKED
    refused(door.ask(wrong, client=door.entry.client("10.0.0.8")))
    near, same_line = (door.entry.client(f"2001:db8:1:2::{n}") for n in (1, 2))
    for _ in range(3):
        refused(door.ask(wrong, client=near))
    assert door.ask(wrong, client=same_line).status_code == 429
    assert all(door.ask(good).text == ASKED for _ in range(20))


def test_the_audit_log_tells_whose_key_was_refused_and_from_where(door: Door) -> None:
    key = door.key()
    door.keys.revoke("crm")
    door.ask(f"Bearer {key}")
    door.ask("Bearer pqk_wrong")
    wrong, revoked = door.entry.audit.entries()
    assert (revoked.person, revoked.action) == ("key:crm", "sign-in refused")
    assert (wrong.person, wrong.action, wrong.what) == ("", "sign-in refused", "key from 10.0.0.9")
    assert key not in json.dumps([revoked.what, wrong.what])


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_what_no_scope_opens_is_closed_to_keys(door: Door, method: str) -> None:
    header = {"authorization": f"Bearer {door.key('all', *Scope)}"}
    response = door.entry.client().request(method, "/who", headers={**header, **PAGE})
    assert (response.status_code, response.json()["code"]) == (403, "not-in-scope")
    assert door.entry.client().post("/change", headers=header).status_code == 403


def test_a_key_without_the_scope_is_told_which_it_needs(door: Door) -> None:
    response = door.ask(f"Bearer {door.key('reads', Scope.READ, Scope.METRICS)}")
    assert (response.status_code, response.json()["code"]) == (403, "not-in-scope")
    assert "the scope ask" in response.json()["detail"]


def test_no_websocket_opens_to_a_key(door: Door) -> None:
    header = {"authorization": f"Bearer {door.key('all', *Scope)}"}
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        door.entry.client().websocket_connect("/socket", headers=header),
    ):
        pass
    assert closed.value.code == 1008


@pytest.mark.parametrize(
    "headers", [{"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}]
)
def test_a_key_in_another_sites_page_opens_nothing(door: Door, headers: dict[str, str]) -> None:
    client = door.entry.client()
    client.headers.update(headers)
    response = door.ask(f"Bearer {door.key()}", client=client)
    assert (response.status_code, response.json()["code"]) == (403, "foreign-page")


def test_a_file_of_keys_that_breaks_lets_no_key_in_and_people_still(door: Door) -> None:
    key, li = door.key(), door.entry.signed_in("li")
    for path in door.entry.access.office_dir.glob("keys.sqlite3*"):
        path.write_bytes(b"rubbish" * 500)
    broken = door.ask(f"Bearer {key}")
    assert (broken.status_code, broken.json()["code"]) == (503, "store-unusable")
    assert door.ask(client=li).text == "li reader"


def test_many_at_once_are_told_apart(door: Door) -> None:
    keys = {name: door.key(name) for name in ("a", "b", "c", "d")}

    def who(number: int) -> bool:
        name = "abcd"[number % 4]
        return bool(door.ask(f"Bearer {keys[name]}").text == f"key:{name} reader")

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(who, range(80)))


def test_a_real_server_turns_huge_and_torn_headers_away_and_lives(door: Door) -> None:
    key = door.key()
    with running(door.entry.app) as address:
        place = urlsplit(address).netloc

        def status(header: bytes) -> int:
            connection = HTTPConnection(place, timeout=10)
            try:
                connection.request("POST", "/api/ask", headers={"Authorization": header})
                return connection.getresponse().status
            except (ConnectionError, OSError):
                return 0  # cut off
            finally:
                connection.close()

        assert status(f"Bearer {key}".encode()) == 200
        assert status(b"Bearer pqk_" + b"A" * 30_000) == 401
        assert status(b"Bearer pqk_" + b"A" * 3_000_000) in (0, 400, 401, 431)
        assert status("Bearer pqk_鍵".encode()) == 401
        assert status(b"Bearer pqk_\xff\xfe") == 401
        assert status(b"\tBearer\t" + key.encode()) == 401
        assert status(f"Bearer {key}".encode()) == 200


def test_open_addresses_are_for_strangers_and_make_nobody_a_person(tmp_path: Path) -> None:
    door = Door(settings_in(tmp_path, sign_in="users"))
    app = door.entry.app

    @app.api_route("/s/who", methods=["GET", "POST", "OPTIONS"])
    def who(request: Request) -> str:
        return "person" if "policyqa.person" in request.scope else "nobody"

    @app.websocket("/s/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    (layer,) = (layer for layer in app.user_middleware if layer.cls is Gate)
    layer.kwargs["open_below"] = ("/s/", "/widget")
    li = door.entry.signed_in("li")
    foreign = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
    for client in (door.entry.client(), li):
        for headers in ({}, foreign, {"authorization": "Bearer pqk_wrong"}):
            response = client.post("/s/who", headers=headers)
            assert (response.status_code, response.json()) == (200, "nobody")
    client = door.entry.client()
    assert client.get("/s/who", headers={"host": "["}).status_code == 421
    for path in ("/s", "/S/who", "/who/s/", "/x/s/who"):
        assert client.post(path, headers=foreign).status_code == 403
        assert client.post(path).status_code == 401
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/s/socket"):
        pass
