"""Which years a text tells, and whether it tells of a result or of a plan.

A reading of its own, on purpose: what judges the program must not share its mistakes. Only
grammar and calendar words are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from eval.quantity import MONTHS

ACHIEVED: Final = "achieved"
PLANNED: Final = "planned"
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

    def meets(self, other: Period) -> bool:
        """Whether a year is common to both and, where both tell months, a month too."""
        if self.months and other.months:
            return bool(self.months & other.months)
        return bool(self.years & other.years)


@lru_cache(maxsize=1024)
def expected_period(period: str) -> Period:
    """The period of an expected figure: "2023", "2023-07" or "2021-2025"."""
    first, _, last = period.partition("-")
    if len(last) == 2:
        return Period(frozenset((int(first),)), frozenset(((int(first), int(last)),)))
    return Period(frozenset(range(int(first), int(last or first) + 1)))


@lru_cache(maxsize=16384)
def told_period(text: str, published_year: int | None) -> Period:
    """The period that a text tells: years it names or else "last year" and its like.

    Years that something is only compared with do not count.
    """
    told = _COMPARED.sub(" ", text)
    months = frozenset(
        (int(m[2]), MONTHS.index(m[1].lower()) + 1) if m[1] else (int(m[3]), int(m[4]))
        for m in _MONTH.finditer(told)
    )
    named = {int(match[1]) for match in _YEAR.finditer(told)}
    for match in _RANGE.finditer(told):
        named.update(range(int(match[1]), min(int(match[2]), int(match[1]) + _LONGEST_RANGE) + 1))
    if named or published_year is None:
        return Period(frozenset(named), months)
    relative = (published_year + shift for words, shift in _RELATIVE if words.search(told))
    return Period(frozenset(relative))


@lru_cache(maxsize=16384)
def told_status(text: str, *, whole: bool = True) -> str | None:
    """`achieved` or `planned` as the verbs tell, else the nouns; `unclear` where they disagree.

    Nothing is told by no word at all nor, in less than a whole sentence, by a participle alone.
    """
    if _WILL.search(text):
        return PLANNED
    planned, done = bool(_PLAN.search(text)), bool(_DID.search(text))
    done = done or ((whole or planned) and bool(_DONE.search(text)))
    if planned and done:
        return UNCLEAR
    return PLANNED if planned else ACHIEVED if done else None
