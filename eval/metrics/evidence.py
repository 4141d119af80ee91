"""What has to be found for a case, piece by piece, and whether a place holds a piece."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.corpus import Corpus
from eval.dataset import Case
from eval.text import contains
from rag.models import Citation, Span, Weighed


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
    """The references into documents that the corpus holds, or else the anchors; perhaps nothing."""
    known = ((corpus.named(r.document), Span(r.start, r.end)) for r in case.references)
    placed = tuple(Piece((), d.id, d.name, span) for d, span in known if d)
    return placed or tuple(Piece((anchor,)) for anchor in case.evidence)


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
    return frozenset((piece.document_id,))


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
