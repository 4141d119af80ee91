"""Files of every format to text: one module per format, found by what it holds."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import PurePosixPath

from ingest.readers.reading import Reader, Reading, Structure
from ingest.readers.sniff import kind_of
from rag.errors import SourceError

__all__ = ["Reader", "Reading", "Structure", "by_suffix", "reader_for", "readers"]


@cache
def readers() -> tuple[Reader, ...]:
    """Every reader of this package, in the order of the modules' names."""
    return tuple(_found())


@cache
def by_suffix() -> Mapping[str, Reader]:
    """The reader of each ending, such as ".pdf"."""
    return {suffix: reader for reader in readers() for suffix in reader.suffixes}


def reader_for(name: str, raw: bytes) -> Reader:
    """The reader for a file of this name, if its content is what the name says.

    Raises:
        SourceError: no reader knows the ending, the file is empty, or it holds something else.
    """
    reader = by_suffix().get(PurePosixPath(name).suffix.lower())
    if reader is None:
        raise SourceError(f"{name} cannot be read: its name does not end in {endings()}.")
    if not raw.strip():
        raise SourceError(f"{name} is empty; give it some text or leave it out.")
    if not reader.recognises(raw):
        raise _mistyped(name, raw, reader)
    return reader


def endings() -> str:
    """The endings that can be read, as a list in a sentence."""
    return ", ".join(by_suffix())


def _mistyped(name: str, raw: bytes, reader: Reader) -> SourceError:
    found = kind_of(raw)
    if found is None:
        return SourceError(
            f"{name} is not {reader.kind}, whatever its name says; it may be damaged: "
            "get it anew or leave it out."
        )
    if found.suffix in by_suffix():
        advice = f"give it the ending {found.suffix}"
    else:
        advice = f"save its text in a format that can be read ({endings()})"
    return SourceError(f"{name} is {found.kind}, not {reader.kind}; {advice}.")


def _found() -> Iterator[Reader]:
    for module in pkgutil.iter_modules(__path__):
        reader = getattr(import_module(f"{__name__}.{module.name}"), "READER", None)
        if reader is not None:
            yield reader
