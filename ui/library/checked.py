"""Whether an upload can be read, told before it is put into the library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.load import find_sources, load
from rag.errors import SourceError


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file turned out to be; an archive has a count of readable `members` instead.

    `warnings` are sentences about what of it cannot be read.
    """

    title: str
    sha256: str = ""
    pages: int = 0
    members: int = 0
    warnings: tuple[str, ...] = ()


def check(path: Path) -> Checked:
    """Parse a file in a process of its own, as an ingest does.

    Of an archive only the list is looked at: its files may be many, and each is told of by itself
    when it is ingested.

    Raises:
        SourceError: it cannot be read; says why in a sentence.
    """
    found = find_sources([path])
    if not found.sources:
        reason = found.skipped[0].reason if found.skipped else "it holds no file"
        own = found.skipped and found.skipped[0].name == path.name
        raise SourceError(reason if own else f"Nothing in {path.name} can be read: {reason}.")
    if found.sources[0].member is not None:
        skipped = tuple(f"{s.name}: {s.reason}." for s in found.skipped[:3])
        return Checked(path.name, members=len(found.sources), warnings=skipped)
    loaded = load(found.sources[0])
    document = loaded.document
    return Checked(
        document.title, document.sha256, len(document.page_starts), warnings=loaded.warnings
    )
