from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from rag.settings import Settings
from tests.ui.fake_pipeline import FakePipeline
from ui.api import create_app
from ui.api_docs import _VENDOR


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(office_dir=tmp_path_factory.mktemp("office"))
    with TestClient(create_app(FakePipeline(), settings)) as opened:
        yield opened


def test_the_page_names_only_files_that_are_served_here(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(named) == 5
    for name in named:
        answer = client.get(f"/{name}")
        assert answer.status_code == 200, name
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_its_policy_lets_nothing_run_that_is_in_the_page_itself(client: TestClient) -> None:
    page = client.get("/docs")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"<script(?![^>]*src)|<style|\son\w+=", page.text)


def test_no_other_file_of_the_package_is_served(client: TestClient) -> None:
    kept_back = {file.name for file in _VENDOR.iterdir()} - {
        "swagger-ui.css",
        "swagger-ui-bundle.js",
        "favicon-32x32.png",
    }
    assert "index.html" in kept_back
    for name in (*kept_back, "..%2f__init__.py", "../swagger_ui_bundle/__init__.py", "%00", ""):
        assert client.get(f"/docs/{name}").status_code in (404, 405), name


def test_files_are_kept_by_whoever_has_them(client: TestClient) -> None:
    first = client.get("/docs/swagger-ui-bundle.js")
    again = client.get(
        "/docs/swagger-ui-bundle.js", headers={"if-none-match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_the_page_reads_a_description_that_it_understands(client: TestClient) -> None:
    told = client.get("/docs/openapi.json").json()
    assert told["openapi"] == "3.0.3"
    assert told["paths"].keys() == client.get("/openapi.json").json()["paths"].keys()
    text = json.dumps(told)
    assert '"null"' not in text
    assert '"const"' not in text
