"""Proper names of a text that stand as such in the documents; other words of it prove nothing."""

from __future__ import annotations

import re

from rag.index import Index
from rag.models import Filters
from rag.names import names_in
from rag.text import terms

_MOST_PASSAGES = 30
"""A name is looked for in so many of the passages that hold its terms, the likeliest first."""
_WITHIN = r"(?<!^)(?<![.!?:：。]\s)(?<![\w“\"'‘(])"


class KnownNames:
    """Looks up the names of texts that anybody may have written in the passages of an index."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def of(self, text: str) -> list[str]:
        """The names of the text that the documents name, as they are written in both."""
        return [name for name in names_in(text) if self._stands(name)]

    def _stands(self, name: str) -> bool:
        """Whether a sentence holds the name with its capitals.

        One word must stand within a sentence: at its beginning any word is written large.
        """
        lead = _WITHIN if len(name.split()) == 1 else r"(?<!\w)"
        sought = re.compile(rf"{lead}{re.escape(name)}(?!\w)")
        found = self._index.lexical(terms(name), _MOST_PASSAGES, Filters())
        return any(sought.search(s.text) for one in found for s in one.item.sentences)
