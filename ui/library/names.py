"""What a file that was sent to us is called here: a name is data and leads nowhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterator
from itertools import count
from pathlib import PurePosixPath

from ingest.load import ARCHIVE
from ingest.readers import by_suffix, readers
from rag.errors import SourceError

MOST_BYTES = 200
"""Of a name in UTF-8; file systems take 255, and something may be put before or after it."""
_NUMBERED = 12
"""Bytes left for a number that tells two files apart."""


def endings() -> tuple[str, ...]:
    """The endings of files that can be read, such as ".pdf"."""
    return (*by_suffix(), ARCHIVE)


def main_endings() -> tuple[str, ...]:
    """One ending of each format, for people to read."""
    return (*sorted(reader.suffixes[0] for reader in readers()), ARCHIVE)


def safe_name(given: str) -> str:
    """The last part of a name, without what is not seen, not too long and not hidden.

    Raises:
        SourceError: nothing is left of it, or a file of this ending cannot be read.
    """
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in last if c.isprintable() and c.encode("utf-8", "ignore"))
    name = " ".join(shown.split()).lstrip(". ")
    path = PurePosixPath(name)
    if path.suffix.lower() not in endings() or not path.stem:
        raise SourceError(
            f"{name or 'A file without a name'} cannot be read: its name does not end in "
            f"{', '.join(endings())}."
        )
    return _shortened(path.stem, MOST_BYTES - len(path.suffix)) + path.suffix


def free_name(name: str, taken: Container[str]) -> str:
    """The name itself, or with the first number that is free: `report (2).pdf`."""
    path = PurePosixPath(name)
    stem = _shortened(path.stem, MOST_BYTES - len(path.suffix.encode()) - _NUMBERED)
    return next(wanted for wanted in _wanted(name, stem, path.suffix) if wanted not in taken)


def _wanted(name: str, stem: str, suffix: str) -> Iterator[str]:
    yield name
    for number in count(2):
        yield f"{stem} ({number}){suffix}"


def _shortened(stem: str, most: int) -> str:
    return stem.encode()[:most].decode("utf-8", "ignore").rstrip()
