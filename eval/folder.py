"""A run on disk: written whole or not at all, and read back for comparison."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.dataset import Case, case_to_json, parse_case
from eval.jsonl import Place, read_objects
from eval.metrics import Score
from eval.run import Row, Run
from eval.summary import summary_to_json
from rag.errors import CaseError
from rag.wire import answer_to_json

FORMAT = "policyqa-run-1"


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A case and its scores, as a run folder remembers them."""

    case: Case
    scores: Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class SavedRun:
    """A run that was read back."""

    manifest: Mapping[str, Any]
    rows: tuple[SavedRow, ...]


def make_manifest(run: Run, *, cases: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Under which circumstances the run came about; `settings` are already plain JSON values."""
    return {
        "format": FORMAT,
        "started": run.started.isoformat(timespec="seconds"),
        "seconds": round(run.seconds, 3),
        "index_version": run.index_version,
        "models": list(run.models),
        "settings": dict(settings),
        "cases": {
            "file": cases.name,
            "sha256": hashlib.sha256(cases.read_bytes()).hexdigest(),
            "n": len(run.rows),
        },
        "git_commit": git_commit(Path(__file__).parent),
        "machine": {
            "platform": platform.platform(),
            "python": platform.python_version(),
            "cpus": os.cpu_count(),
        },
    }


def git_commit(folder: Path) -> str | None:
    """The commit that `folder` is at, with `-dirty` after local changes; `None` outside of git."""
    git = shutil.which("git")
    if git is None or "site-packages" in folder.parts:
        return None
    command = [git, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    done = subprocess.run(  # noqa: S603  the command is fixed, only its folder varies
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None


def write_run(folder: Path, run: Run, manifest: Mapping[str, Any], markdown: str) -> None:
    """Write the run folder: beside its place first, then moved there in one step.

    An earlier run of that name is replaced; any other folder that holds something is left alone.

    Raises:
        CaseError: the place is taken by something else or cannot be written.
    """
    folder = folder.resolve()
    _check_place(folder)
    fresh = folder.parent / f".{folder.name}.{uuid.uuid4().hex[:8]}.tmp"
    try:
        fresh.mkdir(parents=True)
        _write_files(fresh, run, manifest, markdown)
        _move_into_place(fresh, folder)
    except OSError as error:
        raise CaseError(
            f"The report cannot be written to {folder} ({error.strerror or error}); "
            "choose another folder."
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def read_run(folder: Path) -> SavedRun:
    """Read a run folder back.

    Raises:
        CaseError: it is no run folder, or one of its files is damaged.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        known = manifest["format"] == FORMAT
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CaseError(
            f"{folder} is no folder that `policyqa eval --report` wrote; give one that it did."
        ) from error
    if not known:
        raise CaseError(f"{folder} was written by another version; make the baseline again.")
    return SavedRun(manifest, tuple(_read_row(*line) for line in read_objects(_rows(folder))))


def _check_place(folder: Path) -> None:
    if not folder.exists():
        return
    ours = (folder / "manifest.json").is_file() and _rows(folder).is_file()
    if not folder.is_dir() or not (ours or not any(folder.iterdir())):
        raise CaseError(f"{folder} holds something else than a run; choose another folder.")


def _write_files(folder: Path, run: Run, manifest: Mapping[str, Any], markdown: str) -> None:
    _write(folder / "manifest.json", _pretty(manifest))
    lines = (json.dumps(row_to_json(row), ensure_ascii=False) + "\n" for row in run.rows)
    _write(_rows(folder), "".join(lines))
    _write(folder / "summary.json", _pretty(summary_to_json(run.summary())))
    _write(folder / "summary.md", markdown)


def _move_into_place(fresh: Path, folder: Path) -> None:
    if not folder.exists():
        fresh.rename(folder)
        return
    old = fresh.with_suffix(".old")
    folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def row_to_json(row: Row) -> dict[str, Any]:
    """The JSON form of a row: case, answer as everywhere, what was retrieved, and scores."""
    return {
        "case": case_to_json(row.case),
        "answer": answer_to_json(row.answer),
        "retrieved": list(row.answer.retrieved),
        "timings_ms": {name: round(ms, 3) for name, ms in row.answer.timings_ms.items()},
        "scores": {
            name: {"value": score.value, "reason": score.reason}
            for name, score in row.scores.items()
        },
        "error": row.error,
    }


def _read_row(place: Place, value: dict[str, Any]) -> SavedRow:
    case, scores = value.get("case"), value.get("scores")
    if not isinstance(case, dict) or not isinstance(scores, dict):
        place.fail("it is not a row of a run")
    try:
        return SavedRow(
            parse_case(case, place),
            {name: Score(score["value"], score["reason"]) for name, score in scores.items()},
        )
    except (TypeError, KeyError):
        place.fail("a score has no value or no reason")


def _rows(folder: Path) -> Path:
    return folder / "rows.jsonl"


def _pretty(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
