"""What has to be found for a case, piece by piece, and whether a place holds a piece."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.corpus import Corpus
from eval.dataset import Case, Reference
from eval.text import contains
from rag.models import Citation, Span, Weighed

_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a document, with its text."""

    document_id: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence: phrases of which a place must say one, or a stretch it must hold."""

    alternatives: tuple[str, ...] = ()
    document_id: str = ""
    name: str = ""
    span: Span | None = None

    @property
    def label(self) -> str:
        """How the piece is called in a reason."""
        if self.span is None:
            return " or ".join(self.alternatives)
        return f"{self.name} [{self.span.start}, {self.span.end})"

    def held_by(self, place: Place) -> bool:
        """Whether the place says a phrase, or shares half of the shorter of the two stretches."""
        if self.span is None:
            return any(contains(place.text, phrase) for phrase in self.alternatives)
        return self.document_id == place.document_id and _shares_half(self.span, place.span)


def evidence_of(case: Case, corpus: Corpus) -> tuple[Piece, ...]:
    """The references if any is into a document of the corpus, or else the anchors; or nothing.

    A reference into a document that is missing then stays, as a piece that no place holds: else
    nothing would be lost just where a document was.
    """
    if any(corpus.named(reference.document) for reference in case.references):
        return tuple(_piece(reference, corpus) for reference in case.references)
    return tuple(Piece((anchor,)) for anchor in case.evidence)


def needed_of(case: Case, corpus: Corpus) -> tuple[Piece, ...]:
    """What the cited spans must hold: the evidence, or else what is expected."""
    return evidence_of(case, corpus) or tuple(Piece(group) for group in case.expect)


def passages_holding(piece: Piece, corpus: Corpus) -> frozenset[str]:
    """The ids of all known passages that hold the piece."""
    if piece.span is None:
        return corpus.passages_saying(piece.alternatives)
    passages = corpus.passages_of(piece.document_id)
    return frozenset(p.id for p in passages if _shares_half(piece.span, p.span))


def documents_holding(piece: Piece, corpus: Corpus) -> frozenset[str]:
    """The ids of all documents that hold the piece."""
    if piece.span is None:
        return corpus.documents_saying(piece.alternatives)
    return frozenset(corpus.documents.keys() & {piece.document_id})


def is_evidence(place: Place, pieces: Sequence[Piece], corpus: Corpus) -> bool:
    """Whether a citation is of the evidence, and not of a long stretch that happens to hold it.

    At least half of it must lie in the sentences that the references stand in. An anchor has no
    place of its own, so a citation that says one counts, however long it is.
    """
    if any(piece.span is None and piece.held_by(place) for piece in pieces):
        return True
    wanted: set[int] = set()
    for piece in pieces:
        if piece.span and piece.document_id == place.document_id:
            span = _whole_sentences(piece.span, corpus.documents[piece.document_id].text)
            wanted.update(range(max(span.start, place.span.start), min(span.end, place.span.end)))
    return 0 < len(place.span) <= 2 * len(wanted)


def held_among(pieces: Iterable[Piece], place: Place) -> int:
    """How many of the pieces the place holds."""
    return sum(piece.held_by(place) for piece in pieces)


def cited_places(citations: Iterable[Citation], corpus: Corpus) -> list[Place]:
    """The cited stretches with the documents' own text, whatever the quotes show."""
    return [Place(c.document_id, c.span, corpus.text_at(c.document_id, c.span)) for c in citations]


def retrieved_places(passages: Sequence[Weighed], corpus: Corpus) -> list[Place]:
    """The retrieved passages, best first."""
    return [Place(w.document_id, w.span, corpus.passage_text(w)) for w in passages]


def ranked_places(sentences: Sequence[Weighed], corpus: Corpus) -> list[Place]:
    """The ranked sentences, best first."""
    return [Place(w.document_id, w.span, corpus.sentence_text(w)) for w in sentences]


def _shares_half(one: Span, other: Span) -> bool:
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared > 0 and 2 * shared >= min(len(one), len(other))


def _piece(reference: Reference, corpus: Corpus) -> Piece:
    document = corpus.named(reference.document)
    id_, name = (document.id, document.name) if document else ("", reference.document)
    return Piece((), id_, name, Span(reference.start, reference.end))


def _whole_sentences(span: Span, text: str) -> Span:
    """The stretch widened to the ends of its sentences or lines."""
    start = max((match.end() for match in _END.finditer(text, 0, span.start)), default=0)
    end = _END.search(text, max(span.start, span.end - 1))
    return Span(min(start, span.start), max(end.start() if end else len(text), span.end))
