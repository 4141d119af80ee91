"""What a reader gives, and what every reader is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


class Structure(StrEnum):
    """How a stored text marks its headings, lists and tables; its media type."""

    PLAIN = "text/plain"
    MARKDOWN = "text/markdown"


@dataclass(frozen=True, slots=True)
class Reading:
    """A file's text as it will be stored, and what the file says about itself.

    `page_starts` holds the offset at which each page begins, for formats with pages. `warnings`
    are sentences about what could not be read, such as a page that is only a picture.
    """

    text: str
    structure: Structure
    page_starts: tuple[int, ...] = ()
    title: str | None = None
    publisher: str | None = None
    published: date | None = None
    language: str | None = None
    warnings: tuple[str, ...] = ()


class Reader(Protocol):
    """One format. A module of this package that holds a `READER` adds it; nothing else need know.

    A reader is a frozen dataclass, so that nothing of one file is left for the next.
    """

    @property
    def kind(self) -> str:
        """The format in a sentence: "a PDF file"."""
        ...

    @property
    def media_type(self) -> str:
        """The media type of the files, not of the text that is stored."""
        ...

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The endings that such files have, in small letters, such as ".pdf"."""
        ...

    @property
    def libraries(self) -> tuple[str, ...]:
        """The modules that a process which will read many files should import once."""
        ...

    def recognises(self, raw: bytes) -> bool:
        """Whether the bytes may be of this format, judged by how they begin."""
        ...

    def read(self, raw: bytes, name: str) -> Reading:
        """Read a whole file.

        Raises:
            SourceError: the file is damaged, protected, or holds no text; says so in a sentence.
        """
        ...
