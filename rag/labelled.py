"""Lines that a label tells apart, such as the rows of a table: which of them a question means.

"Line 2; Passengers 2023: 5,100" does not say whose line that is, and it reads almost like the line
above it. The label says which of its neighbours it is, and only the document says whose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rag.comparison import sides_of
from rag.index import Index
from rag.models import Passage, Sentence
from rag.names import initials_in, is_initials, kin_terms
from rag.question import Question
from rag.text import is_content, term, words
from rag.unit_names import names as unit_names
from rag.word_classes import TIME_UNIT

_LABEL = re.compile(
    r"\s*(?:[^:;.!?|]{1,80}:\s+(?=[^:]+;))?([^:;.!?|]{1,80}?)\s*[:;]\s(?=.*\d)", re.S
)
"""The words before the first colon or semicolon; of a row, the first cell without its column."""
_TIME_UNIT = re.compile(TIME_UNIT)
_SET_APART = re.compile(
    r"\b(?:than|versus|vs|besides|except|excluding|without|apart\s+from|after|before|since)\b", re.I
)
"""What follows is named to be set apart from what is meant."""


@dataclass(frozen=True, slots=True)
class _Line:
    """The words of a line's label, of the whole line, and of the header of its table, if any."""

    label: frozenset[str]
    words: frozenset[str]
    columns: frozenset[str]


class Labels:
    """What one question means among labelled lines; `passages` are those that may answer it."""

    def __init__(self, question: Question, index: Index, passages: Sequence[Passage]) -> None:
        self._index = index
        self._passages = passages
        self._question = question
        self._asked = _tokens(question.text)
        self._lines: dict[tuple[str, tuple[str, ...]], tuple[_Line, ...]] = {}
        self._sets_apart = bool(
            question.compares or _SET_APART.search(question.text) or sides_of(question.text)
        )

    def tell_another(self, passage: Passage, sentence: Sentence) -> bool:
        """Whether a sentence is a labelled line, but not the one that the question means.

        Either its document lacks a name of the question that another one holds, which has such a
        line, too; or the question names the label of a line beside it, not its own, and nothing
        else of it that is not also said there. Of a comparison no line is told to be another.
        """
        if self._sets_apart:
            return False
        line, beside = self._line(passage, sentence), self._beside(passage)
        if line is None or len({other.label for other in beside}) < 2:
            return False
        return self._is_elsewhere(passage, line) or self._is_named_beside(line, beside)

    def _is_named_beside(self, line: _Line, beside: Sequence[_Line]) -> bool:
        labels = {other.label for other in beside if other.label <= self._asked}
        longest = set(_longest(labels))
        if any(line.label >= label for label in longest):
            return False
        held = line.words & self._asked
        return any(other.label in longest and held <= other.words for other in beside)

    def _is_elsewhere(self, passage: Passage, line: _Line) -> bool:
        """Whether the document lacks what is named, and one that holds it has a like line."""
        if not self._about or passage.document_id in self._about:
            return False
        columns = line.columns & self._asked
        return any(other.label == line.label or columns & other.columns for other in self._offered)

    def _beside(self, passage: Passage) -> tuple[_Line, ...]:
        """All labelled lines under the headings of a passage."""
        key = (passage.document_id, passage.heading)
        if key not in self._lines:
            self._lines[key] = tuple(
                line
                for other in self._index.passages_of(passage.document_id)
                if other.heading == passage.heading
                for sentence in other.sentences
                if (line := self._line(other, sentence))
            )
        return self._lines[key]

    def _line(self, passage: Passage, sentence: Sentence) -> _Line | None:
        """The sentence as a labelled line: a row of a table, or a label with hardly more than
        figures; `None` for any other."""
        is_row = len(sentence.pieces) > 1
        label = _label(sentence.text, is_row)
        if not label:
            return None
        text = self._index.documents[passage.document_id].text
        header = text[sentence.pieces[0].start : sentence.pieces[0].end] if is_row else ""
        return _Line(label, _tokens(sentence.text), _tokens(header))

    @cached_property
    def _offered(self) -> Sequence[_Line]:
        """The labelled lines, among the passages, of the documents that hold what is named."""
        about = (p for p in self._passages if p.document_id in self._about)
        return [line for p in about for s in p.sentences if (line := self._line(p, s))]

    @cached_property
    def _about(self) -> frozenset[str]:
        """The documents that hold all names of the question that any document holds, or if there
        is no such document, those that hold the rarest of them; none if nothing is named."""
        named = (name for name in self._question.names if not is_initials(name))
        holding = [self._holding(word) for name in named for word in words(name)]
        known = [documents for documents in holding if documents]
        if not known:
            return frozenset()
        return frozenset.intersection(*known) or min(known, key=len)

    def _holding(self, word: str) -> frozenset[str]:
        """The documents with a word of a name, its kin, what it abbreviates or is short for."""
        if not is_content(word):
            return frozenset()
        kin = kin_terms(word)
        found = frozenset().union(*map(self._index.documents_holding, kin))
        for way in self._question.related.get(term(word), ()):
            found |= frozenset.intersection(*map(self._index.documents_holding, way))
        beside = {p.document_id for p in self._passages if self._is_headed(p.document_id, kin)}
        return found | beside | self._spelling_out(word)

    def _is_headed(self, document_id: str, kin: frozenset[str]) -> bool:
        """Whether the label, publisher or file name of a document holds one of the terms."""
        one = self._index.documents[document_id]
        return not kin.isdisjoint(_tokens(f"{one.label} {one.publisher or ''} {one.source}"))

    def _spelling_out(self, word: str) -> frozenset[str]:
        """The documents with a passage that has words in a row of these initials ("UK")."""
        if word.upper() not in self._question.names:
            return frozenset()
        return frozenset(p.document_id for p in self._passages if word in initials_in(p.text))


def _longest(labels: set[frozenset[str]]) -> Iterator[frozenset[str]]:
    """Those that are no part of another: of "Port" and "Port East" the latter is meant."""
    return (label for label in labels if not any(label < other for other in labels))


@lru_cache(maxsize=10_000)
def _label(text: str, is_row: bool) -> frozenset[str]:
    """The words of a line's label, if it is a line with figures; else nothing."""
    found = _LABEL.match(text)
    if not found or not (is_row or _is_figures(text[found.end() :])):
        return frozenset()
    return _tokens(found.group(1))


def _is_figures(text: str) -> bool:
    """Whether a text has more numbers than words, units aside: no prose after a colon."""
    told = [word for word in words(text) if is_content(word)]
    numbers = [word for word in words(text) if word[0].isdigit()]
    named = [w for w in told if w not in numbers and not _is_unit(w)]
    return len(named) < len(numbers)


def _is_unit(word: str) -> bool:
    return word == "per" or word in unit_names() or bool(_TIME_UNIT.fullmatch(word))


@lru_cache(maxsize=10_000)
def _tokens(text: str) -> frozenset[str]:
    return frozenset(term(word) for word in words(text) if is_content(word) or word.isdigit())
