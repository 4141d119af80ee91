"""What a question asks: its search terms, its periods and status, its kind, its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from rag.abbreviations import Abbreviations, Related
from rag.asking import asked_for
from rag.errors import QuestionError
from rag.informal import spelt_out
from rag.names import is_shouted, name_words
from rag.parts import Stands, parts_of
from rag.period import (
    Status,
    months_in,
    status_of,
    without_months,
    years_in,
)
from rag.spelling import Speller
from rag.terms import asked_terms, measure_terms
from rag.text import words
from rag.wants import FigureKind, Wants

__all__ = ["FigureKind", "Question", "Wants", "read_question"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read. `text` is mended and tidied, `asked` as it was typed.

    `figure` is the kind of figure asked for, if one is; `measure` holds the terms for what is
    asked about, without those that ask, date or tell plan from result. `parts` are the questions
    asked in one breath, none for a single one, and `pieces` the same as they were asked;
    `compares` if they are sides of one comparison. `related` holds what says the same as a term:
    the long form of an abbreviation, or its short one.
    """

    asked: str
    text: str
    terms: tuple[str, ...]
    names: tuple[str, ...]
    status: Status | None
    wants: Wants
    figure: FigureKind | None
    measure: tuple[str, ...]
    parts: tuple[str, ...]
    pieces: tuple[str, ...]
    compares: bool
    related: Related = field(default_factory=dict)

    @property
    def all_terms(self) -> tuple[str, ...]:
        """The search terms, and those of everything that says the same as one of them."""
        also = (term for ways in self.related.values() for way in ways for term in sorted(way))
        return tuple(dict.fromkeys((*self.terms, *also)))

    def widened(self, held: frozenset[str]) -> frozenset[str]:
        """The terms that are held, and those of which something held says the same."""
        also = {term for term, ways in self.related.items() if any(way <= held for way in ways)}
        return held | also

    def years(self, reference: int | None) -> frozenset[int]:
        """The years asked about, relative ones counted from a document's own year.

        The year of a month that is named ("of July 2023") tells a document, not a period.
        """
        return years_in(without_months(self.text), reference)

    def dated(self, published: date | None) -> float:
        """Whether the question names the document's month: 1 yes, -1 another, 0 open."""
        months = months_in(self.text)
        if not months or published is None:
            return 0.0
        return 1.0 if (published.year, published.month) in months else -1.0


_SURROGATE = re.compile("[\ud800-\udfff]")


def read_question(
    text: str,
    speller: Speller,
    longest: int,
    stands: Stands = lambda _: False,
    abbreviations: Abbreviations | None = None,
) -> Question:
    """Read a question; `stands` tells whether a phrase stands in the documents word for word.

    Raises:
        QuestionError: it is empty, holds no word, is longer than `longest` characters, or holds
            half a character (a lone surrogate, which is what Python makes of bytes not in UTF-8).
    """
    asked = " ".join(text.split())
    if _SURROGATE.search(asked):
        raise QuestionError("The question holds bytes that are no text; type it in UTF-8.")
    if not words(asked):
        raise QuestionError("The question is empty; type what you want to know.")
    if len(asked) > longest:
        raise QuestionError(
            f"The question has {len(asked):,} characters; the longest allowed is {longest:,}. "
            "Ask for one thing at a time."
        )
    written = spelt_out(asked)
    mended = speller.mend(abbreviations.spelt_out(written) if abbreviations else written)
    kind = asked_for(mended)
    parts = parts_of(mended, kind, stands)
    terms = tuple(dict.fromkeys(asked_terms(mended)))
    return Question(
        asked=asked,
        text=mended,
        terms=terms,
        names=() if is_shouted(asked) else name_words(mended),
        status=status_of(mended),
        wants=kind.wants,
        figure=kind.figure,
        measure=measure_terms(mended),
        parts=parts.texts,
        pieces=parts.pieces,
        compares=parts.compares,
        related=abbreviations.related(terms) if abbreviations else {},
    )
