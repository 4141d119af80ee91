"""The run that is under way: one at a time, in a process of its own, seen by every page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from rag.errors import CaseError
from rag.settings import Settings
from ui.quality.child import Order, run

_PATIENCE_S = 10.0
"""How long a process may take to end once it was told to."""
_ENOUGH = 3
"""Cases after which the rest of the time can be told."""


class Stage(StrEnum):
    """Where a run of the page is."""

    LOADING = "loading"
    ASKING = "asking"
    WRITING = "writing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run goes: cases done of all, `kept` of them by an earlier start; who began it.

    `first` is when the first case was about to be asked, by the monotonic clock.
    """

    folder: Path
    by: str
    stage: Stage = Stage.LOADING
    done: int = 0
    total: int = 0
    kept: int = 0
    first: float | None = None
    why: str = ""

    @property
    def under_way(self) -> bool:
        """Whether it has not ended yet."""
        return self.stage in (Stage.LOADING, Stage.ASKING, Stage.WRITING)

    def seconds_left(self, now: float) -> float | None:
        """How long it will take at this pace; `None` as long as that cannot be told."""
        asked = self.done - self.kept
        if self.first is None or asked < _ENOUGH or self.stage is not Stage.ASKING:
            return None
        return (now - self.first) / asked * (self.total - self.done)


class Runner:
    """Starts and stops runs; safe to be used by any thread."""

    def __init__(self, settings: Settings, on_end: Callable[[Path], None] | None = None) -> None:
        self._settings = settings
        self._on_end = on_end
        self._lock = threading.Lock()
        self._progress: Progress | None = None
        self._process: SpawnProcess | None = None
        self._watcher: threading.Thread | None = None

    @property
    def folder(self) -> Path:
        """Where the runs of the page are."""
        return self._settings.office_dir / "runs"

    @property
    def progress(self) -> Progress | None:
        """The run that is under way, or else the last one; `None` before the first."""
        return self._progress

    def start(self, files: list[Path], by: str, folder: Path | None = None) -> Path:
        """Begin to ask these files, or go on with the unfinished run in `folder`.

        Raises:
            CaseError: another run is under way.
        """
        with self._lock:
            under_way = self._progress is not None and self._progress.under_way
            if under_way or not self._has_ended():
                raise CaseError("An evaluation is under way; wait for it, or stop it first.")
            place = folder or _fresh(self.folder)
            process, ours = _started(Order(tuple(files), self._settings, place))
            self._process, self._progress = process, Progress(place, by)
            self._watcher = threading.Thread(
                target=self._watch, args=(process, ours), name="watch a run", daemon=True
            )
            self._watcher.start()
        return place

    def _has_ended(self) -> bool:
        """Whether the process of the last run has, which takes a moment after it was stopped."""
        if self._process is not None:
            self._process.join(_PATIENCE_S)
        return self._process is None or not self._process.is_alive()

    def stop(self) -> None:
        """End the run that is under way; its rows stay, so it can go on later."""
        with self._lock:
            progress, process, watcher = self._progress, self._process, self._watcher
            if progress is None or process is None or not progress.under_way:
                return
            self._progress = replace(progress, stage=Stage.STOPPED)
        process.terminate()
        if watcher:
            watcher.join(_PATIENCE_S)

    def _watch(self, process: SpawnProcess, pipe: Connection) -> None:
        """Take what the process tells until it has ended."""
        with pipe:
            while True:
                try:
                    message = pipe.recv()
                except (EOFError, OSError):
                    break
                self._take(process, *message)
        process.join()
        with self._lock:
            if self._process is not process:
                return  # the next run has begun
            if self._progress and self._progress.under_way:
                why = "The process that asks ended by itself, for want of memory perhaps; go on."
                self._progress = replace(self._progress, stage=Stage.FAILED, why=why)
        if self._on_end and self._progress and self._progress.stage is Stage.DONE:
            self._on_end(self._progress.folder)

    def _take(self, process: SpawnProcess, kind: str, *values: int | str) -> None:
        with self._lock:
            now = self._progress
            if self._process is not process or now is None or not now.under_way:
                return  # it was stopped
            if kind == "asked":
                done, total = int(values[0]), int(values[1])
                stage = Stage.WRITING if done == total else Stage.ASKING
                first = now.first or time.monotonic()
                kept = done if now.first is None else now.kept
                self._progress = replace(
                    now, stage=stage, done=done, total=total, kept=kept, first=first
                )
            elif kind == "done":
                self._progress = replace(now, stage=Stage.DONE)
            else:
                self._progress = replace(now, stage=Stage.FAILED, why=str(values[0]))


def _started(order: Order) -> tuple[SpawnProcess, Connection]:
    """A process that runs, and the end of the pipe on which it tells how far it is."""
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    # A daemon ends with the server that started it.
    process = context.Process(target=run, args=(order, theirs), daemon=True)
    try:
        process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


def _fresh(place: Path) -> Path:
    """A folder that is not there yet, named by the time."""
    name = f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}"
    number = 2
    folder = place / name
    while folder.exists():
        folder = place / f"{name}-{number}"
        number += 1
    return folder
