"""The tools for assistants, called over HTTP by a real client of the protocol."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult

from rag.access_settings import AccessSettings
from rag.pipeline import Pipeline
from rag.settings import Settings
from tests.ui.fake_pipeline import RECORD, FakePipeline
from tests.ui.serving import served
from ui.keys.store import open_keys
from ui.people.audit import Audit
from ui.people.person import Scope

Call = Callable[..., CallToolResult]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(FakePipeline()) as running:
        yield running


def session(
    address: str,
    work: Callable[[ClientSession], Awaitable[Any]],
    headers: dict[str, str] | None = None,
) -> Any:
    """What `work` finds out in a session of its own."""

    async def run() -> Any:
        url = f"{address}/gradio_api/mcp/"
        async with (
            httpx.AsyncClient(headers=headers, timeout=30) as http,
            streamable_http_client(url, http_client=http) as (read, write, _),
            ClientSession(read, write) as client,
        ):
            await client.initialize()
            return await work(client)

    return asyncio.run(run())


def call(address: str, tool: str, **arguments: Any) -> CallToolResult:
    found = session(address, lambda client: client.call_tool(tool, arguments))
    assert isinstance(found, CallToolResult)
    return found


def text(result: CallToolResult) -> str:
    (part,) = result.content
    assert part.type == "text"
    return part.text


def told(result: CallToolResult) -> Any:
    assert not result.isError, text(result)
    return json.loads(text(result))


def test_two_tools_and_nothing_else_of_the_page_are_offered(address: str) -> None:
    tools = session(address, lambda client: client.list_tools()).tools
    assert {tool.name for tool in tools} == {"ask", "search"}
    for tool in tools:
        assert len(tool.description) > 40
        assert all(p["description"] for p in tool.inputSchema["properties"].values())
    by_name = {tool.name: tool.inputSchema for tool in tools}
    assert by_name["ask"]["required"] == ["question"]
    assert by_name["search"]["required"] == ["query"]
    assert "caller" not in by_name["ask"]["properties"]


def test_ask_gives_the_one_form_of_an_answer(address: str) -> None:
    answer = told(call(address, "ask", question="How many containers?"))
    assert answer["answer"].startswith(RECORD)
    assert answer["citations"][0]["quote"] == RECORD
    asked = httpx.post(f"{address}/api/ask", json={"question": "How many containers?"}).json()
    assert answer.keys() == asked.keys()
    assert {**answer, "id": asked["id"]} == asked


def test_ask_refuses_as_the_page_does(address: str) -> None:
    answer = told(call(address, "ask", question="What does the airport cost?"))
    assert answer["abstained"]
    assert len(answer["nearest"]) == 2


def test_what_a_tool_answered_can_be_judged(address: str) -> None:
    answer = told(call(address, "ask", question="How many containers?"))
    said = {"answer_id": answer["id"], "verdict": "wrong", "reason": "wrong-figure"}
    assert httpx.post(f"{address}/api/feedback", json=said).json()["verdict"] == "wrong"


def test_search_gives_passages_that_can_be_cited(address: str) -> None:
    found = told(call(address, "search", query="containers", most=2))
    assert found["passages"][0]["quote"] == RECORD
    assert len(found["passages"]) == 2
    assert found["reason"] is None
    assert {"document", "title", "start", "end", "page", "heading", "permalink"} <= set(
        found["passages"][0]
    )
    page = httpx.get(f"{address}/p/{found['passages'][0]['permalink']}")
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {"question": "  "}, "The question is empty; type one and ask again."),
        ("ask", {}, "'question' is a required property"),
        ("ask", {"question": 7}, "7 is not of type 'string'"),
        ("ask", {"question": "x" * 3000}, "longer than 2,000 characters"),
        ("ask", {"question": "How many?", "since": "last year"}, "'since' is not usable"),
        ("ask", {"question": "How many?", "documents": ["a"] * 200}, "'documents' is not usable"),
        ("search", {"query": ""}, "The question is empty"),
        ("search", {"query": "containers", "most": 0}, "from 1 to 20"),
        ("search", {"query": "containers", "most": 21}, "from 1 to 20"),
        ("nothing", {}, "Unknown tool"),
    ],
)
def test_bad_input_gives_one_clear_sentence(
    address: str, tool: str, arguments: dict[str, Any], said: str
) -> None:
    result = call(address, tool, **arguments)
    assert result.isError
    assert said in text(result)
    assert "Traceback" not in text(result)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("resources/list", {}),
        ("resources/read", {"uri": "file:///etc/passwd"}),
        ("prompts/list", {}),
        ("prompts/get", {"name": "ask"}),
    ],
)
def test_nothing_but_tools_is_served(address: str, method: str, params: dict[str, str]) -> None:
    """Gradio would fetch the page of whatever host the request names."""
    sent = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    accept = {"accept": "application/json, text/event-stream"}
    answer = httpx.post(f"{address}/gradio_api/mcp/", json=sent, headers=accept).text
    assert json.loads(answer.partition("data: ")[2])["error"]["message"] == "Method not found"


def test_a_very_long_list_is_refused_before_its_entries_are_looked_at(address: str) -> None:
    began = time.monotonic()
    result = call(address, "ask", question="How many containers?", documents=[1] * 100_000)
    assert result.isError
    assert text(result) == "'documents' is not usable: it has more than 100 entries."
    assert time.monotonic() - began < 5  # looking at them took ten times as long


def test_a_fault_is_told_without_its_details(address: str) -> None:
    result = call(address, "ask", question="break")
    assert result.isError
    assert "on purpose" not in text(result)
    assert "please try again" in text(result)


def test_a_file_cannot_be_slipped_in_as_an_argument(address: str) -> None:
    """Gradio fetches what looks like a file of its own; none of the tools takes one."""
    file = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    assert call(address, "ask", question=file).isError
    assert call(address, "ask", question="How many?", documents=[file]).isError
    for data in ([file], ["How many containers?", [file]]):
        answer = httpx.post(f"{address}/gradio_api/run/ask", json={"data": data})
        assert "root:" not in answer.text
        assert answer.status_code >= 400


def test_whoever_calls_is_who_asked(tmp_path: Path) -> None:
    """Through a proxy that names people: their answers are theirs, and strangers get none."""
    access = AccessSettings(sign_in="proxy", proxy_addresses=("127.0.0.1",), questions_per_minute=2)
    settings = Settings(office_dir=tmp_path, access=access)
    chen, li = ({"X-Forwarded-User": name, "X-Forwarded-Role": "reader"} for name in ("chen", "li"))
    with served(FakePipeline(), settings=settings) as running:

        def ask(headers: dict[str, str] | None) -> Any:
            arguments = {"question": "How many containers?"}
            return session(running, lambda client: client.call_tool("ask", arguments), headers)

        answer = told(ask(chen))
        said = {"answer_id": answer["id"], "verdict": "right"}
        judged = [
            httpx.post(f"{running}/api/feedback", json=said, headers=headers).status_code
            for headers in (li, chen)
        ]
        assert judged == [404, 200]
        ask(chen)
        refused = ask(chen)
        assert refused.isError
        assert "minute" in text(refused)
        assert not ask(li).isError
        with pytest.raises(ExceptionGroup):
            ask(None)
        direct = httpx.post(f"{running}/gradio_api/call/ask", json={"data": ["How many?"]})
        assert direct.status_code == 401


def test_a_program_comes_by_a_key_where_people_sign_in(tmp_path: Path) -> None:
    access = AccessSettings(
        sign_in="users", users_file=tmp_path / "users.json", key_questions_per_minute=4
    )
    keys = open_keys(tmp_path / "office")
    asks, reads = (
        {"authorization": f"Bearer {keys.create(name, scopes)[1]}"}
        for name, scopes in (("assistant", [Scope.ASK]), ("reader", [Scope.READ, Scope.METRICS]))
    )
    settings = Settings(office_dir=tmp_path / "office", access=access)
    with served(FakePipeline(), settings=settings) as running:

        def by_key(tool: str, **arguments: Any) -> CallToolResult:
            found = session(running, lambda client: client.call_tool(tool, arguments), asks)
            assert isinstance(found, CallToolResult)
            return found

        tools = session(running, lambda client: client.list_tools(), asks).tools
        assert {tool.name for tool in tools} == {"ask", "search"}
        answer = told(by_key("ask", question="How many containers?"))
        assert answer["citations"][0]["quote"] == RECORD
        assert told(by_key("search", query="containers", most=1))["passages"][0]["quote"] == RECORD
        said = {"answer_id": answer["id"], "verdict": "right"}
        assert httpx.post(f"{running}/api/feedback", json=said, headers=asks).status_code == 200
        assert refused_at_the_door(running, None) == 401
        assert refused_at_the_door(running, {"authorization": "Bearer pqk_wrong"}) == 401
        assert refused_at_the_door(running, reads) == 403
        by_key("ask", question="How many containers?")
        by_key("ask", question="How many containers?")
        assert "more than 4 questions a minute" in text(by_key("search", query="containers"))
        keys.revoke("assistant")
        assert refused_at_the_door(running, asks) == 401
    noted = {
        (entry.person, entry.action)
        for entry in Audit(tmp_path / "office" / "audit.sqlite3").entries()
    }
    assert {("key:assistant", "ask"), ("key:assistant", "search")} <= noted


def refused_at_the_door(address: str, headers: dict[str, str] | None) -> int:
    """With which status a client of the protocol is turned away."""
    with pytest.raises(ExceptionGroup) as refused:
        session(address, lambda client: client.list_tools(), headers)
    found = refused.value.subgroup(httpx.HTTPStatusError)
    assert found is not None
    while isinstance(found, ExceptionGroup):
        (found,) = found.exceptions
    assert isinstance(found, httpx.HTTPStatusError)
    return found.response.status_code


def test_search_over_the_real_pipeline_quotes_the_stored_text(
    real_pipeline: Pipeline, sample_index: Settings
) -> None:
    with served(real_pipeline) as running:
        found = told(call(running, "search", query="container throughput of Shanghai Port"))
        since = told(call(running, "search", query="container throughput", since="2100-01-01"))
        (named, *_) = found["passages"]
        only = told(call(running, "search", query="container", documents=[named["title"]]))
    assert len(found["passages"]) == 5
    by_source = {document.source: document for document in real_pipeline.documents}
    for place in found["passages"]:
        stored = by_source[place["source"]].text
        assert stored[place["start"] : place["end"]] == place["quote"]
    assert any("49.158" in place["quote"] for place in found["passages"])
    assert since["passages"] == []
    assert since["reason"].startswith("The index holds no document published from 2100-01-01")
    assert {place["title"] for place in only["passages"]} == {named["title"]}
