"""The command itself; what a figure is, is tested in tests/rag/test_figures.py."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from ingest.pipeline import ingest
from rag.embedding import Embedder
from rag.errors import IndexCorrupt, IndexMismatch, InputError, NoIndex
from rag.settings import Settings
from ui.cli_figures import figures
from ui.figures.rows import COLUMNS

OLD = """---
title: Old report
published: 2022-02-01
---
# Harbor

In 2021 the harbor handled 40 million tons of freight. It created 300 new jobs.
"""
NEW = """---
title: New report
published: 2024-02-01
---
# Harbor

Freight grew by 5% last year. The harbor will build 12 new cranes in 2024.
"""
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    folder = tmp_path_factory.mktemp("harbor")
    (folder / "old.md").write_text(OLD)
    (folder / "new.md").write_text(NEW)
    ingest([folder], Settings(index_dir=folder / "index"), embedder=embedder)
    return folder / "index"


@pytest.fixture
def run(index: Path) -> Run:
    app = typer.Typer()
    app.command()(figures)
    return lambda *arguments, at=index: CliRunner().invoke(
        app, [*map(str, arguments), "--index", str(at)]
    )


def rows(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def texts(result: Result) -> list[str]:
    return [row["text"] for row in rows(result)]


def test_json_gives_every_figure_with_its_place(run: Run, index: Path) -> None:
    found = rows(run("--json"))
    assert [row["text"] for row in found] == ["5%", "12", "40 million tons", "300"]
    stored = (index.parent / "new.md").read_text()
    for row in found[:2]:
        assert list(row) == list(COLUMNS)
        assert stored[row["start"] : row["end"]] == row["text"]
        assert row["text"] in row["quote"]
    assert found[0] | {"start": 0, "end": 0, "passage": ""} == {
        "value": "5", "high": None, "unit": "%", "kind": "percent", "bound": None,
        "measure": "Freight", "change": True, "direction": "up", "years": [2023], "months": [],
        "status": "achieved", "text": "5%", "quote": "Freight grew by 5% last year.",
        "document": "new.md", "title": "New report", "published": "2024-02-01",
        "heading": ["Harbor"], "start": 0, "end": 0,
        "sentence_start": stored.index("Freight"), "sentence_end": stored.index(" The harbor"),
        "passage": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--measure", "crane"], ["12"]),
        (["--year", "2021"], ["40 million tons", "300"]),
        (["--status", "planned"], ["12"]),
        (["--unit", "percent"], ["5%"]),
        (["--document", "old.md"], ["40 million tons", "300"]),
        (["--document", "New report", "--limit", "1"], ["5%"]),
        (["--since", "2023-01-01"], ["5%", "12"]),
        (["--until", "2023-01-01", "--measure", "jobs"], ["300"]),
        (["--measure", "unheard"], []),
    ],
)
def test_options_narrow_the_list(run: Run, options: list[str], expected: list[str]) -> None:
    assert texts(run(*options, "--json")) == expected


def test_csv_says_the_same_as_json(run: Run, tmp_path: Path) -> None:
    printed = run("--format", "csv")
    table = list(csv.DictReader(io.StringIO(printed.stdout)))
    assert [row["text"] for row in table] == texts(run("--format", "json"))
    assert table[0]["years"] == "2023"
    assert table[0]["change"] == "yes"
    done = run("--csv", tmp_path / "all.csv")
    assert done.stdout.startswith("4 figures -> ")
    assert (tmp_path / "all.csv").read_text(encoding="utf-8-sig") == printed.stdout


def test_a_cell_that_a_spreadsheet_would_run_is_made_plain(
    tmp_path: Path, run: Run, embedder: Embedder
) -> None:
    (tmp_path / "=SUM(A1).md").write_text("# Halls\n\nThe town has 7 halls.\n")
    ingest([tmp_path], Settings(index_dir=tmp_path / "index"), embedder=embedder)
    printed = run("--format", "csv", at=tmp_path / "index").stdout
    (row,) = csv.DictReader(io.StringIO(printed))
    assert row["document"] == "'=SUM(A1).md"


def test_the_table_shows_measure_period_and_status(run: Run) -> None:
    shown = run("--measure", "freight").stdout
    assert "↑ 5%" in shown
    assert "Freight" in shown
    assert "2023" in shown
    assert "achieved" in shown


def test_a_table_says_when_it_shows_less_than_all_and_when_nothing_is_like_this(run: Run) -> None:
    assert "1 of 4 figures" in run("--limit", "1").stdout
    assert "No figure is like this" in run("--year", "1950").stdout


def test_wrong_wishes_end_in_one_sentence(run: Run, tmp_path: Path) -> None:
    unheard = run("--document", "unheard.md")
    assert isinstance(unheard.exception, InputError)
    assert "policyqa status" in str(unheard.exception)
    swapped = run("--since", "2024-01-02", "--until", "2024-01-01")
    assert isinstance(swapped.exception, InputError)
    assert isinstance(run(at=tmp_path / "nothing").exception, NoIndex)


def test_an_index_of_another_version_or_a_damaged_register_asks_for_an_ingest(
    tmp_path: Path, run: Run, embedder: Embedder
) -> None:
    (tmp_path / "a.md").write_text("The town has 7 halls and 5 pools.\n")
    ingest([tmp_path], Settings(index_dir=tmp_path / "index"), embedder=embedder)
    (folder,) = (tmp_path / "index" / "generations").iterdir()
    register = folder / "figures.jsonl"
    lines = register.read_text().splitlines(keepends=True)
    register.write_text(lines[0])
    damaged = run(at=tmp_path / "index")
    assert isinstance(damaged.exception, IndexCorrupt)
    assert "holds 1 figures instead of 2" in str(damaged.exception)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": 3}))
    older = run(at=tmp_path / "index")
    assert isinstance(older.exception, IndexMismatch)
    assert "policyqa ingest" in str(older.exception)
