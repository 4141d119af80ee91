from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from rag.server_settings import ServerSettings
from rag.settings import Settings
from tests.ui.fake_pipeline import RECORD, REPORT, FakePipeline, cite
from ui.access_log import kind_of, noted
from ui.api import create_app
from ui.logs import logging_to
from ui.people.person import LOCAL, Person, Role

SECRET = "containers of the secret minister"


class Logged:
    """A client of an application, and what it has written so far."""

    def __init__(self, client: TestClient, stream: io.StringIO) -> None:
        self.client = client
        self.stream = stream

    def lines(self) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.stream.getvalue().splitlines()]
        self.stream.truncate(self.stream.seek(0))
        return found


def opened(folder: Path, **server: Any) -> Iterator[Logged]:
    settings = Settings(office_dir=folder, server=ServerSettings(**server))
    stream = io.StringIO()
    with (
        logging_to(settings.server.log, stream),
        TestClient(create_app(FakePipeline(), settings), raise_server_exceptions=False) as client,
    ):
        yield Logged(client, stream)


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    yield from opened(tmp_path_factory.mktemp("office"), log="json")


def test_a_request_is_one_line_of_json(logged: Logged) -> None:
    logged.lines()
    headers = {"x-request-id": "mine"}
    assert logged.client.post("/api/ask", json={"question": "containers"}, headers=headers)
    (line,) = logged.lines()
    assert line.pop("duration_ms") > 0
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "request_id": "mine",
        "method": "POST",
        "route": "/api/ask",
        "status": 200,
        "person": "local",
        "engine": "extractive",
        "outcome": "answered",
    }


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize(
    ("question", "outcome"),
    [("containers", "answered"), ("airport", "abstained"), ("", "refused"), ("break", "error")],
)
def test_it_tells_how_a_question_ended(
    logged: Logged, accept: str, question: str, outcome: str
) -> None:
    logged.lines()
    logged.client.post("/api/ask", json={"question": question}, headers={"accept": accept})
    line = logged.lines()[-1]
    assert (line["route"], line["outcome"]) == ("/api/ask", outcome)


def test_neither_paths_nor_queries_nor_questions_nor_names_are_told(logged: Logged) -> None:
    logged.client.post("/api/ask", json={"question": SECRET})
    logged.client.get(f"/p/{cite(REPORT, RECORD).permalink}?secret=1")
    logged.client.get("/api/conversations?search=secret")
    logged.client.get("/c/secret-token")
    logged.client.get("/secret")
    logged.client.get("/api/secret", headers={"user-agent": "secret", "referer": "http://secret"})
    told = logged.stream.getvalue()
    assert "secret" not in told
    assert REPORT.id not in told
    assert "testclient" not in told
    assert [line["route"] for line in logged.lines()][1:4] == [
        "/p/{permalink:path}",
        "/api/conversations",
        "/c/{token}",
    ]


def test_a_fault_is_told_with_the_id_of_its_request(logged: Logged) -> None:
    logged.lines()
    headers = {"x-request-id": "mine"}
    logged.client.post("/api/ask", json={"question": "break"}, headers=headers)
    fault, request = logged.lines()
    assert (fault["level"], fault["request_id"]) == ("error", "mine")
    assert "RuntimeError: broken on purpose" in fault["exception"]
    assert (request["status"], request["request_id"]) == (500, "mine")


def test_questions_are_told_where_that_is_switched_on(tmp_path: Path) -> None:
    for logged in opened(tmp_path, log="json", log_questions=True):
        logged.client.post("/api/ask", json={"question": SECRET})
        assert logged.lines()[-1]["question"] == SECRET


def test_the_text_form_has_the_same_on_one_line(tmp_path: Path) -> None:
    for logged in opened(tmp_path, log="text", log_questions=True):
        body = {"question": "containers\n2026-01-01 GET /forged 200"}
        logged.client.post("/api/ask", json=body)
        (line,) = logged.stream.getvalue().splitlines()
        assert " POST /api/ask 200 duration_ms=" in line
        assert "outcome=answered" in line
        assert 'question="containers\\n2026' in line


def test_without_it_nothing_is_written(tmp_path: Path) -> None:
    for logged in opened(tmp_path, log="off"):
        logged.client.get("/healthz")
        assert logged.stream.getvalue() == ""


def test_logging_is_left_as_it_was() -> None:
    root = logging.getLogger()
    before = list(root.handlers)
    with logging_to("json", io.StringIO()):
        assert len(root.handlers) == len(before) + 1
    assert root.handlers == before


@pytest.mark.parametrize(
    ("person", "kind"),
    [
        (LOCAL, "local"),
        (Person("ann", Role.ADMIN), "user"),
        (Person("key:crm", Role.READER), "key"),
        (Person("site:harbour", Role.READER), "site"),
        (Person("a:b", Role.READER), "user"),
        (None, None),
    ],
)
def test_a_person_is_told_by_kind(person: Person | None, kind: str | None) -> None:
    assert kind_of(person) == kind


def test_noting_outside_a_request_is_nothing() -> None:
    noted(engine="extractive")
