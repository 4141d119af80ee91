"""The pages of PDF documents as they look, made from the files that the index was made from.

A file is only opened if the catalogue names it for the document, if it lies in a folder that was
ingested, and if it still holds the bytes that were read then. It is opened in a process of its own
(`ingest.sandbox`), one page at a time; what was drawn is kept for a while.
"""

from __future__ import annotations

import atexit
import threading
import time
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from ingest.catalog import FILE as CATALOG
from ingest.catalog import Catalog
from ingest.load import ARCHIVE
from ingest.roots import Roots
from ingest.sandbox import Limits, Sandbox
from rag.errors import IndexCorrupt, SourceError
from rag.models import Document
from ui.page_marks import Characters

LIMITS = Limits(cpu_s=10, memory_mb=768, wall_s=15.0)
MIN_WIDTH, MAX_WIDTH = 100, 2000
"""Pixels of a picture."""
MAX_READ = 40
"""Pages of one document whose characters are looked at for the words that are cited."""
_PICTURES_BYTES = 48 << 20
_LAYOUTS = 64
_AT_ONCE = 2
"""Documents that are laid out, or wait for it, at once."""
_PATIENCE_S = 1.0
_AGAIN_S = 300.0
"""Seconds until a document that could not be laid out is tried again."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Layout:
    """Widths and heights of all pages in points, and the characters of some, by number from 1."""

    sizes: Sequence[tuple[float, float]]
    characters: dict[int, Characters]


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    member: str | None


class Pages:
    """Draws pages. Safe from any thread; they draw one after the other."""

    def __init__(self, index_dir: Path, sandbox: Sandbox | None = None) -> None:
        self._index_dir = index_dir
        self._sandbox = sandbox or _shared()
        self._pictures: _Recent[bytes] = _Recent(_PICTURES_BYTES)
        self._layouts: _Recent[Layout] = _Recent(_LAYOUTS)
        self._room = threading.BoundedSemaphore(_AT_ONCE)
        self._failed: dict[str, float] = {}
        self._catalog: tuple[tuple[int, int], Catalog] | None = None

    def has(self, document: Document) -> bool:
        """Whether a document is of a kind whose pages can be drawn, its file being there."""
        return bool(document.page_starts) and self._file(document) is not None

    def layout(self, document: Document, numbers: Sequence[int] = ()) -> Layout:
        """The sizes of its pages, and the characters of those asked for (the first `MAX_READ`).

        Raises:
            SourceError: its file is gone, or has changed, or cannot be drawn.
        """
        wanted = sorted(set(numbers))[:MAX_READ]
        key = document.sha256, tuple(wanted)
        kept = self._layouts.get(key)
        if kept is None:
            kept = self._laid_out(document, wanted)
            self._layouts.keep(key, kept, 1)
        return kept

    def _laid_out(self, document: Document, wanted: Sequence[int]) -> Layout:
        """As `layout`, but for few at a time, and not again soon after it failed: a file on which
        the drawing runs into its limits must not hold up everybody else."""
        failed = self._failed.get(document.sha256, 0.0) > time.monotonic()
        if failed or not self._room.acquire(timeout=_PATIENCE_S):
            raise SourceError("Its pages cannot be drawn just now; read it as text.")
        try:
            return _layout(self._ask(document, {"do": "layout", "pages": wanted}))
        except SourceError:
            self._failed[document.sha256] = time.monotonic() + _AGAIN_S
            raise
        finally:
            self._room.release()

    def picture(self, document: Document, number: int, width: int) -> bytes:
        """A page (from 1) as a PNG, so many pixels wide.

        Raises:
            SourceError: there is no such page, or its file is gone, or has changed, or cannot be
                drawn.
        """
        if not 1 <= number <= len(document.page_starts):
            raise SourceError(f"{document.title} has no page {number}.")
        key = document.sha256, number, width
        kept = self._pictures.get(key)
        if kept is None:
            told = self._ask(document, {"do": "picture", "page": number, "width": width})
            kept = b64decode(told["png"])
            self._pictures.keep(key, kept, len(kept))
        return kept

    def _ask(self, document: Document, task: dict[str, Any]) -> dict[str, Any]:
        file = self._file(document)
        if file is None:
            raise SourceError(
                f"The file of {document.title} is not in an ingested folder as it was read; "
                "ingest it again."
            )
        about = {"path": str(file.path), "member": file.member, "sha256": document.sha256}
        return self._sandbox.ask(document.name, {**task, **about})

    def _file(self, document: Document) -> _File | None:
        """Where a document was read from; `None` if nothing there may be opened."""
        entry = self._entries().entries.get(document.source)
        if entry is None or not entry.path or entry.sha256 != document.sha256:
            return None
        path = Path(entry.path)
        if not path.is_absolute() or not path.is_file() or not self._is_ingested(path):
            return None
        if path.suffix.lower() != ARCHIVE:
            return _File(path, None)
        # A member is called by the archive's name and its own.
        _, inside, member = document.source.partition(f"{path.name}/")
        return _File(path, member) if inside else None

    def _is_ingested(self, path: Path) -> bool:
        """Whether a file really lies where the index was made from, wherever links may lead."""
        try:
            roots = Roots.load(self._index_dir)
        except IndexCorrupt:
            return False  # whoever ingests is told
        allowed = (*roots.paths, *(attached.folder for attached in roots.attached))
        home = path.resolve()
        return any(home.is_relative_to(root.resolve()) for root in allowed)

    def _entries(self) -> Catalog:
        """The catalogue as it is now; read again only when its file is another one."""
        try:
            told = (self._index_dir / CATALOG).stat()
        except OSError:
            return Catalog({})
        stamp = told.st_mtime_ns, told.st_size
        held = self._catalog
        if held is None or held[0] != stamp:
            held = stamp, Catalog.load(self._index_dir)
            self._catalog = held
        return held[1]


@cache
def _shared() -> Sandbox:
    """The one of this process, apart from that of ingests; ended with the process."""
    sandbox = Sandbox(LIMITS)
    atexit.register(sandbox.close)
    return sandbox


def _layout(told: dict[str, Any]) -> Layout:
    sizes = [(float(width), float(height)) for width, height in told["sizes"]]
    characters = {
        int(number): Characters(page["text"], [_place(place) for place in page["places"]])
        for number, page in told["characters"].items()
    }
    return Layout(sizes, characters)


def _place(told: Sequence[int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = map(int, told)
    return left, top, right, bottom


class _Recent(Generic[T]):
    """What was used last, up to a total weight."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._weight = 0

    def get(self, key: Hashable) -> T | None:
        """What is kept under a key."""
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key][0]

    def keep(self, key: Hashable, value: T, weight: int) -> None:
        """Keep it, and let go of what was not used for longest."""
        with self._lock:
            self._weight += weight - (self._held.pop(key)[1] if key in self._held else 0)
            self._held[key] = value, weight
            while self._weight > self._most and len(self._held) > 1:
                _, (_, left) = self._held.popitem(last=False)
                self._weight -= left
