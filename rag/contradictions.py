"""What a statement says otherwise than the sentences it cites, though their words are the same.

Each check looks for one kind of change; the first that fires tells what is wrong. None of them
says that a statement holds.
"""

from __future__ import annotations

from collections.abc import Callable

from rag.additions import adds, alters_quote
from rag.causes import is_cause_invented
from rag.conditions import is_of_other_condition
from rag.counted_nouns import is_of_other_noun, is_part_told_of_whole
from rag.figure_roles import (
    is_estimate_confused,
    is_moved_otherwise,
    is_of_other_part,
)
from rag.heads import is_object_new
from rag.modality import is_otherwise_bound, is_past_told_as_present
from rag.models import Verdict
from rag.operators import turns_otherwise
from rag.opposites import is_turned_round
from rag.owner import is_of_other_owner
from rag.quantifiers import is_overstated
from rag.ranking_claims import is_ranked_otherwise
from rag.rates import is_of_other_rate
from rag.restrictors import narrows_otherwise
from rag.span import Statement, Support
from rag.substitution import is_substituted
from rag.voice import is_role_swapped

Check = Callable[[Statement, Support], bool]
CHECKS: dict[Check, Verdict] = {
    is_turned_round: Verdict.MEASURE_CLASH,
    is_overstated: Verdict.NOT_COVERED,
    is_otherwise_bound: Verdict.STATUS_CLASH,
    is_past_told_as_present: Verdict.PERIOD_CLASH,
    is_cause_invented: Verdict.NOT_COVERED,
    is_of_other_rate: Verdict.MEASURE_CLASH,
    is_of_other_part: Verdict.MEASURE_CLASH,
    is_of_other_noun: Verdict.MEASURE_CLASH,
    is_moved_otherwise: Verdict.MEASURE_CLASH,
    is_estimate_confused: Verdict.STATUS_CLASH,
    is_part_told_of_whole: Verdict.MEASURE_CLASH,
    is_of_other_owner: Verdict.MEASURE_CLASH,
    is_substituted: Verdict.NOT_COVERED,
    is_role_swapped: Verdict.NOT_COVERED,
    is_ranked_otherwise: Verdict.MEASURE_CLASH,
    is_of_other_condition: Verdict.NOT_COVERED,
    is_object_new: Verdict.NOT_COVERED,
    turns_otherwise: Verdict.NOT_COVERED,
    narrows_otherwise: Verdict.MEASURE_CLASH,
    alters_quote: Verdict.QUOTE_ALTERED,
    adds: Verdict.NOT_COVERED,
}
"""Each with the verdict on what it finds, in the order in which they are asked."""


def contradicted(statement: Statement, support: Support) -> Verdict:
    """`SUPPORTED` if nothing is told otherwise, else what is wrong."""
    found = (verdict for check, verdict in CHECKS.items() if check(statement, support))
    return next(found, Verdict.SUPPORTED)
