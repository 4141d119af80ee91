"""Paths to sources, and sources to documents."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.decode import MAX_BYTES, decode
from ingest.metadata import describe
from rag.errors import SourceError
from rag.models import Document

MEDIA_TYPES = {".txt": "text/plain", ".md": "text/markdown", ".markdown": "text/markdown"}


@dataclass(frozen=True, slots=True)
class Source:
    """A file to ingest; `name` is its path inside the given folder, with forward slashes."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was passed over, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """The sources under the given paths, in order, and what was passed over."""

    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...]


def find_sources(paths: Sequence[Path]) -> Found:
    """Every text and Markdown file among `paths` and in the folders among them.

    Raises:
        SourceError: a path is missing or of a kind that cannot be read, or two files would have
            the same name.
    """
    try:
        items = [item for path in paths for item in _look(path)]
    except OSError as error:
        raise SourceError(f"{error.filename} cannot be read: {error.strerror}.") from error
    sources = dict.fromkeys(item for item in items if isinstance(item, Source))
    _require_distinct(sources)
    skipped = tuple(item for item in items if isinstance(item, Skipped))
    return Found(tuple(sources), skipped)


def read_document(source: Source) -> Document:
    """Read one source: its text, decoded, and what it says about itself.

    Raises:
        SourceError: the file cannot be read, or is empty, binary, too large or not decodable.
    """
    raw = _read(source)
    text = decode(raw, source.name)
    media_type = MEDIA_TYPES.get(source.path.suffix.lower(), "text/plain")
    about = describe(text, media_type)
    return Document(
        id=hashlib.sha256(source.name.encode("utf-8", "surrogateescape")).hexdigest()[:16],
        source=source.name,
        title=about.title or source.path.stem,
        text=text,
        sha256=hashlib.sha256(raw).hexdigest(),
        publisher=about.publisher,
        published=about.published,
        language=about.language,
        media_type=media_type,
    )


def _look(path: Path) -> Iterator[Source | Skipped]:
    if path.is_dir():
        yield from _walk(path)
    elif not path.exists():
        raise SourceError(f"There is no file or folder {path}; check the path.")
    elif path.suffix.lower() not in MEDIA_TYPES:
        raise SourceError(f"{path} cannot be read: give a file that ends in {_endings()}.")
    elif not _is_text(path.name):
        raise SourceError(f"The name of {path} is not UTF-8; rename it.")
    else:
        yield Source(path, path.name)


def _walk(folder: Path) -> Iterator[Source | Skipped]:
    """The files of a folder by name; links to folders are not followed, so it always ends."""
    home = folder.resolve()
    for parent, folders, files in os.walk(folder, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for name in sorted([*files, *links]):
            if not name.startswith("."):
                yield _judge(Path(parent, name), folder, home)


def _judge(path: Path, folder: Path, home: Path) -> Source | Skipped:
    name = path.relative_to(folder).as_posix()
    if not _is_text(name):
        return Skipped(name, "its name is not UTF-8; rename it")
    if not path.exists():
        return Skipped(name, "a link to nothing")
    if path.is_symlink() and not path.resolve().is_relative_to(home):
        return Skipped(name, "a link that leads out of the folder")
    if path.is_dir():
        return Skipped(name, "a link to a folder, which is not followed")
    if not path.is_file():
        return Skipped(name, "not a regular file")
    if path.suffix.lower() not in MEDIA_TYPES:
        return Skipped(name, f"its name does not end in {_endings()}")
    return Source(path, name)


def _require_distinct(sources: Sequence[Source] | dict[Source, None]) -> None:
    seen: dict[str, Path] = {}
    for source in sources:
        other = seen.setdefault(source.name, source.path)
        if other.resolve() != source.path.resolve():
            raise SourceError(
                f"{other} and {source.path} would both be called {source.name}; "
                "ingest a folder that holds both."
            )


def _read(source: Source) -> bytes:
    try:
        with source.path.open("rb") as file:
            # One byte over the limit is enough to see that a file is too large.
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SourceError(f"{source.name} cannot be read: {error.strerror}.") from error


def _unreadable(error: OSError) -> None:
    raise SourceError(f"The folder {error.filename} cannot be read: {error.strerror}.") from error


def _is_text(name: str) -> bool:
    """Whether a name was written in UTF-8; Python reads other bytes as half characters."""
    return name.encode("utf-8", "replace").decode() == name


def _endings() -> str:
    return ", ".join(MEDIA_TYPES)
