"""What each scope opens of the real application, and that nothing else is open to keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from tests.ui.fake_pipeline import FakePipeline
from tests.ui.people.entry import PAGE, settings_in
from ui.api import create_app
from ui.exposed import for_people
from ui.keys.reach import needed_scope
from ui.keys.store import Keys, open_keys
from ui.people.access import open_access
from ui.people.gate import Gate
from ui.people.person import LOCAL, NotInScope, Person, Role, Scope, require_scope

OPEN = {
    ("POST", "/api/ask"): Scope.ASK,
    ("POST", "/api/feedback"): Scope.ASK,
    ("DELETE", "/api/feedback/x"): Scope.ASK,
    ("POST", "/v1/chat/completions"): Scope.ASK,
    ("GET", "/v1/models"): Scope.ASK,
    ("GET", "/gradio_api/mcp"): Scope.ASK,
    ("POST", "/gradio_api/mcp/"): Scope.ASK,
    ("GET", "/gradio_api/mcp/schema"): Scope.ASK,
    ("GET", "/api/documents"): Scope.READ,
    ("HEAD", "/api/documents/a/b.md/text"): Scope.READ,
    ("GET", "/api/documents/a/pages/1.png"): Scope.READ,
    ("GET", "/p/some/where"): Scope.READ,
    ("GET", "/openapi.json"): Scope.READ,
    ("GET", "/docs"): Scope.READ,
    ("GET", "/metrics"): Scope.METRICS,
}
CLOSED = [
    ("GET", "/"),
    ("GET", "/c/token"),
    ("GET", "/api/conversations"),
    ("GET", "/api/conversations/1/export.md"),
    ("GET", "/api/figures"),
    ("GET", "/api/figures.csv"),
    ("GET", "/api/library/state"),
    ("POST", "/api/library"),
    ("POST", "/api/library/ingest"),
    ("DELETE", "/api/library/file"),
    ("POST", "/api/documents"),
    ("DELETE", "/api/documents/a"),
    ("PUT", "/p/x"),
    ("POST", "/metrics"),
    ("GET", "/config"),
    ("GET", "/gradio_api/info"),
    ("GET", "/gradio_api/mcpx"),
    ("POST", "/gradio_api/queue/join"),
    ("GET", "/gradio_api/queue/data"),
    ("POST", "/gradio_api/run/ask"),
    ("POST", "/gradio_api/call/ask"),
    ("POST", "/gradio_api/component_server"),
    ("GET", "/gradio_api/heartbeat/x"),
    ("GET", "/assets/index.js"),
    ("GET", "/api/askance"),
    ("GET", "/API/ask"),
    ("GET", "//api/ask"),
    ("GET", "/api/documentsx"),
    ("GET", "/v1x"),
    ("GET", "/v10/models"),
    ("GET", "/docsx"),
    ("GET", "/px"),
    ("GET", ""),
]

PUBLIC = ("/healthz", "/readyz", "/sign-in", "/sign-out", "/widget", "/api/widget/", "/s/")
"""What anybody may reach, so that a key is not looked at."""


@pytest.mark.parametrize(("method", "path"), list(OPEN))
def test_each_scope_opens_its_own_addresses(method: str, path: str) -> None:
    assert needed_scope({"type": "http", "method": method, "path": path}) is OPEN[method, path]


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_whatever_is_not_named_is_closed(method: str, path: str) -> None:
    assert needed_scope({"type": "http", "method": method, "path": path}) is None


@pytest.mark.parametrize("path", ["/gradio_api/mcp", "/api/ask", "/", "/v1/realtime"])
def test_websockets_are_closed_everywhere(path: str) -> None:
    assert needed_scope({"type": "websocket", "path": path}) is None


def test_scopes_bind_keys_and_nobody_else() -> None:
    for person in (LOCAL, Person("li", Role.READER)):
        for scope in Scope:
            require_scope(person, scope)
    program = Person("key:crm", Role.READER, frozenset({Scope.READ}))
    require_scope(program, Scope.READ)
    for scope in (Scope.ASK, Scope.METRICS):
        with pytest.raises(NotInScope, match=f"the scope {scope}"):
            require_scope(program, scope)
    with pytest.raises(NotInScope):
        require_scope(Person("key:none", Role.ADMIN, frozenset()), Scope.ASK)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="module")
def app(office: Path) -> FastAPI:
    settings = settings_in(office, sign_in="users")
    return create_app(FakePipeline(), settings.model_copy(update={"index_dir": office / "index"}))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://127.0.0.1:7860", follow_redirects=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def keys(office: Path) -> Keys:
    return open_keys(office / "office")


@pytest.fixture(scope="module")
def whole(keys: Keys) -> dict[str, str]:
    return {"authorization": f"Bearer {keys.create('whole', list(Scope))[1]}"}


def test_the_page_and_its_workings_are_closed_to_a_key_of_all_scopes(
    client: TestClient, whole: dict[str, str]
) -> None:
    for method, path in CLOSED:
        if path:
            answer = client.request(
                method, f"http://127.0.0.1:7860{path}", headers={**whole, **PAGE}
            )
            assert answer.status_code in (403, 404), (method, path)
            assert "<html" not in answer.text
    assert client.get("/", headers=whole).json()["code"] == "not-in-scope"


def test_every_route_is_closed_to_a_key_without_its_scope(
    app: FastAPI, client: TestClient, keys: Keys
) -> None:
    """A route that is added is closed to keys until somebody opens it in `reach`."""
    only = {
        scope: {"authorization": f"Bearer {keys.create(f'only-{scope}', [scope])[1]}"}
        for scope in Scope
    }
    tried = 0
    for method, path in sorted(routes_of(app)):
        if path.startswith(PUBLIC):
            continue
        wanted = needed_scope({"type": "http", "method": method, "path": path})
        assert client.request(method, path).status_code == 401, (method, path)
        for scope in set(Scope) - {wanted}:
            answer = client.request(method, path, headers=only[scope])
            assert answer.status_code == 403, (method, path, scope)
            tried += 1
    assert tried > 40


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    """Methods and addresses of all routes of ours, without those of Gradio's page."""
    return {
        (method, route.path_format.replace("{", "").replace("}", ""))
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
    }


def test_a_scope_lets_its_program_work(client: TestClient, keys: Keys) -> None:
    def headers(*scopes: Scope) -> dict[str, str]:
        text = keys.create(f"works-{'-'.join(scopes)}", scopes)[1]
        return {"authorization": f"Bearer {text}"}

    asks, reads = headers(Scope.ASK), headers(Scope.READ)
    question = {"question": "How many containers?"}
    answer = client.post("/api/ask", json=question, headers=asks)
    assert answer.status_code == 200
    assert client.post("/api/ask", json=question, headers=reads).json()["code"] == "not-in-scope"
    said = {"answer_id": answer.json()["id"], "verdict": "right"}
    assert client.post("/api/feedback", json=said, headers=asks).status_code == 200
    assert client.get("/api/documents", headers=reads).status_code == 200
    assert client.get("/openapi.json", headers=reads).status_code == 200
    assert client.get("/api/documents", headers=asks).status_code == 403
    place = answer.json()["citations"][0]["permalink"]
    assert client.get(f"/p/{place}", headers=reads).status_code == 200


def test_what_the_gate_let_through_by_mistake_does_not_reach_the_page(tmp_path: Path) -> None:
    """As if somebody opened too much: no visitor and no key gets from there to Gradio."""
    settings = settings_in(tmp_path, sign_in="users")
    settings = settings.model_copy(update={"index_dir": tmp_path / "index"})
    app = create_app(FakePipeline(), settings)
    (layer,) = (layer for layer in app.user_middleware if layer.cls is Gate)
    layer.kwargs["open_below"] = ("/",)
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        for path in ("/", "/config", "/gradio_api/info", "/gradio_api/mcp/", "/theme.css", "/any"):
            assert client.get(path, headers=PAGE).status_code == 404
        joined = client.post("/gradio_api/queue/join", json={})
        assert (joined.status_code, joined.json()["code"]) == (404, "not-found")
        assert client.get("/favicon.ico").status_code == 200


def test_only_a_mounted_page_can_be_shielded() -> None:
    with pytest.raises(TypeError, match="not the page"):
        for_people(FastAPI())


def test_questions_of_a_key_are_counted_by_a_limit_of_their_own(tmp_path: Path) -> None:
    settings = settings_in(
        tmp_path, sign_in="users", questions_per_minute=1, key_questions_per_minute=3
    )
    app = create_app(FakePipeline(), settings.model_copy(update={"index_dir": tmp_path / "index"}))
    keys = open_keys(tmp_path / "office")
    crm, shop = (
        {"authorization": f"Bearer {keys.create(name, [Scope.ASK])[1]}"} for name in ("crm", "shop")
    )
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:

        def status(key: dict[str, str]) -> int:
            return client.post("/api/ask", json={"question": "ferries"}, headers=key).status_code

        assert [status(crm) for _ in range(4)] == [200, 200, 200, 429]
        refused = client.post("/api/ask", json={"question": "ferries"}, headers=crm)
        assert "This key has asked more than 3 questions a minute" in refused.json()["detail"]
        assert int(refused.headers["retry-after"]) >= 1
        assert status(shop) == 200
    assert open_access(settings).asking_by_key.take("key:crm") == 0
