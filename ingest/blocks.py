"""The building stones of a document, the same for plain text and for Markdown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from ingest.mapped import Mapped
from rag.models import Span


class Kind(StrEnum):
    """What a block is. A break holds no text: it ends the numbered section it stands in."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    NOTE = "note"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text that no sentence leaves.

    `twin` is its normalised text. `end` is where its last line ends in the stored text, marks
    included. `header` is the header row above a table's row. A heading with a small `level`
    stands above one with a larger. A `brief` heading
    governs the next paragraph only. `skip` counts the characters of the twin, such as "1. ", that
    a heading's path shows but its sentence leaves out.
    """

    kind: Kind
    twin: Mapped
    end: int
    level: int = 0
    brief: bool = False
    skip: int = 0
    header: Span | None = None

    @property
    def label(self) -> str:
        """A heading as a path shows it."""
        return self.twin.text.rstrip(" .:：。#")

    def cut(self, at: int, kind: Kind, level: int, brief: bool) -> tuple[Block, Block]:
        """Part a run-in heading, up to `at`, from the text that follows on the same line."""
        head = self.twin.cut(0, at)
        body = self.twin.cut(at, len(self.twin.text))
        top = replace(self, kind=kind, twin=head, end=head.span.end, level=level, brief=brief)
        return top, replace(self, kind=Kind.PARAGRAPH, twin=body, skip=0)
