"""The same cases in process and over HTTP: the same answers, and plain words when it fails."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from eval.askers import pipeline_asker, server_asker
from eval.dataset import Case, read_cases
from eval.run import Row, evaluate
from rag.errors import IndexUnusable, InputError, QuestionError
from rag.models import Turn
from rag.pipeline import Pipeline
from rag.settings import Settings
from tests.ui.serving import served

TIMED = ("wall_ms", "cpu_ms", "ms_")
PASSAGES = ("ndcg_at_10", "rr_at_10")
"""A server does not tell all its passages, which these need."""


@pytest.fixture(scope="module")
def address(real_pipeline: Pipeline) -> Iterator[str]:
    with served(real_pipeline) as url:
        yield url


def told(row: Row) -> dict[str, object]:
    values = {name: score.value for name, score in row.scores.items()}
    return {n: v for n, v in values.items() if not n.startswith(TIMED) and n not in PASSAGES}


def test_a_server_is_scored_as_the_pipeline_is(
    address: str, real_pipeline: Pipeline, sample_index: Settings, repository: Path
) -> None:
    cases = read_cases(repository / "data" / "questions.jsonl")[::12]
    here = evaluate(pipeline_asker(real_pipeline, sample_index), cases)
    with server_asker(address, jobs=2) as asker:
        there = evaluate(asker, cases, jobs=2)
    assert there.index_version == here.index_version
    for ours, theirs in zip(here.rows, there.rows, strict=True):
        assert told(theirs) == pytest.approx(told(ours), abs=1e-4)
        assert theirs.answer.claims == ours.answer.claims
        assert theirs.answer.nearest == ours.answer.nearest
        assert theirs.scores["cpu_ms"].value is None, "the server's CPU is not ours"
        assert any(name.startswith("ms_") for name in theirs.scores)


@pytest.fixture
def case(real_pipeline: Pipeline) -> Case:
    return Case("c", "And in the first quarter?", absent=True)


def test_history_and_the_documents_of_a_case_reach_the_server(
    address: str, real_pipeline: Pipeline, sample_index: Settings, case: Case
) -> None:
    document = real_pipeline.documents[0]
    turn = Turn("How many containers did the port handle in 2023?", "49.158 million")
    asked = replace(case, history=(turn,), documents=(document.name,))
    with server_asker(address) as asker:
        theirs = asker.ask(asked)
    ours = pipeline_asker(real_pipeline, sample_index).ask(asked)
    assert theirs.trace.question == ours.trace.question != {}
    assert {passage.document_id for passage in theirs.trace.passages} == {document.id}
    assert theirs.trace.passages
    assert [p.passage_id for p in theirs.trace.passages] == [
        p.passage_id for p in ours.trace.passages
    ]


def test_a_question_the_server_refuses_is_the_questions_fault(address: str, case: Case) -> None:
    with server_asker(address) as asker, pytest.raises(QuestionError, match="longest allowed"):
        asker.ask(replace(case, question="why " * 1000))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}", "127.0.0.1:{port}", "http://[", ""])
def test_an_address_where_nothing_answers_is_told(url: str) -> None:
    with (
        pytest.raises(InputError, match=r"does not answer \(.+\); check the address"),
        server_asker(url.format(port=free_port())),
    ):
        pass


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """A server of another kind."""

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Stay quiet."""

    server = HTTPServer(("127.0.0.1", 0), Other)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "error", "told"),
    [
        (200, b"<html>welcome</html>", InputError, "no policy-qa server"),
        (200, b"[]", InputError, "no policy-qa server"),
        (404, b"nothing here", InputError, "refused (404): Not Found"),
        (503, b'{"detail": "No documents."}', IndexUnusable, "cannot serve: No documents."),
    ],
)
def test_a_server_that_cannot_be_evaluated_is_told_in_one_sentence(
    status: int, body: bytes, error: type[Exception], told: str
) -> None:
    with answering(status, body) as url, pytest.raises(error) as caught, server_asker(url):
        pass
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
