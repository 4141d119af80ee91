"""The files of questions that a run may ask: those the server knows, never a path from a page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.dataset import read_cases
from rag.errors import CaseError
from rag.settings import Settings

SAMPLE = Path("data/questions.jsonl")
ACCEPTED = Path("accepted-cases.jsonl")
"""What `policyqa eval` asks, and where `policyqa cases review` puts what was accepted."""


@dataclass(frozen=True, slots=True)
class Questions:
    """A file of questions; the page calls it `name`. `why` tells why it cannot be asked."""

    name: str
    path: Path
    count: int
    why: str = ""


def accepted_file(settings: Settings) -> Path:
    """Where cases go that are accepted on the page."""
    return settings.office_dir / "questions" / "accepted.jsonl"


def known_files(settings: Settings) -> dict[str, Path]:
    """All files that may be asked, by the name that the page calls them by."""
    own = sorted((settings.office_dir / "questions").glob("*.jsonl"))
    found = [path for path in (SAMPLE, ACCEPTED) if path.is_file()]
    return {
        **{path.as_posix(): path for path in found},
        **{f"questions/{path.name}": path for path in own},
    }


def known_questions(settings: Settings) -> tuple[Questions, ...]:
    """The files with the number of their cases, or why one cannot be asked."""
    return tuple(_counted(name, path) for name, path in known_files(settings).items())


def chosen_files(names: Iterable[str], settings: Settings) -> list[Path]:
    """The files of these names.

    Raises:
        CaseError: none is named, or one that is not known.
    """
    known = known_files(settings)
    chosen = list(dict.fromkeys(names))
    if not chosen:
        raise CaseError("No questions are chosen; choose at least one file of them.")
    for name in chosen:
        if name not in known:
            raise CaseError(f"The server knows no questions called {name!r}; reload the page.")
    return [known[name] for name in chosen]


def files_of(plan: Mapping[str, Any], settings: Settings) -> list[Path]:
    """The files that a run was begun with.

    Raises:
        CaseError: one is gone or was changed, so the run cannot go on.
    """
    known = {(path.name, _digest(path)): path for path in known_files(settings).values()}
    parts = plan.get("cases")
    found = [known.get((part["file"], part["sha256"])) for part in _objects(parts)]
    if not found or None in found:
        raise CaseError("Its questions were changed since, so it cannot go on; start a new run.")
    return [path for path in found if path is not None]


def _objects(parts: Any) -> Sequence[Mapping[str, Any]]:
    good = isinstance(parts, list) and all(
        isinstance(part, dict) and {"file", "sha256"} <= part.keys() for part in parts
    )
    return parts if good else ()


def _counted(name: str, path: Path) -> Questions:
    try:
        return Questions(name, path, len(read_cases(path)))
    except CaseError as error:
        return Questions(name, path, 0, str(error))


def _digest(path: Path) -> str:
    """As a plan tells it; nothing for a file that cannot be read, which no plan then names."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
