"""What a number is there for: it counts or measures, dates, ranks, or only names something."""

from __future__ import annotations

import re
from bisect import bisect_right
from calendar import month_abbr, month_name
from enum import StrEnum
from operator import itemgetter

from rag.numerals import Number
from rag.text import is_content
from rag.unit_names import is_measure


class Role(StrEnum):
    """What a number does in its sentence."""

    AMOUNT = "amount"
    DATE = "date"
    """A year, a day, a fiscal period or a time of the day."""
    ORDINAL = "ordinal"
    LABEL = "label"
    """Part of a name or of a heading: "Article 5", "COVID-19", "5G"."""


_MONTHS = "|".join((*month_name[1:], *(f"{name}\\." for name in month_abbr[1:]), *month_abbr[1:]))
_DAY = r"\d{1,2}(?:st|nd|rd|th)?(?:\s?[-–]\s?\d{1,2}(?:st|nd|rd|th)?)?"
_DATE = re.compile(
    rf"\b(?:{_MONTHS}|Sept\.?)\s(?:{_DAY}(?!\d|[.,]\d))?(?:,?\s?\d{{4}}(?!\d|[.,]\d))?"
    rf"|\b{_DAY}\s(?:of\s)?(?:{_MONTHS})(?!\w)(?:,?\s\d{{4}}(?!\d|[.,]\d))?"
    r"|\b\d{4}-\d\d(?:-\d\d)?\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{1,2}\.\d{1,2}\.\d{4}\b"
    r"|\b\d{1,2}:\d\d(?::\d\d)?\b|\b\d{1,2}\s?(?:[ap]\.m\.|[AaPp][Mm]\b|o['’]clock\b)"
    r"|\b(?:1\d|20)\d0['’]?s\b|['’]\d0s\b"
    r"|\b(?:FY|CY|Q[1-4]|H[12]|(?i:fiscal(?:\syears?)?|calendar\syears?|years?))"
    r"\s?(?:['’]\d\d|\d{4})\b"
    r"|\b(?:1[5-9]|20)\d\d\s?[-–/]\s?\d\d(?:\d\d)?(?!\d|[.,]\d|\s?%)"
    r"|\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月(?:\d{1,2}日)?"
)
_YEAR = re.compile(r"(?:1\d|20)\d\d$")
_FIRST_YEAR = 1500
"""A bare figure from here on is read as a year after a word that years follow."""
_FIRST_PLAIN_YEAR = 1800
"""A bare figure from here on is read as a year even where no preposition says so."""
_LAST_PLAIN_YEAR = 2100
_YEAR_BEFORE = re.compile(
    r"(?:\b(?:(?P<sure>in|by|since|until|till|before|after|during|early|late|mid|spring|summer"
    r"|autumn|fall|winter)|end|from|to|of|for|through|between|and|the|an?)\s"
    r"|[(–/-]|\b(?:1\d|20)\d\d,\s)$",
    re.I,
)
_RANKED_AFTER = re.compile(r"(?:st|nd|rd|th)\b")
_NAMED_BEFORE = re.compile(
    r"(?:\b(?P<noun>(?i:nos?\.|articles?|sections?|chapters?|pages?|tables?|figures?|parts?|phases?"
    r"|stages?|steps?|lines?|routes?|rooms?|versions?|volumes?|numbers?|levels?|grades?|category))\s"
    r"|(?:^|[\s(\[“\"‘])(?P<name>[A-Z][\w’'-]*)\s|(?P<joint>(?<!\bto)(?<=[A-Za-z])[-/])|#)$"
)
_LEADS = frozenset(
    "about over around nearly almost some approximately roughly only another between".split()
)
_NAME_IN_WORDS = re.compile(r"[A-Z][a-z]+[\s-][A-Z][a-z]")
_INSIDE = re.compile(r"[\w,][\s-]$")
"""What stands before a word within a sentence: "the Five-Year Plan" is a name."""
_ITEM = re.compile(r"[.)、]\s")
_BACK = 24
"""How many characters before a number are looked at."""


def date_spans(text: str) -> list[tuple[int, int]]:
    """Where a text names days, years with their month, fiscal periods and times of the day."""
    return [match.span() for match in _DATE.finditer(text)]


def role_of(text: str, number: Number, unit: str | None, dates: list[tuple[int, int]]) -> Role:
    """What the number does; `unit` is what stands beside it, `dates` the text's `date_spans`."""
    if number.kind == "ordinal":
        return Role.ORDINAL
    before = text[max(0, number.start - _BACK) : number.start]
    if not number.figure and _NAME_IN_WORDS.match(text, number.start) and _INSIDE.search(before):
        return Role.LABEL
    if number.kind != "number" or number.power or not number.figure:
        return Role.AMOUNT
    if _within(number, dates):
        return Role.DATE
    if _RANKED_AFTER.match(text, number.end) or before.endswith("第"):
        return Role.ORDINAL
    if _YEAR.match(number.figure):
        return _role_of_year(int(number.figure), before, unit)
    named = _NAMED_BEFORE.search(before)
    if named and (named["noun"] or named["joint"]) and not (unit and is_measure(unit)):
        return Role.LABEL  # "Article 5 applies", "omega-3 acids": no thing is counted
    if unit is None and (_is_name(named) or _is_label(text, number, before)):
        return Role.LABEL
    return Role.AMOUNT


def _role_of_year(year: int, before: str, unit: str | None) -> Role:
    """A figure that may be a year: what is measured or counted with it says that it is none."""
    match = _YEAR_BEFORE.search(before)
    plain = _FIRST_PLAIN_YEAR <= year <= _LAST_PLAIN_YEAR
    if unit is not None:
        measured = is_measure(unit) and unit != "person"
        return Role.DATE if match and (match["sure"] or plain) and not measured else Role.AMOUNT
    if match and (match["sure"] or year >= _FIRST_YEAR):
        return Role.DATE
    return Role.DATE if plain else Role.AMOUNT


def _within(number: Number, dates: list[tuple[int, int]]) -> bool:
    place = bisect_right(dates, number.start, key=itemgetter(0)) - 1
    return place >= 0 and number.end <= dates[place][1]


def _is_name(named: re.Match[str] | None) -> bool:
    """Whether a name stands before: "Boeing 747", but not "Only 747"."""
    if named is None:
        return False
    name = (named["name"] or "").lower()
    return not name or (is_content(name) and name not in _LEADS)


def _is_label(text: str, number: Number, before: str) -> bool:
    follows = text[number.end : number.end + 2]
    opens = not before.strip() and number.start < _BACK and _ITEM.match(follows)
    glued = follows[:1].isascii() and follows[:1].isalpha()
    return bool(opens or glued or (before.endswith("(") and follows.startswith(")")))
