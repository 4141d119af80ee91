"""An index of some documents of another one, as if nothing else had been ingested.

Filters keep other documents from being cited, but their words would still mend a question's
spelling, spell out its abbreviations, and be told of by what a refusal says is missing or held.
Whoever may not read a document must not learn from such traces either what it says. So everything
that counts words is made anew from the documents that are left; only vectors are shared.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np

from rag.embedding import Vectors
from rag.figures import Figure
from rag.index import Index, lexical_of, lexical_texts
from rag.models import Document, Filters, Passage, Scored
from rag.sentences import products
from rag.text import words
from rag.twins import Twins

T = TypeVar("T")

_MOST_KEPT = 16
"""Parts kept in memory; one takes some kilobytes for each of its passages."""


class BoundedIndex(Index):
    """The documents of an open index that are in a set of ids, which must not be empty.

    It reads the other's vectors, so it can be used only while that one is open.
    """

    def __init__(self, whole: Index, admitted: frozenset[str]) -> None:
        # Not super().__init__(): that opens a folder, and this one has none.
        self._whole = whole
        self._among = np.array([p.document_id in admitted for p in whole.passages.values()])
        self._rows = self._among.nonzero()[0]
        self.passages: Mapping[str, Passage] = {
            id_: passage
            for id_, passage in whole.passages.items()
            if passage.document_id in admitted
        }
        groups = [tuple(id_ for id_ in ids if id_ in admitted) for ids in whole.twins.groups]
        self.twins = Twins([ids for ids in groups if len(ids) > 1], self.passages.values())
        documents = {
            id_: replace(document, twins=())
            for id_, document in whole.documents.items()
            if id_ in admitted
        }
        self.documents: Mapping[str, Document] = self.twins.linked(documents)
        self._arrange()
        self._sentence_rows = whole._sentence_rows
        self._starts = whole._starts
        self._sentence_vectors = whole._sentence_vectors
        self._lexical = lexical_of(self._texts())
        self._vectors = np.asarray(whole.passage_vectors()[self._rows], dtype=np.float32)
        self.manifest = replace(
            whole.manifest,
            documents=len(self.documents),
            passages=len(self.passages),
            sentences=sum(len(p.sentences) for p in self.passages.values()),
            figures=len(self.figures),
        )

    def dense(self, vector: Vectors, k: int, filters: Filters) -> list[Scored[Passage]]:
        """As of the whole, but every passage is compared: there is no graph of these alone."""
        return self._highest(products(self._vectors, vector), k, filters, floor=-1.0)

    def by_sentence(self, vector: Vectors, k: int, filters: Filters) -> list[Scored[Passage]]:
        """As of the whole."""
        best = self._sentence_vectors.best(vector, self._starts, self._among)
        return self._highest(best[self._rows], k, filters, floor=-1.0)

    def passage_vectors(self) -> Vectors:
        """As of the whole."""
        return self._vectors

    @cached_property
    def vocabulary(self) -> Mapping[str, int]:
        """As of the whole."""
        return Counter(word for text in self._texts() for word in set(words(text)))

    @cached_property
    def figures(self) -> Sequence[Figure]:
        """As of the whole."""
        return [figure for figure in self._whole.figures if figure.document_id in self.documents]

    def close(self) -> None:
        """Nothing: all that is open belongs to the whole."""

    def _texts(self) -> list[str]:
        return lexical_texts(list(self.passages.values()), self.documents)


class Parts(Generic[T]):
    """What is made of an index and of parts of it; those used last are kept. Safe from any thread.

    `whole` is made of all of it.
    """

    def __init__(self, index: Index, make: Callable[[Index], T]) -> None:
        self.whole = make(index)
        self._index = index
        self._make = make
        self._kept: OrderedDict[tuple[str, ...], _Part[T]] = OrderedDict()
        self._lock = threading.Lock()

    def within(self, sources: tuple[str, ...]) -> T | None:
        """What is made of the documents that a bound admits (`Filters.sources`), if any."""
        with self._lock:
            part = self._kept.setdefault(sources, _Part())
            self._kept.move_to_end(sources)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return part.made(lambda: self._made(Filters(sources=sources)))

    def _made(self, bound: Filters) -> T | None:
        documents = self._index.documents
        admitted = frozenset(id_ for id_, one in documents.items() if bound.admits(one))
        if len(admitted) == len(documents):
            return self.whole
        return self._make(BoundedIndex(self._index, admitted)) if admitted else None


class _Part(Generic[T]):
    """Something that is made once, or found to be nothing, while other parts need not wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: tuple[T | None] | None = None

    def made(self, make: Callable[[], T | None]) -> T | None:
        with self._lock:
            if self._made is None:
                self._made = (make(),)
            return self._made[0]
