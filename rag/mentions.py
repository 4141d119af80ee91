"""Whether a phrase stands in the documents word for word, found through the word index."""

from __future__ import annotations

from rag.index import Index
from rag.models import Filters
from rag.text import terms, words

_MOST_PASSAGES = 30
"""A phrase is looked for in so many of the passages that hold its terms, the likeliest first."""


class Mentions:
    """Looks up phrases in the passages of an index, whatever stands between their words."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def stand(self, phrase: str) -> bool:
        """Whether some passage, or the title of its document, holds these words in this order."""
        sought = f" {' '.join(words(phrase))} "
        return any(sought in f" {' '.join(words(text))} " for text in self._likely(phrase))

    def together(self, phrase: str) -> bool:
        """Whether some passage with its document's title holds all the phrase's search terms."""
        sought = set(terms(phrase))
        return any(sought <= set(terms(text)) for text in self._likely(phrase))

    def _likely(self, phrase: str) -> list[str]:
        found = self._index.lexical(terms(phrase), _MOST_PASSAGES, Filters())
        documents = self._index.documents
        return [f"{documents[f.item.document_id].label} {f.item.searchable}" for f in found]
