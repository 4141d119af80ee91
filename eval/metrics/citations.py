"""Whether citations are exact, and hold what the answer has to stand on.

What counts is the document's text at the offsets, never the quote that the answer shows.
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.metrics.context import Context, Score
from eval.metrics.evidence import Piece, Place, cited_places, evidence_of, is_evidence, needed_of


def cited(context: Context) -> Score:
    """Whether every claim is cited and the cited spans hold the evidence.

    A case without evidence needs its expected phrases in the spans.
    """
    if context.case.absent or context.answer.abstained:
        return Score(None, "nothing had to be cited")
    claims = context.answer.claims
    bare = [claim.text for claim in claims if not claim.citations]
    if bare or not claims:
        return Score(False, f"a claim has no citation: {bare[0]}" if bare else "no claims")
    needed = needed_of(context.case, context.corpus)
    lost = _not_held(needed, _places(context))
    if lost:
        return Score(False, f"not in the cited spans: {_names(lost)}")
    return Score(True, f"the cited spans hold: {_names(needed)}")


def quotes_exact(context: Context) -> Score:
    """Whether every quote shown, also of the nearest passages, is the document's own text."""
    shown = (*context.answer.citations, *context.answer.nearest)
    if not shown:
        return Score(None, "nothing was quoted")
    for citation in shown:
        text = context.corpus.text_at(citation.document_id, citation.span)
        if citation.document_id not in context.corpus.documents:
            return Score(False, f"the document {citation.document_id!r} does not exist")
        if citation.quote != text or not text:
            place = f"{citation.document} [{citation.span.start}, {citation.span.end})"
            return Score(False, f"{place} holds {text!r}, not {citation.quote!r}")
    return Score(True, f"all {len(shown)} quotes are exact")


def citation_precision(context: Context) -> Score:
    """The share of the citations that are evidence or, without any, hold an expected phrase."""
    places = _places(context)
    if context.case.absent or not places:
        return Score(None, "nothing had to be cited" if context.case.absent else "nothing is cited")
    needed = needed_of(context.case, context.corpus)
    held = [is_evidence(place, needed, context.corpus) for place in places]
    beside = [f"[{i}]" for i, holds in enumerate(held, start=1) if not holds]
    reason = f"holds no evidence: {', '.join(beside)}" if beside else "every citation holds some"
    return Score(sum(held) / len(held), reason)


def citation_recall(context: Context) -> Score:
    """The share of the evidence that lies in cited spans, where anything was answered."""
    if context.answer.abstained:
        return Score(None, "abstained")
    evidence = evidence_of(context.case, context.corpus)
    if not evidence:
        return Score(None, "the case names no evidence")
    lost = _not_held(evidence, _places(context))
    reason = f"not in the cited spans: {_names(lost)}" if lost else "all evidence is cited"
    return Score(1 - len(lost) / len(evidence), reason)


def uncited_sentences(context: Context) -> Score:
    """How many sentences of the answer are shown without a citation."""
    claims = context.answer.claims
    if not claims:
        return Score(None, "nothing was said")
    bare = [claim.text for claim in claims if not claim.citations]
    return Score(len(bare), f"without citation: {bare[0]}" if bare else "all are cited")


def _places(context: Context) -> list[Place]:
    return cited_places(context.answer.citations, context.corpus)


def _not_held(pieces: Sequence[Piece], places: Sequence[Place]) -> list[Piece]:
    return [piece for piece in pieces if not any(piece.held_by(place) for place in places)]


def _names(pieces: Sequence[Piece]) -> str:
    return "; ".join(piece.label for piece in pieces)
