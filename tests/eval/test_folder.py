from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.folder import open_run, read_run, write_baseline
from eval.run import Run
from rag.errors import CaseError
from tests.eval.five_cases import make_answers, run_of

PLAN = {
    "cases": [{"file": "cases.jsonl", "sha256": "0" * 64}],
    "index_version": "v1",
    "code": "0" * 64,
    "jobs": 1,
}


@pytest.fixture
def run(world: Any) -> Run:
    return run_of(world)


def begin(folder: Path, run: Run, rows: int, plan: dict[str, Any] = PLAN) -> None:
    """A run that was killed after some rows."""
    with open_run(folder, plan) as place:
        for row in run.rows[len(place.kept) : rows]:
            place.append(row)


def finish(folder: Path, run: Run, *, overwrite: bool = False) -> None:
    with open_run(folder, PLAN, overwrite=overwrite) as place:
        for row in run.rows[len(place.kept) :]:
            place.append(row)
        place.finish({**PLAN, "n": len(run.rows)}, {"summary.json": "{}\n"})


def test_a_finished_run_reads_back_as_it_was(run: Run, tmp_path: Path) -> None:
    finish(tmp_path / "runs" / "one", run)
    names = {path.name for path in (tmp_path / "runs" / "one").iterdir()} - {".lock"}
    assert names == {"manifest.json", "rows.jsonl", "summary.json"}
    saved = read_run(tmp_path / "runs" / "one")
    assert saved.manifest["index_version"] == "v1"
    assert saved.rows == run.rows


def test_an_unfinished_run_goes_on_with_the_rows_it_has(run: Run, tmp_path: Path) -> None:
    begin(tmp_path, run, 2)
    assert not (tmp_path / "manifest.json").exists()
    with pytest.raises(CaseError, match="unfinished run"):
        read_run(tmp_path)
    with open_run(tmp_path, PLAN) as place:
        assert place.kept == run.rows[:2]
    finish(tmp_path, run)
    assert read_run(tmp_path).rows == run.rows


@pytest.mark.parametrize("torn", [1, 40, 400])
def test_a_row_that_was_half_written_is_asked_again(run: Run, tmp_path: Path, torn: int) -> None:
    begin(tmp_path, run, 3)
    rows = tmp_path / "rows.jsonl"
    rows.write_bytes(rows.read_bytes()[:-torn])
    with open_run(tmp_path, PLAN) as place:
        assert place.kept == run.rows[:2]
        place.append(run.rows[2])
    finish(tmp_path, run)
    assert read_run(tmp_path).rows == run.rows


@pytest.mark.parametrize("change", [{"index_version": "v2"}, {"jobs": 2}, {"code": "1" * 64}])
def test_an_unfinished_run_of_something_else_is_left_as_it_is(
    run: Run, tmp_path: Path, change: dict[str, Any]
) -> None:
    begin(tmp_path, run, 2)
    before = (tmp_path / "rows.jsonl").read_bytes()
    with (
        pytest.raises(CaseError, match="other cases, settings, index, code or --jobs"),
        open_run(tmp_path, {**PLAN, **change}, overwrite=True),
    ):
        pass
    assert (tmp_path / "rows.jsonl").read_bytes() == before


def test_half_a_character_in_an_answer_neither_ends_the_run_nor_its_resumption(
    world: Any, tmp_path: Path
) -> None:
    run = run_of(world, make_answers(world) | {"who": world.answer(("Gong \ud83d Zheng", []))})
    begin(tmp_path, run, 3)
    with open_run(tmp_path, PLAN) as place:
        assert place.kept == run.rows[:3]
        for row in run.rows[3:]:
            place.append(row)
        place.finish(PLAN, {"summary.md": "Gong \ud83d Zheng\n"})
    assert read_run(tmp_path).rows == run.rows
    assert (tmp_path / "summary.md").read_text(encoding="utf-8") == "Gong ? Zheng\n"


@pytest.mark.parametrize("left", [".plan.json.new", ".manifest.json.new"])
def test_what_a_kill_left_half_written_is_no_hindrance(run: Run, tmp_path: Path, left: str) -> None:
    (tmp_path / left).write_text("{")
    finish(tmp_path, run)
    assert read_run(tmp_path).rows == run.rows
    assert not (tmp_path / left).exists()


def test_a_finished_run_is_replaced_only_when_told(run: Run, tmp_path: Path) -> None:
    finish(tmp_path, run)
    before = (tmp_path / "rows.jsonl").read_bytes()
    with pytest.raises(CaseError, match="--overwrite"), open_run(tmp_path, PLAN):
        pass
    assert (tmp_path / "rows.jsonl").read_bytes() == before
    with open_run(tmp_path, PLAN, overwrite=True) as place:
        assert place.kept == ()
        assert not (tmp_path / "manifest.json").exists()
    finish(tmp_path, run)
    assert read_run(tmp_path).rows == run.rows


def test_two_evaluations_do_not_write_to_one_folder(tmp_path: Path) -> None:
    with (
        open_run(tmp_path, PLAN),
        pytest.raises(CaseError, match="Another evaluation"),
        open_run(tmp_path, PLAN),
    ):
        pass


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "chapter1.txt").write_text("years of work")
    for place in (tmp_path, tmp_path / "chapter1.txt"):
        with (
            pytest.raises(CaseError, match=r"something else than a run|is a file"),
            open_run(place, PLAN, overwrite=True),
        ):
            pass
    assert [path.name for path in tmp_path.iterdir()] == ["chapter1.txt"]


def test_a_full_disk_is_told_and_the_run_can_go_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tmp_path, run, 2)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with open_run(tmp_path, PLAN) as place, monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(CaseError, match="No space left on device"):
            place.append(run.rows[2])
        with pytest.raises(CaseError, match="No space left on device"):
            place.finish({}, {"summary.json": "{}"})
    assert not (tmp_path / "manifest.json").exists()
    finish(tmp_path, run)
    assert read_run(tmp_path).rows == run.rows


@pytest.mark.parametrize("content", [None, "{", "[]", '{"format": "policyqa-run-0"}'])
def test_a_folder_that_is_no_run_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(CaseError):
        read_run(tmp_path)


@pytest.mark.parametrize("line", ['{"case": 1}', '{"case": {"id": "x"', "[]", "{}"])
def test_a_damaged_row_is_named(run: Run, tmp_path: Path, line: str) -> None:
    finish(tmp_path, run)
    rows = tmp_path / "rows.jsonl"
    rows.write_text(rows.read_text().split("\n")[0] + "\n" + line + "\n")
    with pytest.raises(CaseError, match=r"rows\.jsonl, line 2"):
        read_run(tmp_path)


def test_a_baseline_keeps_scores_and_no_words_of_answers(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "baselines" / "sample.jsonl"
    write_baseline(path, run.rows, PLAN)
    saved = read_run(path)
    assert [row.case for row in saved.rows] == [row.case for row in run.rows]
    for ours, kept in zip(run.rows, saved.rows, strict=True):
        assert kept.scores.keys() == ours.scores.keys() - {"document"}
        for name, score in kept.scores.items():
            assert score.value == pytest.approx(ours.scores[name].value, abs=1e-4), name
    text = path.read_text()
    assert "WorldSkills" not in text, "an answer quotes it"
    assert json.loads(text.splitlines()[0])["index_version"] == "v1"


def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"id": "a", "question": "?", "absent": true}\n')
    with pytest.raises(CaseError, match="no baseline"):
        read_run(path)


def test_rows_that_were_lost_are_noticed(run: Run, tmp_path: Path) -> None:
    finish(tmp_path / "run", run)
    baseline = tmp_path / "baseline.jsonl"
    write_baseline(baseline, run.rows, {**PLAN, "n": len(run.rows)})
    for rows in (tmp_path / "run" / "rows.jsonl", baseline):
        rows.write_text("".join(rows.read_text().splitlines(keepends=True)[:-2]))
    for place in (tmp_path / "run", baseline):
        with pytest.raises(CaseError, match="holds 3 of 5 rows"):
            read_run(place)
