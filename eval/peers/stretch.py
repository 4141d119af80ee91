"""Stretches of documents: the chunks that recipes retrieve, and the sentences they quote."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.models import Document, Span

_SENTENCE = re.compile(
    r"\S.*?(?:[.!?]+[\"'”’)\]]*(?=\s)|[。！？]+[”’」』）]*|(?=\s*$))", re.MULTILINE
)
"""From a visible character to a stop before a blank, or to the end of the line."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a document's stored text."""

    document: Document
    span: Span

    @property
    def id(self) -> str:
        """Document and start; two chunks of one recipe never begin at the same place."""
        return f"{self.document.id}:{self.span.start}"

    @property
    def text(self) -> str:
        """The words themselves."""
        return self.document.text[self.span.start : self.span.end]


def stretch_of(document: Document, content: str, start: int | None) -> Stretch:
    """Where a splitter's chunk stands: at `start` if the text is there, else where it is found.

    Raises:
        ValueError: the chunk is no stretch of the document.
    """
    if start is None or not document.text.startswith(content, start):
        start = document.text.index(content)
    return Stretch(document, Span(start, start + len(content)))


def sentences_of(chunk: Stretch) -> list[Stretch]:
    """The sentences of a chunk as a plain splitter sees them; its edges may cut one in two."""
    found = _SENTENCE.finditer(chunk.text)
    spans = (Span(chunk.span.start + m.start(), chunk.span.start + m.end()) for m in found)
    sentences = (Stretch(chunk.document, span) for span in spans)
    return [sentence for sentence in sentences if any(map(str.isalnum, sentence.text))]
