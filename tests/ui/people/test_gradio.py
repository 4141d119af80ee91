"""Whoever is signed in is known in every kind of call that Gradio makes of our functions."""
# Annotations are not put off (`from __future__`): Gradio reads those of the tools as types.

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr
import httpx
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from tests.ui.people.entry import PHRASE, Entry, quick_hashes, settings_in
from tests.ui.serving import running
from ui.people.person import Role, person_of


def build() -> gr.Blocks:
    def told(caller: gr.Request) -> str:
        return str(person_of(caller).name)

    def telling(caller: gr.Request) -> Iterator[str]:
        for number in range(3):
            yield f"{number} {person_of(caller).name}"

    def served(word: Any, caller: gr.Request) -> str:
        return f"{word} {person_of(caller).name}"

    def tool(word: str, caller: gr.Request) -> str:
        """Say who asks.

        Args:
            word: What to begin with.
        """
        return f"{word} {person_of(caller).name}"

    page: gr.Blocks = gr.Blocks(analytics_enabled=False)
    with page:
        box, button = gr.Textbox(), gr.Button()
        gr.HTML("", js_on_load=None, server_functions=[served], elem_id="served")
        page.load(told, None, box, api_name="loaded")
        button.click(told, None, box, api_name="clicked")
        button.click(telling, None, box, api_name="streamed")
        gr.api(tool, api_name="tool", queue=False)
        gr.api(tool, api_name="queued_tool")
    page.queue(max_size=8)
    return page


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> Entry:
    with pytest.MonkeyPatch.context() as patch:
        quick_hashes(patch)
        made = Entry(settings_in(tmp_path_factory.mktemp("gradio"), sign_in="users"))
        made.add("li", Role.READER)
        made.add("chen", Role.ADMIN)
    return made


@pytest.fixture(scope="module")
def address(entry: Entry) -> Iterator[str]:
    async def mount() -> None:
        page = build()
        gr.mount_gradio_app(entry.app, page, path="/", mcp_server=True, ssr_mode=False)

    asyncio.run(mount())
    with running(entry.app) as at:
        yield at


@pytest.fixture
def reader(address: str) -> Iterator[httpx.Client]:
    with signed_in(address, "li") as client:
        yield client


@contextmanager
def signed_in(address: str, name: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=20) as client:
        response = client.post("/sign-in", data={"name": name, "password": PHRASE})
        assert response.status_code == 303
        yield client


def queued(client: httpx.Client, api_name: str) -> list[str]:
    """What an event yields, asked for as the page itself does."""
    config = client.get("/config").json()
    number = next(d["id"] for d in config["dependencies"] if d["api_name"] == api_name)
    body = {"data": [], "fn_index": number, "session_hash": f"s-{api_name}", "event_data": None}
    assert client.post("/gradio_api/queue/join", json=body).status_code == 200
    found = []
    url = f"/gradio_api/queue/data?session_hash=s-{api_name}"
    with client.stream("GET", url) as stream:
        for line in stream.iter_lines():
            message = json.loads(line.removeprefix("data: ")) if line else {}
            if message.get("msg") in ("process_generating", "process_completed"):
                assert message["success"], message
                found += [str(value) for value in message["output"]["data"]]
            if message.get("msg") in ("process_completed", "close_stream"):
                return found
    return found


@pytest.mark.parametrize("api_name", ["loaded", "clicked"])
def test_events_know_who_asks(reader: httpx.Client, api_name: str) -> None:
    assert queued(reader, api_name) == ["li"]


def test_generators_know_who_asks_at_every_step(reader: httpx.Client) -> None:
    found = queued(reader, "streamed")
    assert found[0] == "0 li"
    assert "2 li" in found[-2]


def test_two_people_are_not_mixed_up(address: str, reader: httpx.Client) -> None:
    with signed_in(address, "chen") as other:
        assert (queued(other, "clicked"), queued(reader, "clicked")) == (["chen"], ["li"])


def test_server_functions_know_who_asks(reader: httpx.Client) -> None:
    components = reader.get("/config").json()["components"]
    number = next(c["id"] for c in components if c["props"].get("elem_id") == "served")
    body = {"data": "I am", "fn_name": "served", "session_hash": "s", "component_id": number}
    assert reader.post("/gradio_api/component_server", json=body).json() == "I am li"


@pytest.mark.parametrize("name", ["tool", "queued_tool"])
def test_calls_of_programs_know_who_asks(reader: httpx.Client, name: str) -> None:
    called = reader.post(f"/gradio_api/call/{name}", json={"data": ["I am"]}).json()
    found = reader.get(f"/gradio_api/call/{name}/{called['event_id']}").text
    assert 'event: complete\ndata: ["I am li"]' in found


def test_tools_of_assistants_know_who_asks(address: str, reader: httpx.Client) -> None:
    async def ask() -> Any:
        headers = {"cookie": f"policyqa_session={reader.cookies['policyqa_session']}"}
        async with (
            httpx.AsyncClient(headers=headers, timeout=20) as client,
            streamable_http_client(f"{address}/gradio_api/mcp/", http_client=client) as (r, w, _),
            ClientSession(r, w) as session,
        ):
            await session.initialize()
            return await session.call_tool("tool", {"word": "I am"})

    result = asyncio.run(ask())
    assert not result.isError, result
    assert result.content[0].text == "I am li"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/config"),
        ("GET", "/gradio_api/info"),
        ("POST", "/gradio_api/queue/join"),
        ("GET", "/gradio_api/queue/data?session_hash=s-clicked"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/file=/etc/hostname"),
        ("POST", "/gradio_api/call/tool"),
        ("POST", "/gradio_api/run/tool"),
        ("GET", "/gradio_api/heartbeat/s"),
        ("POST", "/gradio_api/mcp/"),
        ("GET", "/gradio_api/mcp/schema"),
        ("GET", "/gradio_api/startup-events"),
        ("GET", "/assets/index.js"),
        ("GET", "/theme.css"),
    ],
)
def test_without_sign_in_no_route_of_gradios_answers(address: str, method: str, path: str) -> None:
    response = httpx.request(method, address + path)
    assert (response.status_code, response.json()["code"]) == (401, "not-signed-in")


def test_a_session_that_ended_stops_the_events_of_an_open_page(address: str, entry: Entry) -> None:
    with signed_in(address, "chen") as client:
        assert queued(client, "clicked") == ["chen"]
        entry.access.sessions.end_of("chen")
        body = {"data": [], "fn_index": 0, "session_hash": "s"}
        assert client.post("/gradio_api/queue/join", json=body).status_code == 401
