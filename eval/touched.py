"""Evaluation cases whose evidence stood in a passage that a new generation changed or removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.corpus import Corpus
from eval.dataset import Case, Reference
from ingest.differences import Difference
from rag.models import Filters, Passage, Span


@dataclass(frozen=True, slots=True)
class Touched:
    """A case, and the anchor or reference that stood in a changed passage of a source.

    `stands` tells whether the new generation still says the anchor, in any document of the case;
    of a reference, which is a place in the old text, it is `None`.
    """

    case: Case
    anchor: str
    source: str
    passage: Passage
    stands: bool | None


def touched_cases(cases: Sequence[Case], difference: Difference) -> Iterator[Touched]:
    """The cases that a difference touches, one entry for each anchor or reference, in order."""
    lost = {c.old.id: c.old for c in difference.passages if c.old is not None}
    before = Corpus(difference.old.documents, lost)
    after = Corpus(difference.new.documents, {p.id: p for p in difference.new.passages})
    for case in cases:
        for anchor in case.evidence:
            stands = bool(_saying(anchor, case, after))
            for passage in _saying(anchor, case, before)[:1]:
                yield _touched(case, anchor, before, passage, stands)
        for reference in case.references:
            for passage in _within(reference, before)[:1]:
                place = f"{reference.document} {reference.start}-{reference.end}"
                yield _touched(case, place, before, passage, None)


def _touched(
    case: Case, anchor: str, before: Corpus, passage: Passage, stands: bool | None
) -> Touched:
    return Touched(case, anchor, before.documents[passage.document_id].source, passage, stands)


def _saying(anchor: str, case: Case, corpus: Corpus) -> list[Passage]:
    admitted = Filters(documents=case.documents)
    found = (corpus.passages[id_] for id_ in sorted(corpus.passages_saying([anchor])))
    return [p for p in found if admitted.admits(corpus.documents[p.document_id])]


def _within(reference: Reference, corpus: Corpus) -> list[Passage]:
    span = Span(reference.start, reference.end)
    return [
        passage
        for passage in corpus.passages.values()
        if corpus.documents[passage.document_id].name == reference.document
        and passage.span.overlaps(span)
    ]
