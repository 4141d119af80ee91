"""Recipes answer everything; here one learns to abstain below a similarity fitted to cases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from eval.dataset import Case
from eval.run import Asker, Row
from rag.errors import CaseError
from rag.models import Answer

FITTED_ON = "tuned"
"""The one split that a threshold may be fitted to."""


def fit_threshold(rows: Sequence[Row]) -> float:
    """The confidence below which abstaining makes most cases right; the least of equal ones.

    A case counts if it is answerable and answered rightly, or absent and not answered.

    Raises:
        CaseError: there is no row, or one of a split that must not be tuned on.
    """
    if not rows or any(row.case.split != FITTED_ON for row in rows):
        raise CaseError(
            f"A threshold is fitted to cases of the split {FITTED_ON!r} only; give some of those."
        )
    levels = sorted({row.answer.confidence for row in rows})
    between = [(low + high) / 2 for low, high in pairwise(levels)]
    candidates = [0.0, *between, math.nextafter(levels[-1], math.inf)]
    return max(candidates, key=lambda threshold: (_right_at(rows, threshold), -threshold))


def abstaining_below(asker: Asker, threshold: float) -> Asker:
    """The asker, but what it is less sure of than the threshold is no answer."""

    def ask(case: Case) -> Answer:
        answer = asker.ask(case)
        return _abstention(answer, threshold) if answer.confidence < threshold else answer

    return replace(asker, ask=ask)


def _right_at(rows: Sequence[Row], threshold: float) -> int:
    return sum(_is_right(row, threshold) for row in rows)


def _is_right(row: Row, threshold: float) -> bool:
    abstains = row.answer.abstained or row.answer.confidence < threshold
    if row.case.absent:
        return abstains
    return not abstains and row.scores["right"].value is True


def _abstention(answer: Answer, threshold: float) -> Answer:
    if answer.abstained:
        return answer
    reason = f"The best sentence is not similar enough ({answer.confidence:.2f} < {threshold:.2f})."
    return replace(answer, claims=(), abstained=True, reason=reason, nearest=answer.citations)
