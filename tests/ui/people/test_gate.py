from __future__ import annotations

from pathlib import Path

import pytest
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocketDisconnect

from rag.errors import SettingsError
from rag.settings import Settings, load_settings
from tests.ui.people.entry import PAGE, Entry, settings_in
from ui.people.access import AccessError, check_access, mode_of
from ui.people.person import Person, Role
from ui.people.users import Users

FOREIGN = "https://elsewhere.example"


@pytest.fixture
def office(tmp_path: Path) -> Entry:
    """Where people have to sign in."""
    made = Entry(settings_in(tmp_path, "0.0.0.0"))
    made.add("chen", Role.ADMIN)
    made.add("li")
    return made


@pytest.fixture
def alone(tmp_path: Path) -> Entry:
    """Where nobody has to."""
    return Entry(settings_in(tmp_path))


# Who is let in.


def test_on_loopback_whoever_comes_is_local(alone: Entry) -> None:
    assert alone.client().get("/who").text.startswith("local admin")


@pytest.mark.parametrize("path", ["/", "/p/x?at=1&b=ü", "/api/documents", "/gradio_api/queue/data"])
def test_an_unknown_browser_is_sent_to_sign_in_with_the_way_back(office: Entry, path: str) -> None:
    response = office.client().get(path, headers=PAGE)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/sign-in?next=/")
    page = office.client().get(response.headers["location"])
    wanted = path.replace("&", "&amp;").replace("ü", "%C3%BC")
    assert f'name="next" value="{wanted}"' in page.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/who"),
        ("POST", "/who"),
        ("DELETE", "/who"),
        ("OPTIONS", "/who"),
        ("POST", "/api/ask"),
        ("GET", "/openapi.json"),
        ("POST", "/gradio_api/queue/join"),
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("POST", "/gradio_api/component_server"),
        ("GET", "/gradio_api/heartbeat/x"),
        ("POST", "/gradio_api/mcp/"),
        ("GET", "/sign-in/"),
        ("GET", "/healthz/../who"),
        ("GET", "//who"),
    ],
)
def test_a_program_without_sign_in_gets_a_problem(office: Entry, method: str, path: str) -> None:
    response = office.client().request(method, f"http://127.0.0.1:7860{path}")
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "not-signed-in"


def test_health_and_the_sign_in_page_are_open(office: Entry) -> None:
    assert office.client().get("/healthz").json() == "ok"
    assert office.client().get("/sign-in").status_code == 200


def test_roles_are_those_of_the_file(office: Entry) -> None:
    reader, admin = office.signed_in("li"), office.signed_in("chen")
    assert reader.get("/who").text.startswith("li reader")
    assert reader.post("/change").status_code == 403
    assert reader.post("/change").json()["code"] == "not-allowed"
    assert admin.post("/change").json() == "changed"


def test_a_change_of_role_ends_the_sessions_without_a_restart(
    office: Entry, tmp_path: Path
) -> None:
    client = office.signed_in("li")
    assert client.get("/who").status_code == 200
    Users(tmp_path / "users.json").set_role("li", Role.EDITOR)  # as the command line does
    assert client.get("/who").status_code == 401
    Users(tmp_path / "users.json").set_role("li", Role.READER)
    assert client.get("/who").status_code == 401
    assert office.signed_in("li").get("/who").text.startswith("li reader")


@pytest.mark.parametrize("change", ["remove", "password"])
def test_somebody_removed_or_with_a_new_password_is_signed_out(
    office: Entry, tmp_path: Path, change: str
) -> None:
    client = office.signed_in("li")
    other = Users(tmp_path / "users.json")
    if change == "remove":
        other.remove("li")
        other.add("li", Role.READER, "somebody else of that name")
    else:
        other.set_password("li", "a new pass phrase")
    assert client.get("/who").status_code == 401


def test_a_users_file_that_breaks_lets_nobody_in_and_says_so(office: Entry, tmp_path: Path) -> None:
    client = office.signed_in("chen")
    (tmp_path / "users.json").write_text("{")
    response = client.get("/who")
    assert (response.status_code, response.json()["code"]) == (503, "users-unusable")
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "token", ["", "x", "A" * 43, "' OR 1=1", "../../sessions", "%00", "chen", "A" * 3000]
)
def test_forged_cookies_open_nothing(office: Entry, token: str) -> None:
    office.signed_in("chen")
    client = office.client()
    for name in ("policyqa_session", "__Host-policyqa_session", "session"):
        response = client.get("/who", headers={"cookie": f"{name}={token}"})
        assert response.status_code == 401


def test_an_authenticator_may_name_somebody_by_a_header(tmp_path: Path) -> None:
    def by_key(connection: HTTPConnection) -> Person | None:
        known = connection.headers.get("authorization") == "Bearer k1"
        return Person("widget", Role.READER) if known else None

    entry = Entry(settings_in(tmp_path, "0.0.0.0"), by_key)
    entry.add("li")
    good = {"authorization": "Bearer k1"}
    assert entry.client().get("/who", headers=good).text.startswith("widget reader")
    assert entry.client().get("/who", headers={"authorization": "Bearer k2"}).status_code == 401
    li = entry.signed_in("li")
    assert li.get("/who", headers=good).text.startswith("widget reader")
    assert li.get("/who", headers={"authorization": "Bearer k2"}).text.startswith("li reader")
    assert li.get("/who").text.startswith("li reader")


def test_websockets_are_behind_the_gate_too(office: Entry) -> None:
    with pytest.raises(WebSocketDisconnect), office.client().websocket_connect("/socket"):
        pass
    # The test client writes a host of its own into the handshake, so the cookie goes by hand.
    token = office.signed_in("li").cookies["policyqa_session"]
    cookie = {"cookie": f"policyqa_session={token}"}
    with office.client().websocket_connect("/socket", headers=cookie) as socket:
        assert socket.receive_text() == "li"
    stranger = {**cookie, "origin": FOREIGN}
    with (
        pytest.raises(WebSocketDisconnect),
        office.client().websocket_connect("/socket", headers=stranger),
    ):
        pass


# Other sites' pages.


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": FOREIGN},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://127.0.0.1:7860.elsewhere.example"},
        {"origin": "http://127.0.0.1:7860@elsewhere.example"},
        {"origin": "file://127.0.0.1:7860"},
        {"origin": "http://[bad"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_no_other_site_changes_anything(alone: Entry, method: str, headers: dict[str, str]) -> None:
    response = alone.client().request(method, "/who", headers=headers)
    assert (response.status_code, response.json()["code"]) == (403, "foreign-page")
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://127.0.0.1:7860"},
        {"origin": "HTTP://127.0.0.1:7860"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "http://127.0.0.1:7860", "sec-fetch-site": "same-origin"},
    ],
)
def test_our_own_page_and_programs_do(alone: Entry, headers: dict[str, str]) -> None:
    assert alone.client().post("/who", headers=headers).status_code == 200


def test_another_site_may_link_here_but_not_read_or_embed(alone: Entry) -> None:
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert alone.client().get("/who", headers=link).status_code == 200
    for mode in ("cors", "no-cors", "websocket"):
        headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": mode}
        assert alone.client().get("/who", headers=headers).status_code == 403
    assert alone.client().get("/who", headers={"origin": FOREIGN}).status_code == 403


def test_no_other_site_signs_anybody_in_or_out(office: Entry) -> None:
    client = office.signed_in("li")
    assert client.post("/sign-out", headers={"origin": FOREIGN}).status_code == 403
    fields = {"name": "chen", "password": "correct horse battery"}
    refused = office.client().post("/sign-in", data=fields, headers={"origin": FOREIGN})
    assert refused.status_code == 403
    assert "set-cookie" not in refused.headers
    assert client.get("/who").status_code == 200


# Names that somebody pointed at us.


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:7860", 200),
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("[::1]:7860", 200),
        ("reading.office", 200),
        ("elsewhere.example", 421),
        ("localhost.elsewhere.example", 421),
        ("127.0.0.1.elsewhere.example:7860", 421),
        ("10.0.0.1", 421),
        ("[bad", 421),
        ("", 421),
    ],
)
def test_on_loopback_only_our_own_names_are_answered(
    tmp_path: Path, host: str, status: int
) -> None:
    entry = Entry(settings_in(tmp_path, hosts=("Reading.Office",)))
    assert entry.client().get("/who", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("host", "status"),
    [("10.1.2.3:80", 200), ("localhost:80", 200), ("elsewhere.example", 421), ("", 421)],
)
def test_open_to_all_only_addresses_that_nobody_can_point_here_are_answered(
    tmp_path: Path, host: str, status: int
) -> None:
    entry = Entry(settings_in(tmp_path, "0.0.0.0", sign_in="off"))
    assert entry.client().get("/who", headers={"host": host}).status_code == status


# Whether it starts at all.


@pytest.mark.parametrize(
    ("host", "sign_in", "mode"),
    [
        ("127.0.0.1", "auto", "off"),
        ("127.8.9.1", "auto", "off"),
        ("localhost", "auto", "off"),
        ("::1", "auto", "off"),
        ("0.0.0.0", "auto", "users"),
        ("::", "auto", "users"),
        ("192.168.1.5", "auto", "users"),
        ("office.example", "auto", "users"),
        ("0.0.0.0", "off", "off"),
        ("127.0.0.1", "users", "users"),
    ],
)
def test_sign_in_goes_by_the_address(tmp_path: Path, host: str, sign_in: str, mode: str) -> None:
    settings = settings_in(tmp_path, host, sign_in=sign_in)
    assert mode_of(settings) == mode
    if mode == "users":
        with pytest.raises(AccessError, match="names nobody; add somebody") as refused:
            check_access(settings)
        assert str(refused.value).count("\n") == 0
        Users(tmp_path / "users.json").add("chen", Role.ADMIN, "correct horse battery")
    check_access(settings)


def test_a_proxy_must_be_named() -> None:
    with pytest.raises(SettingsError, match="proxy_addresses must name the proxy"):
        load_settings(access={"sign_in": "proxy"})
    with pytest.raises(SettingsError, match="proxy_addresses"):
        load_settings(access={"proxy_addresses": ["everybody"]})
    assert mode_of(Settings(access={"sign_in": "proxy", "proxy_addresses": ["::1"]})) == "proxy"


# What every answer says to the browser.


def test_answers_keep_pages_at_home_and_out_of_shared_caches(office: Entry) -> None:
    client = office.signed_in("li")
    for path in ("/told", "/nothing", "/sign-in"):
        headers = client.get(path).headers
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "default-src" in headers["content-security-policy"]
    assert client.get("/told").headers["cache-control"] == "private, no-cache"
    refused = office.client().get("/told").headers
    assert "default-src" in refused["content-security-policy"]


@pytest.mark.parametrize(("hosts", "status"), [((), 200), (("ask.example",), 200), (("b.c",), 421)])
def test_where_people_sign_in_any_name_will_do_unless_names_are_set(
    tmp_path: Path, hosts: tuple[str, ...], status: int
) -> None:
    entry = Entry(settings_in(tmp_path, "0.0.0.0", hosts=hosts))
    assert entry.client().get("/healthz", headers={"host": "ask.example"}).status_code == status


@pytest.mark.parametrize("told", [{"hosts": ("ask.office",)}, {"proxy_addresses": ("::1",)}])
def test_a_server_that_others_reach_is_not_off_by_itself(
    tmp_path: Path, told: dict[str, tuple[str, ...]]
) -> None:
    with pytest.raises(AccessError, match="others reach this server"):
        check_access(settings_in(tmp_path, **told))
    check_access(settings_in(tmp_path, sign_in="off", **told))


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via"])
def test_what_a_proxy_hands_on_is_not_taken_for_the_one_who_sits_here(
    alone: Entry, tmp_path: Path, header: str
) -> None:
    response = alone.client("127.0.0.1").get("/who", headers={header: "10.0.0.7"})
    assert (response.status_code, response.json()["code"]) == (403, "proxied")
    said_so = Entry(settings_in(tmp_path, sign_in="off"))
    assert said_so.client().get("/who", headers={header: "10.0.0.7"}).status_code == 200
