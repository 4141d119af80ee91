"""Paths to sources, and sources to documents."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from ingest.names import is_hidden, is_text, parts_of
from ingest.readers import by_suffix
from ingest.roots import Attached
from ingest.sandbox import Sandbox, shared
from rag.errors import SourceError
from rag.models import Document

ARCHIVE = ".zip"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to ingest; `name` is its path inside the given folder, with forward slashes.

    `member` is set for a file inside a ZIP archive: `path` is the archive, `member` its name there.
    """

    path: Path
    name: str
    member: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was passed over, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unlisted(Skipped):
    """A folder or an archive of which it cannot be told what is in it now, or a file in doubt."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document, and sentences about what of its file could not be read."""

    document: Document
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The sources under the given paths, in order, and what was passed over."""

    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...]


def find_sources(
    paths: Sequence[Path], sandbox: Sandbox | None = None, attached: Sequence[Attached] = ()
) -> Found:
    """Every file that can be read among `paths`, in the folders and in the archives among them.

    Files of an attached folder have its prefix before their names, and only those names.

    Raises:
        SourceError: a path is missing or of a kind that cannot be read, or two files would have
            the same name.
    """
    finder = _Finder(sandbox or shared())
    try:
        items = [item for path in paths for item in finder.look(path)]
        for extra in attached:
            items = [*_outside(extra.folder, items), *finder.attached(extra)]
    except OSError as error:
        raise SourceError(f"{error.filename} cannot be read: {error.strerror}.") from error
    named = _by_name([item for item in items if isinstance(item, Source)])
    sources = tuple(first for first, *_ in named.values())
    clashing = [_clash(other) for _, *others in named.values() for other in others]
    skipped = dict.fromkeys([*(item for item in items if isinstance(item, Skipped)), *clashing])
    return Found(sources, tuple(skipped))


def load(source: Source, sandbox: Sandbox | None = None) -> Loaded:
    """Read one source in a process of its own: its text and what it says about itself.

    Raises:
        SourceError: the file cannot be read; says why in a sentence.
    """
    task = {"do": "read", "path": str(source.path.absolute()), "member": source.member}
    parsed = (sandbox or shared()).ask(source.name, task)
    return Loaded(_document(source, parsed), tuple(parsed["warnings"]))


def read_document(source: Source) -> Document:
    """The document of one source.

    Raises:
        SourceError: the file cannot be read; says why in a sentence.
    """
    return load(source).document


def _document(source: Source, parsed: dict[str, Any]) -> Document:
    published = parsed["published"]
    return Document(
        id=hashlib.sha256(source.name.encode("utf-8", "surrogateescape")).hexdigest()[:16],
        source=source.name,
        title=parsed["title"] or PurePosixPath(source.name).stem,
        text=parsed["text"],
        sha256=parsed["sha256"],
        publisher=parsed["publisher"],
        published=date.fromisoformat(published) if published else None,
        language=parsed["language"],
        media_type=parsed["media_type"],
        page_starts=tuple(parsed["page_starts"]),
        tags=tuple(parsed["tags"]),
    )


@dataclass(frozen=True, slots=True)
class _Finder:
    """Looks into folders, and with the sandbox's help into archives."""

    sandbox: Sandbox

    def look(self, path: Path) -> Iterator[Source | Skipped]:
        """The sources that one given path stands for."""
        if path.is_dir():
            for found in _walk(path):
                yield from self._opened(found)
        elif not path.exists():
            raise SourceError(f"There is no file or folder {path}; check the path.")
        elif path.suffix.lower() not in _suffixes():
            raise SourceError(f"{path} cannot be read: give a file that ends in {_endings()}.")
        elif not is_text(path.name):
            raise SourceError(f"The name of {path} is not UTF-8; rename it.")
        else:
            yield from self._opened(Source(path, path.name))

    def attached(self, extra: Attached) -> Iterator[Source | Skipped]:
        """The sources of an attached folder; one that is not there has none."""
        if extra.folder.is_dir():
            for item in self.look(extra.folder):
                yield replace(item, name=f"{extra.prefix}/{item.name}")

    def _opened(self, found: Source | Skipped) -> Iterator[Source | Skipped]:
        """What was found, or the members of an archive, called by their names inside it."""
        if isinstance(found, Skipped) or found.path.suffix.lower() != ARCHIVE:
            yield found
            return
        task = {"do": "members", "path": str(found.path.absolute())}
        try:
            members = self.sandbox.ask(found.name, task)["members"]
        except SourceError as error:
            yield Unlisted(found.name, str(error))
            return
        for member in members:
            name = "/".join([found.name, *parts_of(member["name"])])
            if member["reason"]:
                yield Skipped(name, member["reason"])
            else:
                yield Source(found.path, name, member["name"])


def _outside(folder: Path, items: Sequence[Source | Skipped]) -> Iterator[Source | Skipped]:
    """The items without sources in a folder that is attached, should a path lead there as well."""
    home = folder.resolve()
    for item in items:
        if isinstance(item, Skipped) or not item.path.resolve().is_relative_to(home):
            yield item


def _walk(folder: Path) -> Iterator[Source | Skipped]:
    """The files of a folder by name; links to folders are not followed, so it always ends."""
    home = folder.resolve()
    unread: list[OSError] = []
    for parent, folders, files in os.walk(folder, onerror=unread.append):
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        links = [name for name in folders if os.path.islink(Path(parent, name))]  # noqa: PTH114  no errors
        for name in sorted([*files, *links]):
            if not is_hidden(name):
                yield from _judged(Path(parent, name), folder, home)
    for error in unread:
        yield _unread(error, folder)


def _judged(path: Path, folder: Path, home: Path) -> Iterator[Source | Skipped]:
    try:
        if path.is_symlink() or path.exists():  # it may have gone since the folder was listed
            yield _judge(path, folder, home)
    except OSError as error:
        yield Unlisted(path.relative_to(folder).as_posix(), f"it cannot be read ({error.strerror})")


def _unread(error: OSError, folder: Path) -> Unlisted:
    place = Path(error.filename)
    if place == folder:
        raise SourceError(f"The folder {folder} cannot be read: {error.strerror}.") from error
    return Unlisted(
        place.relative_to(folder).as_posix(),
        f"the folder cannot be read ({error.strerror}); see that it is there and may be read",
    )


def _judge(path: Path, folder: Path, home: Path) -> Source | Skipped:
    name = path.relative_to(folder).as_posix()
    if not is_text(name):
        return Skipped(name, "its name is not UTF-8; rename it")
    if not path.exists():
        return Skipped(name, "a link to nothing")
    if path.is_symlink() and not path.resolve().is_relative_to(home):
        return Skipped(name, "a link that leads out of the folder")
    if path.is_dir():
        return Skipped(name, "a link to a folder, which is not followed")
    if not path.is_file():
        return Skipped(name, "not a regular file")
    if path.suffix.lower() not in _suffixes():
        return Skipped(name, f"its name does not end in {_endings()}")
    return Source(path, name)


def _by_name(sources: Sequence[Source]) -> dict[str, list[Source]]:
    """The different files of each name; of an archive, the one that is written so comes first."""
    named: dict[str, dict[str | None, Source]] = {}
    for source in sources:
        others = named.setdefault(source.name, {})
        for other in list(others.values())[:1]:
            _require_same(other, source)
        others.setdefault(source.member, source)
    return {
        name: sorted(found.values(), key=lambda s: not name.endswith(f"/{s.member}"))
        for name, found in named.items()
    }


def _require_same(one: Source, other: Source) -> None:
    if one.path != other.path and one.path.resolve() != other.path.resolve():
        raise SourceError(
            f"{one.path} and {other.path} would both be called {one.name}; "
            "ingest a folder that holds both."
        )


def _clash(source: Source) -> Skipped:
    """Of a member whose name is another's, but for its slashes."""
    inside = "/".join(parts_of(source.member or ""))
    archive = source.name.removesuffix(f"/{inside}")
    return Skipped(
        f"{archive}/{source.member}", "two files of the archive have this name; rename one"
    )


def _suffixes() -> tuple[str, ...]:
    return (*by_suffix(), ARCHIVE)


def _endings() -> str:
    return ", ".join(_suffixes())
