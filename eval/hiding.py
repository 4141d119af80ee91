"""An index that can be asked as if some of its passages were not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from pathlib import Path

from rag.embedding import Vectors
from rag.index import Index
from rag.models import Filters, Passage, Scored
from rag.text import term_set


class HidingIndex(Index):
    """One generation of which some passages can be hidden, without building another.

    No search finds a hidden passage, no document lists it, and a term that only hidden ones hold
    is not known. How rare a term is changes by too little to be counted again.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._hidden: AbstractSet[str] = frozenset()
        self._lost: AbstractSet[str] = frozenset()

    def hide(self, ids: Iterable[str]) -> None:
        """Hide the passages of these ids and show all others; without any, show all."""
        self._hidden = frozenset(ids)
        held = Counter(term for id_ in self._hidden for term in self._terms(id_))
        self._lost = {term for term, n in held.items() if n == self._holders[term]}

    def dense(self, vector: Vectors, k: int, filters: Filters) -> list[Scored[Passage]]:
        """As of an index without them."""
        search = super().dense
        return self._shown(lambda more: search(vector, more, filters), k)

    def by_sentence(self, vector: Vectors, k: int, filters: Filters) -> list[Scored[Passage]]:
        """As of an index without them."""
        search = super().by_sentence
        return self._shown(lambda more: search(vector, more, filters), k)

    def lexical(self, query: Sequence[str], k: int, filters: Filters) -> list[Scored[Passage]]:
        """As of an index without them."""
        search = super().lexical
        return self._shown(lambda more: search(query, more, filters), k)

    def passages_of(self, document_id: str) -> Sequence[Passage]:
        """As of an index without them."""
        return [p for p in super().passages_of(document_id) if p.id not in self._hidden]

    def knows(self, term: str) -> bool:
        """Whether any passage that is shown holds the search term."""
        return term not in self._lost and super().knows(term)

    def _shown(
        self, search: Callable[[int], list[Scored[Passage]]], k: int
    ) -> list[Scored[Passage]]:
        found = search(k + len(self._hidden))
        return [scored for scored in found if scored.item.id not in self._hidden][:k]

    def _terms(self, id_: str) -> frozenset[str]:
        passage = self.passages[id_]
        return term_set(f"{self.documents[passage.document_id].label} {passage.searchable}")

    @cached_property
    def _holders(self) -> Counter[str]:
        """How many passages hold each term."""
        return Counter(term for id_ in self.passages for term in self._terms(id_))
