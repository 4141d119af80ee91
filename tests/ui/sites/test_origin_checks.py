"""Which pages may use the widget's routes, and what the others are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.sites.visiting import ORIGIN, TOWN, Server, Visitor, answer_of

OTHER = "https://other.example:8443"
ROUTES = ("visit", "ask", "stop", "feedback")
SPOOFED = [
    None,
    "",
    "null",
    "*",
    "http://town.example",
    "https://town.example:8443",
    "https://town.example:443",
    "https://town.example.",
    "https://TOWN.example",
    "HTTPS://town.example",
    "https://town.example/",
    "https://town.example/path",
    "https://town.example.evil.example",
    "https://eviltown.example",
    "https://sub.town.example",
    "https://evil.example#https://town.example",
    "https://town.example@evil.example",
    "https://user@town.example",
    "https://town.example%00.evil.example",
    "https://town.example,https://evil.example",
    "https://town.example https://evil.example",
    " https://town.example:1",
    "file://",
    "chrome-extension://town.example",
]
ACCESS = "access-control-"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    server = Server(
        tmp_path_factory.mktemp("office"),
        replace(TOWN, origins=(ORIGIN, "https://shop.example")),
        replace(TOWN, name="other", origins=(OTHER,)),
        replace(TOWN, name="nobody", origins=()),
    )
    with server.client() as client:
        yield client


@pytest.mark.parametrize("origin", SPOOFED)
def test_an_unlisted_page_is_refused_everywhere_and_may_read_nothing(client, origin) -> None:  # type: ignore[no-untyped-def]
    good = Visitor(client)
    good.visit()
    spoofed = Visitor(client, origin=origin, ticket=good.ticket)
    for route in ROUTES:
        response = spoofed.post(route, {"question": "ferries?", "ask": "a" * 20})
        assert (response.status_code, response.json()["code"]) == (403, "unlisted-origin")
        assert not [name for name in response.headers if name.startswith(ACCESS)]
        assert "origin" in response.headers["vary"].lower()


@pytest.mark.parametrize("origin", SPOOFED)
def test_a_preflight_tells_an_unlisted_page_nothing(client, origin) -> None:  # type: ignore[no-untyped-def]
    headers = {"access-control-request-method": "POST"}
    headers |= {"origin": origin} if origin is not None else {}
    response = client.options("/api/widget/town/ask", headers=headers)
    assert response.status_code == 403
    assert not [name for name in response.headers if name.startswith(ACCESS)]


@pytest.mark.parametrize(("site", "origin"), [("town", ORIGIN), ("other", OTHER)])
def test_a_listed_page_may_ask_and_no_cookie_is_ever_allowed(client, site, origin) -> None:  # type: ignore[no-untyped-def]
    visitor = Visitor(client, site, origin)
    preflight = client.options(
        f"/api/widget/{site}/ask",
        headers={
            "origin": origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type,last-event-id",
        },
    )
    assert preflight.status_code == 204
    allowed = preflight.headers["access-control-allow-headers"].split(", ")
    assert {"authorization", "content-type", "last-event-id"} <= set(allowed)
    visit, asked = visitor.visit(), visitor.ask("When do ferries leave?")
    assert answer_of(asked)["claims"]
    for response in (preflight, visit, asked):
        assert response.headers["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in response.headers
        assert "set-cookie" not in response.headers
        assert "origin" in response.headers["vary"].lower()
        assert response.headers["cross-origin-resource-policy"] == "cross-origin"
        assert response.headers["cache-control"] == "no-store"


def test_the_page_of_another_site_is_unlisted_here(client) -> None:  # type: ignore[no-untyped-def]
    assert Visitor(client, "town", OTHER).visit().status_code == 403
    assert Visitor(client, "other", ORIGIN).visit().status_code == 403
    assert Visitor(client, "town", "https://shop.example").visit().status_code == 200


def test_a_site_without_origins_lets_nobody_in(client) -> None:  # type: ignore[no-untyped-def]
    for origin in (None, "", "null", ORIGIN, "http://127.0.0.1:7860"):
        response = Visitor(client, "nobody", origin).visit()
        assert (response.status_code, response.json()["code"]) == (403, "unlisted-origin")


def test_two_origins_in_one_request_are_none(client) -> None:  # type: ignore[no-untyped-def]
    headers = [("origin", ORIGIN), ("origin", ORIGIN), ("content-type", "application/json")]
    response = client.post("/api/widget/town/visit", content="{}", headers=headers)
    assert response.status_code == 403


@pytest.mark.parametrize("site", ["village", "", "Town", "TOWN", "town%00", "t" * 300])
def test_an_unknown_site_is_none_for_everybody(client, site) -> None:  # type: ignore[no-untyped-def]
    response = client.post(f"/api/widget/{site}/visit", json={}, headers={"origin": ORIGIN})
    assert response.status_code == 404
    assert not [name for name in response.headers if name.startswith(ACCESS)]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {"content-type": "application/json"}, 422),
        (b"{}", {"content-type": "text/plain"}, 415),
        (b'{"visitor": 3}', {"content-type": "application/json"}, 422),
        (b'{"language": "xx"}', {"content-type": "application/json"}, 422),
        (b" " * 100_000, {"content-type": "application/json"}, 413),
    ],
)
def test_a_listed_page_may_read_every_refusal(client, body, headers, status) -> None:  # type: ignore[no-untyped-def]
    response = client.post(
        "/api/widget/town/visit", content=body, headers={"origin": ORIGIN, **headers}
    )
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_there_is_no_other_way_in(client, method) -> None:  # type: ignore[no-untyped-def]
    response = client.request(method, "/api/widget/town/visit", headers={"origin": ORIGIN})
    assert response.status_code == 405
    assert response.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize(
    "path", ["/api/documents", "/api/ask", "/", "/p/notice.txt.0.1.00000000", "/api/widget"]
)
def test_nothing_else_is_opened_to_listed_pages(client, path) -> None:  # type: ignore[no-untyped-def]
    response = client.get(path, headers={"origin": ORIGIN, "sec-fetch-site": "cross-site"})
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers
