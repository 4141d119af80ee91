"""The register for programs, through the whole application."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from rag.settings import Settings
from tests.ui.figures.made import FigurePipeline, document, register_of
from ui.api import create_app
from ui.figures.rows import COLUMNS


@pytest.fixture(scope="module")
def pipeline() -> FigurePipeline:
    return FigurePipeline()


@pytest.fixture(scope="module")
def client(
    pipeline: FigurePipeline, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("office")
    with TestClient(create_app(pipeline, Settings(office_dir=folder))) as opened:
        yield opened


def ask(client: TestClient, **given: Any) -> dict[str, Any]:
    answer = client.get("/api/figures", params=given)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_figure_comes_with_its_place(client: TestClient) -> None:
    told = ask(client, measure="salt")
    assert (told["total"], told["next"], told["index_version"]) == (1, None, "made-1")
    (row,) = told["figures"]
    assert set(row) == {*COLUMNS, "permalink"}
    assert (row["value"], row["unit"], row["years"]) == ("1250000", "ton", [2023])
    page = client.get(f"/p/{row['permalink']}")
    assert page.status_code == 200
    assert "<mark" in page.text


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ({"status": "planned"}, ["5%", "30 and 40"]),
        ({"year": 2022, "unit": "yuan"}, ["4.72 trillion yuan"]),
        ({"document": ["Island report", "valley-report.md"], "measure": "hall"}, ["7"]),
        ({"until": "2023-06-01", "sort": "value"}, ["900 mm", "4.72 trillion yuan"]),
        ({"since": "2023-06-01", "unit": "%", "sort": "value", "descending": True},
         ["5%", "4.5%", "3%"]),
        ({"measure": "zeppelin"}, []),
    ],
)  # fmt: skip
def test_it_is_filtered_and_ordered_as_the_page_is(
    client: TestClient, given: dict[str, Any], texts: list[str]
) -> None:
    assert [row["text"] for row in ask(client, **given)["figures"]] == texts


def test_cursors_lead_through_all_figures(client: TestClient) -> None:
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = ask(client, limit=3, cursor=cursor)
        assert page["total"] == 8
        found += [row["text"] for row in page["figures"]]
        cursor = page["next"]
    assert found == [row["text"] for row in ask(client)["figures"]]
    assert len(found) == 8


WRONG_PAGES = [{"cursor": "other.3"}, {"cursor": "x"}, {"limit": 0}, {"limit": 1001}]
WRONG_WISHES = [
    {"status": "dreamt"},
    {"sort": "password"},
    {"document": "Atlantis"},
    {"since": "2024-01-02", "until": "2024-01-01"},
    {"year": "soon"},
]


@pytest.mark.parametrize(
    ("path", "given"),
    [
        *(("/api/figures", given) for given in WRONG_PAGES + WRONG_WISHES),
        *(("/api/figures.csv", given) for given in WRONG_WISHES),
    ],
)
def test_wrong_wishes_are_told_as_problems(
    client: TestClient, path: str, given: dict[str, Any]
) -> None:
    answer = client.get(path, params=given)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_the_table_for_spreadsheets_has_all_that_is_asked_for(client: TestClient) -> None:
    answer = client.get("/api/figures.csv", params={"unit": "%"})
    assert answer.headers["content-disposition"] == 'attachment; filename="figures.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["text"] for row in rows] == ["4.5%", "3%", "5%"]


def test_a_cursor_of_an_older_index_is_refused(
    client: TestClient, pipeline: FigurePipeline
) -> None:
    cursor = ask(client, limit=2)["next"]
    before = pipeline.register
    pipeline.becomes(register_of(document("The town has 9 halls.", "New report"), version="made-2"))
    refused = client.get("/api/figures", params={"cursor": cursor})
    assert refused.status_code == 422
    assert "have changed" in refused.json()["detail"]
    assert [row["text"] for row in ask(client)["figures"]] == ["9"]
    pipeline.becomes(before)
