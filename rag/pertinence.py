"""Whether a claim that holds is about what was asked: the same matter, years, result or plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.index import Index
from rag.kinship import kin_share
from rag.models import Citation, Claim, Verdict
from rag.period import Period, Status, period_of
from rag.question import Question
from rag.text import term_set
from rag.wants import Wants

_ASKED = 0.5
"""The share of what is asked about that a claim must speak of."""
_FEWEST = 2


def misses(question: Question, claim: Claim, quotes: Sequence[Claim], index: Index) -> Verdict:
    """`SUPPORTED`, or what is amiss with a claim as an answer to the question.

    `BESIDE_THE_POINT` if it says nothing that the question does not, or stands on none of the
    sentences that are quoted in answer and does not speak of what is asked about; `PERIOD_CLASH`
    or `STATUS_CLASH` if all that is cited tells of another time. What the documents leave open, or
    the question does, is no clash.
    """
    if question.wants is not Wants.YES_NO and _says_nothing_new(question, claim):
        return Verdict.BESIDE_THE_POINT
    if not (any(overlap(claim, quote) for quote in quotes) or _speaks_of(question, claim)):
        return Verdict.BESIDE_THE_POINT
    periods = [period for c in claim.citations for period in _periods(c, index)]
    published = [c.published.year for c in claim.citations if c.published]
    asked = question.years(published[0] if published else None)
    told = [period.years for period in periods if period.years]
    if asked and told and not any(asked & years for years in told):
        return Verdict.PERIOD_CLASH
    return Verdict.STATUS_CLASH if _is_other_status(question.status, periods) else Verdict.SUPPORTED


def overlap(one: Claim, other: Claim) -> bool:
    """Whether two claims stand on the same words."""
    return any(
        a.document_id == b.document_id and a.span.overlaps(b.span)
        for a in one.citations
        for b in other.citations
    )


def _speaks_of(question: Question, claim: Claim) -> bool:
    """Whether it holds half of what is asked about; a single word asked tells too little."""
    if len(question.measure) < _FEWEST:
        return True
    cited = " ".join(" ".join((c.quote, *c.heading)) for c in claim.citations)
    return kin_share(frozenset(question.measure), term_set(f"{claim.text} {cited}")) >= _ASKED


def _says_nothing_new(question: Question, claim: Claim) -> bool:
    """Whether all its words stand in the question: a name that was asked about, given back."""
    return term_set(claim.text) <= term_set(f"{question.asked} {question.text}")


def _periods(citation: Citation, index: Index) -> Iterator[Period]:
    """The periods of the cited figures, or of the sentence if it holds none."""
    figures = index.figures_of_sentence(citation.document_id, citation.span.start)
    if figures:
        yield from (figure.period for figure in figures)
    else:
        reference = citation.published.year if citation.published else None
        yield period_of(citation.quote, citation.heading, reference)


def _is_other_status(asked: Status | None, periods: list[Period]) -> bool:
    statuses = {period.status for period in periods}
    return asked is not None and bool(statuses) and not statuses & {asked, None}
