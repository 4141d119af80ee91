"""The committed baselines are of the committed cases; `make eval` compares with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.dataset import read_cases
from eval.folder import read_run
from eval.metrics import EVALUATORS


@pytest.mark.parametrize("name", ["sample", "originals"])
def test_a_baseline_holds_every_case_as_it_is_now(repository: Path, name: str) -> None:
    saved = read_run(repository / "data" / "baselines" / f"{name}.jsonl")
    cases = read_cases(repository / "data" / "questions.jsonl")
    assert [row.case for row in saved.rows] == cases, "run 'make baselines' and commit the files"


@pytest.mark.parametrize("name", ["sample", "originals"])
def test_a_baseline_holds_every_score_and_no_title(repository: Path, name: str) -> None:
    rows = read_run(repository / "data" / "baselines" / f"{name}.jsonl").rows
    for row in rows:
        assert row.scores.keys() >= EVALUATORS.keys() - {"document"}, row.case.id
        assert "document" not in row.scores
