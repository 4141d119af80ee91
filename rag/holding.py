"""Who reads a generation holds it, so that nobody removes it meanwhile.

A hold is a shared lock on the manifest. The system gives it back when the process ends, however
it ends.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

_HELD = "manifest.json"


class Hold:
    """A generation in use, from construction until `release`."""

    def __init__(self, folder: Path) -> None:
        self._handle: int | None = os.open(folder / _HELD, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_SH)
        except OSError:
            self.release()
            raise

    def release(self) -> None:
        """Let it go; a second time does nothing."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def is_held(folder: Path) -> bool:
    """Whether some process reads the generation; one without a manifest is nobody's."""
    try:
        handle = os.open(folder / _HELD, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
