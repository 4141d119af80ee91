"""Under which circumstances a run came about: what was asked, of what, by which code, where."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import ingest
import rag
from eval.run import Run
from rag.embedding import file_sha256
from rag.index import Manifest
from rag.prompts import VERSION
from rag.settings import Settings

PLACES = {
    "index_dir", "documents_dir", "review_file", "answers_file", "office_dir", "runs_dir",
    "server", "trace", "access", "office",
}  # fmt: skip
"""Settings of where things are, and of who may see and keep them: no answer depends on them."""
_KEYS = {"base_url", "api_key", "api_key_file"}
"""Where a chat model is, and what opens it."""
_EVAL = Path(__file__).parent


def make_plan(
    cases: Sequence[Path], target: Mapping[str, Any], index_version: str | None, jobs: int
) -> dict[str, Any]:
    """What makes two starts the same run: cases, target, index, code and how many at once."""
    return {
        "cases": [_file(path) for path in cases],
        "target": dict(target),
        "index_version": index_version,
        "code": code_digest(),
        "jobs": jobs,
    }


def make_manifest(run: Run, plan: Mapping[str, Any]) -> dict[str, Any]:
    """The plan with what came of it; `seconds` are of the cases that this start asked."""
    return {
        **plan,
        "git_commit": git_commit(_EVAL),
        "started": run.started.isoformat(timespec="seconds"),
        "seconds": round(run.seconds, 3),
        "n": len(run.rows),
        "kept": run.kept,
        "models": list(run.models),
        "prompt_version": VERSION,
        "machine": {
            "platform": platform.system(),
            "processor": platform.machine(),
            "python": platform.python_version(),
            "cpus": os.cpu_count(),
        },
    }


def answering(settings: Settings) -> dict[str, Any]:
    """The settings that an answer depends on, nested, as plain JSON values."""
    return settings.model_dump(mode="json", exclude={**dict.fromkeys(PLACES, True), "chat": _KEYS})


def describe_pipeline(manifest: Manifest, settings: Settings) -> dict[str, Any]:
    """Settings, and hashes of everything that an answer over this index depends on."""
    return {
        "kind": "pipeline",
        "settings": answering(settings),
        "model": {"name": manifest.model.name, "sha256": manifest.model.sha256},
        "splitter": manifest.splitter,
        "weights": {path.name: file_sha256(path) for path in _weights(Path(rag.__path__[0]))},
    }


@cache
def code_digest() -> str:
    """The SHA-256 of the program's own code and weights, as they were when it was first asked.

    A commit does not tell this: it knows of local changes, but not which.
    """
    return digest_of([Path(package.__path__[0]) for package in (rag, ingest)] + [_EVAL])


def digest_of(packages: Sequence[Path]) -> str:
    """The SHA-256 over names and bytes of the modules and weights in these folders."""
    whole = hashlib.sha256()
    for package in packages:
        for path in sorted([*package.rglob("*.py"), *_weights(package)]):
            name = path.relative_to(package.parent).as_posix()
            whole.update(f"{name} {file_sha256(path)}\n".encode())
    return whole.hexdigest()


def _weights(package: Path) -> Iterator[Path]:
    found = sorted((package / "weights").glob("*.*"))
    return (path for path in found if path.suffix != ".md")


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
