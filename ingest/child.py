"""An ingest in a process of its own, told in lines of JSON, so that a server stays responsive.

It is given one line on standard input, and ends at once when that input is closed, as it is when
the server ends in whatever way.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from ingest.pipeline import ingest
from ingest.report import IngestReport, Progress
from ingest.roots import Attached, named_paths
from rag.errors import IndexLocked, PolicyQAError
from rag.settings import Settings, load_settings

WAITING = "waiting"
"""The stage in which another process builds the index."""
SETTINGS = {"index_dir", "embedding", "split"}
"""What of the server's settings an ingest needs."""
_AGAIN_S = 1.0
_BETWEEN_S = 0.2
"""Seconds between two lines of one stage: nobody reads faster."""
_KINDER = 10
"""How much kinder than the server this process is to others (see nice(1)): answers go first."""

_log = logging.getLogger(__name__)


def order(settings: Settings, attached: Attached, *, check: bool) -> dict[str, Any]:
    """What the child is to do: ingest the paths of the last time, and a folder with them."""
    return {
        "settings": settings.model_dump(mode="json", include=SETTINGS),
        "attached": {"prefix": attached.prefix, "folder": str(attached.folder)},
        "check": check,
    }


def main() -> int:
    """Read the order, ingest, and write lines with `stage`, then one with `report` or `error`."""
    task = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(_KINDER)
    with _words_only() as out:
        try:
            out.write(_line(report=_ingest(task, _told(out)).to_json()))
        except PolicyQAError as error:
            out.write(_line(error=str(error)))
        except Exception:  # noqa: BLE001  told as a fault; the log keeps the traceback
            _log.exception("An ingest failed.")
            out.write(_line(error=None))
    return 0


def _ingest(task: Mapping[str, Any], tell: Progress) -> IngestReport:
    settings = load_settings(**task["settings"])
    attached = Attached(task["attached"]["prefix"], Path(task["attached"]["folder"]))
    while True:
        try:
            paths = named_paths(settings.index_dir)
            return ingest(paths, settings, progress=tell, check=task["check"], attach=attached)
        except IndexLocked:
            tell(WAITING, 0, 0)
            time.sleep(_AGAIN_S)


def _told(out: IO[str]) -> Progress:
    """Writes what an ingest tells, but not everything of a stage that is quick."""
    last = ("", 0.0)

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if stage != last[0] or done >= total or now - last[1] > _BETWEEN_S:
            last = (stage, now)
            out.write(_line(stage=stage, done=done, total=total))

    return tell


def _words_only() -> IO[str]:
    """Standard output for our own lines; what a library prints goes to the log."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return out


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


def _line(**fields: Any) -> str:
    return json.dumps(fields) + "\n"
