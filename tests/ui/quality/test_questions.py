from __future__ import annotations

from pathlib import Path

import pytest

from eval.manifest import make_plan
from rag.errors import CaseError
from tests.ui.quality.made_runs import office_settings, write_cases
from ui.quality.questions import accepted_file, chosen_files, files_of, known_questions


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_sample_the_accepted_cases_and_the_offices_own_files_are_known(tmp_path: Path) -> None:
    settings = office_settings(tmp_path)
    write_cases(tmp_path / "data" / "questions.jsonl", 4)
    write_cases(tmp_path / "accepted-cases.jsonl", 2)
    write_cases(accepted_file(settings), 1)
    (settings.office_dir / "questions" / "broken.jsonl").write_text("{")
    found = known_questions(settings)
    assert {one.name: one.count for one in found} == {
        "data/questions.jsonl": 4,
        "accepted-cases.jsonl": 2,
        "questions/accepted.jsonl": 1,
        "questions/broken.jsonl": 0,
    }
    assert [one.name for one in found if one.why] == ["questions/broken.jsonl"]


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.jsonl", "data/../data/questions.jsonl"])
def test_a_browser_cannot_name_any_other_file(tmp_path: Path, name: str) -> None:
    write_cases(tmp_path / "data" / "questions.jsonl")
    write_cases(tmp_path.parent / "secret.jsonl")
    with pytest.raises(CaseError, match="knows no questions"):
        chosen_files([name], office_settings(tmp_path))


def test_nothing_chosen_is_said(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="choose at least one"):
        chosen_files([], office_settings(tmp_path))


def test_a_run_goes_on_only_with_the_very_same_questions(tmp_path: Path) -> None:
    settings = office_settings(tmp_path)
    path = write_cases(settings.office_dir / "questions" / "own.jsonl")
    plan = make_plan([path], {}, "v1", 1)
    assert files_of(plan, settings) == [path]
    write_cases(path, 4)
    with pytest.raises(CaseError, match="changed since"):
        files_of(plan, settings)


@pytest.mark.parametrize("plan", [{}, {"cases": 3}, {"cases": [{}]}, {"cases": [1]}])
def test_a_plan_that_names_no_questions_cannot_go_on(
    tmp_path: Path, plan: dict[str, object]
) -> None:
    with pytest.raises(CaseError, match="cannot go on"):
        files_of(plan, office_settings(tmp_path))
