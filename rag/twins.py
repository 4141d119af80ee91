"""Documents that say nearly the same, such as a notice on two sites: cited as one.

All of their text stays in the index, since they may differ where it matters. What they share is
found once, in the first of them that may be cited, and its citation names the others that hold it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from rag.models import Document, Passage, Sentence, Twin

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
        return {id_: self._linked(document, documents) for id_, document in documents.items()}

    def _linked(self, document: Document, documents: Mapping[str, Document]) -> Document:
        if document.id not in self._group:
            return document
        others = (documents[id_] for id_ in self.groups[self._group[document.id]])
        twins = tuple(_twin(other) for other in others if other.id != document.id)
        return replace(document, twins=twins)

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


def _twin(document: Document) -> Twin:
    return Twin(document.id, document.source, " ".join(document.text.split()))
