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
    "mln": 6,
    "million": 6,
    "亿": 8,
    "bn": 9,
    "bln": 9,
    "billion": 9,
    "tn": 12,
    "trn": 12,
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
_ORDINAL_WORDS = (
    {word: i for i, word in enumerate(_ORDINALS, start=1)}
    | {f"{word}th": i for i, word in enumerate(_ONES[13:], start=13)}
    | {f"{word[:-1]}ieth": 10 * i for i, word in enumerate(_TENS, start=2)}
)
_PERCENT: tuple[tuple[tuple[str, ...], str], ...] = (
    (("percentage", "points"), "pp"),
    (("percentage", "point"), "pp"),
    (("%",), "%"),
    (("percent",), "%"),
    (("per", "cent"), "%"),
    (("pct",), "%"),
    (("‰",), "‰"),
    (("basis", "points"), "bp"),
    (("basis", "point"), "bp"),
    (("个", "百", "分", "点"), "pp"),
)
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH_NAMES = (
    {name: name for name in MONTHS} | {name[:3]: name for name in MONTHS} | {"sept": "september"}
)
_BEGINNINGS = frozenset((*_NUMBER_WORDS, *_ORDINAL_WORDS, *_MONTH_NAMES, "a", "an", "between"))
_LAST_DAY = 31
_NO_POWER = 99
_MOST_POWER = 24


def may_begin(lexeme: Lexeme) -> bool:
    """Whether a quantity, an ordinal or a day can begin with the lexeme; most words cannot."""
    return isinstance(lexeme, Decimal) or lexeme in _BEGINNINGS or lexeme[0].isdigit()


def quantity_at(lexemes: Sequence[Lexeme], at: int) -> tuple[str | None, int]:
    """The quantity that starts at `at` as one comparable token, and where it ends; or no token."""
    value, power, kind, end = _quantity(lexemes, at)
    return (None, at) if value is None else (f"#{_plain(value, power)}{kind}", end)


def range_at(lexemes: Sequence[Lexeme], at: int) -> tuple[str | None, int]:
    """`5-6%`, `5%-6%` and `between 5% and 6%` as one token, also `2/3` and `3:1`; or no token.

    Neither end is what is said. Two years are no such token, for they are both said.
    """
    spelled = _at(lexemes, at) == "between"
    low, low_power, low_kind, middle = _quantity(lexemes, at + spelled)
    mark = str(_at(lexemes, middle))
    if low is None or mark not in (("and",) if spelled else ("~", "/", ":")):
        return None, at
    high, power, kind, end = _quantity(lexemes, middle + 1)
    if high is None or (is_year(lexemes, at + spelled) and not low_kind):
        return None, at
    shared = low_power or (0 if low_kind else power)
    joint = mark if mark in "/:" else ".."
    return f"#{_plain(low, shared)}{joint}{_plain(high, power)}{kind or low_kind}", end


def _quantity(lexemes: Sequence[Lexeme], at: int) -> tuple[Decimal | None, int, str, int]:
    """The number at `at`, its power of ten, its kind (`%`, `pp` or none), and where it ends."""
    value, end = _value_at(lexemes, at)
    if value is None:
        return None, 0, "", at
    power = 0
    while end < len(lexemes) and lexemes[end] in _SCALES and power <= _MOST_POWER:
        power, end = power + _SCALES[str(lexemes[end])], end + 1
    kind, end = _percent_at(lexemes, end)
    return value, power, kind, end


def _plain(value: Decimal, power: int) -> str:
    return format(value.scaleb(power).normalize(), "f")


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
    first = _at(lexemes, at)
    if isinstance(first, Decimal):
        return first, at + 1
    value, end = _spelled_at(lexemes, at)
    return (None, at) if value is None else (Decimal(value), end)


def _spelled_at(lexemes: Sequence[Lexeme], at: int) -> tuple[int | None, int]:
    """A number in words (`three hundred and twenty thousand and five`), and where it ends."""
    total, below = 0, _NO_POWER
    group, end = _below_thousand(lexemes, at)
    while group is not None:
        power = _SCALES.get(str(_at(lexemes, end)), 0)
        if not 3 <= power < below:
            return total + group, end
        total, below = total + group * 10**power, power
        more_at = end + 1 + (_at(lexemes, end + 1) == "and")
        group, more_end = _below_thousand(lexemes, more_at)
        # "three thousand and two million" are two numbers.
        if group is None or _SCALES.get(str(_at(lexemes, more_end)), 0) >= below:
            return total, end + 1
        end = more_end
    return None, at


def _below_thousand(lexemes: Sequence[Lexeme], at: int) -> tuple[int | None, int]:
    value, end = _below_hundred(lexemes, at)
    if value is None or not 1 <= value <= 9 or _at(lexemes, end) != "hundred":
        return value, end
    more_at = end + 1 + (_at(lexemes, end + 1) == "and")
    more, after = _below_hundred(lexemes, more_at)
    return (value * 100, end + 1) if more is None else (value * 100 + more, after)


def _below_hundred(lexemes: Sequence[Lexeme], at: int) -> tuple[int | None, int]:
    first, second = str(_at(lexemes, at)), str(_at(lexemes, at + 1))
    if first in _TENS and second in _ONES[1:10]:
        return _NUMBER_WORDS[first] + _NUMBER_WORDS[second], at + 2
    if first in ("a", "an") and second in _SCALES:
        return 1, at + 1
    return (_NUMBER_WORDS[first], at + 1) if first in _NUMBER_WORDS else (None, at)


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
