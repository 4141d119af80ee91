"""The real clients, `openai` and LangChain's, against a real server."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import openai
import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import (
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionMessageParam,
)

from rag.models import Answer, Claim, Filters, Turn
from rag.pipeline import Pipeline
from rag.serving_settings import ServingSettings
from tests.ui.fake_pipeline import FERRIES, QUAY, RECORD, FakePipeline
from tests.ui.people.entry import settings_in
from tests.ui.serving import served, wait_until
from ui.keys.store import open_keys
from ui.people.person import Scope

ASKED: list[ChatCompletionMessageParam] = [{"role": "user", "content": "How many containers?"}]
SAID = f"{RECORD} [1] {QUAY} [2] [3]"


class Endless(FakePipeline):
    """Says the same until nobody listens any more."""

    def __init__(self) -> None:
        super().__init__()
        self.left = Event()

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Iterator[str | Claim | Answer]:
        claim = self.ask_once()
        try:
            while True:
                yield claim
                time.sleep(0.02)
        finally:
            self.left.set()

    def ask_once(self) -> Claim:
        *_, claim, _ = super().stream("containers")
        assert isinstance(claim, Claim)
        return claim


@pytest.fixture(scope="module")
def pipeline() -> FakePipeline:
    return FakePipeline()


@pytest.fixture(scope="module")
def address(pipeline: FakePipeline) -> Iterator[str]:
    with served(pipeline, examples=()) as running:
        yield running


def client_of(address: str, key: str = "none", **options: Any) -> OpenAI:
    return OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0, **options)


@pytest.fixture
def client(address: str) -> Iterator[OpenAI]:
    with client_of(address) as made:
        yield made


def ask(client: OpenAI, **options: Any) -> Any:
    return client.chat.completions.create(**{"model": "policyqa", "messages": ASKED, **options})


def test_openai_gets_the_answer_with_its_proof(client: OpenAI, address: str) -> None:
    made = ask(client)
    content = made.choices[0].message.content
    assert content.startswith(f"{SAID}\n\nSources:\n1. Harbour report 2023, {address}/p/")
    assert made.choices[0].finish_reason == "stop"
    proof = made.policyqa
    assert proof["answer"] == SAID
    assert [c["quote"] for c in proof["citations"]] == [RECORD, QUAY, FERRIES]
    pages = [line.rpartition(" ")[2] for line in content.splitlines() if address in line]
    assert [httpx.get(page).status_code for page in pages] == [200, 200, 200]


def test_openai_streams_the_same(client: OpenAI) -> None:
    whole = ask(client).choices[0].message.content
    chunks = list(ask(client, stream=True, stream_options={"include_usage": True}))
    said = [c.choices[0].delta.content for c in chunks if c.choices]
    assert said[:3] == ["", f"{RECORD} [1]", f" {QUAY} [2] [3]"]
    assert "".join(filter(None, said)) == whole
    assert chunks[-1].usage.total_tokens == 0
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-2].policyqa["answer"] == SAID


def test_the_asynchronous_client_gets_and_streams_it(address: str) -> None:
    async def both() -> tuple[str | None, str]:
        async with AsyncOpenAI(base_url=f"{address}/v1", api_key="none") as client:
            made = await client.chat.completions.create(model="policyqa", messages=ASKED)
            stream = await client.chat.completions.create(
                model="policyqa", messages=ASKED, stream=True
            )
            said = [c.choices[0].delta.content or "" async for c in stream]
        return made.choices[0].message.content, "".join(said)

    whole, streamed = asyncio.run(both())
    assert whole == streamed
    assert str(whole).startswith(SAID)


def test_an_abstention_is_said_and_marked(client: OpenAI) -> None:
    made = ask(client, messages=[{"role": "user", "content": "Who won?"}])
    assert made.choices[0].message.content == "Nothing in the documents is about this."
    assert made.choices[0].finish_reason == "stop"
    assert made.policyqa["abstained"]
    assert made.policyqa["nearest"]


def test_the_models_are_listed(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["policyqa"]
    assert client.models.retrieve("policyqa").owned_by == "policy-qa"
    with pytest.raises(openai.NotFoundError) as missing:
        client.models.retrieve("gpt-5")
    assert missing.value.code == "model_not_found"


def test_the_history_reaches_the_pipeline_as_turns(client: OpenAI, pipeline: FakePipeline) -> None:
    first = ask(client).choices[0].message.content
    follow_up = [*ASKED, {"role": "assistant", "content": first}]
    ask(client, messages=[*follow_up, {"role": "user", "content": "And the ferries?"}])
    assert pipeline.histories[-1] == (Turn("How many containers?", f"{RECORD} {QUAY}"),)


def test_an_answer_can_be_judged_afterwards(client: OpenAI, address: str) -> None:
    given = ask(client).policyqa["id"]
    sent = {"answer_id": given, "verdict": "right"}
    assert httpx.post(f"{address}/api/feedback", json=sent).is_success
    assert httpx.post(f"{address}/api/feedback", json={**sent, "answer_id": "0" * 32}).is_error


@pytest.mark.parametrize(
    ("options", "error", "code", "param"),
    [
        ({"model": "gpt-5"}, openai.NotFoundError, "model_not_found", "model"),
        ({"n": 2}, openai.BadRequestError, "unsupported_value", "n"),
        ({"messages": []}, openai.BadRequestError, "bad-request", None),
        (
            {"messages": [{"role": "user", "content": " "}]},
            openai.BadRequestError,
            "bad-question",
            None,
        ),
        (
            {"messages": [{"role": "user", "content": " "}], "stream": True},
            openai.BadRequestError,
            "bad-question",
            None,
        ),
        (
            {"extra_body": {"policyqa": {"since": "soon"}}},
            openai.BadRequestError,
            "unsupported_value",
            "policyqa.since",
        ),
        (
            {"messages": [{"role": "user", "content": "break"}]},
            openai.InternalServerError,
            "internal",
            None,
        ),
    ],
)
def test_errors_come_as_the_clients_own(
    client: OpenAI,
    options: dict[str, Any],
    error: type[openai.APIStatusError],
    code: str,
    param: str | None,
) -> None:
    with pytest.raises(error) as raised:
        ask(client, **options)
    assert (raised.value.code, raised.value.param) == (code, param)
    assert isinstance(raised.value.body, dict)
    assert str(raised.value.body["message"]).endswith(".")
    assert raised.value.request_id


def test_an_error_in_a_stream_is_raised_where_it_is_read(client: OpenAI) -> None:
    chunks = ask(client, stream=True, messages=[{"role": "user", "content": "break"}])
    with pytest.raises(openai.APIError) as raised:
        list(chunks)
    assert raised.value.code == "internal"


def test_raw_requests_are_refused_in_the_same_form(address: str) -> None:
    at = f"{address}/v1/chat/completions"
    refused = [
        (httpx.post(at, content=b"{", headers={"content-type": "application/json"}), 400),
        (httpx.post(at, content=b"a=b", headers={"content-type": "text/plain"}), 415),
        (httpx.post(at, content=b" " * (2 * 1024 * 1024)), 413),
        (httpx.post(at, json={"messages": []}, headers={"origin": "https://evil.example"}), 403),
        (httpx.get(f"{address}/v1/models", headers={"host": "evil.example"}), 421),
        (httpx.get(at), 405),
        (httpx.options(at), 405),
        (httpx.post(f"{at}/", json={}), 404),
        (httpx.get(f"{address}/v1"), 404),
        (httpx.post(f"{address}/v1/embeddings", json={}), 404),
    ]
    for response, status in refused:
        assert response.status_code == status
        assert response.headers["content-type"] == "application/json"
        assert set(response.json()["error"]) == {"message", "type", "param", "code"}
        assert response.headers["x-content-type-options"] == "nosniff"
    elsewhere = httpx.post(f"{address}/api/ask", json={})
    assert elsewhere.headers["content-type"] == "application/problem+json"


def test_what_can_be_read_has_a_head(address: str) -> None:
    for path in ("models", "models/policyqa"):
        head, read = (httpx.request(way, f"{address}/v1/{path}") for way in ("HEAD", "GET"))
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(read.content))


def test_a_stream_is_as_openai_sends_it(address: str) -> None:
    body = {"model": "policyqa", "messages": ASKED, "stream_options": {"include_usage": True}}
    sent = httpx.post(f"{address}/v1/chat/completions", json={**body, "stream": True})
    assert sent.headers["content-type"].partition(";")[0] == "text/event-stream"
    *events, done = [part for part in sent.text.split("\n\n") if part.startswith("data: ")]
    assert done == "data: [DONE]"
    assert sent.text.endswith("data: [DONE]\n\n")
    *chunks, last = [json.loads(event.removeprefix("data: ")) for event in events]
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert chunks[-1]["choices"][0]["delta"] == {}
    assert [c["choices"][0]["finish_reason"] for c in chunks] == [None] * (len(chunks) - 1) + [
        "stop"
    ]
    assert [c["usage"] for c in chunks] == [None] * len(chunks)
    assert (last["choices"], set(last["usage"].values())) == ([], {0})
    for chunk in (*chunks, last):
        ChatCompletionChunk.model_validate(chunk, strict=True)


@pytest.mark.parametrize("stream", [None, False])
def test_no_stream_is_wanted_by_null_either(address: str, stream: bool | None) -> None:
    body = {"model": "policyqa", "messages": ASKED, "stream": stream, "stream_options": None}
    made = httpx.post(f"{address}/v1/chat/completions", json=body).json()
    assert made["object"] == "chat.completion"
    ChatCompletion.model_validate(made)


@pytest.mark.parametrize("stream", [False, True])
def test_a_full_line_is_an_error_that_says_when_to_come_again(tmp_path: Path, stream: bool) -> None:
    settings = settings_in(tmp_path)
    settings = settings.model_copy(update={"serving": ServingSettings(quoting=1, waiting=0)})
    pipeline = Endless()
    with served(pipeline, (), settings) as address, client_of(address) as client:
        first = ask(client, stream=True)
        assert next(iter(first)).choices[0].delta.role == "assistant"
        with pytest.raises(openai.InternalServerError) as busy:
            ask(client, stream=stream)
        assert busy.value.status_code == 503
        assert (busy.value.code, busy.value.type) == ("busy", "server_error")
        assert int(busy.value.response.headers["retry-after"]) >= 1
        first.close()
        wait_until(pipeline.left.is_set, seconds=5)


def test_of_itself_the_client_comes_again_when_the_line_is_short(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings = settings.model_copy(update={"serving": ServingSettings(quoting=1, waiting=0)})
    with served(FakePipeline(pause=0.4), (), settings) as address, client_of(address) as client:
        first = ask(client, stream=True)
        next(iter(first))
        again = ask(client.with_options(max_retries=2))
        first.close()
    assert again.policyqa["answer"] == SAID


def test_whoever_closes_a_stream_ends_the_work() -> None:
    pipeline = Endless()
    with served(pipeline, examples=()) as address, client_of(address) as client:
        stream = ask(client, stream=True)
        assert next(iter(stream)).choices[0].delta.role == "assistant"
        assert not pipeline.left.is_set()
        stream.close()
        wait_until(pipeline.left.is_set, seconds=5)


def test_whoever_gives_up_waiting_ends_the_work() -> None:
    pipeline = Endless()
    with served(pipeline, examples=()) as address, client_of(address, timeout=0.5) as client:
        with pytest.raises(openai.APITimeoutError):
            ask(client)
        wait_until(pipeline.left.is_set, seconds=5)


def test_keys_open_it_and_limits_hold(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, sign_in="users", key_questions_per_minute=2)
    keys = open_keys(settings.office_dir)
    key = keys.create("crm", {Scope.ASK}, None)[1]
    other = keys.create("reader", {Scope.READ}, None)[1]
    stranger = keys.create("shop", {Scope.ASK}, None)[1]
    with served(FakePipeline(), examples=(), settings=settings) as address:
        for wrong in ("sk-wrong", "pqk_wrong_wrong"):
            with client_of(address, wrong) as client, pytest.raises(openai.AuthenticationError):
                ask(client)
        with client_of(address, other) as client:
            with pytest.raises(openai.PermissionDeniedError) as denied:
                ask(client)
            assert denied.value.code == "not-in-scope"
        with client_of(address, key) as client:
            made = ask(client).policyqa
            assert made["answer"] == SAID
            said = {"answer_id": made["id"], "verdict": "right"}
            judged = [
                httpx.post(
                    f"{address}/api/feedback", json=said, headers={"authorization": f"Bearer {k}"}
                ).status_code
                for k in (stranger, other, key)
            ]
            assert judged == [404, 403, 200]
            assert "".join(c.choices[0].delta.content or "" for c in ask(client, stream=True))
            with pytest.raises(openai.RateLimitError) as limited:
                ask(client)
    assert limited.value.type == "rate_limit_error"
    assert 0 < int(limited.value.response.headers["retry-after"]) <= 60


def langchain(address: str) -> ChatOpenAI:
    return ChatOpenAI(model="policyqa", base_url=f"{address}/v1", api_key=lambda: "none")


def test_langchain_invokes_streams_and_follows_up(address: str, pipeline: FakePipeline) -> None:
    chat = langchain(address)
    question = HumanMessage("How many containers?")
    first = chat.invoke([SystemMessage("Be brief."), question])
    assert str(first.content).startswith(f"{SAID}\n\nSources:\n1. ")
    streamed = "".join(str(chunk.content) for chunk in chat.stream([question]))
    assert streamed == first.content
    chat.invoke([question, AIMessage(first.content), HumanMessage("And the ferries?")])
    assert pipeline.histories[-1] == (Turn("How many containers?", f"{RECORD} {QUAY}"),)


def test_a_follow_up_is_understood_through_the_history(real_pipeline: Pipeline) -> None:
    with served(real_pipeline, examples=()) as address, client_of(address) as client:
        question = "What was the container throughput of Shanghai Port in 2023?"
        chat: list[dict[str, Any]] = [{"role": "user", "content": question}]
        first = ask(client, messages=chat)
        assert "49.158 million" in first.choices[0].message.content
        follow_up = {"role": "user", "content": "And in 2022?"}
        answer = {"role": "assistant", "content": first.choices[0].message.content}
        second = ask(client, messages=[*chat, answer, follow_up], extra_body=TRACED)
        alone = ask(client, messages=[follow_up])
    read = second.policyqa["trace"]["question"]
    assert ("Shanghai" in read["names"], read["years"]) == (True, "2022")
    assert "throughput" in read["terms"]
    assert alone.policyqa["answer"] != second.policyqa["answer"]


TRACED = {"policyqa": {"trace": True}}


def test_filters_hold_in_the_real_pipeline(real_pipeline: Pipeline) -> None:
    question = "What was the container throughput of Shanghai Port in 2023?"
    with served(real_pipeline, examples=()) as address, client_of(address) as client:
        options = {"messages": [{"role": "user", "content": question}]}
        cited = ask(client, **options).policyqa["citations"][0]["document"]
        others = [d.name for d in real_pipeline.documents if d.name != cited]
        inside = ask(client, **options, extra_body={"policyqa": {"documents": [cited]}})
        outside = ask(client, **options, extra_body={"policyqa": {"documents": others}})
    assert {c["document"] for c in inside.policyqa["citations"]} == {cited}
    assert cited not in {c["document"] for c in outside.policyqa["citations"]}
