"""The documents and passages that answers stand on, and where in them a phrase is said."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
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
        self._documents_found: dict[str, frozenset[str]] = {}

    def text_at(self, document_id: str, span: Span) -> str:
        """The stored text at a place; nothing for an unknown document."""
        document = self.documents.get(document_id)
        return document.text[span.start : span.end] if document else ""

    def passage_text(self, weighed: Weighed) -> str:
        """The text of a retrieved passage: its normalised twin, or else the stored text."""
        passage = self.passages.get(weighed.passage_id)
        return passage.text if passage else self.text_at(weighed.document_id, weighed.span)

    def sentence_text(self, weighed: Weighed) -> str:
        """The text of a ranked sentence: its normalised twin, or else the stored text."""
        passage = self.passages.get(weighed.passage_id)
        for sentence in passage.sentences if passage else ():
            if sentence.span == weighed.span:
                return sentence.text
        return self.text_at(weighed.document_id, weighed.span)

    def passages_of(self, document_id: str) -> Sequence[Passage]:
        """The known passages of a document."""
        return self._by_document.get(document_id, ())

    def named(self, name: str) -> Document | None:
        """The document of this id, source, file name or title, without case; or none."""
        return self._by_name.get(name.casefold())

    def passages_saying(self, alternatives: Iterable[str]) -> frozenset[str]:
        """The ids of all known passages that say at least one of the alternatives."""
        return frozenset().union(*(self._passages_saying(phrase) for phrase in alternatives))

    def documents_saying(self, alternatives: Iterable[str]) -> frozenset[str]:
        """The ids of all documents that say at least one of the alternatives.

        By their passages; by the stored text, which leaves nothing out, where no passage says it.
        """
        phrases = tuple(alternatives)
        held = (self.passages[id_].document_id for id_ in self.passages_saying(phrases))
        return frozenset(held) or frozenset().union(*map(self._documents_saying, phrases))

    def _passages_saying(self, phrase: str) -> frozenset[str]:
        if phrase not in self._found:
            maybe = self._passage_terms.holding(phrase)
            said = (id_ for id_ in maybe if contains(self.passages[id_].text, phrase))
            self._found[phrase] = frozenset(said)
        return self._found[phrase]

    def _documents_saying(self, phrase: str) -> frozenset[str]:
        if phrase not in self._documents_found:
            maybe = self._document_terms.holding(phrase)
            said = (id_ for id_ in maybe if contains(self.documents[id_].text, phrase))
            self._documents_found[phrase] = frozenset(said)
        return self._documents_found[phrase]

    @cached_property
    def _passage_terms(self) -> _Terms:
        return _Terms({id_: passage.text for id_, passage in self.passages.items()})

    @cached_property
    def _document_terms(self) -> _Terms:
        return _Terms({id_: document.text for id_, document in self.documents.items()})

    @cached_property
    def _by_document(self) -> Mapping[str, Sequence[Passage]]:
        found: dict[str, list[Passage]] = defaultdict(list)
        for passage in self.passages.values():
            found[passage.document_id].append(passage)
        return dict(found)

    @cached_property
    def _by_name(self) -> Mapping[str, Document]:
        found: dict[str, Document] = {}
        for document in self.documents.values():
            for name in (document.id, document.source, document.name, document.title):
                found.setdefault(name.casefold(), document)
        return found


class _Terms:
    """Which texts hold a token, so that a phrase is looked for only where it can stand."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._holders: dict[str, set[str]] = {}
        for id_, text in texts.items():
            for token in {*tokens(text), *tokens(text, parted=True)}:
                self._holders.setdefault(token, set()).add(id_)
        self._vocabulary = sorted(self._holders)

    def holding(self, phrase: str) -> set[str]:
        """The ids of the texts that hold all tokens of the phrase, in any order."""
        found: set[str] = set()
        for parted in (False, True):
            holders = [self._holding(token) for token in tokens(f" {phrase}", parted=parted)]
            found |= set.intersection(*holders) if holders else set()
        return found

    def _holding(self, token: str) -> set[str]:
        found = self._holders.get(token, set()) | self._holders.get(f"{token[0]}.", set())
        if len(token) == 2 and token.endswith("."):
            starting = self._starting_with(token[0])
        elif len(token) >= STEM_LETTERS and token.isalpha():
            starting = self._starting_with(token)
        else:
            return found
        return found.union(*(self._holders[word] for word in starting))

    def _starting_with(self, start: str) -> Iterator[str]:
        for word in self._vocabulary[bisect_left(self._vocabulary, start) :]:
            if not word.startswith(start):
                return
            yield word
