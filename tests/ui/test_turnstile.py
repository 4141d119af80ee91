"""Before a question is read it is refused, where it would be refused anyway."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from rag.serving_settings import ServingSettings
from tests.ui.fake_pipeline import FakePipeline
from tests.ui.people.entry import settings_in
from ui.admission import Admission, Place
from ui.api import create_app
from ui.people.person import LOCAL
from ui.turnstile import ASKING, Turnstile


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    settings = settings_in(tmp_path)
    serving = ServingSettings(quoting=1, waiting=0)
    kept = {"index_dir": tmp_path / "index", "serving": serving}
    return create_app(FakePipeline(), settings.model_copy(update=kept), examples=())


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://127.0.0.1:7860") as opened:
        yield opened


def taken(app: FastAPI) -> Place:
    """The only place."""
    (layer,) = (layer for layer in app.user_middleware if layer.cls is Turnstile)
    admission = layer.kwargs["admission"]
    assert isinstance(admission, Admission)
    return admission.join(LOCAL)


def refused(client: TestClient) -> dict[str, float]:
    """Questions that the metrics tell were refused, by door."""
    lines = client.get("/metrics").text.splitlines()
    found = (line for line in lines if line.startswith("policyqa_questions_total{"))
    return {
        line.partition('door="')[2].partition('"')[0]: float(line.rpartition(" ")[2])
        for line in found
        if 'outcome="refused"' in line and not line.endswith(" 0.0")
    }


@pytest.mark.parametrize("path", list(ASKING))
def test_while_the_line_is_full_no_body_is_looked_at(
    app: FastAPI, client: TestClient, path: str
) -> None:
    place = taken(app)
    answer = client.post(path, content=b"{not even JSON")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    told = answer.json().get("error") or answer.json()
    assert told["code"] == "busy"
    assert refused(client) == {str(ASKING[path]): 1.0}
    place.leave()
    assert client.post(path, content=b"{not even JSON").status_code in (400, 415, 422)


def test_what_asks_nothing_passes_and_is_not_counted(app: FastAPI, client: TestClient) -> None:
    taken(app)
    assert client.get("/v1/models").status_code == 200
    assert client.get("/api/documents").status_code == 200
    for path in ASKING:
        assert client.get(path).status_code == 405
        assert client.post(f"{path}/", json={}, follow_redirects=False).status_code != 503
    assert client.post("/api/feedback", json={}).status_code == 422
    assert refused(client) == {}


def test_whoever_is_not_known_is_told_that_and_not_how_full_it_is(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, sign_in="users")
    kept = {"index_dir": tmp_path / "index", "serving": ServingSettings(quoting=1, waiting=0)}
    app = create_app(FakePipeline(), settings.model_copy(update=kept), examples=())
    taken(app)
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        assert {client.post(path, json={}).status_code for path in ASKING} == {401}


def test_it_stands_before_routes_that_there_are(app: FastAPI) -> None:
    described = app.openapi()["paths"]
    assert all("post" in described[path] for path in ASKING)
