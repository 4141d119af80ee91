"""One figure of a computed claim: as it is shown, as it is quoted, and the year it is of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rag.bound import Bound
from rag.models import Citation
from rag.period import years_in
from rag.quantities import Quantity, amounts, quantities
from rag.role import Role


@dataclass(frozen=True, slots=True)
class Operand:
    """A figure as it stands in the text, with the year it is of, if that is told."""

    shown: str
    quantity: Quantity
    year: int | None = None

    @property
    def value(self) -> Decimal:
        """The value of the figure, its scale applied."""
        return self.quantity.value


_LABEL = re.compile(r"(?P<shown>.+?)(?: in (?P<year>\d{4}))?")
_YEAR_AFTER = re.compile(
    r"(?:\s(?!and\b|or\b|but\b|to\b)[^\W\d][\w-]*){0,4}?\s(?:in|for|during|of)\s$"
)
KINDS = ("number", "percent", "points")
_SURE = (None, Bound.ABOUT)
"""A figure that is only a bound ("over 5") has no difference to another."""


def comparable(one: Quantity, other: Quantity) -> bool:
    """Whether one can be taken from the other; an unknown unit compares to an unknown one alone."""
    return (
        one.kind == other.kind
        and one.unit == other.unit
        and one.high is other.high is None
        and one.bound in _SURE
        and other.bound in _SURE
    )


def read_operand(part: str) -> Operand | None:
    """The figure of "1.5 million tons in 2024": it alone, and its year."""
    match = _LABEL.fullmatch(part)
    found = quantities(match["shown"]) if match else ()
    if match is None or len(found) != 1 or found[0].whole is None:
        return None
    whole = found[0].whole
    hedge = "about " if found[0].bound is Bound.ABOUT else ""
    if match["shown"] != hedge + match["shown"][whole.start : whole.end]:
        return None
    if found[0].role is not Role.AMOUNT or found[0].kind not in KINDS:
        return None
    return Operand(match["shown"], found[0], int(match["year"]) if match["year"] else None)


def is_quoted(operand: Operand, citations: Sequence[Citation], quotes: Sequence[str]) -> bool:
    """Whether a citation says the figure, of that year and in those words."""
    for citation, quote in zip(citations, quotes, strict=True):
        if _held(operand, quote) is None:
            continue
        if operand.year is None or operand.year == quoted_year(operand, citation, quote):
            return True
    return False


def _held(operand: Operand, quote: str) -> Quantity | None:
    """The quote's own figure that the operand shows, if there is one, in the same words."""
    wanted = operand.quantity
    said = _letters(operand.shown.removeprefix("about "))
    for q in amounts(quote):
        same = comparable(q, wanted) and q.value == wanted.value and q.bound == wanted.bound
        if same and q.whole and _letters(quote[q.whole.start : q.whole.end]) == said:
            return q
    return None


def quoted_year(operand: Operand, citation: Citation, quote: str) -> int | None:
    """The year that a quote or the headings above it tell of the figure, if it says it."""
    held = _held(operand, quote)
    return year_of(held, quote, [citation]) if held else None


def year_of(quantity: Quantity, text: str, citations: Sequence[Citation]) -> int | None:
    """The year a figure is of: the text's only one, else the one beside it, else a heading's."""
    reference = reference_year(citations)
    told = years_in(text, reference)
    if len(told) > 1:
        return _nearest_year(quantity, text)
    heading = citations[0].heading if citations else ()
    for years in (told, *(years_in(h, reference) for h in reversed(heading))):
        if years:
            return next(iter(years)) if len(years) == 1 else None
    return None


def _nearest_year(quantity: Quantity, text: str) -> int | None:
    """The year said right after the figure ("5 tons in 2023"), else the last before it."""
    years = [q for q in quantities(text) if q.role is Role.DATE and 1800 <= q.value < 2200]
    end = quantity.whole.end if quantity.whole else quantity.end
    after = next((y for y in years if y.start >= end), None)
    if after and _YEAR_AFTER.fullmatch(text[end : after.start]):
        return int(after.value)
    before = [int(y.value) for y in years if y.end <= quantity.start]
    return before[-1] if before else None


def reference_year(citations: Sequence[Citation]) -> int | None:
    """The year that "last year" counts from: that of the first citation's document."""
    published = citations[0].published if citations else None
    return published.year if published else None


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
