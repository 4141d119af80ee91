"""What outlives a kill: lines added whole, files replaced whole, folders with one writer."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag.errors import CaseError

LOCK = ".lock"
"""The file that the owner of a folder holds locked; it stays there."""


def append_line(file: Path, value: Mapping[str, Any]) -> None:
    """Add one object, on the disk when this returns.

    In ASCII: an answer may hold half a character, which UTF-8 cannot tell.

    Raises:
        OSError: it cannot be written.
    """
    with file.open("ab") as opened:
        opened.write(json.dumps(value).encode("ascii") + b"\n")
        opened.flush()
        os.fsync(opened.fileno())


def cut_half_line(file: Path) -> None:
    """Remove what a kill left of a last line, if there is such a file.

    Raises:
        OSError: it cannot be read or written.
    """
    if file.exists():
        stored = file.read_bytes()
        with file.open("r+b") as opened:
            opened.truncate(stored.rfind(b"\n") + 1)


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all; half a character is written as a question mark.

    Raises:
        OSError: it cannot be written.
    """
    fresh = fresh_of(path)
    try:
        with fresh.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


def fresh_of(path: Path) -> Path:
    """Where a file is written before it takes its place; a kill may leave it there."""
    return path.with_name(f".{path.name}.new")


@contextmanager
def owned(folder: Path, who: str) -> Iterator[None]:
    """Own a folder that exists; `who` names what else may be writing there, such as "sweep".

    Raises:
        CaseError: another process owns it.
        OSError: it cannot be locked.
    """
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise CaseError(
            f"Another {who} is writing to {folder}; wait for it, or choose another folder."
        ) from None
    try:
        yield
    finally:
        lock.release()
