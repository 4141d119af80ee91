"""What an ingest tells: how far it is, and in the end what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ingest.load import Skipped

Progress = Callable[[str, int, int], None]
"""Told the stage's name, how much is done and how much there is in all."""
READING = "reading"
"""The stage that is counted in bytes; all others count texts."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What a run did; the first four hold source names.

    `renamed` holds pairs of an old and a new name, `twins` groups of sources that say the same or
    nearly so, `warned` the sources of which a part could not be read; `read` counts the files that
    were parsed, and `size` the bytes of all sources.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    passages: int
    embedded: int
    index_version: str
    renamed: tuple[tuple[str, str], ...] = ()
    twins: tuple[tuple[str, ...], ...] = ()
    warned: tuple[Skipped, ...] = ()
    documents: int = 0
    pages: int = 0
    read: int = 0
    size: int = 0
    seconds: float = 0.0

    @property
    def has_changed(self) -> bool:
        """Whether the index now holds something else than before."""
        return any((self.added, self.changed, self.removed, self.renamed))

    def to_json(self) -> dict[str, Any]:
        """The JSON form of a report."""
        value = asdict(self)
        value["renamed"] = [{"from": old, "to": new} for old, new in self.renamed]
        return value
