from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import ui.cli_ingest
from ingest.report import IngestReport
from ingest.roots import Roots
from ui.cli import app

DONE = IngestReport((), (), (), (), (), 0, 0, "0")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[Path]]:
    """The paths that are ingested."""
    found: list[list[Path]] = []

    def run(paths: list[Path], *_: object, **__: object) -> IngestReport:
        found.append(paths)
        return DONE

    monkeypatch.setattr(ui.cli_ingest, "_run", run)
    return found


def test_again_means_the_paths_of_the_last_ingest(tmp_path: Path, asked: list[list[Path]]) -> None:
    Roots((tmp_path / "papers", tmp_path / "notes.md")).save(tmp_path)
    done = CliRunner().invoke(app, ["ingest", "--again", "--index", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert asked == [[tmp_path / "papers", tmp_path / "notes.md"]]


@pytest.mark.parametrize("also", [["papers"], ["--rollback"]])
def test_again_stands_alone(tmp_path: Path, asked: list[list[Path]], also: list[str]) -> None:
    done = CliRunner().invoke(app, ["ingest", "--again", *also, "--index", str(tmp_path)])
    assert done.exit_code == 2
    assert asked == []


def test_again_needs_an_ingest_before_it(tmp_path: Path, asked: list[list[Path]]) -> None:
    done = CliRunner().invoke(app, ["ingest", "--again", "--index", str(tmp_path)])
    assert done.exit_code == 2
    assert "not known which files" in done.output + str(done.exception)
