"""The folder of uploads.

    UPLOADS/NAME                    what is in the library
    UPLOADS/.incoming/TOKEN/NAME    a file on its way, or waiting for its check
    UPLOADS/.removed/TOKEN/NAME     what was removed or replaced, for a day

An ingest passes over hidden folders, so a file is only read once it is whole, was found readable,
and got its name in one step.
"""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rag.errors import InputError, PolicyQAError
from rag.settings import LibrarySettings
from ui.library.names import free_name, safe_name

_KEPT_S = 24 * 3600
"""Seconds until what was removed is gone for good."""
_STALE_S = 6 * 3600
"""Seconds until what is on its way was left behind by a server that was killed."""
_RESERVE = 256 << 20
"""Bytes of the disk that uploads leave free: an index has to be written as well."""
_MEGABYTE = 1 << 20


class NameTaken(PolicyQAError):
    """There is a file of this name, and nobody said whether to replace it."""

    http_status = 409
    code = "name-taken"


class NoRoom(PolicyQAError):
    """The library or the disk has no room for this file."""

    http_status = 507
    code = "no-room"


class TooLarge(InputError):
    """A file is larger than one may be."""

    http_status = 413
    code = "too-large"


class Existing(StrEnum):
    """What is to be done about a file of the same name."""

    ASK = "ask"
    REPLACE = "replace"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file on its way, alone in a folder of its own."""

    path: Path

    @property
    def name(self) -> str:
        """What it is to be called."""
        return self.path.name


class Uploads:
    """Files that were sent to this office; safe from any thread of one process."""

    def __init__(self, folder: Path, limits: LibrarySettings) -> None:
        self.folder = folder
        self._limits = limits
        self._turn = threading.Lock()

    def names(self) -> set[str]:
        """What is there."""
        return {path.name for path in self._files()}

    def path_of(self, name: str) -> Path | None:
        """The file of a name, if there is one; a name that leads elsewhere has none."""
        return self.folder / name if name in self.names() else None

    def file_limit(self) -> int:
        """Bytes that one file may have."""
        return self._limits.file_mb * _MEGABYTE

    @contextmanager
    def incoming(self, given: str, declared: int) -> Iterator[Incoming]:
        """A place for a file on its way; whatever is not placed by the end of it is removed.

        `declared` is its size in bytes as the sender tells, or 0.

        Raises:
            SourceError: it has no name that a readable file may have.
            TooLarge, NoRoom: it is too large, or there are too many.
        """
        name = safe_name(given)
        self.require_fit(name, declared)
        self.sweep()
        home = self.folder / ".incoming" / secrets.token_hex(8)
        home.mkdir(parents=True, mode=0o700)
        try:
            yield Incoming(home / name)
        finally:
            shutil.rmtree(home, ignore_errors=True)

    def require_fit(self, name: str, size: int) -> None:
        """Refuse a file of so many bytes when it is too large or there is no room for it.

        Raises:
            TooLarge: it is larger than a file may be.
            NoRoom: the library or the disk is full.
        """
        if size > self.file_limit():
            raise TooLarge(
                f"{name} is larger than {self._limits.file_mb} MB; split it into parts, or have "
                "the setting library.file_mb raised."
            )
        sizes = [path.stat().st_size for path in self._files()]
        if len(sizes) >= self._limits.files:
            raise NoRoom(
                f"The library holds {len(sizes):,} uploaded files, which is as many as it may; "
                "remove some, or have the setting library.files raised."
            )
        if sum(sizes) + size > self._limits.total_mb * _MEGABYTE:
            raise NoRoom(
                f"With {name} the uploaded files would take more than "
                f"{self._limits.total_mb:,} MB; remove some, or have the setting "
                "library.total_mb raised."
            )
        if size + _RESERVE > shutil.disk_usage(_existing(self.folder)).free:
            raise NoRoom(f"The disk has no room for {name}; have its administrator make some.")

    def place(self, file: Incoming, existing: Existing, taken: Set[str] = frozenset()) -> str:
        """Put a file that is whole into the library; the name that it got there.

        `taken` are further names that it must not have.

        Raises:
            NameTaken: there is such a file, and `existing` says to ask.
            TooLarge, NoRoom: as `require_fit`.
        """
        with self._turn:
            there = self.names()
            self.require_fit(file.name, file.path.stat().st_size)
            clash = file.name in there or file.name in taken
            if clash and existing is Existing.ASK:
                raise NameTaken(
                    f"There is a document called {file.name} already; replace it, or keep both."
                )
            replaced = existing is Existing.REPLACE and file.name not in taken
            name = file.name if replaced else free_name(file.name, there | taken)
            if name in there:
                self._discard(name)
            file.path.chmod(0o600)
            file.path.replace(self.folder / name)
            return name

    def remove(self, name: str) -> str:
        """Take a file out of the library; a token by which it can be put back for a day.

        Raises:
            InputError: no such file was uploaded.
        """
        with self._turn:
            if self.path_of(name) is None:
                raise InputError(f"No uploaded document is called {name}; reload the page.")
            self.sweep()
            return self._discard(name)

    def restore(self, token: str) -> str:
        """Put back what was removed; the name that it has.

        Raises:
            InputError: it is gone for good.
            NameTaken: another file has its name by now.
        """
        with self._turn:
            trash = self.folder / ".removed"
            homes = {home.name: home for home in trash.iterdir()} if trash.is_dir() else {}
            files = sorted(homes[token].iterdir()) if token in homes else []
            if not files:
                raise InputError("This document is no longer kept; upload it again.")
            name = files[0].name
            if name in self.names():
                raise NameTaken(f"There is a document called {name} again; remove it first.")
            files[0].replace(self.folder / name)
            homes[token].rmdir()
            return name

    def sweep(self) -> None:
        """Let go what was removed a day ago, and what a killed server left behind."""
        for folder, seconds in ((".incoming", _STALE_S), (".removed", _KEPT_S)):
            for home in (self.folder / folder).glob("*"):
                with suppress(FileNotFoundError):  # another request was first
                    if home.stat().st_ctime < time.time() - seconds:
                        shutil.rmtree(home, ignore_errors=True)

    def _discard(self, name: str) -> str:
        token = secrets.token_hex(8)
        home = self.folder / ".removed" / token
        home.mkdir(parents=True, mode=0o700)
        (self.folder / name).replace(home / name)
        return token

    def _files(self) -> Iterator[Path]:
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                if not path.name.startswith(".") and path.is_file():
                    yield path


def _existing(folder: Path) -> Path:
    """The folder, or the first above it that is there."""
    return next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
