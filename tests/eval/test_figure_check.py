from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.figure_check import FIELDS, check, draw, main, recorded
from ingest.pipeline import ingest
from rag.embedding import Embedder
from rag.errors import CaseError
from rag.settings import Settings

TEXT = "The town built 7 halls in 2021. Rents grew by 5% in 2022. It will open 9 pools in 2030.\n"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    folder = tmp_path_factory.mktemp("checked")
    (folder / "town.txt").write_text(TEXT)
    ingest([folder], Settings(index_dir=folder / "index"), embedder=embedder)
    return folder / "index"


def judged(index: Path, wrong: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """All rows judged right, but for the fields of the figures named in `wrong`."""
    rows = draw(index, seed=1, count=99)
    for row in rows:
        row["verdict"] = {name: (wrong or {}).get(row["text"]) != name for name in FIELDS}
    return rows


def test_a_draw_is_the_same_for_the_same_seed_and_never_larger_than_the_register(
    index: Path,
) -> None:
    assert draw(index, 1, 2) == draw(index, 1, 2)
    assert len(draw(index, 1, 99)) == 3
    assert {row["text"] for row in draw(index, 1, 99)} == {"7", "5%", "9"}


def test_a_record_holds_nothing_of_the_documents(index: Path) -> None:
    told = json.dumps(recorded(judged(index)))
    for word in ("halls", "Rents", "town", "5%", "2021", "planned"):
        assert word not in told


def test_a_row_without_a_verdict_is_not_recorded(index: Path) -> None:
    with pytest.raises(CaseError, match="no verdict"):
        recorded(draw(index, 1, 1))


def test_right_and_wrong_verdicts_are_counted_by_field_and_row(index: Path) -> None:
    precision = check(index, recorded(judged(index, {"5%": "measure", "9": "status"})))
    assert precision.right["measure"] == (2, 3)
    assert precision.right["status"] == (2, 3)
    assert precision.right["value"] == (3, 3)
    assert precision.right["row"] == (1, 3)
    assert (precision.changed, precision.gone) == (0, 0)
    assert precision.interval("measure").low < 2 / 3 < precision.interval("measure").high


def test_what_changed_or_went_since_does_not_count(index: Path) -> None:
    rows = recorded(judged(index))
    rows[0]["digest"]["measure"] = "something else"
    rows[1]["start"] = 9999
    precision = check(index, rows)
    assert (precision.changed, precision.gone) == (1, 1)
    assert precision.right["measure"] == (1, 1)
    assert precision.right["value"] == (2, 2)
    assert precision.right["row"] == (1, 1)


def test_the_commands_draw_record_and_check(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn, record = tmp_path / "drawn.jsonl", tmp_path / "record.jsonl"
    main(["draw", str(index), str(drawn), "--seed", "3"])
    rows = [json.loads(line) for line in drawn.read_text().splitlines()]
    for row in rows:
        row["verdict"] = dict.fromkeys(FIELDS, True)
    drawn.write_text("".join(json.dumps(row) + "\n" for row in rows))
    main(["record", str(drawn), str(record)])
    main(["check", str(index), str(record)])
    assert "| row | 100.0% | 3 |" in capsys.readouterr().out


@pytest.mark.corpus
def test_the_judged_figures_of_the_originals_still_stand_and_are_right(
    original_index: Settings, repository: Path
) -> None:
    record = repository / "data" / "figures_check.jsonl"
    rows = [json.loads(line) for line in record.read_text().splitlines()]
    precision = check(original_index.index_dir, rows)
    right, standing = precision.right["row"]
    assert standing >= 90, "so many rows changed that they must be judged again"
    assert right / standing >= 0.9
