"""Markdown, which is stored as it stands; `ingest.markdown` finds its structure."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.decode import decode
from ingest.readers.reading import Reading, Structure
from ingest.readers.sniff import kind_of


@dataclass(frozen=True, slots=True)
class MarkdownReader:
    """The text is stored as it stands, its line endings made one."""

    kind: str = "a Markdown file"
    media_type: str = "text/markdown"
    suffixes: tuple[str, ...] = (".md", ".markdown")
    libraries: tuple[str, ...] = ("markdown_it",)

    def recognises(self, raw: bytes) -> bool:
        """Any text may be Markdown, even one that begins with a tag."""
        found = kind_of(raw)
        return found is None or found.suffix == ".html"

    def read(self, raw: bytes, name: str) -> Reading:
        """Decode the file."""
        return Reading(decode(raw, name), Structure.MARKDOWN)


READER = MarkdownReader()
