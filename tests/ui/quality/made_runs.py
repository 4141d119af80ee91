"""Runs on disk for the tests: made answers, scored and written as every evaluation writes them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eval.dataset import Case
from eval.run import Asker
from eval.session import Session, conduct
from rag.models import Answer
from rag.settings import Settings
from tests.eval.report.made import CASES, CORPUS, MANIFEST, ask, quoting
from ui.people.person import Person, Role

READER, EDITOR = Person("rita", Role.READER), Person("ed", Role.EDITOR)


def office_settings(folder: Path) -> Settings:
    """Settings whose every place is in a folder of the test's own."""
    return Settings(
        index_dir=folder / "index",
        review_file=folder / "review.sqlite3",
        office_dir=folder / "office",
        runs_dir=folder / "runs",
    )


def worse(case: Case) -> Answer:
    """As `ask`, but it loses the port, and who chaired."""
    if case.id == "port":
        return quoting(case, "In 2023 the port", confidence=0.8)
    if case.id == "who":
        return quoting(case, "The plan covers 2023-2026.", "d2")
    return ask(case)


def make_run(
    folder: Path, asked: Callable[[Case], Answer] = ask, *, day: int = 1, **plan: Any
) -> Path:
    """A finished run of the made cases, begun on this day of January."""
    session = Session(CASES, {**MANIFEST, "index_version": "v1", **plan}, report=folder)
    conduct(session, Asker(asked, CORPUS, lambda: "v1"))
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["started"] = f"2026-01-{day:02}T09:30:00+00:00"
    path.write_text(json.dumps(manifest))
    return folder


def leave_unfinished(folder: Path, plan: dict[str, Any]) -> Path:
    """What a stopped run leaves."""
    folder.mkdir(parents=True)
    (folder / "plan.json").write_text(json.dumps(plan))
    (folder / "rows.jsonl").write_text("")
    os.utime(folder / "plan.json", (1_000_000_000, 1_000_000_000))
    return folder


def write_cases(path: Path, count: int = 3, **more: Any) -> Path:
    """Questions that differ in nothing but a number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        {"id": f"{path.stem}{i}", "question": f"How many? ({i})", "expect": [["5.2"]], **more}
        for i in range(count)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path
