"""How the widget's script is served."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.settings import Settings
from tests.ui.fake_pipeline import FakePipeline
from ui.api import create_app
from ui.guard import SecurityHeaders
from ui.widget.bundle import Kind, script
from ui.widget.routes import router

KINDS: tuple[Kind, ...] = ("js", "mjs")


def paths() -> list[str]:
    """By the short names, then by those with a hash."""
    return [f"/widget.{kind}" for kind in KINDS] + [f"/{script(kind).name}" for kind in KINDS]


@pytest.fixture(params=range(4), ids=["js", "mjs", "hashed js", "hashed mjs"])
def path(request: pytest.FixtureRequest) -> str:
    return paths()[request.param]


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    app.add_middleware(SecurityHeaders)
    app.include_router(router())
    with TestClient(app) as opened:
        yield opened


def test_every_page_may_load_it(client: TestClient, path: str) -> None:
    response = client.get(path, headers={"origin": "https://anywhere.example"})
    assert response.status_code == 200
    assert response.text == script("mjs" if path.endswith("mjs") else "js").text
    headers = response.headers
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers
    assert "access-control-allow-credentials" not in headers


def test_only_a_name_with_the_hash_is_kept_for_ever(client: TestClient) -> None:
    kept = [client.get(path).headers["cache-control"] for path in paths()]
    assert kept[:2] == ["public, max-age=300"] * 2
    assert kept[2:] == ["public, max-age=31536000, immutable"] * 2


def test_what_is_held_already_is_not_sent_again(client: TestClient, path: str) -> None:
    etag = client.get(path).headers["etag"]
    for held in (etag, f'"other", {etag}', "*"):
        again = client.get(path, headers={"if-none-match": held})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
        assert again.headers["access-control-allow-origin"] == "*"
    assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("br;q=1.0, gzip;q=0.8", "gzip"),
        ("*", "gzip"),
        ("identity", None),
        ("gzip;q=0", None),
        ("gzip; q=0.0", None),
        ("", None),
    ],
)
def test_it_is_compressed_for_who_takes_it(
    client: TestClient, accepted: str, coding: str | None
) -> None:
    with client.stream("GET", "/widget.js", headers={"accept-encoding": accepted}) as response:
        raw = b"".join(response.iter_raw())
    assert response.headers.get("content-encoding") == coding
    assert "accept-encoding" in response.headers["vary"]
    assert response.headers["content-length"] == str(len(raw))
    assert (gzip.decompress(raw) if coding else raw) == script("js").body


def test_head_says_the_same_without_the_script(client: TestClient, path: str) -> None:
    asked, told = client.get(path), client.head(path)
    assert (told.status_code, told.content) == (200, b"")
    assert told.headers == asked.headers


@pytest.mark.parametrize("name", ["-0123456789abcdef.js", "-.js", "-x/y.js", ".jsx"])
def test_another_hash_is_not_there(client: TestClient, name: str) -> None:
    assert client.get(f"/widget{name}").status_code == 404


def test_nobody_signs_in_for_the_script_and_for_nothing_beside_it(tmp_path: Path) -> None:
    settings = Settings(
        office_dir=tmp_path / "office",
        access={"sign_in": "users", "users_file": tmp_path / "users.json"},
    )
    foreign = {"origin": "https://anywhere.example", "sec-fetch-site": "cross-site"}
    with TestClient(create_app(FakePipeline(), settings), base_url="http://127.0.0.1") as client:
        for path in paths():
            response = client.get(path, headers=foreign)
            assert (response.status_code, "set-cookie" in response.headers) == (200, False)
        assert client.get("/widget-0123456789abcdef.js").status_code == 404
        assert client.get("/widget.jsx").status_code == 404
        assert client.get("/widgets").status_code == 401
        assert client.get("/api/documents", headers=foreign).status_code == 403
