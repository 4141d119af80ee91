"""Lines that a label tells apart, such as the rows of a table: which of them a question means.

"Line 2; Passengers 2023: 5,100" does not say whose line that is, and it reads almost like the line
above it. The label says which of its neighbours it is, and only the document says whose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rag.index import Index
from rag.models import Passage, Sentence
from rag.names import is_initials, kin_terms
from rag.question import Question
from rag.text import is_content, term, words

_LABEL = re.compile(
    r"\s*(?:[^:;.!?|]{1,80}:\s+(?=[^:]+;))?([^:;.!?|]{1,80}?)\s*[:;]\s(?=.*\d)", re.S
)
"""The words before the first colon or semicolon; of a row, the first cell without its column."""


class Labels:
    """What one question means among labelled lines."""

    def __init__(self, question: Question, index: Index) -> None:
        self._index = index
        self._asked = _tokens(question.text)
        self._about = _documents_about(question, index)
        self._meant: dict[tuple[str, tuple[str, ...]], frozenset[frozenset[str]]] = {}

    def tell_another(self, passage: Passage, sentence: Sentence) -> bool:
        """Whether a sentence is a labelled line, but not the one that the question means.

        Either a line beside it has a label that the question names, and this one has not; or its
        document lacks a name of the question that another one holds.
        """
        label = _label(sentence.text)
        if not label or len(self._beside(passage)) < 2:
            return False
        if self._about and passage.document_id not in self._about:
            return True
        named = {other for other in self._beside(passage) if other <= self._asked}
        return bool(named) and not any(label >= other for other in _longest(named))

    def _beside(self, passage: Passage) -> frozenset[frozenset[str]]:
        """The labels of all lines under the headings of a passage."""
        key = (passage.document_id, passage.heading)
        if key not in self._meant:
            self._meant[key] = frozenset(
                label
                for other in self._index.passages_of(passage.document_id)
                if other.heading == passage.heading
                for sentence in other.sentences
                if (label := _label(sentence.text))
            )
        return self._meant[key]


def _longest(labels: set[frozenset[str]]) -> Iterator[frozenset[str]]:
    """Those that are no part of another: of "Port" and "Port East" the latter is meant."""
    return (label for label in labels if not any(label < other for other in labels))


@lru_cache(maxsize=10_000)
def _label(text: str) -> frozenset[str]:
    """The words of a line's label, if it is a line with figures; else nothing."""
    found = _LABEL.match(text)
    return _tokens(found.group(1)) if found else frozenset()


def _tokens(text: str) -> frozenset[str]:
    return frozenset(term(word) for word in words(text) if is_content(word) or word.isdigit())


def _documents_about(question: Question, index: Index) -> frozenset[str]:
    """The documents that hold all names of a question that any document holds, or if there is no
    such document, those that hold the rarest of them; none if nothing is named."""
    named = [word for name in question.names if not is_initials(name) for word in words(name)]
    holding = [
        frozenset().union(*(index.documents_holding(kin) for kin in kin_terms(word)))
        for word in named
        if is_content(word)
    ]
    known = [documents for documents in holding if documents]
    if not known:
        return frozenset()
    return frozenset.intersection(*known) or min(known, key=len)
