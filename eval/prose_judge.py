"""Whether a figure that a sentence says stands where it is cited, for the right measure and period.

A reading of its own, on purpose: what judges the program must not share its mistakes, so nothing
here knows how the program proves a sentence. Only grammar and calendar words are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from eval.metrics.amounts import Amount
from eval.metrics.clauses import parts_saying, terms_about
from eval.metrics.tellings import (
    ACHIEVED,
    PLANNED,
    Mention,
    Period,
    governing,
    told_periods,
    told_status,
)
from eval.prose_changes import changes_otherwise, is_of_motion
from eval.prose_figures import Said, Source, figures_in, is_of_other_unit, is_part, stands
from rag.models import Span
from rag.text import term_set

_LINKS = (
    "reach reached total totaled totalled amount amounted stand stood come came record recorded "
    "hit account accounted achieve achieved complete completed exceed exceeded make made "
    "hundred thousand million billion trillion percent plan plans planned target targets aim aims "
    "goal goals expect expected project projected"
)
"""Words that join a figure to what was measured, scale it or tell its status, and name nothing."""
_LEADS_ON = re.compile(
    r"[^\d.,;:]{0,25}?\b(?:in|for|of|by|during)\s(?:the\s)?(?:end\sof\s)?(?:fiscal\s|year\s)*",
    re.IGNORECASE,
)
"""What may stand between a number and the year right behind it."""
_SHARE = 0.5
"""The least share of a figure's own words that the cited words about it must hold."""
_LAST_YEAR = 1


class Fault(StrEnum):
    """What is wrong with a figure; all but `INVENTED` are figures of the passages, misplaced."""

    INVENTED = "in no passage"
    ELSEWHERE = "not where it is cited"
    UNIT = "of another unit"
    MEASURE = "of another measure"
    CHANGE = "another change"
    PERIOD = "of another period"
    STATUS = "of another status"


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure, what is wrong with it, if anything, and the text that it was held against."""

    figure: str
    fault: Fault | None
    against: str = ""


def judge(
    sentence: str, cited: Sequence[Source], known: Sequence[Source], question: str
) -> list[Finding]:
    """Each figure of the sentence held against what is cited, among all that was `known`."""
    return [_finding(said, sentence, cited, known, question) for said in figures_in(sentence)]


def _finding(
    said: Said, sentence: str, cited: Sequence[Source], known: Sequence[Source], question: str
) -> Finding:
    held = [source for source in cited if stands(said, source)]
    if not held:
        beside = next((source for source in known if stands(said, source)), None)
        fault = Fault.ELSEWHERE if beside else Fault.INVENTED
        return Finding(said.text, fault, beside.text if beside else "")
    amount = said.amount
    if amount is None:
        return Finding(said.text, None, held[0].text)
    judged = [(list(_faults(amount, sentence, source, question)), source) for source in held]
    faults, source = min(judged, key=lambda pair: len(pair[0]))
    return Finding(said.text, faults[0] if faults else None, source.text)


def _faults(amount: Amount, sentence: str, source: Source, question: str) -> Iterator[Fault]:
    if not source.row and is_of_other_unit(amount, sentence, source.text):
        yield Fault.UNIT
    if not is_part(sentence, source.text):
        if not _shares_measure(amount, sentence, source):
            yield Fault.MEASURE
        if changes_otherwise(amount, sentence, source.text):
            yield Fault.CHANGE
        if _is_of_other_status(amount, sentence, source):
            yield Fault.STATUS
    if _is_of_other_period(amount, sentence, source, question):
        yield Fault.PERIOD


def _shares_measure(amount: Amount, sentence: str, source: Source) -> bool:
    """Whether the sentence's words about the number are the cited ones, in one place at least.

    Half of them must stand there, and none may be put in the place of another.
    """
    above = frozenset[str]().union(*map(term_set, source.above))
    there = [_naming(terms) for terms in _about(amount, source)]
    for own in map(_naming, terms_about(amount, sentence, ())):
        named = own - above
        for cited in there:
            is_swapped = bool(named - cited) and bool(cited - own)
            if not is_swapped and len(named & cited) >= _SHARE * len(named):
                return True
    return False


def _about(amount: Amount, source: Source) -> Iterable[Set[str]]:
    if source.row:
        return [term_set(source.text)]
    return terms_about(amount, source.text, (), source.before)


def _naming(terms: Set[str]) -> set[str]:
    """The terms without numbers, and without words that only tell how a figure stands or moves."""
    return {
        term
        for term in terms - term_set(_LINKS)
        if not term[0].isdigit() and not is_of_motion(term)
    }


def _is_of_other_status(amount: Amount, sentence: str, source: Source) -> bool:
    said = _status(amount, sentence, ())
    there = _status(amount, source.text, source.above)
    return {said, there} == {ACHIEVED, PLANNED}


def _status(amount: Amount, text: str, above: Sequence[str]) -> str | None:
    parts = [told_status(part, whole=False) for part in parts_saying(amount, text)]
    told = (*parts, *map(told_status, (text, *above)))
    return next(filter(None, told), None)


def _is_of_other_period(amount: Amount, sentence: str, source: Source, question: str) -> bool:
    """Whether the sentence tells another period than the cited text.

    Where the sentence tells none, the question's is what a reader takes it for.
    """
    said = _periods(amount, (sentence,), source.published)
    there = _periods(amount, (source.text, *source.above), source.published)
    if not said:
        asked = {y for mention in told_periods(question, None) for y in mention.period.years}
        told = {year for period in there for year in period.years}
        return bool(asked and told) and not asked & told
    if there:
        return not any(_is_within(one, other) for one in said for other in there)
    if source.published is None:
        return True
    recent = {source.published, source.published - _LAST_YEAR}
    return not any(period.years <= recent for period in said)


def _periods(amount: Amount, texts: Sequence[str], published: int | None) -> set[Period]:
    """The period of the number by the nearest text that tells any; all it tells if none governs."""
    first, *others = texts
    for text in (*parts_saying(amount, first), first, *others):
        mentions = told_periods(text, published)
        if mentions:
            numbers = amount.spans_in(text)
            found = _right_behind(mentions, numbers, text) or governing(mentions, numbers)
            return {found} if found else {mention.period for mention in mentions}
    return set()


def _right_behind(mentions: Sequence[Mention], numbers: Sequence[Span], text: str) -> Period | None:
    """The period in "71 percent in 2000", whatever stands before the number."""
    for number in numbers:
        for mention in mentions:
            between = text[number.end : max(number.end, mention.span.start)]
            if mention.span.start > number.end and _LEADS_ON.fullmatch(between):
                return mention.period
    return None


def _is_within(one: Period, other: Period) -> bool:
    """Whether it is the same years, and no month that the other does not tell."""
    return one.years == other.years and one.months <= other.months
