"""Periods and status: which years a text speaks of, and whether of results or of plans.

Only grammar and calendar words are used here; nothing knows a subject. Relative years ("last
year") count from a reference year: the document's own date.
"""

from __future__ import annotations

import re
from calendar import month_abbr, month_name
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_YEAR = re.compile(r"(?<![\d.,$€£¥])(?:1[89]|20)\d\d(?![\d%]|[.,]\d|\s?(?:million|billion|yuan))")
_YEAR_RANGE = re.compile(
    r"(?<!\d)((?:1[89]|20)\d\d)\s?(?:-|–|—|to|through)\s?((?:1[89]|20)\d\d)(?!\d)"
)
_MONTHS = {name.lower(): number for number, name in enumerate(month_abbr) if name}
_MONTH = re.compile(
    r"\b(?:\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?P<month>"
    + "|".join(name for name in month_name if name)
    + r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?)"
    r"(?:\s+\d{1,2}(?:st|nd|rd|th)?,?)?,?\s+(?:of\s+)?(?P<year>(?:19|20)\d\d)\b",
    re.I,
)
_ISO_DATE = re.compile(r"\b((?:19|20)\d\d)-(0[1-9]|1[0-2])(?:-\d\d)?\b")
_RELATIVE = (
    (re.compile(r"\b(?:last|past|previous|preceding)\s+y(?:ea)?r\b", re.I), -1),
    (re.compile(r"\b(?:this|the\s+current|present)\s+y(?:ea)?r\b", re.I), 0),
    (re.compile(r"\b(?:next|coming|following|new)\s+y(?:ea)?r\b", re.I), 1),
)
_PLANNED = re.compile(
    r"\b(?:will|shall|won't|'ll|plans?|planned|planning|targets?|targeted|aims?|aiming|aimed"
    r"|goals?|objectives?|intends?|intended|proposes?|proposed|expects?|expected|forecasts?"
    r"|projected|going\s+to|should|must|outlook|hopes?|seeks?)\b",
    re.I,
)
_ACHIEVED = re.compile(
    r"\b(?:was|were|has|have|had|did|results?|achieved|achievements?|actual(?:ly)?|so\s+far"
    r"|already|(?!hundred|speed|indeed|exceed|proceed|succeed|unprecedented)[a-z]{3,}ed"
    r"|became|began|brought|built|came|fell|gave|grew|held|kept|led|lost|made"
    r"|met|opened|paid|ran|rose|saw|set|sold|spent|stood|took|went|won)\b",
    re.I,
)


class Status(StrEnum):
    """Whether a text tells what was done or what is to be done."""

    ACHIEVED = "achieved"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class Period:
    """The years a text speaks of (empty: it names none) and its status (`None`: unclear)."""

    years: frozenset[int]
    status: Status | None


def years_in(text: str, reference: int | None) -> frozenset[int]:
    """Years named in the text, relative ones resolved against the reference year if known."""
    found = {int(match.group()) for match in _YEAR.finditer(text)}
    for match in _YEAR_RANGE.finditer(text):
        first, last = int(match[1]), int(match[2])
        if first <= last <= first + 30:
            found.update(range(first, last + 1))
    if reference is not None:
        found.update(reference + shift for pattern, shift in _RELATIVE if pattern.search(text))
    return frozenset(found)


def months_in(text: str) -> frozenset[tuple[int, int]]:
    """Months named with their year ("July 2023", "2023-07-04"), as (year, month)."""
    named = {(int(m["year"]), _MONTHS[m["month"].lower()[:3]]) for m in _MONTH.finditer(text)}
    return frozenset(named | {(int(m[1]), int(m[2])) for m in _ISO_DATE.finditer(text)})


def without_months(text: str) -> str:
    """The text with every month that `months_in` finds taken out."""
    return _ISO_DATE.sub(" ", _MONTH.sub(" ", text))


def without_years(text: str) -> str:
    """The text with every named or relative year taken out."""
    for pattern in (_YEAR, *(relative for relative, _ in _RELATIVE)):
        text = pattern.sub(" ", text)
    return " ".join(text.split())


def status_of(text: str) -> Status | None:
    """Planned if the text says so by its verbs and nouns, else achieved if it tells the past."""
    if _PLANNED.search(text):
        return Status.PLANNED
    if _ACHIEVED.search(text):
        return Status.ACHIEVED
    return None


@lru_cache(maxsize=100_000)
def period_of(sentence: str, heading: tuple[str, ...], reference: int | None) -> Period:
    """The period of a sentence: its own words first, then the nearest heading that tells."""
    texts = [sentence, *reversed(heading)]
    years = next((y for y in (years_in(t, reference) for t in texts) if y), frozenset())
    status = next((s for s in map(status_of, texts) if s), None)
    return Period(years, status)
