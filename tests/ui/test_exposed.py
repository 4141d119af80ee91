"""What Gradio would serve besides the page: none of it can be reached, and nothing leaks."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path

import gradio.routes
import httpx
import pytest

from rag.settings import ChatSettings, Settings
from tests.ui.fake_pipeline import RECORD, FakePipeline
from tests.ui.serving import served
from ui.exposed import is_open

KEY = "sk-secret-of-the-office"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="module")
def client(office: Path) -> Iterator[httpx.Client]:
    chat = ChatSettings(base_url="http://127.0.0.1:9/v1", model="scripted", api_key=KEY)
    settings = Settings(office_dir=office, chat=chat)
    with (
        served(FakePipeline(), settings=settings) as address,
        httpx.Client(base_url=address, timeout=10) as opened,
    ):
        yield opened


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=pyproject.toml",
        "/gradio_api/file=http://evil.invalid/x",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=http://evil.invalid/x",
        "/gradio_api/proxy=https://x.hf.space/x",
        "/monitoring",
        "/monitoring/",
        "/monitoring/summary",
        "/gradio_api/runs",
        "/gradio_api/run-history/records",
        "/gradio_api/deep_link?session_hash=x",
        "/gradio_api/dev/reload",
        "/gradio_api/vibe-code",
        "/gradio_api/token",
        "/gradio_api/openapi.json",
        "/gradio_api/upload_progress?upload_id=x",
        "/gradio_api/queue/status",
        "/gradio_api/custom_component/1/client/component/index.js",
        "/gradio_api/profiling/traces",
        "/gradio_api/call/judge/x",
        "/gradio_api//file=/etc/passwd",
        "//gradio_api/file=/etc/passwd",
        "/%67radio_api/file=/etc/passwd",
        "/gradio_api%2Ffile=/etc/passwd",
        "/gradio_api/./file=/etc/passwd",
        "/gradio_api/heartbeat/../file=/etc/passwd",
        "/svelte/x.js",
        "/static/..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd",
        "/assets/..%2f..%2froutes.py",
        "/redoc",
    ],
)
def test_what_the_page_does_not_need_is_closed(client: httpx.Client, path: str) -> None:
    found = client.get(f"{str(client.base_url).rstrip('/')}{path}")
    assert found.status_code in {403, 404}
    assert "root:" not in found.text


@pytest.mark.parametrize("size", [10, 5000])
def test_nothing_is_uploaded_through_gradio(client: httpx.Client, size: int) -> None:
    sent = client.post("/gradio_api/upload", files={"files": ("x.txt", b"x" * size)})
    assert sent.status_code == 404


@pytest.mark.parametrize(
    "path",
    ["vibe-edit", "vibe-code", "undo-vibe-edit", "process_recording", "run/fill", "call/fill"],
)
def test_nothing_else_of_gradio_is_called(client: httpx.Client, path: str) -> None:
    assert client.post(f"/gradio_api/{path}", json={"data": [], "code": "1"}).status_code == 404


def test_a_later_gradio_opens_nothing_new() -> None:
    """Every route in Gradio's own source that is not one of these is closed."""
    source = inspect.getsource(gradio.routes.App.create_app)
    paths = {
        f"/gradio_api{line.split(chr(34))[1]}"
        for line in source.splitlines()
        if line.strip().startswith(("@router.get(", "@router.post(")) and '"' in line
    }
    assert len(paths) > 40  # the source is read as it is meant
    opened = {path.rstrip("/") for path in paths if is_open(path)}
    assert opened == {
        f"/gradio_api/{name}"
        for name in (
            "app_id",
            "cancel",
            "component_server",
            "heartbeat/{session_hash}",
            "info",
            "queue/data",
            "queue/join",
            "reset",
            "startup-events",
            "theme.css",
        )
        if f"/gradio_api/{name}" in {path.rstrip("/") for path in paths}
    }


def test_the_layout_of_the_page_holds_no_secrets_and_no_paths(
    client: httpx.Client, office: Path
) -> None:
    for path in ("/", "/config", "/gradio_api/info", "/gradio_api/mcp/schema", "/openapi.json"):
        text = client.get(path).text
        assert len(text) > 500
        for secret in (KEY, str(office), str(Path.cwd()), "site-packages", "sqlite"):
            assert secret not in text, (path, secret)


def test_only_the_two_tools_are_described(client: httpx.Client) -> None:
    info = client.get("/gradio_api/info").json()
    assert set(info["named_endpoints"]) == {"/ask", "/search"}
    assert info["unnamed_endpoints"] == {}
    dependencies = client.get("/config").json()["dependencies"]
    public = {d["api_name"] for d in dependencies if d["api_visibility"] != "private"}
    assert public == {"ask", "search"}


def test_nothing_is_sent_to_the_makers_of_gradio(client: httpx.Client) -> None:
    config = client.get("/config").json()
    assert config["analytics_enabled"] is False
    assert config["run_history"] is False
    assert config["space_id"] is None


def test_the_tools_answer_over_plain_http_too(client: httpx.Client) -> None:
    data = ["How many containers?", None, None, "", ""]
    begun = client.post("/gradio_api/call/ask", json={"data": data}).json()
    told = client.get(f"/gradio_api/call/ask/{begun['event_id']}").text
    assert "event: complete" in told
    assert json.dumps(RECORD)[1:-1] in told


@pytest.mark.parametrize("path", ["/gradio_api/component_server", "/gradio_api/component_server/"])
def test_only_functions_meant_for_the_page_can_be_called(client: httpx.Client, path: str) -> None:
    config = client.get("/config").json()
    html = [part["id"] for part in config["components"] if part["type"] == "html"]
    for name in ("get_config", "preprocess", "__init__", "unload", "_id", "__class__"):
        body = {"session_hash": "x", "component_id": html[0], "fn_name": name, "data": {}}
        assert client.post(path, json=body).status_code == 404
