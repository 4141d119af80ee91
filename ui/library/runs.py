"""Ingests begun from the page: one at a time, each in a process of its own.

The page stays responsive, for all the work is done elsewhere (`ingest.child`); what the process
tells is kept here for whoever asks. It ends with the server, in whatever way that ends.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest.child import order
from ingest.roots import Attached
from rag.settings import Settings

_QUIET_S = 1.0
"""Without a further wish before an ingest begins: uploads come one after another."""
_LONGEST_S = 10.0
"""From the first wish to the ingest, when they do not pause."""
_START = (
    "import sys; sys.path.append(sys.argv[1]); from ingest.child import main; "
    "raise SystemExit(main())"
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last ingest ended: its report, or its error; an `error` of "" is a fault of ours."""

    number: int
    report: Mapping[str, Any] | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """How far an ingest is; `stage` is empty while none runs."""

    stage: str = ""
    done: int = 0
    total: int = 0
    outcome: Outcome | None = None

    @property
    def busy(self) -> bool:
        """Whether one runs or is about to."""
        return bool(self.stage)


class Runs:
    """Runs ingests of one index; safe from any thread."""

    def __init__(
        self, settings: Settings, attached: Attached, finished: Callable[[], None]
    ) -> None:
        """`finished` is called after each, before it is told to have ended."""
        self._settings = settings
        self._attached = attached
        self._finished = finished
        self._lock = threading.Lock()
        self._wished: list[float] = []
        self._check = False
        self._worker: threading.Thread | None = None
        self._now = Now()

    @property
    def now(self) -> Now:
        """How far the present one is, and how the last one ended."""
        return self._now

    def wish(self, *, check: bool = False) -> None:
        """Have one begin soon; during one, have another follow. `check` reads every file again."""
        with self._lock:
            self._wished.append(time.monotonic())
            self._check |= check
            if self._worker is None:
                self._now = replace(self._now, stage="soon", done=0, total=0)
                self._worker = threading.Thread(target=self._work, name="ingests", daemon=True)
                self._worker.start()

    def _work(self) -> None:
        while True:
            self._settle()
            with self._lock:
                if not self._wished:
                    self._worker = None
                    self._now = Now(outcome=self._now.outcome)
                    return
                self._wished.clear()
                check, self._check = self._check, False
            self._tell(stage="starting", done=0, total=0)
            outcome = self._whole(check=check)
            self._tell(stage="soon", done=0, total=0, outcome=outcome)

    def _whole(self, *, check: bool) -> Outcome:
        """An ingest to its end; a fault of ours must not keep all others from beginning."""
        try:
            outcome = self._run(check=check)
            self._finished()
        except Exception:  # noqa: BLE001  told as a fault; the log keeps the traceback
            _log.exception("An ingest could not be followed.")
            return Outcome(self._next, error="")
        return outcome

    @property
    def _next(self) -> int:
        return self._now.outcome.number + 1 if self._now.outcome else 1

    def _settle(self) -> None:
        """Wait until the wishes pause."""
        while self._wished:
            now = time.monotonic()
            if now - self._wished[-1] > _QUIET_S or now - self._wished[0] > _LONGEST_S:
                return
            time.sleep(0.1)

    def _run(self, *, check: bool) -> Outcome:
        number = self._next
        outcome = Outcome(number, error="")
        for line in _lines(order(self._settings, self._attached, check=check)):
            if "stage" in line:
                self._tell(stage=line["stage"], done=line["done"], total=line["total"])
            elif "report" in line:
                outcome = Outcome(number, report=line["report"])
            else:
                outcome = Outcome(number, error=line["error"] or "")
        return outcome

    def _tell(self, **changes: Any) -> None:
        self._now = replace(self._now, **changes)


def _lines(task: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What an ingest tells; nothing if its process does not start or ends without a word."""
    root = str(Path(__file__).resolve().parents[2])
    # -P: a file called json.py in the working directory is not the module json.
    command = [sys.executable, "-P", "-c", _START, root]
    try:
        process = subprocess.Popen(  # noqa: S603  this very interpreter
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
    except OSError:
        _log.exception("The process that ingests does not start.")
        return
    with process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None  # noqa: S101  asked for above
        assert stdout is not None  # noqa: S101
        try:
            stdin.write(json.dumps(task) + "\n")
            stdin.flush()  # and stays open: the process ends when it is closed
            yield from map(json.loads, stdout)
        except (OSError, ValueError):
            _log.exception("The process that ingests broke off.")
