"""The register of figures, looked into: which figures a person or a program asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rag.figures import Figure
from rag.models import Document, Filters
from rag.period import Status
from rag.text import terms
from rag.unit_names import is_measure
from rag.units import unit_after

_UNITS = {"%": "%", "percent": "%", "per cent": "%", "pp": "pp", "percentage points": "pp"}


@dataclass(frozen=True, slots=True)
class Register:
    """All figures of one version of the index, in the order of the passages, with their documents
    by id."""

    version: str
    figures: Sequence[Figure]
    documents: Mapping[str, Document]


@dataclass(frozen=True, slots=True)
class Selection:
    """What to list: all that is given must hold.

    `measure` are words that the measure must hold, in any form; `year` is one that the figure is
    of; `unit` may be spelled in any way ("yuan", "RMB").
    """

    filters: Filters = field(default_factory=Filters)
    measure: str = ""
    year: int | None = None
    status: Status | None = None
    unit: str | None = None

    def of(self, figures: Sequence[Figure], documents: Mapping[str, Document]) -> Iterator[Figure]:
        """The figures that are selected, in their order."""
        admitted = {id_ for id_, document in documents.items() if self.filters.admits(document)}
        wanted = frozenset(terms(self.measure))
        unit = unit_named(self.unit) if self.unit else None
        for figure in figures:
            told = figure.document_id in admitted and wanted <= figure.terms
            if told and unit in (None, figure.unit) and self._holds(figure):
                yield figure

    def _holds(self, figure: Figure) -> bool:
        if self.year is not None and self.year not in figure.period.years:
            return False
        return self.status is None or self.status is figure.period.status


def unit_named(spelled: str) -> str:
    """The canonical unit of a spelling, or the spelling itself if it is of none."""
    plain = " ".join(spelled.split())
    known = _UNITS.get(plain.lower())
    found = None if known else unit_after(f"1 {plain}", 1)
    return known or (found[0] if found and is_measure(found[0]) else plain)
