"""Judging over HTTP, and the review of what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from eval.cases.queue import ReviewQueue
from eval.dataset import read_cases
from rag.pipeline import Pipeline
from rag.settings import Settings
from tests.ui.fake_pipeline import FakePipeline
from ui.api import create_app

CONTAINERS = "How many containers?"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("office")
    return Settings(office_dir=folder, review_file=folder / "review.sqlite3")


@pytest.fixture(scope="module")
def app(settings: Settings) -> FastAPI:
    return create_app(FakePipeline(), settings)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


def answered(client: TestClient, question: str = CONTAINERS) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/api/ask", json={"question": question}).json()
    return answer


def waiting(settings: Settings) -> int:
    with ReviewQueue(settings.review_file) as queue:
        return len(queue.waiting())


def test_a_judgement_is_told_back_and_sent_again_counts_once(
    client: TestClient, settings: Settings
) -> None:
    said = {
        "answer_id": answered(client)["id"],
        "verdict": "wrong",
        "reason": "wrong-figure",
        "comment": "It was 5.3.",
        "make_case": True,
    }
    before = waiting(settings)
    replies = [client.post("/api/feedback", json=said) for _ in range(3)]
    assert {reply.status_code for reply in replies} == {200}
    expected = {key: said[key] for key in ("answer_id", "verdict", "reason", "comment")}
    assert [reply.json() for reply in replies] == [{**expected, "case": True}] * 3
    assert waiting(settings) == before + 1
    taken = client.delete(f"/api/feedback/{said['answer_id']}").json()
    assert (taken["verdict"], taken["case"]) == (None, False)
    assert waiting(settings) == before


def test_an_answer_that_came_as_events_can_be_judged(client: TestClient) -> None:
    headers = {"Accept": "text/event-stream"}
    text = client.post("/api/ask", json={"question": CONTAINERS}, headers=headers).text
    answer = json.loads(text.split("event: answer\ndata: ")[1].split("\n")[0])
    reply = client.post("/api/feedback", json={"answer_id": answer["id"], "verdict": "right"})
    assert reply.json()["verdict"] == "right"


def test_an_unknown_answer_is_not_found(client: TestClient) -> None:
    reply = client.post("/api/feedback", json={"answer_id": "nothing", "verdict": "right"})
    assert (reply.status_code, reply.json()["code"]) == (404, "unknown-answer")
    assert client.delete("/api/feedback/nothing").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": "meh"},
        {"verdict": 1},
        {"verdict": "wrong", "reason": "ugly"},
        {"verdict": "wrong", "reason": "should-have-known"},
        {"verdict": "right", "reason": "wrong-figure"},
        {"verdict": "wrong", "comment": "x" * 2001},
        {"verdict": "wrong", "answer": {"answer": "The browser's own."}},
        {},
    ],
)
def test_bad_values_are_told_and_change_nothing(client: TestClient, wrong: dict[str, Any]) -> None:
    id_ = answered(client)["id"]
    reply = client.post("/api/feedback", json={"answer_id": id_, **wrong})
    assert reply.status_code == 422
    assert reply.json()["detail"].endswith(".")
    assert client.delete(f"/api/feedback/{id_}").json()["verdict"] is None


def test_a_judged_answer_is_reviewed_and_becomes_a_case(
    tmp_path: Path,
    real_pipeline: Pipeline,
    sample_index: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From the thumb to the file of cases: the review shows what was said, and accepts it."""
    from typer.testing import CliRunner

    from ui.cli_cases import cases_app

    review = tmp_path / "review.sqlite3"
    settings = sample_index.model_copy(
        update={"office_dir": tmp_path / "office", "review_file": review}
    )
    question = "What was the container throughput of the port of Atlantis in 1823?"
    with TestClient(create_app(real_pipeline, settings)) as client:
        answer = answered(client, question)
        assert answer["abstained"]
        said = {"answer_id": answer["id"], "verdict": "right", "comment": "There is none."}
        client.post("/api/feedback", json={**said, "make_case": True})
    monkeypatch.setenv("POLICYQA_REVIEW_FILE", str(review))
    out = tmp_path / "cases.jsonl"
    order = ["review", "--out", str(out), "--reviewer", "eve", "--index", str(settings.index_dir)]
    result = CliRunner().invoke(cases_app, order, input="a\n")
    assert result.exit_code == 0, result.output
    assert "judged    right by local: There is none." in result.output
    assert "1 accepted" in result.output
    (case,) = read_cases(out)
    assert (case.question, case.absent) == (question, True)
