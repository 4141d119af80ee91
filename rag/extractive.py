"""Ranked sentences to claims, quoted: the shortest set of whole sentences that answers."""

from __future__ import annotations

from hashlib import sha256

from rag.models import Citation, Claim, Document, Passage, Span
from rag.rank import Candidate


def cite(document: Document, span: Span, passage: Passage) -> Citation:
    """The citation of a stretch of a document, with the page and headings it lies under."""
    quote = document.text[span.start : span.end]
    return Citation(
        document_id=document.id,
        document=document.name,
        title=document.title,
        source=document.source,
        published=document.published,
        span=span,
        quote=quote,
        page=document.page_of(span.start),
        heading=passage.heading,
        permalink=permalink(document.id, span, quote),
    )


def permalink(document_id: str, span: Span, quote: str) -> str:
    """`<document id>.<start>.<end>.<first 8 hex of the quote's SHA-256>`."""
    digest = sha256(quote.encode()).hexdigest()[:8]
    return f"{document_id}.{span.start}.{span.end}.{digest}"


def quoted_claim(candidate: Candidate, document: Document) -> Claim:
    """The sentence as a claim: its tidied text, and the exact words it stands on."""
    citation = cite(document, candidate.sentence.span, candidate.passage)
    return Claim(text=candidate.sentence.text, citations=(citation,))
