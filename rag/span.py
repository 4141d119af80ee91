"""The two sides of a proof: what a model states, and the sentences that are to support it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from rag.context import Shown
from rag.figures import Figure, figures_of
from rag.index import Index
from rag.instructions import visible
from rag.models import Document, Passage, Sentence, Span
from rag.period import Period, Status, period_of, status_of, years_in
from rag.text import words

_IS_DONE = re.compile(r"\b(?:is|are)\s(?:[a-z]+\s){0,2}?[a-z]{2,}(?:ed|en)\b", re.I)
"""A passive of the present, which tells no result: "is leased until 2031"."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence by a model, read as a sentence of the document it cites would be."""

    text: str
    figures: tuple[Figure, ...]
    period: Period

    @classmethod
    def read(cls, text: str, document: Document) -> Statement:
        """Read it; relative years count from the document's own."""
        return _read(text, document.published)


@dataclass(frozen=True, slots=True)
class Support:
    """Sentences of one passage, with what the register of figures tells of them.

    `context` is what goes without saying: the headings and the document's title. `years` are all
    that the sentences speak of, relative ones resolved, or else those of the nearest heading.
    `document` is the whole text that they stand in.
    """

    texts: tuple[str, ...]
    quotes: tuple[str, ...]
    context: str
    figures: tuple[Figure, ...]
    periods: tuple[Period, ...]
    years: frozenset[int]
    document: str = ""

    @classmethod
    def of(cls, shown: Shown, sentences: Sequence[Sentence], index: Index) -> Support:
        """Some sentences of a passage."""
        document, heading = shown.document, shown.passage.heading
        reference = document.published.year if document.published else None
        figures = [
            f for s in sentences for f in index.figures_of_sentence(document.id, s.span.start)
        ]
        periods = tuple(period_of(s.text, heading, reference) for s in sentences)
        own = [years_in(s.text, reference) for s in sentences]
        return cls(
            texts=tuple(visible(s.text) for s in sentences),
            quotes=tuple(
                document.text[place.start : place.end] for s in sentences for place in s.places
            ),
            context=" ".join((shown.title, *shown.heading)),
            figures=tuple(figures),
            periods=periods,
            years=frozenset().union(*own, *(p.years for p in periods))
            | {year for f in figures for year in f.period.years},
            document=document.text,
        )

    @property
    def text(self) -> str:
        """All sentences, one after the other."""
        return " ".join(self.texts)

    def is_quoted(self, text: str) -> bool:
        """Whether a text is one of the sentences, word for word: it can say nothing else."""
        said = words(text)
        return any(said == words(own) for own in self.texts)


@lru_cache(maxsize=1024)
def _read(text: str, published: date | None) -> Statement:
    """As a passage of its own, so that its figures are read as those of the documents were.

    A document that speaks of a later year than its own speaks of a plan. A model may not lean on
    that where it tells a result: the status is read as if nothing were known of the date, except
    that the present with a later year ("expires in 2031") is a plan in itself.
    """
    dated = _figures(text, published)
    undated = _figures(text, None)
    figures = (
        replace(one, period=replace(one.period, status=_status(text, one, other)))
        for one, other in zip(dated, undated, strict=True)
    )
    reference = published.year if published else None
    return Statement(text, tuple(figures), period_of(text, (), reference))


def _status(text: str, dated: Figure, undated: Figure) -> Status | None:
    own = undated.period.status
    is_past = status_of(_IS_DONE.sub(" ", text)) is Status.ACHIEVED
    return own if is_past or dated.period.status is not Status.PLANNED else Status.PLANNED


def _figures(text: str, published: date | None) -> tuple[Figure, ...]:
    whole = Span(0, len(text))
    passage = Passage("", "", whole, (), text, (Sentence(whole, text),))
    return figures_of(passage, Document("", "", "", text, "", published=published))
