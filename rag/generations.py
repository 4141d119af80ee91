"""Generations of the index: built beside the current one, checked, switched to in one step.

    INDEX/lock                   held by the one process that builds
    INDEX/current                two lines, replaced atomically: the generation that serves, and
                                 the one before it, which can be rolled back to
    INDEX/generations/NNNNNN-VERSION/
    INDEX/past/                  texts of documents that changed or went (`rag.past`)

A process killed at any moment leaves `current` naming the old or the new generation, whole:
a generation is complete and on disk before it is named, and is never written to afterwards.
A generation that some process still reads is not removed (`rag.holding`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.building import sync, sync_folder, write_generation
from rag.checking import check_generation, require_intact, seal
from rag.content import Content, content_version
from rag.errors import IndexCorrupt, IndexLocked, NoIndex
from rag.holding import is_held

__all__ = ["Content", "Generations", "content_version"]


class Generations:
    """The generations under one index directory."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / "generations"

    @property
    def root(self) -> Path:
        """The index directory."""
        return self._root

    def current(self) -> Path:
        """The folder of the generation that serves.

        Raises:
            NoIndex: nothing has been ingested yet.
            IndexCorrupt: the generation named as current is not there.
        """
        try:
            name, _ = self._names()
        except FileNotFoundError:
            raise NoIndex(
                f"There is no index in {self._root} yet; run 'policyqa ingest' first, or name "
                "another place with --index."
            ) from None
        folder = self._folder / name
        if not name or not folder.is_dir():
            raise IndexCorrupt(
                f"The index in {self._root} names a generation that is missing; "
                "run 'policyqa ingest' to build a new one."
            )
        return folder

    def current_version(self) -> str:
        """The version of the generation that serves; raises as `current`."""
        return self.current().name.partition("-")[2]

    def pointer(self) -> tuple[int, ...]:
        """Changes whenever another generation becomes current; empty while there is none."""
        try:
            now = (self._root / "current").stat()
        except OSError:
            return ()
        return (now.st_ino, now.st_mtime_ns, now.st_size)

    def earlier(self) -> Path | None:
        """The generation before the current one, if there is one."""
        try:
            _, name = self._names()
        except FileNotFoundError:
            return None
        folder = self._folder / name
        return folder if name and folder.is_dir() else None

    def named(self, name: str) -> Path:
        """The generation of a number, a version (its first digits are enough) or a whole name.

        Raises:
            NoIndex: there is none, or several begin like that.
        """
        there = [f for f in sorted(self._folder.glob("*-*")) if (f / "manifest.json").is_file()]
        found = [folder for folder in there if _is_called(folder.name, name)]
        if len(found) != 1:
            names = ", ".join(folder.name for folder in there) or "none"
            which = "several generations" if found else "no generation"
            raise NoIndex(
                f"The index in {self._root} holds {which} called {name!r}; it holds {names}."
            )
        return found[0]

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Own the index for the time of a build.

        Raises:
            IndexLocked: another process owns it.
        """
        from filelock import FileLock, Timeout

        self._root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._root / "lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise IndexLocked(
                f"Another process is building the index in {self._root}; wait until it has "
                "finished, or name another place with --index."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def build(self, content: Content) -> Path:
        """Write a new generation beside the current one, check it, and return its folder."""
        folder = self._folder / f"{self._next_number():06d}-{content.version}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        write_generation(content, folder)
        check_generation(content, folder)
        seal(folder)
        sync(folder)
        return folder

    def switch(self, folder: Path) -> None:
        """Name the generation as current, atomically, and remove those that nobody needs."""
        try:
            before = self.current().name
        except (NoIndex, IndexCorrupt):
            before = ""
        self._name(folder.name, before)
        self.clean()

    def rollback(self) -> Path:
        """Let the generation before the current one serve again; the two change places.

        Raises:
            NoIndex: there is none before it, or nothing has been ingested yet.
            IndexCorrupt: it is damaged, so that the current one stays.
        """
        earlier = self.earlier()
        if earlier is None:
            raise NoIndex(
                f"There is no earlier generation in {self._root} to go back to; the current one "
                "stays."
            )
        require_intact(earlier)
        (name, _) = self._names()
        self._name(earlier.name, name)
        return earlier

    def clean(self) -> None:
        """Remove unfinished and outlived generations; only the owner of the lock may call it."""
        keep = {self.current(), self.earlier()}
        for folder in self._folder.iterdir():
            if folder not in keep and not is_held(folder):
                shutil.rmtree(folder, ignore_errors=True)

    def _names(self) -> tuple[str, str]:
        text = (self._root / "current").read_text(encoding="utf-8", errors="replace")
        name, earlier, *_ = [*(line.strip() for line in text.splitlines()), "", ""]
        return name, earlier

    def _name(self, name: str, earlier: str) -> None:
        pending = self._root / "current.new"
        with pending.open("w", encoding="utf-8") as file:
            file.write(f"{name}\n{earlier}\n" if earlier else f"{name}\n")
            file.flush()
            os.fsync(file.fileno())
        pending.replace(self._root / "current")
        sync_folder(self._root)

    def _next_number(self) -> int:
        names = [f.name for f in self._folder.iterdir()] if self._folder.is_dir() else []
        return 1 + max((int(n[:6]) for n in names if n[:6].isdigit()), default=0)


def _is_called(name: str, wanted: str) -> bool:
    number, _, version = name.partition("-")
    by_number = wanted.isdecimal() and len(wanted) <= len(number) and int(wanted) == int(number)
    return name == wanted or by_number or (len(wanted) > 3 and version.startswith(wanted))
