"""Quantities and days in a row of lexemes: what makes `49.158 million` equal `49,158,000`.

The only door is `quantity_at` (and its calendar sisters), so that another parser can stand behind
it. A lexeme is a lower-case word or mark, or the `Decimal` of a number written in digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias

Lexeme: TypeAlias = str | Decimal

_SCALES = {
    "hundred": 2,
    "thousand": 3,
    "万": 4,
    "mn": 6,
    "million": 6,
    "亿": 8,
    "bn": 9,
    "billion": 9,
    "tn": 12,
    "trillion": 12,
}
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven",
    "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
    "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = (
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth",
    "ninth", "tenth", "eleventh", "twelfth",
)  # fmt: skip
_NUMBER_WORDS = {word: i for i, word in enumerate(_ONES)} | {
    word: 10 * i for i, word in enumerate(_TENS, start=2)
}
_ORDINAL_WORDS = {word: i for i, word in enumerate(_ORDINALS, start=1)} | {
    "twentieth": 20,
    "thirtieth": 30,
}
_PERCENT: tuple[tuple[tuple[str, ...], str], ...] = (
    (("percentage", "points"), "pp"),
    (("percentage", "point"), "pp"),
    (("%",), "%"),
    (("percent",), "%"),
    (("per", "cent"), "%"),
    (("pct",), "%"),
    (("‰",), "‰"),
)
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH_NAMES = (
    {name: name for name in MONTHS} | {name[:3]: name for name in MONTHS} | {"sept": "september"}
)
_LAST_DAY = 31


def quantity_at(lexemes: Sequence[Lexeme], at: int) -> tuple[str | None, int]:
    """The quantity that starts at `at` as one comparable token, and where it ends; or no token."""
    value, end = _value_at(lexemes, at)
    if value is None:
        return None, at
    while end < len(lexemes) and lexemes[end] in _SCALES:
        value, end = value.scaleb(_SCALES[str(lexemes[end])]), end + 1
    kind, end = _percent_at(lexemes, end)
    return f"#{format(value.normalize(), 'f')}{kind}", end


def ordinal_at(lexemes: Sequence[Lexeme], at: int) -> tuple[str | None, int]:
    """`third` and `3rd` (lexed as `3th`) as `3th`, `twenty-first` as `21th`; or no token."""
    first, second = _at(lexemes, at), _at(lexemes, at + 1)
    tens = _NUMBER_WORDS.get(str(first), 0)
    if str(first) in _TENS and _ORDINAL_WORDS.get(str(second), 10) < 10:
        return f"{tens + _ORDINAL_WORDS[str(second)]}th", at + 2
    if str(first) in _ORDINAL_WORDS:
        return f"{_ORDINAL_WORDS[str(first)]}th", at + 1
    return None, at


def date_at(lexemes: Sequence[Lexeme], at: int) -> tuple[tuple[str, ...], int]:
    """`December 18`, `Dec. 18th`, `18 December` and `the 18th of December` as the same tokens.

    A day is a token of its own kind, so a date never passes for a count.
    """
    day = _day_of(lexemes, at)
    if day:
        month_at = at + 1 + (_at(lexemes, at + 1) == "of")
        month = _month_of(lexemes, month_at)
        return ((month, f"day{day}"), month_at + 1) if month else ((), at)
    month = _month_of(lexemes, at)
    abbreviated = month is not None and _at(lexemes, at) != month
    day_at = at + 1 + (abbreviated and _at(lexemes, at + 1) == ".")
    day = _day_of(lexemes, day_at) if month else None
    # "in May 5 million people" names no day.
    alone = quantity_at(lexemes, day_at)[1] <= day_at + 1
    return ((str(month), f"day{day}"), day_at + 1) if day and alone else ((), at)


def is_year(lexemes: Sequence[Lexeme], at: int) -> bool:
    """Whether the lexeme is a number that can be a year."""
    value = _at(lexemes, at)
    return isinstance(value, Decimal) and 1900 <= value <= 2100 and value == int(value)


def _at(lexemes: Sequence[Lexeme], at: int) -> Lexeme:
    return lexemes[at] if at < len(lexemes) else ""


def _value_at(lexemes: Sequence[Lexeme], at: int) -> tuple[Decimal | None, int]:
    first, second = _at(lexemes, at), _at(lexemes, at + 1)
    if isinstance(first, Decimal):
        return first, at + 1
    if first in _TENS and second in _ONES[1:10]:
        return Decimal(_NUMBER_WORDS[first] + _NUMBER_WORDS[str(second)]), at + 2
    if first in _NUMBER_WORDS:
        return Decimal(_NUMBER_WORDS[first]), at + 1
    return None, at


def _percent_at(lexemes: Sequence[Lexeme], at: int) -> tuple[str, int]:
    for words, kind in _PERCENT:
        if tuple(lexemes[at : at + len(words)]) == words:
            return kind, at + len(words)
    return "", at


def _day_of(lexemes: Sequence[Lexeme], at: int) -> int | None:
    lexeme = _at(lexemes, at)
    text = str(lexeme).removesuffix("th")
    is_day = text.isdecimal() and text.isascii() and 1 <= int(text[:3]) <= _LAST_DAY
    return int(text) if is_day else None


def _month_of(lexemes: Sequence[Lexeme], at: int) -> str | None:
    return _MONTH_NAMES.get(str(_at(lexemes, at)))
