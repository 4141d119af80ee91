"""The two sides of a proof: what a model states, and the sentences that are to support it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from rag.context import Shown
from rag.figures import Figure, figures_of
from rag.index import Index
from rag.instructions import visible
from rag.models import Document, Passage, Sentence, Span
from rag.period import Period, period_of, years_in


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
    """

    texts: tuple[str, ...]
    quotes: tuple[str, ...]
    context: str
    figures: tuple[Figure, ...]
    periods: tuple[Period, ...]
    years: frozenset[int]

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
            context=" ".join((document.title, *heading)),
            figures=tuple(figures),
            periods=periods,
            years=frozenset().union(*own, *(p.years for p in periods))
            | {year for f in figures for year in f.period.years},
        )

    @property
    def text(self) -> str:
        """All sentences, one after the other."""
        return " ".join(self.texts)


@lru_cache(maxsize=1024)
def _read(text: str, published: date | None) -> Statement:
    """As a passage of its own, so that its figures are read as those of the documents were.

    A document that speaks of a later year than its own speaks of a plan. A model may not lean on
    that: its own words must say so, hence the status is read as if nothing were known of the date.
    """
    dated = _figures(text, published)
    undated = _figures(text, None)
    figures = (
        replace(one, period=replace(one.period, status=other.period.status))
        for one, other in zip(dated, undated, strict=True)
    )
    reference = published.year if published else None
    return Statement(text, tuple(figures), period_of(text, (), reference))


def _figures(text: str, published: date | None) -> tuple[Figure, ...]:
    whole = Span(0, len(text))
    passage = Passage("", "", whole, (), text, (Sentence(whole, text),))
    return figures_of(passage, Document("", "", "", text, "", published=published))
