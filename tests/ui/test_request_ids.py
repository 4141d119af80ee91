from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from rag.settings import Settings
from tests.ui.fake_pipeline import FakePipeline
from ui.api import create_app
from ui.request_ids import request_id


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(office_dir=tmp_path_factory.mktemp("office"))
    with TestClient(create_app(FakePipeline(), settings), raise_server_exceptions=False) as opened:
        yield opened


@pytest.mark.parametrize("given", ["a", "trace-1.2_3", "A" * 128])
def test_a_usable_id_is_kept(client: TestClient, given: str) -> None:
    assert client.get("/healthz", headers={"x-request-id": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", " ", "A" * 129, "a b", "a\nb", "ä", "<b>", "a,b"])
def test_any_other_is_replaced(client: TestClient, given: str) -> None:
    answer = client.get("/healthz", headers=[(b"x-request-id", given.encode())])
    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 32


def test_two_ids_are_none(client: TestClient) -> None:
    answer = client.get("/healthz", headers=[("x-request-id", "one"), ("x-request-id", "two")])
    assert answer.headers["x-request-id"] not in ("one", "two", "one, two")


def test_each_request_gets_its_own(client: TestClient) -> None:
    ids = {client.get("/healthz").headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5
    assert request_id() is None


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("POST", "/api/ask", {"json": {"question": "break"}}, 500),
        ("POST", "/api/ask", {"json": {"question": ""}}, 422),
        ("POST", "/api/ask", {"content": b"x" * 70_000}, 413),
        ("GET", "/api/nothing", {}, 404),
        ("GET", "/monitoring", {}, 404),
        ("PUT", "/api/ask", {}, 405),
        ("GET", "/healthz", {"headers": {"host": "elsewhere.example"}}, 421),
        ("GET", "/api/documents", {"headers": {"origin": "https://elsewhere.example"}}, 403),
    ],
)
def test_an_error_of_any_layer_names_it_in_the_header_and_in_the_body(
    client: TestClient, method: str, path: str, sent: dict[str, object], status: int
) -> None:
    headers = {"x-request-id": "mine", **dict(sent.pop("headers", {}))}  # type: ignore[call-overload]
    answer = client.request(method, path, headers=headers, **sent)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert answer.headers["x-request-id"] == "mine"
    assert answer.json()["request_id"] == "mine"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("question", ["How many containers?", "break"])
def test_a_stream_names_it_too_in_its_error_as_well(client: TestClient, question: str) -> None:
    headers = {"accept": "text/event-stream", "x-request-id": "mine"}
    answer = client.post("/api/ask", json={"question": question}, headers=headers)
    assert answer.headers["x-request-id"] == "mine"
    assert ('"request_id": "mine"' in answer.text) == (question == "break")
