"""Whether a claim that holds is about what was asked: the same years, result or plan."""

from __future__ import annotations

from collections.abc import Iterator

from rag.index import Index
from rag.models import Citation, Claim, Verdict
from rag.period import Period, Status, period_of
from rag.question import Question


def misses(question: Question, claim: Claim, index: Index) -> Verdict:
    """`SUPPORTED`, or `PERIOD_CLASH` or `STATUS_CLASH` if all that is cited tells of another time.

    What the documents leave open, or the question does, is no clash.
    """
    periods = [period for c in claim.citations for period in _periods(c, index)]
    published = [c.published.year for c in claim.citations if c.published]
    asked = question.years(published[0] if published else None)
    told = [period.years for period in periods if period.years]
    if asked and told and not any(asked & years for years in told):
        return Verdict.PERIOD_CLASH
    return Verdict.STATUS_CLASH if _is_other_status(question.status, periods) else Verdict.SUPPORTED


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
