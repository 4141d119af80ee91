"""Numbers of a text in any language whose way of writing them is known, so that two can be held
against each other: "49.158 million TEUs", "49,158 Millionen TEU" and "4915.8万标准箱" are one.

Read as a reader of the language reads it: "49.158" is no number with decimals in German.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from rag.number_formats import FORMATS, Format
from rag.quantities import quantities
from rag.role import Role

_ENGLISH_MONTH = re.compile(
    rf"\b(?:(?P<sure>{'|'.join(name for name in month_name if name and name != 'May')})\b"
    r"|(?:(?<=\d\s)|(?<=[Ii]n\s)|(?<=of\s))May\b|May(?=\s\d))"
)
_HAN_DIGITS = {char: value for value, chars in enumerate(
    ("〇零", "一", "二两", "三", "四", "五", "六", "七", "八", "九")
) for char in chars}  # fmt: skip
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_HAN_POWERS = {"万": 10**4, "亿": 10**8, "億": 10**8}
_HAN = "".join((*_HAN_DIGITS, *_HAN_UNITS, *_HAN_POWERS))
_HAN_RUN = re.compile(
    rf"(?:(?P<whole>[{_HAN}]+)分之)?(?P<number>[{_HAN}]+(?:点[{''.join(_HAN_DIGITS)}]+)?)"
)
_FIRST_YEAR, _LAST_YEAR = 1800, 2100
_LEAST_SURE = 11
"""From here on Chinese numerals in a row are no part of another word."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is meant: its exact value, scale applied, and its kind.

    `kind` is `number`, `percent`, `points` or `fraction`. One that is not `sure` may be a word
    of another meaning; one that does not count dates, ranks or names.
    """

    value: Decimal
    kind: str
    sure: bool = True
    counts: bool = True

    @property
    def key(self) -> tuple[Decimal, str]:
        """What two equal figures share."""
        return self.value, self.kind


def is_readable(language: str) -> bool:
    """Whether the numbers of a language can be read."""
    return language == "English" or language in FORMATS


@lru_cache(maxsize=1000)
def figures_in(text: str, language: str) -> tuple[Figure, ...]:
    """The numbers of a text in a readable language, in order."""
    if language == "English":
        return tuple(_english(text))
    return tuple(figure for _, figure in sorted(_placed(text, FORMATS[language]), key=_start))


def lost_from(said: Sequence[Figure], told: Sequence[Figure]) -> tuple[Figure, ...]:
    """The sure figures of `said` that `told` does not hold."""
    held = {figure.key for figure in told}
    return tuple(figure for figure in said if figure.sure and figure.key not in held)


def in_order(said: Sequence[Figure], told: Sequence[Figure]) -> bool:
    """Whether the figures that count of `said` come in the same order in `told`."""
    rest = iter([figure.key for figure in told])
    return all(f.key in rest for f in said if f.sure and f.counts)


def _english(text: str) -> Iterator[Figure]:
    for quantity in quantities(text):
        kind = "number" if quantity.kind == "ordinal" else quantity.kind
        for value in (quantity.value, quantity.high):
            if value is not None:
                yield Figure(abs(value), kind, counts=quantity.role is Role.AMOUNT)
    names = list(month_name)
    for match in _ENGLISH_MONTH.finditer(text):
        yield Figure(Decimal(names.index(match["sure"] or "May")), "number", counts=False)


def _start(placed: tuple[int, Figure]) -> int:
    return placed[0]


def _placed(text: str, form: Format) -> Iterator[tuple[int, Figure]]:
    taken: list[tuple[int, int]] = []
    for start, end, figure in _joined(text, _written(text, form)):
        taken.append((start, end))
        yield start, figure
    if not form.spaced:
        for match in _HAN_RUN.finditer(text):
            if not any(a < match.end() and match.start() < b for a, b in taken):
                yield from _of_han(match)
    for match in re.finditer(r"[^\W\d_]+", text):
        if match[0].lower() in form.months:
            value = Decimal(form.months.index(match[0].lower()) + 1)
            yield match.start(), Figure(value, "number", counts=False)


def _joined(
    text: str, found: Iterator[tuple[int, int, Figure, int]]
) -> Iterator[tuple[int, int, Figure]]:
    """The figures, those that go on at a lower scale ("1亿2000万") made one."""
    before: tuple[int, int, Figure, int] | None = None
    for start, end, figure, power in found:
        if before is not None and power < before[3] and not text[before[1] : start].strip():
            whole = Figure(before[2].value + figure.value, figure.kind)
            before = (before[0], end, whole, power)
            continue
        if before is not None:
            yield before[:3]
        before = (start, end, figure, power)
    if before is not None:
        yield before[:3]


def _written(text: str, form: Format) -> Iterator[tuple[int, int, Figure, int]]:
    """Where each number in digits or words stands, and by which power of ten it is scaled."""
    for match in _pattern(form).finditer(text):
        scale = form.scales.get((match["scale"] or match["lone"] or "").lower(), 0)
        value, sure = _value(match, form)
        kind = "points" if match["points"] else "percent" if match["percent"] else "number"
        dated = not scale and kind == "number" and _FIRST_YEAR <= value <= _LAST_YEAR
        # Digits go on at a lower scale, as "4조 7200억" does, only where words are not parted.
        power = 0 if form.spaced else scale
        figure = Figure(value.scaleb(scale), kind, sure, counts=not dated)
        yield match.start(), match.end(), figure, power


def _value(match: re.Match[str], form: Format) -> tuple[Decimal, bool]:
    if match["lone"]:
        return Decimal(1), True
    if match["word"]:
        word = match["word"].lower()
        return Decimal(form.words.get(word, form.words.get(f"{word}?", 0))), word in form.words
    plain = match["digits"].replace(form.decimal, "|")
    return Decimal(re.sub(r"[^\d|]", "", plain).replace("|", ".")), True


@lru_cache(maxsize=32)
def _pattern_of(decimal: str, scales: str, kinds: str, words: str, spaced: bool) -> re.Pattern[str]:
    group = r"[.\x20\u00a0\u2009\u202f'’]" if decimal == "," else r"[,\u2009\u202f]"
    mark = re.escape(decimal)
    digits = rf"\d{{1,3}}(?:{group}\d{{3}})+(?!\d)(?:{mark}\d+)?|\d+(?:{mark}\d+)?"
    bound = r"(?![^\W\d_])" if spaced else ""
    word = rf"|(?<!\w)(?P<word>{words})(?!\w)" if words else r"|(?P<word>(?!))"
    lone = rf"|(?<!\w)(?P<lone>{scales})(?!\w)" if spaced else r"|(?P<lone>(?!))"
    return re.compile(
        rf"(?:(?:(?<![A-Za-z\d])|(?<=CNY)|(?<=RMB)|(?<=USD)|(?<=EUR))(?P<digits>{digits}){word})"
        rf"(?:[\s-]?(?P<scale>{scales}){bound})?"
        rf"(?:[\s-]?(?:{kinds}){bound})?{lone}",
        re.I,
    )


def _pattern(form: Format) -> re.Pattern[str]:
    scales = "|".join(map(re.escape, sorted(form.scales, key=len, reverse=True)))
    kinds = f"(?P<points>{form.points})|(?P<percent>{form.percent}|[%％])"
    words = "|".join(word.rstrip("?") for word in form.words)
    return _pattern_of(form.decimal, scales, kinds, words, form.spaced)


def _of_han(match: re.Match[str]) -> Iterator[tuple[int, Figure]]:
    """The number in Chinese numerals; short ones are parts of many words."""
    value = _han(match["number"])
    if value is None:
        return
    if match["whole"]:
        whole = _han(match["whole"])
        if whole == 100:
            yield match.start(), Figure(value, "percent")
        elif whole:
            yield match.start(), Figure(value / whole, "fraction")
        return
    opens = match["number"][0] in _HAN_DIGITS or match["number"][0] == "十"
    sure = opens and value >= _LEAST_SURE and len(match["number"]) > 1
    dated = _FIRST_YEAR <= value <= _LAST_YEAR
    yield match.start(), Figure(value, "number", sure, counts=not dated)


def _han(text: str) -> Decimal | None:
    """The value of Chinese numerals: "四千九百一十五", "二〇二三", "三点五"."""
    whole, _, part = text.partition("点")
    if part:
        base = _han(whole)
        decimals = "".join(str(_HAN_DIGITS[char]) for char in part)
        return None if base is None else base + Decimal(f"0.{decimals}")
    if len(whole) > 1 and all(char in _HAN_DIGITS for char in whole):
        return Decimal("".join(str(_HAN_DIGITS[char]) for char in whole))
    total = section = digit = 0
    for char in whole:
        if char in _HAN_DIGITS:
            digit = _HAN_DIGITS[char]
        elif char in _HAN_UNITS:
            section += (digit or 1) * _HAN_UNITS[char]
            digit = 0
        else:
            total = (total + section + digit) * _HAN_POWERS[char]
            section = digit = 0
    value = total + section + digit
    return Decimal(value) if value else None
