"""Which languages the documents of one index are in, and whether a question is in another."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from rag.index import Index
from rag.text import terms
from rag.tongues import OTHER, language_of, name_of

_SAMPLE = 2_000
"""Characters of a document that tell its language."""


class CorpusLanguage:
    """The languages of one index's documents, by their English names."""

    def __init__(self, index: Index) -> None:
        self._index = index

    @cached_property
    def held(self) -> list[str]:
        """All of them, by name."""
        return sorted(self._counted)

    @property
    def main(self) -> str:
        """The language of most documents."""
        return min(self._counted, key=lambda name: (-self._counted[name], name))

    def foreign(self, text: str, before: str = "") -> str | None:
        """The language of a text if no document is in it, and the documents know few words of it.

        A text too short to tell is taken to be in the language of what was asked `before` it.
        `None` if neither tells it, or there is no document.
        """
        asked = language_of(text) or (language_of(f"{before} {text}") if before else None)
        if asked is None or asked in self._counted or not self._counted:
            return None
        return None if self._is_mostly_known(text) else asked

    def _is_mostly_known(self, text: str) -> bool:
        asked = set(terms(text))
        return sum(map(self._index.knows, asked)) > len(asked) / 2

    @cached_property
    def _counted(self) -> Counter[str]:
        documents = self._index.documents.values()
        return Counter(
            told
            if (told := language_of(d.text[:_SAMPLE])) not in (None, OTHER)
            else name_of(d.language)
            for d in documents
        )
