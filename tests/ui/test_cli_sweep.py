"""The command itself; what a sweep does is tested in tests/eval/test_sweep*.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from eval.sweep import bench as sweep_bench
from rag.embedding import Embedder
from rag.errors import CaseError
from ui.cli_sweep import sweep

CASE = {"id": "teus", "question": "How many TEUs in 2023?", "expect": [["49.158 million"]]}


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder) -> typer.Typer:
    """The command alone, in an empty folder with one document and one case."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sweep_bench, "load_embedder", lambda _settings: embedder)
    (tmp_path / "port.md").write_text("# Port\n\nIn 2023 it handled 49.158 million TEUs.\n")
    (tmp_path / "cases.jsonl").write_text(json.dumps(CASE) + "\n")
    (tmp_path / "grid.toml").write_text("[grid]\nanswer.threshold = [0.0]\n")
    app = typer.Typer()
    app.command()(sweep)
    return app


def test_it_prints_the_table_and_leaves_table_plot_and_points(
    app: typer.Typer, tmp_path: Path
) -> None:
    done = CliRunner().invoke(app, ["grid.toml", "cases.jsonl", "--documents", "port.md"])
    assert done.exit_code == 0, done.output
    assert "Cases a point: 1" in done.output
    assert "threshold" in done.output
    out = tmp_path / "runs" / "sweep"
    assert len((out / "points.jsonl").read_text().splitlines()) == 2
    assert (out / "sweep.md").read_text().startswith("# Sweep")
    assert (out / "sweep.svg").read_text().startswith("<svg")


def test_a_bad_grid_ends_it_before_anything_runs(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "grid.toml").write_text("[grid]\nanswer.threshold = [0.0, 2.0]\n")
    done = CliRunner().invoke(app, ["grid.toml", "cases.jsonl", "--documents", "port.md"])
    assert isinstance(done.exception, CaseError)
    assert not (tmp_path / "runs").exists()
