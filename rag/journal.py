"""The journal of questions: one JSON line for each, for whoever looks for the cause of an answer.

It holds what people asked, word for word, the passages found and every text by the model. It is
written only because an operator named a file for it (`trace.file`), which nobody but the program's
own user may read. What goes in is an answer; settings, and with them keys, never do.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import SettingsError
from rag.models import Answer
from rag.wire import answer_to_json

_MODE = 0o600
_PATIENCE_S = 0.5
_PAUSE_S = 0.005
_log = logging.getLogger(__name__)


class Journal:
    """A file of JSON lines that any number of threads and processes add to.

    The file is opened for each line, so it may be moved away while the program runs.

    Raises:
        SettingsError: no file can be written at this path.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._broken = False
        _require_writable(path)

    def write(self, answer: Answer, history_turns: int) -> None:
        """Add the line of a question that had so many turns before it.

        A line that cannot be written is left out whole; the log tells the first of a row of them.
        """
        try:
            self._append(_line(answer, history_turns))
        except OSError as error:
            if not self._broken:
                _log.error(
                    "The journal %s cannot be written (%s), so questions go unrecorded until it "
                    "can; make room, or permit it.",
                    self._path,
                    error.strerror or error,
                )
            self._broken = True
        else:
            if self._broken:
                _log.warning("The journal %s is written again.", self._path)
            self._broken = False

    def _append(self, line: bytes) -> None:
        with _opened(self._path) as file, _owned(file):
            size = os.fstat(file).st_size
            # A power cut may have left half a line.
            torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
            text = b"\n" * torn + line
            try:
                written = os.write(file, text)
            except OSError:
                os.ftruncate(file, size)
                raise
            if written < len(text):
                os.ftruncate(file, size)
                raise OSError("there is no room left for a whole line")


def _line(answer: Answer, history_turns: int) -> bytes:
    value = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "history_turns": history_turns,
        **answer_to_json(answer, trace=True),
    }
    # What UTF-8 has no bytes for, half a surrogate pair, is escaped as JSON does it.
    return (json.dumps(value, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _MODE)
    try:
        yield file
    finally:
        os.close(file)


@contextmanager
def _owned(file: int) -> Iterator[None]:
    """Own the file for one line; a writer that hangs holds up nobody's answer for long."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > until:
                raise
            time.sleep(_PAUSE_S)
    yield  # closing the file ends the lock


def _require_writable(path: Path) -> None:
    try:
        if not path.parent.is_dir():
            raise SettingsError(
                f"The folder of the journal {path} does not exist; make it, or change trace.file."
            )
        if path.exists() and not path.is_file():
            raise SettingsError(f"The journal {path} is no plain file; set trace.file to one.")
        with _opened(path):
            pass
    except OSError as error:
        raise SettingsError(
            f"The journal {path} cannot be written ({error.strerror}); permit it, or change "
            "trace.file."
        ) from error
