"""Whatever fits the API's own description, or just fails to, is answered as it describes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from rag.settings import Settings
from tests.ui.fake_pipeline import RECORD, REPORT, FakePipeline, cite
from tests.ui.serving import served
from ui.library import runs
from ui.sites.site import Site
from ui.sites.store import FILE, Sites
from ui.sites.tickets import SECRET_FILE, Tickets

EXAMPLES = 8
"""Of each operation and kind; hypothesis shrinks what it finds, and finds the same in every run."""
HELD = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
KNOWN: Mapping[str, dict[str, Any]] = {
    "GET /api/documents/{document_id}/text": {"document_id": REPORT.id},
    "GET /p/{permalink}": {"permalink": cite(REPORT, RECORD).permalink},
    **{f"POST /api/widget/{{name}}/{it}": {"name": "town"} for it in ("visit", "ask", "stop")},
    "POST /api/widget/{name}/feedback": {"name": "town"},
}
"""Names that nothing would make up, so that what is there is asked for too."""
PAGE = "https://town.example"
UNKNOWN_ANSWER = "POST /api/widget/{name}/feedback"
ANSWERED = {
    *(KNOWN.keys() - {UNKNOWN_ANSWER}),
    "POST /api/ask",
    "GET /api/documents",
    "GET /api/figures",
    "GET /api/figures.csv",
    "GET /api/conversations",
    "GET /api/library/state",
    "POST /api/library/ingest",
    "GET /healthz",
    "GET /readyz",
}
"""What must have been answered with success at least once, so that more than refusals are held."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="module")
def described(folder: Path) -> Iterator[BaseSchema]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "_lines", lambda _: iter(()))  # no ingest in a process of its own
        chosen = Settings(
            office_dir=folder, index_dir=folder / "index", review_file=folder / "review.sqlite3"
        )
        Sites(folder / FILE).add(Site("town", (PAGE,), rate=1000, site_rate=1000))
        with served(FakePipeline(), settings=chosen) as address:
            yield schemathesis.openapi.from_url(f"{address}/openapi.json")


@pytest.fixture(scope="module")
def visitor(folder: Path) -> dict[str, str]:
    """The headers of a visitor of a site."""
    tickets = Tickets(folder / SECRET_FILE, 600)
    ticket = tickets.give("town", PAGE, tickets.new_visitor(), "127.0.0.1")
    return {"Origin": PAGE, "Authorization": f"Bearer {ticket}"}


def test_what_fits_is_answered_as_described(described: BaseSchema, visitor: dict[str, str]) -> None:
    answered = set()
    for operation in operations(described):
        known = KNOWN.get(operation.label)
        for names in (None, known) if known else (None,):
            headers = visitor if names == {"name": "town"} else None
            if any(200 <= s < 300 for s in held(operation, names=names, headers=headers)):
                answered.add(operation.label)
    assert answered >= ANSWERED


def test_what_does_not_fit_is_refused_as_described(described: BaseSchema) -> None:
    refused = set()
    for operation in operations(described):
        try:
            statuses = held(operation, GenerationMode.NEGATIVE)
        except Unsatisfiable:
            continue  # it takes nothing that could fail to fit
        if any(status in (404, 413, 415, 422) for status in statuses):
            refused.add(operation.label)
    assert refused >= {"POST /api/ask", "GET /api/documents", "POST /api/feedback"}


def operations(schema: BaseSchema) -> Iterator[APIOperation]:
    for found in schema.get_all_operations():
        yield found.ok()


def held(
    operation: APIOperation,
    mode: GenerationMode = GenerationMode.POSITIVE,
    names: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> set[int]:
    """The statuses of what was tried, all of which was answered as described."""
    statuses = set()

    known: dict[str, Any] = {"path_parameters": names}
    if headers:
        known["headers"] = headers

    @given(case=operation.as_strategy(generation_mode=mode, **known))
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def answered_as_described(case: schemathesis.Case) -> None:
        statuses.add(case.call_and_validate(checks=HELD).status_code)

    answered_as_described()
    return statuses
