"""Which runs there are: folders that evaluations left behind, finished or not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from eval.folder import FORMAT

MOST = 60
"""Folders of each place that are looked at, the newest by name or time first."""


class State(StrEnum):
    """How far a run came."""

    FINISHED = "finished"
    UNFINISHED = "unfinished"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Found:
    """A folder of a run, as far as a look at it tells; `summary` is its `summary.json`.

    `id` names it to the page. `version` changes when a file of the run is replaced.
    """

    id: str
    folder: Path
    state: State
    at: datetime
    version: int
    manifest: Mapping[str, Any] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of its files of questions."""
        named = self.manifest.get("cases")
        parts = named if isinstance(named, list) else ()
        return tuple(str(part["file"]) for part in parts if isinstance(part, dict))

    @property
    def value(self) -> Mapping[str, Any]:
        """Its measures over all cases, by name, as `summary.json` holds them."""
        total = self.summary.get("total")
        return total if isinstance(total, dict) else {}


def find_runs(places: Mapping[str, Path]) -> tuple[Found, ...]:
    """The folders in these places, each place with the name that begins its ids; newest first."""
    found = [run for name, place in places.items() for run in _in(name, place)]
    return tuple(sorted(found, key=lambda run: run.at, reverse=True))


def before(run: Found, runs: Sequence[Found]) -> Found | None:
    """The newest finished run before this one that asked a file of the same name."""
    earlier = (
        other
        for other in runs
        if other.state is State.FINISHED and other.at < run.at and other.id != run.id
    )
    return next((other for other in earlier if set(other.files) & set(run.files)), None)


def _in(name: str, place: Path) -> Iterator[Found]:
    try:
        folders = [path for path in place.iterdir() if path.is_dir()]
        folders = sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)[:MOST]
    except OSError:
        return  # a place that nobody has put a run in yet
    for folder in folders:
        yield _look(f"{name}/{folder.name}", folder)


def _look(id_: str, folder: Path) -> Found:
    plan, manifest = folder / "plan.json", folder / "manifest.json"
    told = manifest if manifest.is_file() else plan
    try:
        stat = told.stat()
        value = json.loads(told.read_bytes())
        if not isinstance(value, dict) or (told is manifest and value.get("format") != FORMAT):
            raise ValueError("it was written by something else")
        state = State.FINISHED if told is manifest else State.UNFINISHED
        at = _started(value) or datetime.fromtimestamp(stat.st_mtime, UTC)
        return Found(id_, folder, state, at, stat.st_mtime_ns, value, _summary(folder))
    except (OSError, ValueError, RecursionError):
        changed = folder.stat().st_mtime_ns if folder.exists() else 0
        at = datetime.fromtimestamp(changed / 1e9, UTC)
        return Found(id_, folder, State.UNREADABLE, at, changed)


def _started(manifest: Mapping[str, Any]) -> datetime | None:
    try:
        started = datetime.fromisoformat(str(manifest["started"]))
    except (KeyError, ValueError):
        return None
    return started if started.tzinfo else started.replace(tzinfo=UTC)


def _summary(folder: Path) -> Mapping[str, Any]:
    """The stored summary; nothing where there is none that can be read: the list has a dash."""
    try:
        value = json.loads((folder / "summary.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
