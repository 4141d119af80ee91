"""Pure evaluators: one context in, one value with its reason out.

A bool is an assertion, a number is a measurement, and `None` says that the case has nothing this
evaluator could judge. No evaluator reads files, asks a model or changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from eval.dataset import Case
from eval.text import contains
from rag.models import Answer, Citation, Document

RECALL_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Context:
    """All that an evaluator may look at.

    `documents` are found by id; `passages` gives the text of each passage id in
    `answer.retrieved`; the times are those of asking this one question.
    """

    case: Case
    answer: Answer
    documents: Mapping[str, Document]
    passages: Mapping[str, str]
    wall_ms: float = 0.0
    cpu_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """What an evaluator found, and why."""

    value: bool | float | None
    reason: str


Evaluator: TypeAlias = Callable[[Context], Score]


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
    spans = [_span_text(citation, context.documents) for citation in answer.citations]
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
        text = _span_text(citation, context.documents)
        if citation.document_id not in context.documents:
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
    first = context.answer.retrieved[:RECALL_DEPTH]
    texts = [context.passages[id_] for id_ in first if id_ in context.passages]
    missing = [anchor for anchor in anchors if not _any_says(texts, [anchor])]
    unknown = len(first) - len(texts)
    reason = f"not retrieved: {'; '.join(missing)}" if missing else "all evidence was retrieved"
    reason += f" ({unknown} retrieved passages are unknown)" if unknown else ""
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
    return Score(context.cpu_ms, "measured around the call, all threads of the process")


EVALUATORS: Mapping[str, Evaluator] = {
    "right": right,
    "cited": cited,
    "quotes_exact": quotes_exact,
    "abstained_correctly": abstained_correctly,
    "abstained_wrongly": abstained_wrongly,
    "recall_at_5": recall_at_5,
    "answer_chars": answer_chars,
    "wall_ms": wall_ms,
    "cpu_ms": cpu_ms,
}


def _abstains(context: Context) -> Score:
    if context.answer.abstained:
        return Score(True, "abstained, as it must")
    said = context.answer.text or "nothing"
    return Score(False, f"answered what the documents do not say: {said}")


def _any_says(texts: Iterable[str], alternatives: Iterable[str]) -> bool:
    wanted = tuple(alternatives)
    return any(contains(text, phrase) for text in texts for phrase in wanted)


def _span_text(citation: Citation, documents: Mapping[str, Document]) -> str:
    document = documents.get(citation.document_id)
    return document.text[citation.span.start : citation.span.end] if document else ""
