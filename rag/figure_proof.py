"""Whether every figure of a statement stands in what it cites: for its measure, period, status.

The register of figures tells all four of the sentences cited; the statement is read the same way.
"""

from __future__ import annotations

from rag.bound import Bound
from rag.figures import Figure
from rag.governing.place import is_generic
from rag.kinship import kin_share, stands
from rag.models import Verdict
from rag.period import Status, without_years, years_in
from rag.quantities import missing_from
from rag.span import Statement, Support
from rag.text import term_set

_SAME_MEASURE = 0.8
"""The share of a statement's measure that the cited sentence and headings must hold: of four terms
or fewer all, since a single other one ("expenditure" for "revenue") measures something else."""
_FINE = Verdict.SUPPORTED


def figures_verdict(statement: Statement, support: Support) -> Verdict:
    """`SUPPORTED`, or the first thing that is wrong with a figure or a year."""
    said = without_years(statement.text)
    if missing_from(said, " ".join((*support.texts, *support.quotes))):
        return Verdict.FIGURE_NOT_IN_SPAN
    if not statement.period.years | years_in(statement.text, None) <= support.years:
        return Verdict.PERIOD_CLASH
    for figure in statement.figures:
        verdict = _figure_verdict(figure, support)
        if verdict is not Verdict.SUPPORTED:
            return verdict
    return _status_verdict(statement, support)


def _figure_verdict(figure: Figure, support: Support) -> Verdict:
    """Held against the cited figures of the same value; one that fits is enough."""
    same = [other for other in support.figures if _is_same_value(figure, other)]
    if not same:
        return _unread(figure, support)
    verdicts = [_compared(figure, other, support) for other in same]
    return Verdict.SUPPORTED if Verdict.SUPPORTED in verdicts else verdicts[0]


def _unread(figure: Figure, support: Support) -> Verdict:
    """A number that stands there but that the register does not hold: not if it is an end of a
    range, has another unit or is a year there, and what it measures must still be told."""
    ends = {end for other in support.figures for end in (other.value, other.high)}
    if figure.value in ends or figure.value in support.years:
        return Verdict.FIGURE_NOT_IN_SPAN
    return (
        _status_of_unread(figure, support) if _is_told(figure, support) else Verdict.MEASURE_CLASH
    )


def _status_of_unread(figure: Figure, support: Support) -> Verdict:
    told = {period.status for period in support.periods}
    clash = Status.PLANNED in told and figure.period.status is not Status.PLANNED
    return Verdict.STATUS_CLASH if clash else Verdict.SUPPORTED


def _is_same_value(one: Figure, other: Figure) -> bool:
    units = {one.unit, other.unit}
    return (one.value, one.high) == (other.value, other.high) and (len(units) == 1 or None in units)


def _compared(figure: Figure, other: Figure, support: Support) -> Verdict:
    if not _is_same_bound(figure.bound, other.bound):
        return Verdict.FIGURE_NOT_IN_SPAN
    if not _is_told(figure, support) or _fits_another(figure, other, support):
        return Verdict.MEASURE_CLASH
    if not _is_same_period(figure, other):
        return Verdict.PERIOD_CLASH
    if not _is_same_status(figure.period.status, other.period.status):
        return Verdict.STATUS_CLASH
    turned = figure.direction and other.direction and figure.direction != other.direction
    return Verdict.MEASURE_CLASH if turned or _is_change_of_level(figure, other, support) else _FINE


def _is_same_bound(said: str | None, told: str | None) -> bool:
    """ "About" may be said or not; every other bound is part of the figure."""
    return said == told or {said, told} == {None, Bound.ABOUT.value}


def _is_told(figure: Figure, support: Support) -> bool:
    """Whether the cited sentences and headings tell nearly all of what the figure is said to be."""
    measure = frozenset(t for t in figure.terms if not is_generic(t))
    read = frozenset(term for other in support.figures for term in other.terms)
    held = term_set(support.text) | term_set(support.context) | read
    return kin_share(measure, held) >= _SAME_MEASURE


def _fits_another(figure: Figure, other: Figure, support: Support) -> bool:
    """Whether another figure of the sentences measures all that this one does of it, and more."""
    own = _common(figure, other)
    rest = [f for f in support.figures if not _is_same_value(f, other)]
    return any(_common(figure, f) > own for f in rest)


def _common(figure: Figure, other: Figure) -> frozenset[str]:
    return frozenset(term for term in figure.terms if stands(term, other.terms))


def _is_change_of_level(figure: Figure, other: Figure, support: Support) -> bool:
    """Whether a change is told as the level, or the level as the change, where both are told:
    "grew by 47 and reached 1,771"."""
    if figure.change == other.change:
        return False
    rest = [f for f in support.figures if not _is_same_value(f, other)]
    return any(f.change == figure.change and f.terms & other.terms for f in rest)


def _is_same_period(figure: Figure, other: Figure) -> bool:
    """Years and months that are said must be the cited figure's own."""
    if not figure.period.years <= other.period.years:
        return False
    return not (figure.months and other.months) or figure.months <= other.months


def _is_same_status(said: Status | None, told: Status | None) -> bool:
    """A plan must be told as one, and a result not as a plan."""
    if told is Status.PLANNED:
        return said is Status.PLANNED
    return said is not Status.PLANNED or told is None


def _status_verdict(statement: Statement, support: Support) -> Verdict:
    """The status of the whole must be one that the sentences or their figures have.

    A result told beside a plan is left to the figures, each of which has its own.
    """
    said = statement.period.status
    told = {period.status for period in (*support.periods, *(f.period for f in support.figures))}
    left = said is None or (statement.figures and said is Status.ACHIEVED)
    return _FINE if left or None in told or said in told else Verdict.STATUS_CLASH
