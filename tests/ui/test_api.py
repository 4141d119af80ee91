from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.models import Filters, Span, Turn
from rag.permalink import permalink_to
from rag.settings import Settings
from tests.ui.fake_pipeline import ATTACK, NOTICE, RECORD, REPORT, FakePipeline, cite
from ui.api import create_app


@pytest.fixture(scope="module")
def pipeline() -> FakePipeline:
    return FakePipeline()


@pytest.fixture(scope="module")
def client(
    pipeline: FakePipeline, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    settings = Settings(office_dir=tmp_path_factory.mktemp("office"))
    # Faults are to arrive as answers, as they would over the wire.
    with TestClient(create_app(pipeline, settings), raise_server_exceptions=False) as opened:
        yield opened


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def is_problem(response: Any, status: int, code: str) -> bool:
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["detail"].count("\n") == 0
    assert body["detail"].endswith(".")
    return (response.status_code, body["status"], body["code"]) == (status, status, code)


def test_a_question_is_answered_in_the_one_json_form(client: TestClient) -> None:
    body = client.post("/api/ask", json={"question": "How many containers?"}).json()
    assert body["claims"][0] == {"text": RECORD, "verdict": "supported", "citations": [0]}
    assert body["citations"][0]["quote"] == RECORD
    assert body["answer"].startswith(f"{RECORD} [1]")


def test_an_abstention_is_an_answer(client: TestClient) -> None:
    body = client.post("/api/ask", json={"question": "airport"}).json()
    assert body["abstained"]
    assert len(body["nearest"]) == 2


def test_events_come_as_status_claims_and_answer(client: TestClient) -> None:
    response = client.post(
        "/api/ask",
        json={"question": "How many containers?"},
        headers={"Accept": "text/event-stream"},
    )
    assert response.headers["content-type"].startswith("text/event-stream")
    found = events(response.text)
    assert [name for name, _ in found] == ["status", "claim", "claim", "answer"]
    assert [c["index"] for _, data in found[1:3] for c in data["citations"]] == [0, 1, 2]
    plain = client.post("/api/ask", json={"question": "How many containers?"}).json()
    assert {**found[-1][1], "id": plain["id"]} == plain


def test_an_error_on_the_way_is_the_last_event(client: TestClient) -> None:
    headers = {"Accept": "text/event-stream"}
    response = client.post("/api/ask", json={"question": "break"}, headers=headers)
    name, data = events(response.text)[-1]
    assert (name, data["code"]) == ("error", "internal")
    assert "on purpose" not in response.text


@pytest.mark.parametrize("question", ["", " ", "x" * 5000])
def test_a_question_that_is_refused_begins_no_stream(client: TestClient, question: str) -> None:
    headers = {"Accept": "text/event-stream"}
    response = client.post("/api/ask", json={"question": question}, headers=headers)
    assert is_problem(response, 422, "bad-question")


def test_history_and_filters_reach_the_pipeline(
    client: TestClient, pipeline: FakePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}
    stream = pipeline.stream
    monkeypatch.setattr(pipeline, "stream", lambda q, **given: seen.update(given) or stream(q))
    body = {
        "question": "containers",
        "history": [{"question": "ferries", "answer": "At noon."}],
        "documents": ["harbour.md"],
        "since": "2024-01-01",
        "publishers": ["Port Office"],
        "languages": ["en"],
        "folders": ["reports"],
        "tags": ["sea", "cargo"],
    }
    assert client.post("/api/ask", json=body).status_code == 200
    assert seen["history"] == [Turn("ferries", "At noon.")]
    filters = seen["filters"]
    assert isinstance(filters, Filters)
    assert filters.documents == ("harbour.md",)
    assert (str(filters.since), filters.until) == ("2024-01-01", None)
    assert (filters.publishers, filters.languages) == (("Port Office",), ("en",))
    assert (filters.folders, filters.tags) == (("reports",), ("sea", "cargo"))


def test_bad_questions_are_problems(client: TestClient) -> None:
    assert is_problem(client.post("/api/ask", json={"question": " "}), 422, "bad-question")
    long = client.post("/api/ask", json={"question": "x" * 5000})
    assert is_problem(long, 422, "bad-question")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "bad-json"),
        (b"\xff\xfe", "bad-json"),
        (b"[]", "bad-request"),
        (b"", "bad-request"),
        (b"{}", "bad-request"),
        (b'{"question": 1}', "bad-request"),
        (b'{"question": "a", "colour": "red"}', "bad-request"),
        (b'{"question": "a", "since": "soon"}', "bad-request"),
    ],
)
def test_bad_bodies_are_problems(client: TestClient, content: bytes, code: str) -> None:
    headers = {"content-type": "application/json"}
    assert is_problem(client.post("/api/ask", content=content, headers=headers), 422, code)


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 60_000,
        b'{"question": ' + b"[" * 60_000,
        b'{"a":' * 12_000,
        b'{"question": "a\\ud800"}',
        b'{"question": "a", "documents": ["\\udfff"]}',
        b'{"question": "a", "\\ud800": 1}',
        b'{"question": "a", "history": [{"question": "\\ud800", "answer": ""}]}',
        b'{"question": 1e999999}',
        b'{"question": NaN}',
        b'{"question": ' + b"9" * 5000 + b"}",
        b"\x00",
    ],
    ids=range(11),
)
def test_hostile_json_is_refused(client: TestClient, content: bytes) -> None:
    headers = {"content-type": "application/json"}
    response = client.post("/api/ask", content=content, headers=headers)
    assert is_problem(response, 422, response.json()["code"])
    assert response.json()["code"] in ("bad-json", "bad-request")


def test_a_nul_is_a_character_like_others(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": "containers\x00 and more"})
    assert response.status_code == 200


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "x"])
def test_another_content_type_is_refused(client: TestClient, kind: str | None) -> None:
    headers = {"content-type": kind} if kind else {}
    response = client.post("/api/ask", content=b'{"question": "containers"}', headers=headers)
    assert is_problem(response, 415, "not-json")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/LD+JSON"])
def test_any_kind_of_json_is_taken(client: TestClient, kind: str) -> None:
    content = b'{"question": "containers"}'
    response = client.post("/api/ask", content=content, headers={"content-type": kind})
    assert response.status_code == 200


def test_another_method_is_told_which_are_taken(client: TestClient) -> None:
    for path, allowed in (("/api/ask", "POST"), ("/api/documents", "GET, HEAD")):
        response = client.put(path)
        assert is_problem(response, 405, "method-not-allowed")
        assert response.headers["allow"] == allowed


def test_a_large_body_is_refused_whether_it_says_so_or_not(client: TestClient) -> None:
    large = json.dumps({"question": "x" * 70_000}).encode()
    assert is_problem(client.post("/api/ask", content=large), 413, "too-large")
    chunks = (large[i : i + 9000] for i in range(0, len(large), 9000))
    headers = {"content-type": "application/json"}
    response = client.post("/api/ask", content=chunks, headers=headers)
    assert is_problem(response, 413, "too-large")


def test_a_fault_is_a_problem_without_its_details(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": "break"})
    assert is_problem(response, 500, "internal")
    assert "on purpose" not in response.text


def test_documents_are_listed_and_their_text_is_what_offsets_count(client: TestClient) -> None:
    listed = client.get("/api/documents").json()
    assert [entry["title"] for entry in listed] == sorted(entry["title"] for entry in listed)
    report = next(entry for entry in listed if entry["id"] == REPORT.id)
    assert report["published"] == "2024-02-07"
    response = client.get(f"/api/documents/{REPORT.id}/text")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text == REPORT.text
    citation = client.post("/api/ask", json={"question": "containers"}).json()["citations"][0]
    assert response.text[citation["start"] : citation["end"]] == citation["quote"]


def test_unknown_addresses_are_problems(client: TestClient) -> None:
    for path in ("/api/documents/nothing/text", "/api", "/api/", "/api/nothing", "/v1/nothing"):
        assert client.get(path).status_code == 404
    assert is_problem(client.get("/api/documents/nothing/text"), 404, "not-found")
    assert is_problem(client.get("/api/nothing"), 404, "not-found")


def test_a_permalink_opens_a_page_with_the_words_marked(client: TestClient) -> None:
    response = client.get(f"/p/{cite(REPORT, RECORD).permalink}")
    assert response.status_code == 200
    assert f'id="cited" tabindex="-1">{RECORD}</mark>' in response.text
    assert response.text.count("<script>") == 1  # which its policy names, to print the page
    assert response.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_permalink_to_changed_words_shows_the_document_and_says_so(client: TestClient) -> None:
    good = permalink_to(NOTICE, Span(0, 9))
    response = client.get(f"/p/{str(good)[:-8]}deadbeef")
    assert response.status_code == 200
    assert "has changed since" in response.text
    assert "<mark" not in response.text


@pytest.mark.parametrize("path", ["gone.txt.1.2.00000000", "nonsense", "a.b.c.d", "..%2f..%2fetc"])
def test_an_unknown_permalink_is_a_page_that_says_so(client: TestClient, path: str) -> None:
    response = client.get(f"/p/{path}")
    assert response.status_code == 404
    assert "There is no document at this address" in response.text


def test_a_hostile_document_stays_text_on_its_page(client: TestClient) -> None:
    text = client.get(f"/p/{cite(NOTICE, ATTACK).permalink}").text
    assert "<img" not in text
    assert "<script>window" not in text


def test_health_and_readiness(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["index_version"] == "fake-1"
    monkeypatch.setattr(FakePipeline, "documents", ())
    assert is_problem(client.get("/readyz"), 503, "no-index")


def test_the_schema_is_served(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    assert "/api/ask" in schema["paths"]


def test_it_is_not_ready_once_it_has_been_told_to_stop(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    monkeypatch.setattr(app.state.ending, "has_begun", True)
    assert is_problem(client.get("/readyz"), 503, "stopping")
    assert client.get("/healthz").status_code == 200


def test_every_answer_keeps_the_browser_at_home(client: TestClient) -> None:
    for path in ("/", "/api/documents", "/healthz"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_the_page_holds_no_address_of_another_font_or_script_host(client: TestClient) -> None:
    page = client.get("/").text
    for host in ("fonts.googleapis", "cdn.", "unpkg", "jsdelivr"):
        assert host not in page
