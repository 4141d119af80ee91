"""Runs read back whole, with what the evaluation makes of them; the last few are kept."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from eval.calibration import Calibration, calibrate
from eval.cases.sentences import Sentences
from eval.compare import Comparison, compare
from eval.folder import read_run
from eval.run import Row
from eval.summary import Summary, number, summarise
from rag.errors import CaseError
from rag.generations import Generations
from ui.quality.folders import Found

_lock = threading.Lock()
"""A summary takes a second or more: whoever wants the same one waits for it."""


@dataclass(frozen=True)
class OpenedRun:
    """A finished run: its rows and all measures of them."""

    manifest: Mapping[str, Any]
    rows: tuple[Row, ...]
    summary: Summary
    calibration: Calibration

    @property
    def times(self) -> list[float]:
        """How long each question took by the clock, in milliseconds."""
        found = (number(row, "wall_ms") for row in self.rows)
        return [float(ms) for ms in found if ms is not None]

    @property
    def threshold(self) -> float | None:
        """The threshold that was set, which a run of a server does not tell."""
        value: Any = self.manifest
        for key in ("target", "settings", "answer", "threshold"):
            value = value.get(key) if isinstance(value, dict) else None
        return float(value) if isinstance(value, int | float) else None


def open_run(found: Found) -> OpenedRun:
    """Read a finished run.

    Raises:
        CaseError: a file of it is damaged.
    """
    with _lock:
        return _opened(found.folder, found.version)


def compared(before: Found, after: Found) -> Comparison:
    """What became of each measure and case between two finished runs.

    Raises:
        CaseError: a file of one is damaged.
    """
    with _lock:
        return _compared(before.folder, before.version, after.folder, after.version)


def sentences_of(index_dir: Path) -> Sentences:
    """The sentences of the index that serves, by which evidence is found.

    Raises:
        IndexUnusable: there is no index, or it is damaged.
    """
    with _lock:
        return _sentences(index_dir, Generations(index_dir).current_version())


@lru_cache(maxsize=4)
def _opened(folder: Path, version: int) -> OpenedRun:  # noqa: ARG001  keeps apart what was replaced
    run = read_run(folder)
    rows = tuple(row for row in run.rows if isinstance(row, Row))
    if not rows:
        raise CaseError(f"{folder} holds no answers; make the run again.")
    return OpenedRun(run.manifest, rows, summarise(rows), calibrate(rows))


@lru_cache(maxsize=8)
def _compared(before: Path, old: int, after: Path, new: int) -> Comparison:
    return compare(_opened(before, old).rows, _opened(after, new).rows)


@lru_cache(maxsize=1)
def _sentences(index_dir: Path, version: str) -> Sentences:  # noqa: ARG001
    return Sentences.read(index_dir)
