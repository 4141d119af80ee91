"""The register as the page and its routes read it: made once for each version of the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rag.figures import Figure
from rag.live import AnyPipeline
from rag.models import Document
from rag.register import Register, Selection
from ui.figures.search import Vocabulary
from ui.figures.targets import Target, targets_of

SORTED_BY = ("measure", "value", "unit", "period", "status", "document")
"""The columns of the table, each of which can order it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The figures that are selected, in order; `said` is the measure as it was looked for."""

    figures: Sequence[Figure]
    said: str


class Book:
    """A register with what is derived from it; safe from any thread."""

    def __init__(self, register: Register) -> None:
        self.register = register

    @property
    def version(self) -> str:
        """The version of the index that it was read from."""
        return self.register.version

    @cached_property
    def documents(self) -> Sequence[Document]:
        """The documents that tell figures, by title."""
        told = {figure.document_id for figure in self.register.figures}
        held = (d for id_, d in self.register.documents.items() if id_ in told)
        return sorted(held, key=lambda d: (d.title, d.source))

    @cached_property
    def years(self) -> Sequence[int]:
        """The years that figures are of, the latest first."""
        told = {year for figure in self.register.figures for year in figure.period.years}
        return sorted(told, reverse=True)

    @cached_property
    def units(self) -> Sequence[str]:
        """The units, the commonest first."""
        counted = Counter(figure.unit for figure in self.register.figures if figure.unit)
        return sorted(counted, key=lambda unit: (-counted[unit], unit))

    @cached_property
    def targets(self) -> Sequence[Target]:
        """The measures with a result and a target."""
        return targets_of(self.register)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self.register.figures)

    def find(self, selection: Selection, sort: str = "", *, descending: bool = False) -> Found:
        """The selected figures, in the order of the text or of a column; slips of typing are
        mended. What a column does not tell comes last, whichever way it is ordered."""
        said = self._vocabulary.mended(selection.measure)
        chosen = replace(selection, measure=said)
        figures = list(chosen.of(self.register.figures, self.register.documents))
        if sort:
            key = self._key(sort)
            told = [figure for figure in figures if key(figure)]
            untold = [figure for figure in figures if not key(figure)]
            figures = sorted(told, key=key, reverse=descending) + untold
        return Found(figures, said)

    def compared(self, selection: Selection) -> Sequence[Target]:
        """The measures with a result and a target of which any figure is selected, whatever its
        period and status."""
        chosen = set(map(id, self.find(replace(selection, year=None, status=None)).figures))
        return [t for t in self.targets if any(id(f) in chosen for f in t.figures)]

    def _key(self, sort: str) -> Callable[[Figure], tuple[object, ...]]:
        documents = self.register.documents
        keys: dict[str, Callable[[Figure], tuple[object, ...]]] = {
            "measure": lambda f: (f.measure.casefold(),) if f.measure else (),
            "value": lambda f: (f.value, f.high or f.value),
            "unit": lambda f: (f.unit.casefold(),) if f.unit else (),
            "period": lambda f: (max(f.period.years), sorted(f.months)) if f.period.years else (),
            "status": lambda f: (f.period.status.value,) if f.period.status else (),
            "document": lambda f: (documents[f.document_id].title.casefold(), f.span.start),
        }
        return keys[sort]


class Books:
    """The book of whichever version of the index answers now."""

    def __init__(self, pipeline: AnyPipeline) -> None:
        self._pipeline = pipeline
        self._last: Book | None = None

    def now(self) -> Book:
        """The book of the current version; the last one is kept."""
        last = self._last
        if last is None or last.version != self._pipeline.index_version:
            # Two threads may both make it; either is right, and one of them is kept.
            self._last = last = Book(self._pipeline.register)
        return last
