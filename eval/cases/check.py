"""Proves cases against a corpus: evidence, expectation, figures, duplicates, near misses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval.cases.chance import prove_not_by_chance
from eval.cases.duplicates import prove_no_duplicates
from eval.cases.evidence import prove_evidence
from eval.cases.finding import Finding
from eval.cases.sentences import Sentences
from eval.cases.twins import content_terms
from eval.dataset import Case
from rag.period import years_in

_MOST_WORDS = 0.67
"""A sentence with so much of a question is near enough for a person to look at."""


def check_cases(cases: Sequence[Case], sentences: Sentences) -> list[Finding]:
    """All faults of the cases, case by case, then those that two cases share."""
    own = [finding for case in cases for finding in check_case(case, sentences)]
    return own + list(prove_no_duplicates(cases))


def check_case(case: Case, sentences: Sentences) -> list[Finding]:
    """The faults that one case has by itself."""
    proofs = (prove_evidence, prove_not_by_chance, _prove_absent)
    return [finding for prove in proofs for finding in prove(case, sentences)]


def _prove_absent(case: Case, sentences: Sentences) -> Iterator[Finding]:
    """That no sentence holds the words of a near miss and speaks of the year it names."""
    if case.near_miss != "period":
        return
    asked, wanted = years_in(case.question, None), content_terms(case.question)
    if not asked or not wanted:
        return
    for place in sentences.speaking_of(wanted, _MOST_WORDS):
        if not asked & place.period.years:
            continue
        whole = place in sentences.speaking_of(wanted)
        year = min(asked & place.period.years)
        text = f"{' '.join(place.text.split())[:100]!r} speaks of it for {year}"
        yield Finding(case.id, "error" if whole else "warning", text)
        return
