"""Under which circumstances a run came about: what was asked, of what, by which code, where."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rag
from eval.run import Run
from rag.embedding import file_sha256
from rag.index import Manifest
from rag.settings import Settings

_PLACES = {"index_dir", "documents_dir", "review_file", "server"}
"""Settings that tell where things are: no answer depends on them."""


def make_plan(
    cases: Sequence[Path], target: Mapping[str, Any], index_version: str | None
) -> dict[str, Any]:
    """What makes two starts the same run: cases, target, index and code."""
    return {
        "cases": [_file(path) for path in cases],
        "target": dict(target),
        "index_version": index_version,
        "git_commit": git_commit(Path(__file__).parent),
    }


def make_manifest(run: Run, plan: Mapping[str, Any]) -> dict[str, Any]:
    """The plan with what came of it; `seconds` are of the cases that this start asked."""
    return {
        **plan,
        "started": run.started.isoformat(timespec="seconds"),
        "seconds": round(run.seconds, 3),
        "n": len(run.rows),
        "kept": run.kept,
        "models": list(run.models),
        "prompt_version": None,
        "machine": {
            "platform": platform.system(),
            "processor": platform.machine(),
            "python": platform.python_version(),
            "cpus": os.cpu_count(),
        },
    }


def describe_pipeline(manifest: Manifest, settings: Settings) -> dict[str, Any]:
    """Settings, and hashes of everything that an answer over this index depends on."""
    weights = sorted((Path(rag.__path__[0]) / "weights").glob("*.*"))
    return {
        "kind": "pipeline",
        "settings": settings.model_dump(mode="json", exclude=_PLACES),
        "model": {"name": manifest.model.name, "sha256": manifest.model.sha256},
        "splitter": manifest.splitter,
        "weights": {path.name: file_sha256(path) for path in weights if path.suffix != ".md"},
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


def _file(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"file": path.name, "sha256": hashlib.sha256(data).hexdigest()}
