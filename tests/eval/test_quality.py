from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from eval.folder import open_run, write_baseline
from eval.manifest import make_manifest
from eval.quality import fill, main
from rag.errors import CaseError
from tests.eval.five_cases import run_of

TEXT = """# Quality

By hand.

<!-- begin results sample -->
| old | table |
<!-- end results sample -->

Also by hand.

<!-- begin peers sample -->
<!-- end peers sample -->
"""


@pytest.fixture
def runs(world: Any, tmp_path: Path) -> Path:
    run = run_of(world)
    plan = {"cases": [], "target": {}, "index_version": "v1", "git_commit": None}
    manifest = make_manifest(run, plan)
    folder = tmp_path / "runs" / "sample"
    with open_run(folder, plan) as place:
        for row in run.rows:
            place.append(row)
        place.finish(manifest, {})
    write_baseline(folder / "peers" / "bm25.jsonl", run.rows, manifest)
    return tmp_path / "runs"


def test_marked_tables_are_made_anew_and_the_prose_stays(runs: Path) -> None:
    filled = fill(TEXT, runs)
    assert "| old | table |" not in filled
    assert filled.startswith("# Quality\n\nBy hand.\n")
    assert "Also by hand." in filled
    assert "| all | 5 | 66.7% | 50.0% | 50.0% | 0.0% |" in filled
    assert "| name | 1 | 100.0% | 0.0% |" in filled
    assert "| policy-qa | 66.7% |" in filled
    assert "| bm25 | 66.7% |" in filled
    assert fill(filled, runs) == filled, "a second time changes nothing"


def test_numbers_are_written_in_their_unit(runs: Path) -> None:
    filled = fill("<!-- begin scores sample -->\n<!-- end scores sample -->\n", runs)
    (length,) = [line for line in filled.splitlines() if line.startswith("| length p50 chars ")]
    assert re.fullmatch(r"\| length p50 chars \| 4 \| \d+ \| \\\[\d+, \d+\\\] \|", length)
    (right,) = [line for line in filled.splitlines() if line.startswith("| right and cited ")]
    assert re.search(r"\| 33\.3% \| \\\[\d+\.\d, \d+\.\d\\\] \|$", right)


@pytest.mark.parametrize(
    "kind", ["scores", "losses", "calibration", "latency", "provenance", "results", "peers"]
)
def test_every_kind_of_table_is_made(runs: Path, kind: str) -> None:
    text = f"<!-- begin {kind} sample -->\n<!-- end {kind} sample -->\n"
    inner = fill(text, runs).splitlines()[1:-1]
    assert len([line for line in inner if line]) >= 1
    bars = {line.count("|") for line in inner if line.startswith("|")}
    assert len(bars) <= 1, "every line of a table has as many cells"


@pytest.mark.parametrize(
    "kind", ["sweep", "ablations", "articles", "scale", "office", "ingest-speed"]
)
def test_a_table_that_another_program_wrote_comes_without_its_title(runs: Path, kind: str) -> None:
    (runs / "sample" / f"{kind}.md").write_text("# Title\n\n| a |\n\nNote.\n", encoding="utf-8")
    filled = fill(f"<!-- begin {kind} sample -->\n<!-- end {kind} sample -->\n", runs)
    assert filled.splitlines()[1:-1] == ["", "| a |", "", "Note.", ""]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no marker", "marks no table"),
        ("<!-- begin results sample -->\nold\n<!-- end results samples -->", "has no partner"),
        ("<!-- begin poem sample -->\n<!-- end poem sample -->", "'poem' is unknown; known are"),
        ("<!-- begin results gone -->\n<!-- end results gone -->", "is no folder"),
        ("<!-- begin sweep sample -->\n<!-- end sweep sample -->", "holds no sweep"),
        ("<!-- begin scale sample -->\n<!-- end scale sample -->", "run 'python -m eval.scale"),
    ],
)
def test_what_cannot_be_filled_is_told(runs: Path, text: str, told: str) -> None:
    with pytest.raises(CaseError, match=told):
        fill(text, runs)


def test_a_file_is_filled_in_place_or_left_as_it_is(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "quality.md"
    file.write_text(TEXT, encoding="utf-8")
    assert main(["--runs", str(runs), str(file)]) == 0
    assert file.read_text(encoding="utf-8") == fill(TEXT, runs)
    file.write_text(TEXT.replace("results", "poem"), encoding="utf-8")
    assert main(["--runs", str(runs), str(file)]) == 2
    assert file.read_text(encoding="utf-8") == TEXT.replace("results", "poem")
    assert capsys.readouterr().err.startswith("eval.quality: The table 'poem' is unknown")
