"""A permalink names cited words for good: `<document id>.<start>.<end>.<hash of the quote>`."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from rag.models import Document, Span

HASH_CHARS = 8


@dataclass(frozen=True, slots=True)
class Permalink:
    """Where words stood, and a hash that tells whether they still stand there."""

    document_id: str
    span: Span
    digest: str

    def __str__(self) -> str:
        return f"{self.document_id}.{self.span.start}.{self.span.end}.{self.digest}"

    def holds(self, document: Document) -> bool:
        """Whether the document still has the same words at this place."""
        within = self.span.end <= len(document.text)
        return within and self.digest == _digest(document.text[self.span.start : self.span.end])


def parse_permalink(text: str) -> Permalink:
    """Read a permalink; document ids may hold dots, so it is read from the right.

    Raises:
        ValueError: the text is no permalink.
    """
    document_id, start, end, digest = text.rsplit(".", 3)
    # isdecimal() keeps out what int() would take: signs, blanks and underscores.
    if not (document_id and start.isdecimal() and end.isdecimal() and len(digest) == HASH_CHARS):
        raise ValueError(f"{text!r} is not a permalink.")
    return Permalink(document_id, Span(int(start), int(end)), digest)


def permalink_to(document: Document, span: Span) -> Permalink:
    """The permalink of a stretch of a document."""
    return Permalink(document.id, span, _digest(document.text[span.start : span.end]))


def _digest(quote: str) -> str:
    return sha256(quote.encode()).hexdigest()[:HASH_CHARS]
