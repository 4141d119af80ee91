"""Whether the answer says the right figure: value, unit, measure, period and status.

Each is judged on the claim that says the value and on what that claim cites.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import chain

from eval.corpus import Corpus
from eval.dataset import ExpectedFigure
from eval.metrics.amounts import Amount, read_amount
from eval.metrics.answers import rejected_phrases
from eval.metrics.clauses import parts_saying
from eval.metrics.context import Context, Score
from eval.metrics.evidence import Place, cited_places
from eval.metrics.measured import document_of, headings_above, is_of_measure, is_row
from eval.metrics.tellings import (
    MISSED,
    PLANNED,
    UNCLEAR,
    expected_period,
    governing,
    told_periods,
    told_status,
)
from eval.text import contains, tokens
from rag.models import Citation, Claim


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is right about one expected figure; `None` where the case or the text does not tell."""

    value: bool
    unit: bool | None = None
    measure: bool | None = None
    period: bool | None = None
    status: bool | None = None

    @property
    def right(self) -> bool:
        """Whether it is said, and nothing about it is wrong."""
        return self.value and False not in astuple(self)


def figure_accuracy(context: Context) -> Score:
    """The share of the expected figures that are right in every respect that can be told."""
    judged = _judgements(context)
    if not judged:
        return Score(None, "the case names no figure")
    wrong = [f"{figure.value} ({_faults(found)})" for figure, found in judged if not found.right]
    reason = f"wrong: {'; '.join(wrong)}" if wrong else "every figure is right"
    return Score(1 - len(wrong) / len(judged), reason)


def figure_value(context: Context) -> Score:
    """The share of the expected figures whose number is said."""
    return _share(context, lambda found: found.value, "not said")


def figure_unit(context: Context) -> Score:
    """The share of the figures said that have their unit."""
    return _share(context, lambda found: found.unit, "said with another unit or without one")


def figure_measure(context: Context) -> Score:
    """The share of the figures said that stand on text about what was measured."""
    return _share(context, lambda found: found.measure, "said of something else")


def figure_period(context: Context) -> Score:
    """The share of the figures said, with a period, that are of the expected one."""
    return _share(context, lambda found: found.period, "said of another period")


def figure_status(context: Context) -> Score:
    """The share of the figures said, as result or as plan, that are rightly said so."""
    return _share(context, lambda found: found.status, "result and plan are confused")


def wrong_period(context: Context) -> Score:
    """Whether it answers with a figure of another period or status than was asked for."""
    case, answer = context.case, context.answer
    dated = any(figure.period or figure.status for figure in case.figures)
    if not dated and case.near_miss != "period":
        return Score(None, "no period matters")
    if answer.abstained or not answer.claims:
        return Score(False, "nothing was answered")
    if case.near_miss == "period":
        return Score(True, f"the documents tell nothing of the period asked for: {answer.text}")
    for figure, found in _judgements(context):
        if False in (found.period, found.status):
            return Score(True, f"{figure.value} ({_faults(found)})")
        for phrase in () if found.value else rejected_phrases(context):
            if _is_of_another_time(phrase, figure, context):
                return Score(True, f"{phrase} in place of {figure.value}")
    return Score(False, "no figure of another period or status")


def judge(figure: ExpectedFigure, context: Context) -> Judgement:
    """What is right about the figure in the claim that says it best."""
    amount = read_amount(figure.value)
    found = [
        _judge_claim(figure, amount, claim, context)
        for claim in context.answer.claims
        if amount.said_in(claim.text)
    ]
    return max(found, key=_merit, default=Judgement(value=False))


def _judge_claim(
    figure: ExpectedFigure, amount: Amount, claim: Claim, context: Context
) -> Judgement:
    places = cited_places(claim.citations, context.corpus)
    return Judgement(
        value=True,
        unit=_unit(amount, claim, places),
        measure=(
            is_of_measure(figure.measure, amount, claim, places, context.corpus)
            if figure.measure
            else None
        ),
        period=_period(figure, amount, claim, context.corpus),
        status=_status(figure, amount, claim, context.corpus),
    )


def _unit(amount: Amount, claim: Claim, places: Sequence[Place]) -> bool | None:
    """By the claim; for a row of a table, whose cells may lack units, also by what it cites."""
    said = amount.unit_in(claim.text)
    if said is False and is_row(places):
        return set(amount.unit) <= {word for place in places for word in tokens(place.text)}
    return said


def _period(figure: ExpectedFigure, amount: Amount, claim: Claim, corpus: Corpus) -> bool | None:
    """By the nearest text that tells any; `None` where it tells several, none of them nearest."""
    if not figure.period:
        return None
    year = _published_year(claim.citations, corpus)
    for text in chain(parts_saying(amount, claim.text), _wholes(amount, claim, corpus)):
        mentions = told_periods(text, year)
        if mentions:
            period = governing(mentions, amount.spans_in(text))
            return period.meets(expected_period(figure.period)) if period else None
    return None


def _status(figure: ExpectedFigure, amount: Amount, claim: Claim, corpus: Corpus) -> bool | None:
    if not figure.status:
        return None
    parts = (told_status(text, whole=False) for text in parts_saying(amount, claim.text))
    wholes = (told_status(text) for text in _wholes(amount, claim, corpus))
    status = next(filter(None, chain(parts, wholes)), UNCLEAR)
    if status == MISSED and figure.status == PLANNED:
        return None
    return None if status == UNCLEAR else status == figure.status


def _wholes(amount: Amount, claim: Claim, corpus: Corpus) -> Iterator[str]:
    """The claim, what is cited for it, and the headings above that, the nearest first."""
    yield claim.text
    for place in cited_places(claim.citations, corpus):
        yield from parts_saying(amount, place.text)
        yield place.text
    for citation in claim.citations:
        yield from reversed(headings_above(citation, corpus))


def _published_year(citations: Sequence[Citation], corpus: Corpus) -> int | None:
    documents = (document_of(citation, corpus) for citation in citations)
    return next((d.published.year for d in documents if d and d.published), None)


def _is_of_another_time(phrase: str, figure: ExpectedFigure, context: Context) -> bool:
    """Whether a rejected phrase is said, and not clearly of the expected period and status."""
    amount = read_amount(phrase)
    for claim in context.answer.claims:
        if contains(claim.text, phrase):
            told = {f(figure, amount, claim, context.corpus) for f in (_period, _status)} - {None}
            if told != {True}:
                return True
    return False


def _merit(found: Judgement) -> tuple[bool, int, int]:
    parts = astuple(found)
    return found.right, -parts.count(False), parts.count(True)


def _judgements(context: Context) -> list[tuple[ExpectedFigure, Judgement]]:
    return [(figure, judge(figure, context)) for figure in context.case.figures]


def _share(context: Context, respect: Callable[[Judgement], bool | None], fault: str) -> Score:
    judged = [(f.value, respect(found)) for f, found in _judgements(context)]
    known = [(value, fits) for value, fits in judged if fits is not None]
    if not known:
        return Score(None, "not judged" if judged else "the case names no figure")
    wrong = [value for value, fits in known if not fits]
    reason = f"{fault}: {'; '.join(wrong)}" if wrong else "as expected"
    return Score(1 - len(wrong) / len(known), reason)


def _faults(found: Judgement) -> str:
    if not found.value:
        return "not said"
    names = ("value", "unit", "measure", "period", "status")
    wrong = [n for n, fits in zip(names, astuple(found), strict=True) if fits is False]
    return f"another {' and '.join(wrong)}"
