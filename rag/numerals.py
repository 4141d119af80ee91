"""Numbers in text, in digits and in words, with their scale: `4.72 trillion`, `two and a half`.

A number never matches inside a longer number, and a percentage is no plain number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_SCALES = {
    "hundred": 2,
    "thousand": 3,
    "k": 3,
    "million": 6,
    "mn": 6,
    "m": 6,
    "billion": 9,
    "bn": 9,
    "b": 9,
    "trillion": 12,
    "tn": 12,
    "万": 4,
    "亿": 8,
    "万亿": 12,
}
"""Powers of ten. The one-letter forms count only when they touch the number (`49.158M`)."""

_SCALE = (
    r"(?:(?i:(?:(?:hundred|thousand)\s)?(?:thousand|million|billion|trillion)|hundred|mn|bn|tn)"
    r"|万亿|万|亿)(?![A-Za-z])"
)
_KIND = (
    r"(?P<basis>[\s-]?(?i:basis[\s-]points?|bps?)\b)"
    r"|(?P<percent>\s?[%％]|[\s-]?(?i:percent|per\s?cent|percentage(?=[\s-]points?))\b"
    r"|个百分(?=点))(?P<points>[\s-](?i:points?)\b|点)?"
)
_BLANK_GROUPS = (
    r"[1-9]\d{0,2}(?:\x20\d{3}){1,4}(?=\x20[a-z]{2}"
    r"|\x20?(?:km|kg|m[²2]))(?!\x20(?:and|or|to|in|of|on|at|for|with|by|from|as|is|are|was|were|the|than)\b)"
)
"""Groups of three digits parted by plain blanks are one number if what is counted follows."""
_NUMBER = re.compile(
    # Not within a word ("C919"), but after a currency or Chinese, or a stop that lost its blank.
    r"(?:(?<![\w.,])|(?<=[\u3400-\u9fff])|(?<=[^\W\d_][.,])"
    r"|(?<=RMB)|(?<=CNY)|(?<=USD)|(?<=EUR))(?<!\d[\u2009\u202f'’])"
    # A run of digits and marks that is no well-formed number ("1,2155", "1.2.3") is none at all.
    r"(?P<digits>\d{1,3}(?P<mark>[,\u2009\u202f'’])\d{3}(?:(?P=mark)\d{3})*(?:\.\d+)?"
    r"(?![.,]?\d|(?P=mark)\d)"
    rf"|(?<!\d\s){_BLANK_GROUPS}"
    r"|(?:\d{1,3}(?:\.\d+)?(?![.,]?\d)|\d{4,}(?:\.\d+)?(?!\.?\d))(?![\u2009\u202f'’]\d))"
    r"(?P<vulgar>[¼½¾](?!\d))?"
    rf"(?:{_KIND}|[\s-]?(?P<scale>{_SCALE})|(?P<letter>[kKmMbB])\b)?"
)
_KIND_AFTER = re.compile(_KIND)
_MARKS = re.compile(r"[,\x20\u2009\u202f'’]")

_ONES = "zero one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = (
    {word: Decimal(number) for number, word in enumerate(_ONES + _TEENS)}
    | {word: Decimal(10 * number) for number, word in enumerate(_TENS, start=2)}
    | {"a": Decimal(1), "an": Decimal(1), "half": Decimal("0.5")}
)
COUNTS = (*_ONES[1:], *_TEENS, *_TENS, "hundred", "thousand")
"""Cardinals of one word."""
_GROUPS = {"dozen": 12, "hundred": 100}
_POWERS = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_WORDS = "|".join((*_ONES, *_TEENS, *_TENS, *_GROUPS, *_POWERS))
_GROUP_OR_POWER = "|".join((*_GROUPS, *_POWERS))
_RUN = re.compile(
    rf"\b(?:(?:half[\s-])?an?[\s-]+(?=(?:{_GROUP_OR_POWER})\b)|(?={'|'.join(_VALUES)})(?!an?\b|half))"
    rf"(?:{_WORDS})\b(?:[\s-]\s?(?:and\s)?(?:{_WORDS})\b)*"
    rf"(?P<half>\sand\sa\shalf\b(?:\s(?P<power>{'|'.join(_POWERS)})\b)?)?",
    re.I,
)
_TOKEN = re.compile(r"[A-Za-z]+")

_PARTS = {
    name: number
    for number, names in enumerate(
        "half third quarter|fourth fifth sixth seventh eighth ninth tenth".split(), start=2
    )
    for name in names.split("|")
}
_FRACTION = re.compile(
    rf"\b(?P<count>{'|'.join(_ONES[1:])})(?:-|\s)(?P<part>{'|'.join(_PARTS)})(?P<many>s?)\b", re.I
)
_ORDINAL_ENDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
).split()
_ORDINALS = (
    {word: number for number, word in enumerate(_ORDINAL_ENDS, start=1)}
    | {f"{word[:-1]}ieth": 10 * number for number, word in enumerate(_TENS, start=2)}
    | {"hundredth": 100}
)
_ORDINAL = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})-)?(?P<last>{'|'.join(_ORDINALS)})\b(?!-)", re.I
)

_VOCABULARY = frozenset((*_VALUES, *_GROUPS, *_POWERS, *_ORDINALS)) - {"a", "an", "half", "first"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it stands at `[start, end)` of a text; `value` is exact, its scale applied."""

    value: Decimal
    kind: str
    """`number`, `percent`, `points` (percentage points) or `fraction`; `ordinal` in words only."""
    start: int
    end: int
    power: int = 0
    """The power of ten of its scale."""
    figure: str = ""
    """The digits as written, with their marks; empty for a number in words."""


def numbers(text: str) -> tuple[Number, ...]:
    """All numbers of a text that are written in digits, in order."""
    return tuple(map(_number, _NUMBER.finditer(text)))


def worded(text: str) -> tuple[Number, ...]:
    """Numbers written in words, in order: cardinals, fractions, ordinals ("first" left out).

    A lone "one" is among them, though it often counts nothing.
    """
    if _VOCABULARY.isdisjoint(_TOKEN.findall(text.lower())):  # most sentences: seven times faster
        return ()
    found = sorted((*_fractions(text), *_ordinals(text), *_cardinals(text)), key=lambda n: n.start)
    kept: list[Number] = []
    for number in found:
        if not kept or number.start >= kept[-1].end:
            kept.append(number)
    return tuple(kept)


def _number(match: re.Match[str]) -> Number:
    scale = match["scale"] or match["letter"]
    power = sum(_SCALES[part] for part in scale.lower().split()) if scale else 0
    digits = _MARKS.sub("", match["digits"])
    kind, shift = _kind(match)
    if match["vulgar"] and "." not in digits:
        digits = f"{digits}{str(unicodedata.numeric(match['vulgar']))[1:]}"
    value = Decimal(f"{digits}E{power - shift}")  # exact, however long
    return Number(value, kind, match.start(), match.end(), power, match["digits"])


def _kind(match: re.Match[str]) -> tuple[str, int]:
    """The kind, and by how many powers of ten the figure is to be made smaller."""
    if match["basis"]:
        return "points", 2
    if match["percent"]:
        return ("points" if match["points"] else "percent"), 0
    return "number", 0


def _fractions(text: str) -> Iterator[Number]:
    for match in _FRACTION.finditer(text):
        count, part = _VALUES[match["count"].lower()], _PARTS[match["part"].lower()]
        if (count != 1) == bool(match["many"]) and count <= part:
            yield Number(count / part, "fraction", match.start(), match.end())


def _ordinals(text: str) -> Iterator[Number]:
    for match in _ORDINAL.finditer(text):
        last = _ORDINALS[match["last"].lower()]
        tens = int(_VALUES[match["tens"].lower()]) if match["tens"] else 0
        if last > 1 or tens:
            yield Number(Decimal(tens + last), "ordinal", match.start(), match.end())


def _cardinals(text: str) -> Iterator[Number]:
    for match in _RUN.finditer(text):
        read = list(_read_run(text, match))
        half = match["half"]
        for place, (value, start, end) in enumerate(read):
            if half and place == len(read) - 1:
                power = _POWERS[match["power"].lower()] if match["power"] else 1
                value, end = _and_a_half(value) * power, match.end()
            yield _with_kind(text, value, start, end)


def _and_a_half(value: Decimal) -> Decimal:
    """ "A million and a half" is half a million more, "two and a half" half of one."""
    unit = next((p for p in sorted(_POWERS.values(), reverse=True) if not value % p), 1)
    return value + Decimal(unit) / 2


def _read_run(text: str, run: re.Match[str]) -> Iterator[tuple[Decimal, int, int]]:
    """The numbers of a run of number words; "two three" are two, "two hundred and three" one."""
    end = run.start("half") if run["half"] else run.end()
    reading = _Reading()
    for token in _TOKEN.finditer(text, run.start(), end):
        word = token[0].lower()
        if word == "and":
            reading.joins = True
            continue
        if not reading.takes(word):
            if reading.said:
                yield reading.total(), reading.start, reading.end
            reading = _Reading()
            if not reading.takes(word):
                continue
        reading.end = token.end()
        if reading.start < 0:
            reading.start = token.start()
    if reading.said:
        yield reading.total(), reading.start, reading.end


@dataclass(slots=True)
class _Reading:
    """A number in words, as far as it was read."""

    done: Decimal = Decimal(0)
    group: Decimal = Decimal(0)
    ceiling: int = 10**15
    room: int = 100
    """What the next small number must stay below, for it to belong to this number."""
    joins: bool = False
    said: bool = False
    start: int = -1
    end: int = -1

    def total(self) -> Decimal:
        return self.done + self.group

    def takes(self, word: str) -> bool:
        """Whether the word goes on with this number; if so it is added."""
        joins, self.joins = self.joins, False
        if word in _VALUES:
            return self._takes_small(_VALUES[word], word, joins)
        if word in _GROUPS:
            return self._takes_group(_GROUPS[word])
        return self._takes_power(_POWERS[word])

    def _takes_small(self, value: Decimal, word: str, joins: bool) -> bool:
        if word in ("a", "an") and self.said:  # "half a million"
            return self.group == Decimal("0.5")
        after_group = self.room == 100
        if value >= self.room or (joins and not (after_group and self.said)):
            return False
        self.group += value
        self.room = 10 if word in _TENS else 0
        self.said = True
        return True

    def _takes_group(self, size: int) -> bool:
        if not 0 < self.group < 100:
            return False
        self.group *= size
        self.room = 100 if size == 100 else 0
        return True

    def _takes_power(self, size: int) -> bool:
        if not self.group or size >= self.ceiling:
            return False
        self.done += self.group * size
        self.group, self.ceiling, self.room = Decimal(0), size, 100
        return True


def _with_kind(text: str, value: Decimal, start: int, end: int) -> Number:
    match = _KIND_AFTER.match(text, end)
    if match is None:
        last = _TOKEN.findall(text, start, end)[-1].lower()
        return Number(value, "number", start, end, _SCALES[last] if last in _POWERS else 0)
    kind, shift = _kind(match)
    return Number(value.scaleb(-shift), kind, start, match.end())
