"""Whether the answer says the right figure: value, unit, measure, period and status.

Each is judged on the claim that says the value and on what that claim cites.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import chain

from eval.dataset import ExpectedFigure
from eval.metrics.amounts import Amount, read_amount
from eval.metrics.answers import rejected_phrases
from eval.metrics.context import Context, Score
from eval.metrics.evidence import Place, cited_places
from eval.metrics.tellings import UNCLEAR, expected_period, told_period, told_status
from eval.text import contains, tokens
from rag.models import Citation, Claim
from rag.text import term_set

_SENTENCE = re.compile(r"(?<=[.!?;。！？；])\s+")
_CLAUSE = re.compile(r"(?<=[.!?;:,。！？；：，])\s+|\s+(?=(?:while|whereas|but)\b)")


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
        return Score(True, f"the documents tell another period only: {answer.text}")
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
        measure=_measure(figure, amount, claim, places),
        period=_period(figure, amount, claim, places),
        status=_status(figure, amount, claim, places),
    )


def _unit(amount: Amount, claim: Claim, places: Sequence[Place]) -> bool | None:
    """By the claim; for a row of a table, whose cells may lack units, also by what it cites."""
    said = amount.unit_in(claim.text)
    if said is False and _is_row(places):
        return set(amount.unit) <= {word for place in places for word in tokens(place.text)}
    return said


def _measure(
    figure: ExpectedFigure, amount: Amount, claim: Claim, places: Sequence[Place]
) -> bool | None:
    """By the cited text where it says the value, since a claim may word anything; else by it."""
    if not figure.measure:
        return None
    proven = any(amount.said_in(place.text) for place in places)
    said = [place.text for place in places] if proven else [claim.text]
    around = (part for c in claim.citations for part in (c.title, *c.heading))
    held = frozenset().union(*(term_set(text) for text in (*said, *around)))
    return any(term_set(name) <= held for name in figure.measure)


def _period(
    figure: ExpectedFigure, amount: Amount, claim: Claim, places: Sequence[Place]
) -> bool | None:
    if not figure.period:
        return None
    year = _published_year(claim.citations)
    texts = (*_parts(amount, claim), *_wholes(claim, places))
    period = next((p for text in texts if (p := told_period(text, year)).years), None)
    return period.meets(expected_period(figure.period)) if period else None


def _status(
    figure: ExpectedFigure, amount: Amount, claim: Claim, places: Sequence[Place]
) -> bool | None:
    if not figure.status:
        return None
    parts = (told_status(text, whole=False) for text in _parts(amount, claim))
    wholes = (told_status(text) for text in _wholes(claim, places))
    status = next(filter(None, chain(parts, wholes)), UNCLEAR)
    return None if status == UNCLEAR else status == figure.status


def _parts(amount: Amount, claim: Claim) -> Iterator[str]:
    """The clauses, then the sentences, of the claim that hold the number."""
    for parts in (_CLAUSE, _SENTENCE):
        yield from (part for part in parts.split(claim.text) if amount.said_in(part))


def _wholes(claim: Claim, places: Sequence[Place]) -> Iterator[str]:
    """The claim, what it cites, and the headings above that, the nearest first."""
    yield claim.text
    yield from (place.text for place in places)
    for citation in claim.citations:
        yield from reversed(citation.heading)


def _published_year(citations: Sequence[Citation]) -> int | None:
    return next((c.published.year for c in citations if c.published), None)


def _is_row(places: Sequence[Place]) -> bool:
    return len(places) > 1 and all("|" in place.text for place in places)


def _is_of_another_time(phrase: str, figure: ExpectedFigure, context: Context) -> bool:
    """Whether a rejected phrase is said, and not clearly of the expected period and status."""
    amount = read_amount(phrase)
    for claim in context.answer.claims:
        if contains(claim.text, phrase):
            places = cited_places(claim.citations, context.corpus)
            told = {judge_(figure, amount, claim, places) for judge_ in (_period, _status)} - {None}
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
