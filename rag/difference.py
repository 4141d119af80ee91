"""The difference of two figures that were each quoted: a claim that is computed, and its check.

"The difference is 1.3 million tons (1.5 million tons in 2024 against 0.2 million tons in 2023)."
Rather none than a wrong one: both figures must be singled out, be of one kind and unit, and by
the register of figures measure the same: a level or a change, of one thing, over one time. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rag.figures import Figure
from rag.models import Claim, Verdict
from rag.numerals import numbers
from rag.operand import (
    KINDS,
    Operand,
    comparable,
    is_quoted,
    quoted_year,
    read_operand,
    reference_year,
    year_of,
)
from rag.period import years_in
from rag.quantities import Quantity, amounts
from rag.terms import measure_terms
from rag.text import term, terms, words
from rag.unit_names import is_measure
from rag.word_classes import CHANGES, MORE, TIME_UNIT


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: the question it answers, and the claim that was quoted for it.

    `span` is the part of the claim's text that answers, if the reader marked it; `figures` is what
    the register holds of the sentences that are cited.
    """

    question: str
    claim: Claim
    span: str | None = None
    figures: Sequence[Figure] = ()


_COMPUTED = re.compile(r"The difference is .+ \((?P<one>.+) against (?P<other>.+)\)\.")
_CLAUSE = re.compile(r"[,;:.!?](?=\s|$)|\s(?:and|but|while|whereas)\s")
_CHANGING = re.compile(rf"\b(?:{CHANGES}|{MORE})\b", re.I)
_RATE = re.compile(
    r"\W{0,2}(?:(?:per|each|every)\s+(?P<per>\w+)"
    rf"|an?\s+(?P<time>{TIME_UNIT})\b|(?P<word>old|ago|long|wide|high|tall|deep|thick|later|earlier)\b)",
    re.I,
)
_RATED = frozenset(
    "per daily weekly monthly quarterly yearly annual annually hourly average mean median"
    " cumulative capita".split()
)
_GOOD_SHARE = 0.5
"""The least share of what is asked about that a figure must measure."""
_LEAST_SHARE = Decimal("0.1")
"""A result below this share of its scale word is written out."""


def difference(one: Side, other: Side) -> Claim | None:
    """The computed claim of how far the two sides' figures are apart, or `None`.

    It cites what both claims cite. There is none if a figure is not singled out, if the two are
    of different kinds or units, are ranges or bounds, are the same, or measure unlike things.
    """
    pair = _pair(one, other)
    if pair is None or not _are_alike(pair, (one, other)):
        return None
    operands = [_operand(q, side) for q, side in zip(pair, (one, other), strict=True)]
    if operands[0] is None or operands[1] is None:
        return None
    citations = tuple(dict.fromkeys((*one.claim.citations, *other.claim.citations)))
    text = _sentence(operands[0], operands[1])
    claim = Claim(text, citations, computed=True) if text else None
    quotes = [citation.quote for citation in citations]
    return claim if claim and check(claim, quotes) is Verdict.SUPPORTED else None


def check(claim: Claim, quotes: Sequence[str]) -> Verdict:
    """Whether a computed claim holds: both figures are quoted for their years, the sum is right.

    `quotes` are the quotes of the claim's citations, in order, without markup.
    """
    match = _COMPUTED.fullmatch(claim.text)
    read = [read_operand(part) for part in match.groups()] if match else []
    operands = [operand for operand in read if operand is not None]
    if len(operands) != 2:
        return Verdict.TEXT_NOT_IN_SPAN
    if not all(is_quoted(operand, claim.citations, quotes) for operand in operands):
        return Verdict.FIGURE_NOT_IN_SPAN
    right = claim.text == _sentence(operands[0], operands[1])
    return Verdict.SUPPORTED if right else Verdict.FIGURE_NOT_IN_SPAN


def _pair(one: Side, other: Side) -> tuple[Quantity, Quantity] | None:
    """The figures that answer, if both are singled out; the one side may single out the other."""
    left, right = _candidates(one), _candidates(other)
    first, second = _single(left, one), _single(right, other)
    if first and not second:
        second = _single([q for q in right if comparable(first, q)], other)
    if second and not first:
        first = _single([q for q in left if comparable(q, second)], one)
    return (first, second) if first and second and comparable(first, second) else None


def _are_alike(pair: tuple[Quantity, Quantity], sides: tuple[Side, Side]) -> bool:
    """Whether the register says of both figures that they measure what both sides ask about."""
    rows = [_row(quantity, side) for quantity, side in zip(pair, sides, strict=True)]
    one, other = rows
    if one is None or other is None:
        return False
    asked = [_asked_about(side.question) for side in sides]
    shared = asked[0] & asked[1]
    return (
        (one.kind, one.change, len(one.months)) == (other.kind, other.change, len(other.months))
        and (not one.change or one.direction == other.direction)
        and all(_measures(row, side, shared) for row, side in zip((one, other), sides, strict=True))
        and all(
            _covers(_told(side), own - shared) or own <= shared
            for side, own in zip(sides, asked, strict=True)
        )
        and _rate(pair[0], sides[0], one) == _rate(pair[1], sides[1], other)
    )


def _row(quantity: Quantity, side: Side) -> Figure | None:
    """What the register says of a figure, if it says one thing."""
    rows = [f for f in side.figures if (f.value, f.high) == (quantity.value, quantity.high)]
    said = {(f.kind, f.change, f.direction, f.terms) for f in rows}
    return rows[0] if len(said) == 1 else None


def _measures(row: Figure, side: Side, shared: frozenset[str]) -> bool:
    """Whether a figure measures what is asked, or is the only one of a claim that says it all."""
    if _covers(row.terms, shared):
        return True
    return len(side.figures) == 1 and bool(row.terms & shared) and shared <= _told(side)


def _asked_about(question: str) -> frozenset[str]:
    return frozenset(measure_terms(_CHANGING.sub(" ", question)))


def _told(side: Side) -> frozenset[str]:
    """The terms of the claim and of where it stands."""
    headings = (" ".join((*c.heading, c.title)) for c in side.claim.citations)
    return frozenset(terms(" ".join((side.claim.text, *headings))))


def _covers(held: frozenset[str], wanted: frozenset[str]) -> bool:
    """Whether a good share of what is wanted is held; nothing at all covers nothing."""
    return bool(wanted) and len(wanted & held) >= _GOOD_SHARE * len(wanted)


def _rate(quantity: Quantity, side: Side, row: Figure) -> frozenset[str]:
    """What makes the figure one of a rate: "a month", "per head", "daily", "years old"."""
    end = quantity.whole.end if quantity.whole else quantity.end
    after = _RATE.match(side.claim.text, end)
    said = {next(filter(None, after.groups())).lower()} if after else set()
    return frozenset(said | (_RATED & set(words(row.measure))))


def _candidates(side: Side) -> list[Quantity]:
    """The amounts of the claim that the reader marked, or else those not of another year."""
    text = side.claim.text
    found = [q for q in amounts(text) if q.kind in KINDS]
    if side.span and text.count(side.span) == 1:
        start = text.index(side.span)
        end = start + len(side.span)
        if marked := [q for q in found if q.start < end and start < q.end]:
            return marked
    asked = years_in(side.question, reference_year(side.claim.citations[:1]))
    years = {q: year_of(q, text, side.claim.citations[:1]) for q in found}
    return [q for q in found if not asked or years[q] is None or years[q] in asked]


def _single(found: Sequence[Quantity], side: Side) -> Quantity | None:
    """The only one, or the only one whose clause speaks most of what is asked."""
    if len(found) < 2:
        return found[0] if found else None
    asked = {t for t in terms(side.question) if not t.isdecimal()}
    overlaps = [len(asked & _around(side.claim.text, q)) for q in found]
    most = max(overlaps)
    best = [q for q, overlap in zip(found, overlaps, strict=True) if overlap == most]
    return best[0] if most and len(best) == 1 else None


def _around(text: str, quantity: Quantity) -> set[str]:
    """The terms of the clause that a figure stands in, its unit's among them."""
    start = max((m.end() for m in _CLAUSE.finditer(text, 0, quantity.start)), default=0)
    after = _CLAUSE.search(text, quantity.end)
    own = {term(quantity.unit)} if quantity.unit else set()
    return own | set(terms(text[start : after.start() if after else len(text)]))


def _operand(quantity: Quantity, side: Side) -> Operand | None:
    """The figure as shown, with its year; nothing if it does not stand for itself or is amiss."""
    whole = quantity.whole
    shown = side.claim.text[whole.start : whole.end] if whole else ""
    read = read_operand(("about " if quantity.bound else "") + " ".join(shown.split()))
    if read is None or not read.quantity.same_as(quantity) or read.quantity.unit != quantity.unit:
        return None
    citations = side.claim.citations
    year = next((y for c in citations if (y := quoted_year(read, c, c.quote))), None)
    asked = years_in(side.question, reference_year(citations[:1]))
    if year and asked and year not in asked:
        return None
    return Operand(read.shown, read.quantity, year)


def _sentence(one: Operand, other: Operand) -> str | None:
    """The claim's text, the larger figure first; nothing if there is nothing to say."""
    if not comparable(one.quantity, other.quantity) or one.value == other.value:
        return None
    larger, smaller = (one, other) if one.value > other.value else (other, one)
    told = one.year is not None and other.year is not None and one.year != other.year
    a, b = (f"{o.shown} in {o.year}" if told else o.shown for o in (larger, smaller))
    hedge = "about " if one.quantity.bound or other.quantity.bound else ""
    result = _written(larger.value - smaller.value, larger)
    return f"The difference is {hedge}{result} ({a} against {b})."


def _written(value: Decimal, like: Operand) -> str:
    """The value in the manner of a figure: its currency, its scale word and its unit."""
    quantity, shown = like.quantity, like.shown
    if quantity.kind != "number":
        return f"{_digits(value)} percentage point{'' if value == 1 else 's'}"
    whole = quantity.whole
    sign = shown[whole.start : quantity.start] if whole else ""
    unit = shown[quantity.end : whole.end] if whole else ""
    if value == 1 and quantity.unit and not is_measure(quantity.unit):
        unit = f" {quantity.unit}"
    figure = next(iter(numbers(shown)), None)
    if figure and figure.power and value.scaleb(-figure.power) >= _LEAST_SHARE:
        scale = shown[figure.start + len(figure.figure) : figure.end]
        return f"{sign}{_digits(value.scaleb(-figure.power))}{scale}{unit}"
    return f"{sign}{_digits(value)}{unit}"


def _digits(value: Decimal) -> str:
    written = f"{value:,f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
