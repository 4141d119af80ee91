"""Dates as documents write them."""

from __future__ import annotations

import re
from calendar import month_abbr, month_name
from datetime import date

_MONTHS = {
    name.casefold(): number
    for names in (month_name, month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))

DATE = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\d{4}年\d{1,2}月\d{1,2}日"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? (?:{_NAMES})\.?,? \d{{4}}"
    rf"|(?:{_NAMES})\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})"
)
"""A pattern for one full date; to be compiled without regard to case."""

_NUMERIC = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})")
_PARTS = re.compile(rf"\d+|{_NAMES}", re.IGNORECASE)


def parse_date(text: str) -> date | None:
    """The date that `text`, a match of `DATE`, stands for, or `None` when there is no such day."""
    try:
        if match := _NUMERIC.match(text):
            return date(*map(int, match.groups()))
        first, second, year = _PARTS.findall(text)[:3]
        day, month = (first, second) if first.isdigit() else (second, first)
        return date(int(year), _MONTHS[month.casefold()], int(day))
    except (ValueError, KeyError):
        return None
