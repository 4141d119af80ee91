"""The library: one place that knows what is loaded, what was uploaded, and what is being done."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from ingest.catalog import FILE, Catalog, Entry
from ingest.roots import Attached
from rag.live import AnyPipeline, LivePipeline
from rag.settings import Settings
from ui.library.checked import Checked, check
from ui.library.rows import PREFIX, Row, State, rows, upload_of
from ui.library.runs import Runs
from ui.library.uploads import Existing, Incoming, Uploads

FOLDER = "uploads"
_PATIENCE_S = 120.0
"""Seconds that a new generation has to open until its ingest counts as ended anyway."""


class Library:
    """The documents of one office; safe from any thread."""

    def __init__(self, pipeline: AnyPipeline, settings: Settings) -> None:
        folder = settings.office_dir / FOLDER
        self.uploads = Uploads(folder, settings.library)
        self.uploads.sweep()
        self.runs = Runs(settings, Attached(PREFIX, folder), self._follow)
        self._pipeline = pipeline
        self._index_dir = settings.index_dir
        self._lock = threading.Lock()
        self._read: tuple[tuple[int, ...], Mapping[str, Entry]] = ((), {})

    @property
    def version(self) -> str:
        """Changes whenever `rows` may have changed."""
        parts = (self._pipeline.index_version, *_stamp(self._index_dir / FILE))
        return "-".join(map(str, (*parts, *_stamp(self.uploads.folder))))

    def rows(self) -> list[Row]:
        """What is loaded, what could not be, and what waits."""
        return rows(self._pipeline.documents, self._entries(), self.uploads.names())

    def resume(self) -> None:
        """Have ingested what a server that ended before had not, so that nothing that was removed
        goes on answering."""
        if any(row.state in (State.WAITING, State.LEAVING) for row in self.rows()):
            self.runs.wish()

    def place(self, file: Incoming, existing: Existing) -> tuple[str, Checked]:
        """Check a file that is whole, put it into the library and have it ingested.

        Raises:
            SourceError: it cannot be read.
            NameTaken, NoRoom: as `Uploads.place`.
        """
        checked = check(file.path)
        name = self.uploads.place(file, existing, self.taken())
        self.runs.wish()
        return name, checked

    def taken(self) -> set[str]:
        """Names of uploads that documents of the office's own folders have in the index."""
        own = f"{self.uploads.folder.absolute()}/"
        entries = self._entries().values()
        return {upload_of(e.source) for e in entries if e.path and not e.path.startswith(own)} - {
            ""
        }

    def twin_of(self, checked: Checked) -> str | None:
        """The title of a document that is loaded from an equal file, if there is one."""
        same = (d.title for d in self._pipeline.documents if d.sha256 == checked.sha256)
        return next(same, None)

    def _entries(self) -> Mapping[str, Entry]:
        stamp = _stamp(self._index_dir / FILE)
        with self._lock:
            if stamp != self._read[0]:
                self._read = (stamp, Catalog.load(self._index_dir).entries if stamp else {})
            return self._read[1]

    def _follow(self) -> None:
        """An ingest has ended when what it made answers."""
        if isinstance(self._pipeline, LivePipeline):
            self._pipeline.refresh(_PATIENCE_S)


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_ino, found.st_mtime_ns, found.st_size)
