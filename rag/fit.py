"""How a sentence fits a question in kind, time and status: evidence for ranking, 1 to -1.

Only grammar, numbers, capitals and calendar words are looked at; nothing here knows a subject.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from rag.figure_fit import Wanted, agree, best_fit, same
from rag.index import Index
from rag.models import Passage, Sentence
from rag.names import UPPER, name_phrases
from rag.period import Status, months_in, period_of, years_in
from rag.quantities import holds_amount
from rag.question import Question
from rag.text import term_set
from rag.wants import FigureKind

_DAY = re.compile(
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
    r"|\b(?:January|February|March|April|June|July|August|September|October|November|December)\b"
    r"|\bMay\s+\d|\b\d{1,2}\s+May\b|\b(?:spring|summer|autumn|winter)\b|\d\s?[ap]\.?m\b|\d:\d\d"
    r"|\b(?:\d{1,2}(?:st|nd|rd|th)|[a-z]+teenth|eighth|ninth|twentieth)\s+century\b"
    r"|\b\d{3,4}\s+(?:BC|AD|BCE|CE)\b|\b(?:yesterday|today|tomorrow|tonight)\b",
    re.I,
)
_PLACED = re.compile(
    r"\b(?:in|at|from|near|to|into|across|around|outside|between|along|on|of|beside)\s+"
    rf"(?:the\s+|its\s+)?(?:[a-z]+\s+){{0,2}}{UPPER}"
)


class Fits:
    """How the sentences of one passage fit a question."""

    def __init__(
        self, question: Question, passage: Passage, index: Index, weights: Mapping[str, float]
    ) -> None:
        document = index.documents[passage.document_id]
        self._question = question
        self._index = index
        self._passage = passage
        self._heading = passage.heading
        self._reference = document.published.year if document.published else None
        self._years = question.years(self._reference)
        self._dated = question.dated(document.published)
        self._status = _asked_status(question, self._years, self._reference)
        self._wanted = self._figure_wanted(weights) if question.figure else None

    def _figure_wanted(self, weights: Mapping[str, float]) -> Wanted:
        change = True if self._question.figure is FigureKind.GROWTH else None
        return Wanted(frozenset(self._question.measure), self._years, self._status, change, weights)

    def of(self, sentence: Sentence) -> dict[str, float]:
        """The fit of one sentence, by name: -1 clash, 0 open, 1 fit.

        `figure`, 0 to 1, is how well a figure of the sentence fits the one that is asked for.
        `setting` is the fit of the period that is told before, where the sentence tells none.
        """
        period = period_of(sentence.text, self._heading, self._reference)
        return {
            "period": agree(self._years, period.years),
            "setting": 0.0 if period.years else self._setting_fit(sentence),
            "dated": self._dated,
            "status": same(self._status, period.status),
            "amount": _amount_fit(self._question, sentence),
            "kind": _kind_fit(self._question, sentence.text),
            "figure": self._figure_fit(sentence),
        }

    def _setting_fit(self, sentence: Sentence) -> float:
        """The fit of the years of the nearest sentence before that tells any, or else of those
        that a document of its date goes without naming: its own, the last and the next."""
        if not self._years:
            return 0.0
        sentences = self._passage.sentences
        for previous in reversed(sentences[: sentences.index(sentence)]):
            if years := years_in(previous.text, self._reference):
                return agree(self._years, years)
        if self._reference is None:
            return 0.0
        near = range(self._reference - 1, self._reference + 2)
        return 0.0 if self._years & set(near) else -1.0

    def _figure_fit(self, sentence: Sentence) -> float:
        if self._wanted is None:
            return 0.0
        place = (self._passage.document_id, sentence.span.start)
        return best_fit(self._wanted, self._index.figures_of_sentence(*place)).score


def _asked_status(
    question: Question, years: frozenset[int], reference: int | None
) -> Status | None:
    """The status asked for: of a year that is not over yet, a document tells no results only."""
    if reference is not None and years and min(years) >= reference:
        return Status.PLANNED if question.status is Status.PLANNED else None
    return question.status


def _amount_fit(question: Question, sentence: Sentence) -> float:
    if question.figure is None:
        return 0.0
    return 1.0 if holds_amount(sentence.text) else -1.0


def _kind_fit(question: Question, sentence: str) -> float:
    """Whether the sentence holds a date, a name or a place where one is asked for."""
    holds = _HOLDS.get(question.wants.value)
    if holds is None:
        return 0.0
    return 1.0 if holds(question.text, sentence) else -1.0


def _holds_date(asked: str, sentence: str) -> bool:
    """Whether it tells a time that the question does not name."""
    if _DAY.search(sentence):
        return True
    return bool((years_in(sentence, None) - years_in(asked, None)) or months_in(sentence))


def _holds_name(asked: str, sentence: str) -> bool:
    return bool(_names(_DAY.sub(" ", sentence)) - term_set(asked))


def _holds_place(asked: str, sentence: str) -> bool:
    return bool(_PLACED.search(sentence)) and _holds_name(asked, sentence)


_HOLDS: dict[str, Callable[[str, str], bool]] = {
    "date": _holds_date,
    "person": _holds_name,
    "place": _holds_place,
}


@lru_cache(maxsize=100_000)
def _names(sentence: str) -> frozenset[str]:
    """The terms written with capitals, but for a lone one that opens the sentence."""
    found: set[str] = set()
    for start, phrase in name_phrases(sentence):
        if start or " " in phrase:
            found |= term_set(phrase)
    return frozenset(found)
