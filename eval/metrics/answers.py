"""Whether the answer is right, or rightly withheld; and how long it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eval.metrics.context import Context, Score
from eval.text import contains


def right(context: Context) -> Score:
    """Whether the claims say everything expected and nothing rejected; absent: it abstains."""
    case, answer = context.case, context.answer
    if case.absent:
        return _abstains(context)
    if answer.abstained:
        return Score(False, f"abstained: {answer.reason or 'no reason given'}")
    if not answer.claims:
        return Score(False, "the answer is empty")
    missing = missing_groups(context)
    if missing:
        return Score(False, f"missing: {'; '.join(' or '.join(group) for group in missing)}")
    rejected = rejected_phrases(context)
    if rejected:
        return Score(False, f"says what it must not: {'; '.join(rejected)}")
    return Score(True, f"says all of: {'; '.join(group[0] for group in case.expect)}")


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


def answer_chars(context: Context) -> Score:
    """How long the answer is, in characters of its claims."""
    if context.answer.abstained:
        return Score(None, "abstained")
    claims = context.answer.claims
    return Score(sum(len(claim.text) for claim in claims), f"{len(claims)} claims")


def missing_groups(context: Context) -> Sequence[tuple[str, ...]]:
    """The expected groups of which no claim says an alternative."""
    said = [claim.text for claim in context.answer.claims]
    return [group for group in context.case.expect if not _any_says(said, group)]


def rejected_phrases(context: Context) -> Sequence[str]:
    """The rejected phrases that a claim says."""
    said = [claim.text for claim in context.answer.claims]
    return [phrase for phrase in context.case.reject if _any_says(said, [phrase])]


def _abstains(context: Context) -> Score:
    if context.answer.abstained:
        return Score(True, "abstained, as it must")
    said = context.answer.text or "nothing"
    return Score(False, f"answered what the documents do not say: {said}")


def _any_says(texts: Iterable[str], alternatives: Sequence[str]) -> bool:
    return any(contains(text, phrase) for text in texts for phrase in alternatives)
