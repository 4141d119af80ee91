"""The sentences of an index, found by what they say: what cases are drafted from and proved by.

Reads a generation's documents and passages only; neither vectors nor Chroma are opened.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from eval.corpus import Corpus
from eval.text import contains
from rag.generations import Generations
from rag.index import Manifest
from rag.models import Document, Passage, Sentence
from rag.period import Period, period_of
from rag.store import read_documents, read_passages
from rag.text import term_set, words

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence and where it stands."""

    document: Document
    passage: Passage
    sentence: Sentence

    @property
    def order(self) -> tuple[str, int]:
        """Sorts places by document and offset."""
        return self.document.id, self.sentence.span.start

    @property
    def text(self) -> str:
        """The stored text of the sentence, which is what a citation of it quotes."""
        return self.document.text[self.sentence.span.start : self.sentence.span.end]

    def says(self, phrase: str) -> bool:
        """Whether the sentence says `phrase`, as it is stored or as it is read."""
        return contains(self.text, phrase) or contains(self.sentence.text, phrase)

    @property
    def period(self) -> Period:
        """What the sentence, or else its nearest heading, says of years and of status."""
        published = self.document.published
        reference = published.year if published else None
        return period_of(self.sentence.text, self.passage.heading, reference)


class Sentences:
    """All sentences of a corpus, in the order of its passages; `version` is that of the index."""

    def __init__(self, corpus: Corpus, version: str) -> None:
        self.corpus = corpus
        self.version = version
        self.documents = corpus.documents
        self._said: dict[str, list[Place]] = {}
        self.places = [
            Place(corpus.documents[passage.document_id], passage, sentence)
            for passage in corpus.passages.values()
            for sentence in passage.sentences
        ]

    @classmethod
    def read(cls, index_dir: Path) -> Sentences:
        """The sentences of the generation that serves.

        Raises:
            NoIndex: nothing has been ingested yet.
            IndexCorrupt: a file of the generation does not parse.
        """
        folder = Generations(index_dir).current()
        documents = {document.id: document for document in read_documents(folder)}
        passages = {passage.id: passage for passage in read_passages(folder)}
        return cls(Corpus(documents, passages), Manifest.load(folder).version)

    def saying(self, phrase: str) -> list[Place]:
        """The sentences that say `phrase`, as `eval.text.contains` reads it."""
        if phrase not in self._said:
            # A passage says what its sentences say, and is found by the tokens that it holds.
            held = self.corpus.passages_saying((phrase,))
            near = (place for id_ in held for place in self._by_passage[id_])
            said = [place for place in near if place.says(phrase)]
            self._said[phrase] = sorted(said, key=lambda place: place.order)
        return self._said[phrase]

    def speaking_of(self, wanted: frozenset[str], least: float = 1.0) -> list[Place]:
        """The sentences that hold at least the share `least` of the search terms `wanted`."""
        held = Counter(row for term in wanted for row in self._rows_of_term.get(term, ()))
        return [self.places[row] for row, n in sorted(held.items()) if n >= least * len(wanted)]

    def knows(self, name: str) -> bool:
        """Whether every word of `name` stands somewhere in the documents or their titles."""
        return all(word in self._words for word in words(name))

    def lowered(self, phrase: str) -> str:
        """`phrase` as it would stand inside a sentence: a proper name keeps its capital."""
        first = _WORD.match(phrase)
        if not first or not first[0][1:].islower():
            return phrase
        word = first[0]
        proper = self._inner_words[word] > self._inner_words[word.lower()]
        return phrase if proper else word.lower() + phrase[len(word) :]

    @cached_property
    def _by_passage(self) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = defaultdict(list)
        for place in self.places:
            found[place.passage.id].append(place)
        return found

    @cached_property
    def _rows_of_term(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = defaultdict(list)
        for row, place in enumerate(self.places):
            for term in term_set(place.sentence.text):
                rows[term].append(row)
        return rows

    @cached_property
    def _words(self) -> set[str]:
        labels = (document.label for document in self.documents.values())
        texts = (passage.searchable for passage in self.corpus.passages.values())
        return {word for text in (*labels, *texts) for word in words(text)}

    @cached_property
    def _inner_words(self) -> Counter[str]:
        """How often each word stands inside a sentence, where only names have a capital."""
        return Counter(
            word for place in self.places for word in _WORD.findall(place.sentence.text)[1:]
        )
