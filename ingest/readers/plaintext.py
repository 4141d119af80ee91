"""Plain text in any encoding."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.decode import decode
from ingest.readers.reading import Reading, Structure
from ingest.readers.sniff import kind_of


@dataclass(frozen=True, slots=True)
class PlainTextReader:
    """The text is stored as it stands, its line endings made one."""

    kind: str = "a text file"
    media_type: str = "text/plain"
    suffixes: tuple[str, ...] = (".txt",)
    libraries: tuple[str, ...] = ()

    def recognises(self, raw: bytes) -> bool:
        """Anything may be text that is not known to be something else."""
        return kind_of(raw) is None

    def read(self, raw: bytes, name: str) -> Reading:
        """Decode the file."""
        return Reading(decode(raw, name), Structure.PLAIN)


READER = PlainTextReader()
