"""How well the passages that hold the evidence were retrieved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from eval.metrics.context import Context, Score
from eval.metrics.evidence import evidence_of, passages_holding, retrieved_places

DEPTH = 10


def recall_at_5(context: Context) -> Score:
    """The share of the evidence found in the first five retrieved passages."""
    return _recall(context, 5)


def recall_at_10(context: Context) -> Score:
    """The share of the evidence found in the first ten retrieved passages."""
    return _recall(context, DEPTH)


def ndcg_at_10(context: Context) -> Score:
    """nDCG over the first ten passages, graded by how many pieces of evidence each holds."""
    return _measured(context, "nDCG")


def rr_at_10(context: Context) -> Score:
    """One divided by the rank of the first passage that holds evidence; 0 beyond the tenth."""
    return _measured(context, "RR")


def _recall(context: Context, depth: int) -> Score:
    evidence = evidence_of(context.case, context.corpus)
    if not evidence:
        return Score(None, "the case names no evidence")
    places = retrieved_places(context.answer.trace.passages[:depth], context.corpus)
    lost = [p.label for p in evidence if not any(p.held_by(place) for place in places)]
    reason = f"not retrieved: {'; '.join(lost)}" if lost else "all evidence was retrieved"
    return Score(1 - len(lost) / len(evidence), reason)


def _measured(context: Context, measure: str) -> Score:
    if not context.corpus.passages:
        return Score(None, "the passages of the corpus are unknown")
    evidence = evidence_of(context.case, context.corpus)
    if not evidence:
        return Score(None, "the case names no evidence")
    grades = Counter(id_ for piece in evidence for id_ in passages_holding(piece, context.corpus))
    if not grades:
        return Score(0.0, "no passage holds any evidence")
    ids = tuple(weighed.passage_id for weighed in context.answer.trace.passages)
    ranks = [str(rank) for rank, id_ in enumerate(ids[:DEPTH], start=1) if id_ in grades]
    found = f"hold evidence: {', '.join(ranks)} of the first {DEPTH}; {len(grades)} passages do"
    value = _values(tuple(grades.items()), ids)[measure] if ids else 0.0
    return Score(value, found if ranks else f"none of the first {DEPTH} holds evidence")


@lru_cache(maxsize=16)
def _values(grades: tuple[tuple[str, int], ...], ids: tuple[str, ...]) -> Mapping[str, float]:
    """nDCG@10 and RR@10 of a ranking of passage ids, best first."""
    # Imported where it is needed: it takes a while, and most commands measure nothing.
    from ir_measures import RR, calc_aggregate, nDCG

    measures = {"nDCG": nDCG @ DEPTH, "RR": RR @ DEPTH}
    falling = {id_: float(-rank) for rank, id_ in enumerate(ids)}
    found = calc_aggregate(list(measures.values()), {"": dict(grades)}, {"": falling})
    return {name: float(found[measure]) for name, measure in measures.items()}
