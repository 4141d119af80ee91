"""The documents and passages that answers stand on, and where in them a phrase is said."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from eval.text import STEM_LETTERS, contains, tokens
from rag.models import Document, Passage, Span, Weighed


class Corpus:
    """Documents by id and, where they are known, all passages by id.

    A server that is asked over HTTP tells its documents only; its passages stay unknown.
    """

    def __init__(
        self, documents: Mapping[str, Document], passages: Mapping[str, Passage] | None = None
    ) -> None:
        self.documents = documents
        self.passages = passages or {}
        self._found: dict[str, frozenset[str]] = {}

    def text_at(self, document_id: str, span: Span) -> str:
        """The stored text at a place; nothing for an unknown document."""
        document = self.documents.get(document_id)
        return document.text[span.start : span.end] if document else ""

    def passage_text(self, weighed: Weighed) -> str:
        """The text of a retrieved passage: its normalised twin, or else the stored text."""
        passage = self.passages.get(weighed.passage_id)
        return passage.text if passage else self.text_at(weighed.document_id, weighed.span)

    def passages_saying(self, alternatives: Iterable[str]) -> frozenset[str]:
        """The ids of all known passages that say at least one of the alternatives."""
        return frozenset().union(*(self._passages_saying(phrase) for phrase in alternatives))

    def documents_saying(self, alternatives: Sequence[str]) -> frozenset[str]:
        """The ids of all documents whose stored text says at least one of the alternatives."""
        held = {self.passages[id_].document_id for id_ in self.passages_saying(alternatives)}
        rest = (document for id_, document in self.documents.items() if id_ not in held)
        return frozenset(held | {d.id for d in rest if _says(d.text, alternatives)})

    def _passages_saying(self, phrase: str) -> frozenset[str]:
        if phrase not in self._found:
            maybe = self._terms.passages_with(phrase)
            said = (id_ for id_ in maybe if contains(self.passages[id_].text, phrase))
            self._found[phrase] = frozenset(said)
        return self._found[phrase]

    @cached_property
    def _terms(self) -> _Terms:
        return _Terms({id_: passage.text for id_, passage in self.passages.items()})


class _Terms:
    """Which texts hold a token, so that a phrase is looked for only where it can stand."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._holders: dict[str, set[str]] = {}
        for id_, text in texts.items():
            for token in _all_tokens(text):
                self._holders.setdefault(token, set()).add(id_)
        self._vocabulary = sorted(self._holders)

    def passages_with(self, phrase: str) -> set[str]:
        """The ids of the texts that hold all tokens of the phrase, in any order."""
        found: set[str] = set()
        for parted in (False, True):
            holders = [self._holding(token) for token in tokens(f" {phrase}", parted=parted)]
            found |= set.intersection(*holders) if holders else set()
        return found

    def _holding(self, token: str) -> set[str]:
        if len(token) < STEM_LETTERS or not token.isalpha():
            return self._holders.get(token, set())
        return set().union(*(self._holders[word] for word in self._starting_with(token)))

    def _starting_with(self, start: str) -> Iterator[str]:
        for word in self._vocabulary[bisect_left(self._vocabulary, start) :]:
            if not word.startswith(start):
                return
            yield word


def _all_tokens(text: str) -> set[str]:
    return {*tokens(text), *tokens(text, parted=True)}


def _says(text: str, alternatives: Iterable[str]) -> bool:
    return any(contains(text, phrase) for phrase in alternatives)
