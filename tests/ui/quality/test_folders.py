from __future__ import annotations

from pathlib import Path

from tests.ui.quality.made_runs import leave_unfinished, make_run
from ui.quality.folders import State, before, find_runs


def test_runs_of_all_places_are_listed_newest_first(tmp_path: Path) -> None:
    make_run(tmp_path / "a" / "first", day=1)
    make_run(tmp_path / "b" / "second", day=2)
    found = find_runs({"page": tmp_path / "a", "line": tmp_path / "b", "none": tmp_path / "c"})
    assert [(run.id, run.state) for run in found] == [
        ("line/second", State.FINISHED),
        ("page/first", State.FINISHED),
    ]
    assert found[0].files == ("cases.jsonl",)
    assert found[0].value["right"]["n"] == 5


def test_what_is_no_run_or_damaged_is_listed_as_unreadable(tmp_path: Path) -> None:
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "notes.txt").write_text("mine")
    for name, text in {"list": "[1]", "half": '{"format": ', "old": '{"format": "run-0"}'}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(text)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "manifest.json").write_text("[" * 100_000)
    (tmp_path / "a file.txt").write_text("no folder")
    found = find_runs({"line": tmp_path})
    assert {run.id: run.state for run in found} == dict.fromkeys(
        ("line/foreign", "line/list", "line/half", "line/old", "line/deep"), State.UNREADABLE
    )


def test_a_damaged_summary_leaves_the_run_in_the_list(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    (folder / "summary.json").write_text('{"total": ')
    (found,) = find_runs({"line": tmp_path})
    assert (found.state, dict(found.value)) == (State.FINISHED, {})


def test_manifest_fields_of_other_kinds_do_not_break_the_list(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    (folder / "manifest.json").write_text(
        '{"format": "policyqa-run-2", "started": 5, "cases": {"file": 1}}'
    )
    (folder / "summary.json").write_text('{"total": [1]}')
    (found,) = find_runs({"line": tmp_path})
    assert (found.state, found.files, dict(found.value)) == (State.FINISHED, (), {})


def test_the_run_before_is_the_newest_earlier_one_of_the_same_questions(tmp_path: Path) -> None:
    make_run(tmp_path / "oldest", day=1)
    make_run(tmp_path / "old", day=2)
    make_run(tmp_path / "other", day=3, cases=[{"file": "other.jsonl", "sha256": "x"}])
    leave_unfinished(tmp_path / "stopped", {"cases": [{"file": "cases.jsonl", "sha256": "x"}]})
    make_run(tmp_path / "new", day=5)
    runs = find_runs({"line": tmp_path})
    by_name = {run.folder.name: run for run in runs}
    assert before(by_name["new"], runs) == by_name["old"]
    assert before(by_name["oldest"], runs) is None
    assert before(by_name["other"], runs) is None
