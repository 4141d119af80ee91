"""Pure evaluators: one context in, one value with its reason out.

A bool is an assertion, a number is a measurement, and `None` says that the case has nothing this
evaluator could judge. No evaluator reads files, asks a model or changes anything.
"""

from __future__ import annotations

from collections.abc import Iterable

from eval.corpus import Corpus
from eval.metrics.context import Context, Score
from eval.text import contains
from rag.models import Citation

RECALL_DEPTH = 5


def right(context: Context) -> Score:
    """Whether the claims say everything expected and nothing rejected; absent: it abstains."""
    case, answer = context.case, context.answer
    if case.absent:
        return _abstains(context)
    if answer.abstained:
        return Score(False, f"abstained: {answer.reason or 'no reason given'}")
    if not answer.claims:
        return Score(False, "the answer is empty")
    claims = [claim.text for claim in answer.claims]
    missing = [group for group in case.expect if not _any_says(claims, group)]
    if missing:
        return Score(False, f"missing: {'; '.join(' or '.join(group) for group in missing)}")
    rejected = [phrase for phrase in case.reject if _any_says(claims, [phrase])]
    if rejected:
        return Score(False, f"says what it must not: {'; '.join(rejected)}")
    return Score(True, f"says all of: {'; '.join(group[0] for group in case.expect)}")


def cited(context: Context) -> Score:
    """Whether every claim is cited and the cited spans hold the evidence.

    A case without evidence anchors needs its expected phrases in the spans. What counts is the
    text of the document at the offsets, not the quote that the answer shows.
    """
    case, answer = context.case, context.answer
    if case.absent or answer.abstained:
        return Score(None, "nothing had to be cited")
    bare = [claim.text for claim in answer.claims if not claim.citations]
    if bare or not answer.claims:
        return Score(False, f"a claim has no citation: {bare[0]}" if bare else "no claims")
    spans = [_span_text(citation, context.corpus) for citation in answer.citations]
    needed = [(anchor,) for anchor in case.evidence] or case.expect
    missing = [group for group in needed if not _any_says(spans, group)]
    if missing:
        lost = "; ".join(" or ".join(group) for group in missing)
        return Score(False, f"not in the cited spans: {lost}")
    return Score(True, f"the cited spans hold: {'; '.join(group[0] for group in needed)}")


def quotes_exact(context: Context) -> Score:
    """Whether every quote shown, also of the nearest passages, is the document's own text."""
    shown = (*context.answer.citations, *context.answer.nearest)
    if not shown:
        return Score(None, "nothing was quoted")
    for citation in shown:
        text = _span_text(citation, context.corpus)
        if citation.document_id not in context.corpus.documents:
            return Score(False, f"the document {citation.document_id!r} does not exist")
        if citation.quote != text or not text:
            place = f"{citation.document} [{citation.span.start}, {citation.span.end})"
            return Score(False, f"{place} holds {text!r}, not {citation.quote!r}")
    return Score(True, f"all {len(shown)} quotes are exact")


def abstained_correctly(context: Context) -> Score:
    """Whether it abstained, where the documents have no answer."""
    if not context.case.absent:
        return Score(None, "the documents answer this")
    return _abstains(context)


def abstained_wrongly(context: Context) -> Score:
    """Whether it abstained, although the documents have an answer."""
    if context.case.absent:
        return Score(None, "the documents do not answer this")
    if context.answer.abstained:
        return Score(True, f"abstained: {context.answer.reason or 'no reason given'}")
    return Score(False, "answered")


def recall_at_5(context: Context) -> Score:
    """The share of the evidence anchors found in the first five retrieved passages."""
    anchors = context.case.evidence
    if not anchors:
        return Score(None, "the case names no evidence")
    first = context.answer.trace.passages[:RECALL_DEPTH]
    texts = [context.corpus.passage_text(passage) for passage in first]
    missing = [anchor for anchor in anchors if not _any_says(texts, [anchor])]
    reason = f"not retrieved: {'; '.join(missing)}" if missing else "all evidence was retrieved"
    return Score(1 - len(missing) / len(anchors), reason)


def answer_chars(context: Context) -> Score:
    """How long the answer is, in characters of its claims."""
    if context.answer.abstained:
        return Score(None, "abstained")
    claims = context.answer.claims
    return Score(sum(len(claim.text) for claim in claims), f"{len(claims)} claims")


def wall_ms(context: Context) -> Score:
    """How long the question took by the clock, in milliseconds."""
    return Score(context.wall_ms, "measured around the call")


def cpu_ms(context: Context) -> Score:
    """How much CPU time of this process the question took, in milliseconds."""
    if context.cpu_ms is None:
        return Score(None, "not told: several questions at once, or asked over a network")
    return Score(context.cpu_ms, "measured around the call, all threads of the process")


def _abstains(context: Context) -> Score:
    if context.answer.abstained:
        return Score(True, "abstained, as it must")
    said = context.answer.text or "nothing"
    return Score(False, f"answered what the documents do not say: {said}")


def _any_says(texts: Iterable[str], alternatives: Iterable[str]) -> bool:
    wanted = tuple(alternatives)
    return any(contains(text, phrase) for text in texts for phrase in wanted)


def _span_text(citation: Citation, corpus: Corpus) -> str:
    return corpus.text_at(citation.document_id, citation.span)
