from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from eval.dataset import Case, Reference
from eval.folder import REPORTS, read_run
from eval.formats.tokenwise import TOKENWISE
from eval.metrics import EVALUATORS
from eval.report import for_terminal
from eval.run import Asker
from eval.session import Outcome, Session, conduct
from rag.models import Claim
from tests.eval.report.made import CASES, CORPUS, answer, ask

PLAN: dict[str, Any] = {"cases": [], "target": {}, "index_version": "v1", "git_commit": None}


def conducted(folder: Path, cases: tuple[Case, ...] = CASES, **changes: Any) -> Outcome:
    session = Session(cases, PLAN, report=folder)
    return conduct(replace(session, **changes), Asker(ask, CORPUS))


def printed(outcome: Outcome) -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    Console(file=file, width=120).print(for_terminal(outcome.run, outcome.comparison))
    file.seek(0)
    return file.read()


def test_the_summary_holds_the_calibration(tmp_path: Path) -> None:
    conducted(tmp_path / "run")
    summary = json.loads((tmp_path / "run" / "summary.json").read_bytes())
    assert summary["total"]["right"]["n"] == 5
    found = summary["calibration"]
    assert found["n"] == 6, "what was never asked has no confidence"
    assert 0 < found["auroc"] < 1
    assert {"bins", "curve", "brier", "ece", "threshold_point"} < found.keys()


def test_what_a_data_set_measures_is_in_every_report(tmp_path: Path) -> None:
    cases = (replace(CASES[0], references=(Reference("report.txt", 32, 60),)), *CASES[1:])
    evaluators = {**EVALUATORS, **TOKENWISE}
    earlier = conducted(tmp_path / "first", cases, evaluators=evaluators)
    before = read_run(tmp_path / "first")
    outcome = conducted(tmp_path / "run", cases, evaluators=evaluators, before=before)
    assert earlier.comparison is None
    assert outcome.comparison
    assert outcome.comparison.differences["token_iou"].n > 0
    assert re.search(r"^token IoU +\d", printed(outcome), re.M)
    texts = {name: (tmp_path / "run" / name).read_text(encoding="utf-8") for name in REPORTS}
    assert json.loads(texts["summary.json"])["total"]["token_recall"]["value"] is not None
    assert "| token recall |" in texts["summary.md"]
    assert '<th scope="row">token precision</th>' in texts["report.html"]
    assert 'name="token_iou"' in texts["junit.xml"]


@pytest.mark.parametrize("half", ["half \ud800", "\udfff half"])
def test_half_a_character_stops_no_report(tmp_path: Path, half: str) -> None:
    """A language model may write it, and so may who asks."""
    case = replace(CASES[1], question=f"Q {half}", kind=f"K {half}")
    session = Session((case, CASES[0]), PLAN, report=tmp_path / "run")
    outcome = conduct(session, Asker(lambda c: answer(c, Claim(f"C {half}", ())), CORPUS))
    texts = {name: (tmp_path / "run" / name).read_bytes().decode() for name in REPORTS}
    shown = half.replace("\ud800", "?").replace("\udfff", "?")
    assert f"K {shown}" in json.loads(texts["summary.json"])["kinds"]
    assert f"Q {shown}" in texts["summary.md"]
    assert f"K {shown}" in printed(outcome)
    assert f"C {shown}" in texts["report.html"]
    assert len(list(ElementTree.fromstring(texts["junit.xml"].encode()).iter("testcase"))) == 2
