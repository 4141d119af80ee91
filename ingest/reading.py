"""Sources to documents: what nobody touched is taken from the index, all else is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.catalog import Entry, State
from ingest.held import Held
from ingest.load import Loaded, Skipped, Source, Unlisted, find_sources, load
from ingest.report import READING, Progress
from ingest.roots import Roots
from ingest.stamp import UNKNOWN, Stamp
from rag.embedding import file_sha256
from rag.errors import SourceError
from rag.models import Document

_NOT_AGAIN = "It is tried again once it has changed, or with --check."


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier runs found out; with `trusting`, a file that nobody touched is not opened.

    `reading` names the readers of this run: what others have read is read again.
    """

    held: Held
    entries: Mapping[str, Entry]
    reading: str
    trusting: bool


@dataclass(frozen=True, slots=True)
class Read:
    """All documents by source, what was passed over, and an entry for every source."""

    documents: tuple[Document, ...]
    skipped: tuple[Skipped, ...]
    entries: Mapping[str, Entry]
    parsed: int
    size: int


def read_all(roots: Roots, known: Known, tell: Progress) -> Read:
    """Everything under the roots; a source that no longer can be read keeps its earlier document.

    Raises:
        SourceError: a path is missing, or no document can be read.
    """
    found = find_sources(roots.paths, attached=roots.attached)
    reader = _Reader(known)
    sizes = _sizes(found.sources)
    total, done = sum(sizes), 0
    for source, size in zip(found.sources, sizes, strict=True):
        reader.read(source)
        done += size
        tell(READING, done, total)
    skipped = tuple(reader.keep(s) if isinstance(s, Unlisted) else s for s in found.skipped)
    if not reader.documents:
        raise _nothing_readable(roots.paths, [*skipped, *reader.skipped])
    return Read(
        tuple(sorted(reader.documents.values(), key=lambda d: d.source)),
        (*skipped, *reader.skipped),
        {**_passed_over(found.skipped, known.reading), **reader.entries},
        reader.parsed,
        total,
    )


class _Reader:
    """Reads one source after another."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self.documents: dict[str, Document] = {}
        self.skipped: list[Skipped] = []
        self.entries: dict[str, Entry] = {}
        self.parsed = 0

    def read(self, source: Source) -> None:
        """Take over or read a source."""
        stamp = _stamp(source)
        earlier = self._known.held.documents.get(source.name)
        entry = self._trusted(source, stamp)
        if entry and entry.error and (earlier is None) == (entry.state is State.FAILED):
            self._fail(source, stamp, entry.error, earlier)
        elif earlier and entry and not entry.error and entry.sha256 == earlier.sha256:
            self.documents[source.name] = earlier
            self.entries[source.name] = entry
        elif earlier and self._is_equal(source, earlier):
            warning = self._known.entries[source.name].warning
            self._take(source, stamp, Loaded(earlier, (warning,) if warning else ()))
        else:
            self._parse(source, stamp, earlier)

    def keep(self, unlisted: Unlisted) -> Skipped:
        """Take over all that was read earlier of a place that cannot be looked into now."""
        held = self._known.held.documents
        inside = [n for n in held if n == unlisted.name or n.startswith(f"{unlisted.name}/")]
        kept = [name for name in inside if name not in self.entries]
        for name in kept:
            # Without a stamp, so that all is read again once it can be.
            before = self._known.entries.get(name) or Entry(
                name, "", State.KEPT, self._known.reading
            )
            self.documents[name] = held[name]
            self.entries[name] = replace(
                before,
                state=State.KEPT,
                error=unlisted.reason,
                sha256=held[name].sha256,
                stamp=UNKNOWN,
            )
        return replace(unlisted, reason=_also(unlisted.reason, len(kept)))

    def _trusted(self, source: Source, stamp: Stamp | None) -> Entry | None:
        """The entry of a source that has not been touched since, if it may be relied on."""
        entry = self._known.entries.get(source.name)
        if entry is None or stamp is None or not self._known.trusting:
            return None
        same = entry.reading == self._known.reading and entry.path == str(source.path)
        return entry if same and stamp.is_same(entry.stamp) else None

    def _is_equal(self, source: Source, earlier: Document) -> bool:
        """Whether the file still holds the bytes that the earlier document was read from."""
        entry = self._known.entries.get(source.name)
        if entry is None or entry.reading != self._known.reading or source.member is not None:
            return False  # of an archive, its members' own bytes count
        try:
            return file_sha256(source.path) == earlier.sha256
        except OSError:
            return False  # the reader will say why

    def _parse(self, source: Source, stamp: Stamp | None, earlier: Document | None) -> None:
        self.parsed += 1
        try:
            loaded = load(source)
        except SourceError as error:
            # What the system refused may go well another time, though the file is the same.
            if isinstance(error.__cause__, TimeoutError):
                self._fail_late(source, stamp, str(error), earlier)
            else:
                again = isinstance(error.__cause__, OSError)
                self._fail(source, None if again else stamp, str(error), earlier)
        else:
            self._take(source, stamp, loaded)

    def _take(self, source: Source, stamp: Stamp | None, loaded: Loaded) -> None:
        self.documents[source.name] = loaded.document
        entry = self._entry(source, stamp, State.INDEXED)
        self.entries[source.name] = replace(
            entry, sha256=loaded.document.sha256, warning=" ".join(loaded.warnings) or None
        )

    def _fail_late(
        self, source: Source, stamp: Stamp | None, error: str, earlier: Document | None
    ) -> None:
        """Of a file that was late twice, the machine was hardly the reason both times."""
        entry = self._known.entries.get(source.name)
        once = replace(stamp, looked=0) if stamp else None  # looked at so long ago: not trusted
        if entry and entry.error and once == replace(entry.stamp, looked=0):
            self._fail(source, stamp, f"{error} {_NOT_AGAIN}", earlier)
        else:
            self._fail(source, once, error, earlier)

    def _fail(
        self, source: Source, stamp: Stamp | None, error: str, earlier: Document | None
    ) -> None:
        kept = " Its earlier version stays in the index." if earlier else ""
        self.skipped.append(Skipped(source.name, f"{error}{kept}"))
        state = State.KEPT if earlier else State.FAILED
        entry = replace(self._entry(source, stamp, state), error=error)
        if earlier:
            self.documents[source.name] = earlier
            entry = replace(entry, sha256=earlier.sha256)
        self.entries[source.name] = entry

    def _entry(self, source: Source, stamp: Stamp | None, state: State) -> Entry:
        """An entry with a stamp, unless the file changed while it was read."""
        entry = Entry(source.name, str(source.path), state, self._known.reading)
        now = _stamp(source)
        if stamp is None or now is None or replace(now, looked=stamp.looked) != stamp:
            return entry
        return replace(entry, stamp=stamp)


def _also(reason: str, kept: int) -> str:
    if not kept:
        return reason
    told = reason.rstrip(".")
    return f"{told}. What was read of it earlier stays in the index (documents: {kept})"


def _passed_over(skipped: Sequence[Skipped], reading: str) -> dict[str, Entry]:
    return {s.name: Entry(s.name, "", State.FAILED, reading, error=s.reason) for s in skipped}


def _stamp(source: Source) -> Stamp | None:
    try:
        return Stamp.of(source.path)
    except OSError:
        return None  # gone or forbidden: the reader says so


def _sizes(sources: Sequence[Source]) -> list[int]:
    """The bytes of each source; several out of one file have equal shares of it."""
    sharing = Counter(source.path for source in sources)
    stamps = {source.path: _stamp(source) or UNKNOWN for source in sources}
    return [stamps[source.path].size // sharing[source.path] for source in sources]


def _nothing_readable(paths: Sequence[Path], skipped: Sequence[Skipped]) -> SourceError:
    reasons = [_with_name(s) for s in skipped]
    if len(paths) == len(reasons) == 1 and not paths[0].is_dir():
        return SourceError(reasons[0])
    where = ", ".join(map(str, paths))
    return SourceError(
        f"There is no readable document in {where}; name files or folders that hold some. "
        f"{' '.join(reasons[:3])}".rstrip()
    )


def _with_name(skipped: Skipped) -> str:
    """The reason as a sentence of its own; some begin with the source's name already."""
    if skipped.reason.startswith(skipped.name):
        return skipped.reason
    return f"{skipped.name}: {skipped.reason}."
