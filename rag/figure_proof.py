"""Whether every figure of a statement stands in what it cites: for its measure, period, status.

The register of figures tells all four of the sentences cited; the statement is read the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from rag.bound import Bound
from rag.figures import Figure
from rag.measure_told import fits_another, is_told, would_be
from rag.models import Verdict
from rag.notation import is_told_otherwise, same_value, share_of
from rag.period import Status, without_years, years_in
from rag.quantities import missing_from
from rag.span import Statement, Support
from rag.word_proof import directions

_FINE = Verdict.SUPPORTED
_MODAL = re.compile(r"\b(?:would|could|might|may|can|should|will)\b", re.I)
_LIMITS = {Bound.AT_MOST.value: "maximum", Bound.AT_LEAST.value: "minimum"}
"""Nouns that tell a bound: "the maximum slope is 2 percent"."""


def figures_verdict(statement: Statement, support: Support) -> Verdict:
    """`SUPPORTED`, or the first thing that is wrong with a figure or a year."""
    if support.is_quoted(statement.text):
        return _FINE
    if not _stand(statement, support):
        return Verdict.FIGURE_NOT_IN_SPAN
    if not statement.period.years | years_in(statement.text, None) <= support.years:
        return Verdict.PERIOD_CLASH
    support = replace(support, figures=tuple(_as_said(statement, support)))
    for figure in statement.figures:
        verdict = _figure_verdict(figure, statement, support)
        if verdict is not Verdict.SUPPORTED:
            return verdict
    return _status_verdict(statement, support)


def _stand(statement: Statement, support: Support) -> bool:
    """Whether every number stands in what is cited, be it in another notation."""
    said = without_years(statement.text)
    cited = " ".join((*support.texts, *support.quotes))
    return all(
        is_told_otherwise(quantity, said, cited, support.context)
        for quantity in missing_from(said, cited)
    )


def _as_said(statement: Statement, support: Support) -> Iterator[Figure]:
    """The cited figures, ranges told as such if the statement tells ranges, else as their ends.

    "From 2 to 40 °C" are two figures, "2 to 40 °C" is one; both say the same unless things move.
    """
    ranges = {(f.value, f.high) for f in statement.figures if f.high is not None}
    told = support.figures
    yield from told
    if not directions(support.text):
        for low, high in pairwise(told):
            if (low.value, high.value) in ranges and None in (low.high, high.high):
                yield replace(low, high=high.value, unit=high.unit, kind=high.kind)
    said = {f.value for f in statement.figures}
    for figure in told:
        if figure.high is not None and {figure.value, figure.high} <= said:
            yield from (replace(figure, high=None), replace(figure, value=figure.high, high=None))


def _figure_verdict(figure: Figure, statement: Statement, support: Support) -> Verdict:
    """Held against the cited figures of the same value; one that fits is enough."""
    same = [other for other in support.figures if _is_same_value(figure, other)]
    if not same:
        return _unread(figure, statement, support)
    verdicts = [_compared(figure, other, statement, support) for other in same]
    return Verdict.SUPPORTED if Verdict.SUPPORTED in verdicts else verdicts[0]


def _unread(figure: Figure, statement: Statement, support: Support) -> Verdict:
    """A number that stands there but that the register does not hold: not if it is an end of a
    range, has another unit or is a year there, and what it measures must still be told."""
    ends = {end for other in support.figures for end in (other.value, other.high)}
    if figure.value in ends or figure.value in support.years:
        return Verdict.FIGURE_NOT_IN_SPAN
    told = is_told(figure, statement, support)
    return _status_of_unread(figure, support) if told else Verdict.MEASURE_CLASH


def _status_of_unread(figure: Figure, support: Support) -> Verdict:
    told = {period.status for period in support.periods}
    clash = Status.PLANNED in told and figure.period.status is not Status.PLANNED
    return Verdict.STATUS_CLASH if clash else Verdict.SUPPORTED


def _is_same_value(one: Figure, other: Figure) -> bool:
    """In the same notation, or in another unit of the same scale, or as another share."""
    ends = [(one.value, other.value), (one.high, other.high)]
    told = [(Fraction(a), Fraction(b)) for a, b in ends if a is not None and b is not None]
    if len(told) != sum(end != (None, None) for end in ends):
        return False
    share = [share_of(a, one.kind) for a, _ in told]
    if None not in share and share == [share_of(b, other.kind) for _, b in told]:
        return True
    return all(same_value(a, one.unit, b, other.unit) for a, b in told)


def _compared(figure: Figure, other: Figure, statement: Statement, support: Support) -> Verdict:
    if not _is_same_bound(figure, other, statement, support):
        return Verdict.FIGURE_NOT_IN_SPAN
    told = is_told(figure, statement, support)
    if not told or fits_another(figure, other, statement, support):
        return Verdict.MEASURE_CLASH
    if not _is_same_period(figure, other, support):
        return Verdict.PERIOD_CLASH
    if would_be(other, support) and not _MODAL.search(statement.text):
        return Verdict.STATUS_CLASH
    same_status = _is_same_status(figure.period.status, other.period.status)
    if not (same_status or _is_limit(figure, statement, support)):
        return Verdict.STATUS_CLASH
    turned = figure.direction and other.direction and figure.direction != other.direction
    return Verdict.MEASURE_CLASH if turned or _is_change_of_level(figure, other, support) else _FINE


def _is_same_bound(figure: Figure, other: Figure, statement: Statement, support: Support) -> bool:
    """ "About" may be said or not; every other bound is part of the figure."""
    said, told = figure.bound, other.bound
    if said == told or {said, told} == {None, Bound.ABOUT.value}:
        return True
    text = support.text if told is None else statement.text if said is None else ""
    limit = _LIMITS.get(said or told or "")
    return limit is not None and re.search(rf"\b{limit}\b", text, re.I) is not None


def _is_change_of_level(figure: Figure, other: Figure, support: Support) -> bool:
    """Whether a change is told as the level, or the level as the change, where both are told:
    "grew by 47 and reached 1,771"."""
    if figure.change == other.change:
        return False
    rest = [f for f in support.figures if not _is_same_value(f, other)]
    return any(f.change == figure.change and f.terms & other.terms for f in rest)


def _is_same_period(figure: Figure, other: Figure, support: Support) -> bool:
    """Years and months that are said must be the cited figure's own.

    One without a year may have that of its sentence, unless another of the kind has it.
    """
    if not figure.period.years <= other.period.years:
        rivals = (f for f in support.figures if (f.kind, f.unit) == (other.kind, other.unit))
        taken = frozenset(year for f in rivals for year in f.period.years)
        return not other.period.years and not figure.period.years & taken
    return not (figure.months and other.months) or figure.months <= other.months


def _is_same_status(said: Status | None, told: Status | None) -> bool:
    """A plan must be told as one, and a result not as a plan."""
    if told is Status.PLANNED:
        return said is Status.PLANNED
    return said is not Status.PLANNED or told is None


def _is_limit(figure: Figure, statement: Statement, support: Support) -> bool:
    """Whether both tell what may be at most or least, which holds whatever the tense: "must not
    be more than 2 percent", "is 2 percent at most". What was so in the past is none."""
    ruled = figure.bound in _LIMITS or re.search(r"\b(?:max|min)imum\b", statement.text, re.I)
    past = (re.search(r"\b(?:was|were|had|has|have)\b", t) for t in (statement.text, support.text))
    return bool(ruled) and not any(past)


def _status_verdict(statement: Statement, support: Support) -> Verdict:
    """The status of the whole must be one that the sentences or their figures have.

    A result told beside a plan is left to the figures, each of which has its own.
    """
    said = statement.period.status
    told = {period.status for period in (*support.periods, *(f.period for f in support.figures))}
    limits = any(_is_limit(figure, statement, support) for figure in statement.figures)
    left = said is None or limits or (statement.figures and said is Status.ACHIEVED)
    return _FINE if left or None in told or said in told else Verdict.STATUS_CLASH
