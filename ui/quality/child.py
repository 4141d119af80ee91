"""The process in which a run of the page asks its questions, so that the page stays quick."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

from rag.errors import PolicyQAError
from rag.settings import Settings

NICE = 10
"""People who ask go first."""

Message: TypeAlias = tuple[str, int, int] | tuple[str, str]
"""`("asked", done, all)` after each case, then `("done", "")` or `("failed", why)`."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run: these files, by these settings, into this folder."""

    files: tuple[Path, ...]
    settings: Settings
    folder: Path


def run(order: Order, pipe: Connection) -> None:
    """Do it, and tell through the pipe how it goes; the first thing of a new process."""
    # Ctrl+C reaches the whole group; only the server decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(OSError):
        os.nice(NICE)
    try:
        _conduct(order, pipe)
    except PolicyQAError as error:
        pipe.send(("failed", str(error)))
    except OSError as error:
        why = f"{error.filename or order.folder}: {error.strerror or error}; check the place."
        pipe.send(("failed", why))
    else:
        pipe.send(("done", ""))


def _conduct(order: Order, pipe: Connection) -> None:
    from eval.session import conduct
    from ui.eval_opening import Wanted, opened

    with opened(Wanted(list(order.files), jobs=1), order.settings) as (asker, session):
        conduct(
            replace(session, report=order.folder),
            asker,
            lambda done, total: pipe.send(("asked", done, total)),
        )


def _end_with_parent() -> None:
    """A server that was killed cannot stop its runs."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
