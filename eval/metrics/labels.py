"""What rows are grouped by, and how sure the answer is."""

from __future__ import annotations

from functools import reduce

from eval.metrics.context import Context, Score
from eval.metrics.evidence import Piece, documents_holding, needed_of

SEVERAL = "several"
NONE = "none"


def document(context: Context) -> Score:
    """The title of the document that holds the evidence; "several" and "none" where not one."""
    case, corpus = context.case, context.corpus
    if case.absent:
        return Score(NONE, "the documents do not answer this")
    needed = needed_of(case, corpus)
    # What is expected tells apart documents that hold the same few words of evidence.
    expected = tuple(Piece(group) for group in case.expect)
    holders = _holding_all((*needed, *expected), context) or _holding_all(needed, context)
    if len(holders) == 1:
        title = corpus.documents[next(iter(holders))].title
        return Score(title, "it alone holds all the evidence")
    if holders:
        return Score(SEVERAL, f"{len(holders)} documents hold all the evidence")
    if any(documents_holding(piece, corpus) for piece in needed):
        return Score(SEVERAL, "the evidence spreads over documents")
    return Score(None, "no document holds the evidence")


def language(context: Context) -> Score:
    """The language of the question."""
    return Score(context.case.language, "as the case says")


def confidence(context: Context) -> Score:
    """The probability that the program gave to its having an answer."""
    return Score(context.answer.confidence, "told with the answer")


def _holding_all(pieces: tuple[Piece, ...], context: Context) -> frozenset[str]:
    holders = (documents_holding(piece, context.corpus) for piece in pieces)
    return reduce(frozenset.intersection, holders)
