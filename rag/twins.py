"""Documents that say nearly the same, such as a notice on two sites: cited as one.

All of their text stays in the index, since they may differ where it matters. What they share is
found once, in the first of them that may be cited, and its citation names the others that hold it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from rag.models import Answer, Citation, Claim, Document, Filters, Passage, Sentence, Twin

Place = tuple[object, ...]


class Twins:
    """Groups of document ids, none in two groups, over the passages of an index."""

    def __init__(self, groups: Sequence[Sequence[str]], passages: Iterable[Passage]) -> None:
        self.groups = groups
        self._group = {id_: number for number, ids in enumerate(groups) for id_ in ids}
        self._equal: dict[Place, list[Passage]] = {}
        for passage in passages if groups else ():
            if passage.document_id in self._group:
                self._equal.setdefault(self._words(passage, passage.text), []).append(passage)
        self._shadowed = self._second(set(self._group))
        self.largest = max(map(len, groups), default=1)

    def linked(self, documents: Mapping[str, Document]) -> dict[str, Document]:
        """The documents, each with its twins."""
        shared = {id_: _twin(documents[id_]) for id_ in self._group}
        return {id_: self._linked(document, shared) for id_, document in documents.items()}

    def _linked(self, document: Document, shared: Mapping[str, Twin]) -> Document:
        if document.id not in self._group:
            return document
        others = (id_ for id_ in self.groups[self._group[document.id]] if id_ != document.id)
        return replace(document, twins=tuple(shared[id_] for id_ in others))

    def shadowed(self, admitted: Collection[str] | None = None) -> frozenset[str]:
        """The ids of passages that an earlier twin holds, too, among documents that are admitted.

        `None` admits all.
        """
        if admitted is None or not self._shadowed:
            return self._shadowed
        return self._second(admitted)

    def _second(self, admitted: Collection[str]) -> frozenset[str]:
        equals = ([p for p in ps if p.document_id in admitted] for ps in self._equal.values())
        return frozenset(p.id for ps in equals for p in ps if p.document_id != ps[0].document_id)

    def words(self, passage: Passage, sentence: Sentence) -> Place | None:
        """The same for equal sentences of twins; `None` for a document without a twin."""
        if passage.document_id not in self._group:
            return None
        return self._words(passage, sentence.text)

    def _words(self, passage: Passage, text: str) -> Place:
        return (self._group[passage.document_id], passage.heading, text)


def told_within(
    told: str | Claim | Answer, documents: Mapping[str, Document], filters: Filters | None
) -> str | Claim | Answer:
    """What is told, in whose citations no document is named that the filters leave out."""
    if filters is None or filters == Filters() or isinstance(told, str):
        return told
    sources = _admitted(documents, filters)
    if isinstance(told, Claim):
        return _claim_within(told, sources)
    removed = tuple(_claim_within(claim, sources) for claim in told.trace.removed)
    return replace(
        told,
        claims=tuple(_claim_within(claim, sources) for claim in told.claims),
        nearest=tuple(_among(place, sources) for place in told.nearest),
        trace=replace(told.trace, removed=removed),
    )


def cited_within(
    citation: Citation, documents: Mapping[str, Document], filters: Filters | None
) -> Citation:
    """The citation, naming no document that the filters leave out."""
    if not citation.also or filters is None:
        return citation
    return _among(citation, _admitted(documents, filters))


def _admitted(documents: Mapping[str, Document], filters: Filters) -> frozenset[str]:
    return frozenset(d.source for d in documents.values() if filters.admits(d))


def _claim_within(claim: Claim, sources: Collection[str]) -> Claim:
    return replace(claim, citations=tuple(_among(place, sources) for place in claim.citations))


def _among(citation: Citation, sources: Collection[str]) -> Citation:
    return replace(citation, also=tuple(one for one in citation.also if one in sources))


def _twin(document: Document) -> Twin:
    return Twin(document.id, document.source, document.text)
