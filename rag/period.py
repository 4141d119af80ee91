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

from rag.unit_names import TIMES
from rag.units import is_measure, unit_after

_YEAR = re.compile(
    r"(?<![\d.,$€£¥])(?:1\d|20)\d\d"
    r"(?![\d%]|[.,]\d|\s?(?:hundred|[mb]illion|trillion|B\.?C)|\s(?:percent|per cent)\b)"
)
_FIRST_PLAIN_YEAR = 1800
"""A figure from here on is read as a year even where no word dates it."""
_DATED_BEFORE = re.compile(
    r"\b(?:in|since|until|till|from|between|years?)\s(?:(?:early|late|mid|about|around)[\s-])?"
    r"(?:1\d\d\d\s?(?:-|–|—|to|and|until|through|or)\s?)?$",
    re.I,
)
_ONE_IN_BEFORE = re.compile(r"\b(?:one|\d+)\sin\s$", re.I)
_ENDS_AFTER = re.compile(r"\s?(?:-|–|—|to|and|until|or)\s?(?:1\d|20)\d\d")
_YEARS_BEFORE = re.compile(
    r"(?:\b(?:in|by|since|until|till|before|after|during|early|late|mid|spring|summer|autumn|fall"
    r"|winter|end|from|to|of|for|through|between|and|the|an?|fiscal|years?|FY)\s?|[(–—/-])$",
    re.I,
)
"""What stands before a year also where a noun follows it: "the 2023 results"."""
_HEDGED_BEFORE = re.compile(
    r"(?<!in )(?<!from )(?<!since )(?<!until )(?<!by )"
    r"\b(?:about|nearly|almost|some|approximately|roughly|at\s(?:least|most)|up\sto|another"
    r"|exactly|only|(?P<compares>over|(?:more|less|fewer|higher|lower)\sthan))\s$",
    re.I,
)
_COMPARED_BEFORE = re.compile(
    r"(?:%|\b(?:percent|points?|growth|increase|decrease|rise|fall|gain|drop|decline|up|down))"
    r"[^.;]{0,16}$",
    re.I,
)
"""What is compared with a year: "growth of 5% over 2022"."""
_BACK = 32
"""How many characters before a figure are looked at."""
_YEAR_RANGE = re.compile(r"(?<!\d)((?:1\d|20)\d\d)\s?(?:-|–|—|to|through)\s?((?:1\d|20)\d\d)(?!\d)")
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
    r"|projected|going\s+to|(?:is|are)\s+to\s+be|should|must|outlook|hopes?|seeks?)\b",
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
    found = {int(match.group()) for match in _YEAR.finditer(text) if _is_year(match)}
    for match in _YEAR_RANGE.finditer(text):
        first, last = int(match[1]), int(match[2])
        if first <= last <= first + 30 and {first, last} <= found:
            found.update(range(first, last + 1))
    if reference is not None:
        found.update(reference + shift for pattern, shift in _RELATIVE if pattern.search(text))
    return frozenset(found)


def _is_year(match: re.Match[str]) -> bool:
    """Whether a figure is a year: it counts nothing, is not hedged, and is dated if it is old."""
    text, start, end = match.string, match.start(), match.end()
    before = text[max(0, start - _BACK) : start]
    counted = _counted(text, end)
    if counted and (
        (is_measure(counted) and counted != "person") or not _YEARS_BEFORE.search(before)
    ):
        return False
    if int(match[0]) < _FIRST_PLAIN_YEAR:
        other = _ENDS_AFTER.match(text, end)
        paid = counted or (other and _counted(text, other.end()))
        return bool(_DATED_BEFORE.search(before)) and not paid and not _ONE_IN_BEFORE.search(before)
    hedged = _HEDGED_BEFORE.search(before)
    return hedged is None or bool(
        hedged["compares"] and not counted and _COMPARED_BEFORE.search(before[: hedged.start()])
    )


def _counted(text: str, at: int) -> str | None:
    """The unit or plural noun that follows a figure directly: "2000 jobs", no "2023 year-end"."""
    found = unit_after(text, at)
    if found is None:
        return None
    unit, end = found
    word = text[at:end].strip(" -")
    if unit.partition("/")[0] in TIMES and word.lower() in TIMES:
        return None  # "the 2023 year", "2022 second half"
    return unit if is_measure(unit) or " " not in word else None


def months_in(text: str) -> frozenset[tuple[int, int]]:
    """Months named with their year ("July 2023", "2023-07-04"), as (year, month)."""
    named = {(int(m["year"]), _MONTHS[m["month"].lower()[:3]]) for m in _MONTH.finditer(text)}
    return frozenset(named | {(int(m[1]), int(m[2])) for m in _ISO_DATE.finditer(text)})


def without_months(text: str) -> str:
    """The text with every month that `months_in` finds taken out."""
    return _ISO_DATE.sub(" ", _MONTH.sub(" ", text))


def without_years(text: str) -> str:
    """The text with every named or relative year taken out."""
    text = _YEAR.sub(lambda match: " " if _is_year(match) else match[0], text)
    for relative, _ in _RELATIVE:
        text = relative.sub(" ", text)
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
