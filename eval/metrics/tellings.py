"""Which years a text tells, and whether it tells of a result or of a plan.

A reading of its own, on purpose: what judges the program must not share its mistakes. Only
grammar and calendar words are known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from eval.metrics.clauses import clauses
from eval.quantity import MONTHS
from rag.models import Span

ACHIEVED: Final = "achieved"
PLANNED: Final = "planned"
MISSED: Final = "missed"
UNCLEAR: Final = "unclear"

_Y = r"(?<![\d.,$€£¥])((?:19|20)\d\d)(?!\d|[.,]\d|\s?(?:%|hundred|thousand|[mb]illion|trillion))"
_RANGE = re.compile(rf"{_Y}\s?(?:-|‐|‑|–|—|~|to|through|until)\s?{_Y}")
_YEAR = re.compile(_Y)
_RELATIVE = (
    (re.compile(r"\b(?:last|past|previous|preceding) year\b|去年", re.IGNORECASE), -1),
    (re.compile(r"\b(?:this|current|present) year\b|今年", re.IGNORECASE), 0),
    (re.compile(r"\b(?:next|coming) year\b|明年", re.IGNORECASE), 1),
)
# "5% more than in 2022" is no figure of 2022.
_COMPARED = re.compile(
    r"\b(?:than|over|from|against|since|versus|vs\.?|compared (?:with|to)|relative to)\s"
    r"(?:(?:in|that of|the level of|the end of)\s)?"
    r"(?:(?:19|20)\d\d\b(?!\s?(?:-|–|to\b))|(?:the\s)?(?:last|previous|preceding) year\b)",
    re.IGNORECASE,
)
_MONTH = re.compile(
    rf"\b({'|'.join(MONTHS)})(?:\s\d{{1,2}}(?:st|nd|rd|th)?,?)?,?\s(?:of\s)?{_Y}"
    r"|(?<!\d)((?:19|20)\d\d)-(0[1-9]|1[0-2])(?!\d)",
    re.IGNORECASE,
)
_WILL = re.compile(
    r"\b(?:will|shall|should|must|going to|(?:is|are) to|(?:plan|aim|intend|strive|seek|propose)s? "
    r"to|(?:planned|expected|intended|set|due|projected|supposed) to|work to|by the end of this "
    r"year)\b|\b(?:we|they|it)['’]ll\b|将要|计划|力争",
    re.IGNORECASE,
)
_PLAN = re.compile(
    r"\b(?:targets?|targeted|goals?|aims?|aimed|aiming|planned|plans?|planning|objectives?"
    r"|expected|forecast|projected|outlook|tasks?|prospects?)\b|目标|任务",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"\b(?:is|are|was|were|be|been|being)\s(?:[a-z]+ly\s)?(?:planned|expected|forecast|projected"
    r"|targeted|scheduled|intended|proposed|budgeted|aimed|hoped)\b"
    r"|\b(?:had|has|have)\s(?:[a-z]+ly\s)?(?:planned|hoped|aimed|expected|intended|sought|wanted)\b"
    r"|\b(?:hop(?:ed|es|ing)|aim(?:ed|s|ing)) (?:for|at|to)\b"
    r"|\b(?:targets?|goals?|objectives?|plans?)\b[^.;:]{0,60}?\b(?:is|are|was|were|been)\s"
    r"(?:set|fixed|adopted|announced|agreed)\b"
    r"|\b(?:set|sets|fixed|adopted|announced)\s(?:an?|the|its|their|this)\s(?:[a-z]+\s){0,3}?"
    r"(?:targets?|goals?|objectives?)\b",
    re.IGNORECASE,
)
_MISSED = re.compile(
    r"\b(?:not|never|failed to|fails to|fail to|unable to)\s(?:[a-z]+\s){0,2}?"
    r"(?:reach|achiev|me+t|attain|hit|realiz|realis|accomplish)[a-z]*\b"
    r"|\b[a-z]+n['’]t (?:[a-z]+ )?(?:reach|achieve|meet|attain|hit)\b"
    r"|\b(?:fell|falls|fallen|fall) short of\b"
    r"|\bmiss(?:ed|es)? (?:the|its|their|this|that|an?)\b|未能|没有达到|未达",
    re.IGNORECASE,
)
_DID = re.compile(
    r"\b(?:was|were|has|had|have been|have (?:already|now|all)|did|rose|grew|fell|went|came|became"
    r"|saw|took|began|stood)\b|达到|完成|实现了|增长了|已",
    re.IGNORECASE,
)
# These are also participles, which say nothing of a time: "kept within 5%", "reduced by 2%".
_DONE = re.compile(
    r"\b(?:made|won|built|set up|kept|held|met|sold|led|cut|hit|reached)\b"
    r"|\b[a-z]{2,}ed (?:by|to|at|for|with|up)\b|\b[a-z]{2,}ed (?:[a-z]+ ){0,2}[$€£¥]?\d"
    r"|\b(?:results?|achieve[a-z]*|accomplish[a-z]*|review(?:ed)?|retrospect)\b|回顾|成果",
    re.IGNORECASE,
)
_LONGEST_RANGE = 60


@dataclass(frozen=True, slots=True)
class Period:
    """Years and, where they are told, months of them; without years, nothing is told."""

    years: frozenset[int] = frozenset()
    months: frozenset[tuple[int, int]] = frozenset()

    def meets(self, expected: Period) -> bool | None:
        """Whether it is the same period: as long, and the same years and months.

        `None` for a month of the one year that is expected: it may be when that year was measured,
        as in "by the end of December 2023".
        """
        if self.years != expected.years:
            return False
        if self.months and not expected.months:
            return None
        return self.months == expected.months


@dataclass(frozen=True, slots=True)
class Mention:
    """A period and where a text names it."""

    span: Span
    period: Period


@lru_cache(maxsize=1024)
def expected_period(period: str) -> Period:
    """The period of an expected figure: "2023", "2023-07" or "2021-2025"."""
    first, _, last = period.partition("-")
    if len(last) == 2:
        return _month(int(first), int(last))
    return _years(int(first), int(last or first))


@lru_cache(maxsize=16384)
def told_periods(text: str, published_year: int | None) -> tuple[Mention, ...]:
    """The periods that a text names or else, counted from a year, "last year" and its like.

    Years that something is only compared with do not count.
    """
    told = _COMPARED.sub(lambda match: " " * len(match[0]), text)
    found = [Mention(Span(*m.span()), _years(int(m[1]), int(m[2]))) for m in _RANGE.finditer(told)]
    for match in (*_MONTH.finditer(told), *_YEAR.finditer(told)):
        span = Span(*match.span())
        if not any(mention.span.overlaps(span) for mention in found):
            found.append(Mention(span, _named(match)))
    if found or published_year is None:
        return tuple(found)
    return tuple(
        Mention(Span(*match.span()), _years(published_year + shift))
        for words, shift in _RELATIVE
        for match in words.finditer(told)
    )


def governing(mentions: Sequence[Mention], numbers: Sequence[Span]) -> Period | None:
    """The period of what is said at `numbers`: the only one, or the nearest in the text.

    `None` if nothing tells which of several it is.
    """
    if len({mention.period for mention in mentions}) == 1:
        return mentions[0].period
    gaps = [(_gap(m.span, number), m.period) for m in mentions for number in numbers]
    least = min((gap for gap, _ in gaps), default=0)
    nearest = {period for gap, period in gaps if gap == least}
    return nearest.pop() if len(nearest) == 1 else None


def _named(match: re.Match[str]) -> Period:
    if match.re is _YEAR:
        return _years(int(match[1]))
    if match[1]:
        return _month(int(match[2]), MONTHS.index(match[1].lower()) + 1)
    return _month(int(match[3]), int(match[4]))


def _years(first: int, last: int | None = None) -> Period:
    return Period(frozenset(range(first, min(last or first, first + _LONGEST_RANGE) + 1)))


def _month(year: int, month: int) -> Period:
    return Period(frozenset((year,)), frozenset(((year, month),)))


def _gap(one: Span, other: Span) -> int:
    return max(one.start - other.end, other.start - one.end, 0)


@lru_cache(maxsize=16384)
def told_status(text: str, *, whole: bool = True) -> str | None:
    """`achieved` or `planned` as the verbs tell, else the nouns; `unclear` where they disagree.

    `missed` is what was not achieved, told of a clause only. Nothing is told by no word at all nor,
    in less than a whole sentence, by a participle alone.
    """
    if _MISSED.search(text):
        return MISSED if len(clauses(text)) == 1 else UNCLEAR
    if _WILL.search(text) or _PLANNED.search(text):
        return PLANNED
    planned, done = bool(_PLAN.search(text)), bool(_DID.search(text))
    done = done or ((whole or planned) and bool(_DONE.search(text)))
    if planned and done:
        return UNCLEAR
    return PLANNED if planned else ACHIEVED if done else None
