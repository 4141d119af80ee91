"""Figures that say the same in another notation: 1.8 km and 1,800 metres, a fifth and 20 percent.

Only what is exact is the same; nothing is rounded, and no currency is turned into another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from rag.quantities import Quantity, quantities
from rag.unit_names import compatible

_PREFIXES = {"n": -9, "µ": -6, "m": -3, "c": -2, "h": 2, "k": 3, "M": 6, "G": 9, "T": 12}
_BASES = "m g L W Wh J Hz V B Pa Nm bit".split()
_FACTORS: dict[str, tuple[int | Fraction, str]] = {
    "t": (10**6, "g"),
    "ha": (10**4, "m²"),
    "ms": (Fraction(1, 1000), "second"),
    "µs": (Fraction(1, 10**6), "second"),
    "minute": (60, "second"),
    "hour": (3600, "second"),
    "day": (86400, "second"),
    "week": (604800, "second"),
    "quarter": (3, "month"),
    "year": (12, "month"),
    "decade": (120, "month"),
    "century": (1200, "month"),
    "ft": (12, "inch"),
    "yd": (36, "inch"),
}
_POWERS = {"²": 2, "³": 3}
_PARTS = {
    part: number
    for number, part in enumerate(
        "half third quarter fifth sixth seventh eighth ninth tenth".split(), start=2
    )
}
_PART = re.compile(
    rf"\b(?:an?|the|one)\s(?P<part>{'|'.join(_PARTS)})\b(?=\sof\b)|\b(?P<half>half)\b"
)
_OUT_OF = re.compile(
    r"\s(?:[a-z]+\s){0,2}?(?:out\sof|in)\s(?:(?:a|one|every)\s)?(?P<whole>hundred|ten|100|10)\b"
)
_MULTIPLES = {"twice": 2, "thrice": 3}
_MULTIPLE = re.compile(r"\b(?:twice|thrice)\b", re.I)
_TIMES = re.compile(r"\s?(?:times|×)(?![\w])", re.I)


def same_value(one: Fraction, unit: str | None, other: Fraction, other_unit: str | None) -> bool:
    """Whether two values in two units are equal; an unknown unit may be any."""
    if compatible(unit, other_unit):
        return one == other
    factor, base = _scale(unit or "")
    other_factor, other_base = _scale(other_unit or "")
    return base == other_base and one * factor == other * other_factor


def is_told_otherwise(quantity: Quantity, said: str, cited: str, context: str) -> bool:
    """Whether a number of a statement stands in what it cites in another notation.

    `said` is the statement that the quantity was found in, `context` the headings, which tell a
    number only with its unit ("every 100 hours").
    """
    if _TIMES.match(said, quantity.end):
        return any(_MULTIPLES[m[0].lower()] == quantity.value for m in _MULTIPLE.finditer(cited))
    if quantity.kind in ("percent", "fraction"):
        return _share(quantity) in shares(cited) or _is_ellipsis(quantity, said, cited)
    if quantity.kind != "number" or quantity.unit is None:
        return False
    value = Fraction(quantity.value)
    return any(same_value(value, quantity.unit, *end) for end in _measured(cited, context))


@lru_cache(maxsize=4096)
def shares(text: str) -> frozenset[Fraction]:
    """The shares of a whole that a text tells: "20 percent", "a fifth", "95 out of a hundred"."""
    return frozenset(_shares(text))


def _shares(text: str) -> Iterator[Fraction]:
    for quantity in quantities(text):
        if quantity.kind in ("percent", "fraction"):
            yield _share(quantity)
        elif whole := _OUT_OF.match(text, quantity.end):
            yield Fraction(quantity.value) / (100 if whole["whole"] in ("hundred", "100") else 10)
    for match in _PART.finditer(text.lower()):
        yield Fraction(1, _PARTS[match["part"] or match["half"]])


def share_of(value: Fraction, kind: str) -> Fraction | None:
    """The share of a whole that a percentage or a fraction is; of other kinds none."""
    if kind == "percent":
        return value / 100
    return value.limit_denominator(100) if kind == "fraction" else None


def _share(quantity: Quantity) -> Fraction:
    return share_of(Fraction(quantity.value), quantity.kind) or Fraction(0)


def _is_ellipsis(quantity: Quantity, said: str, cited: str) -> bool:
    """Whether it stands there without the "percent" that a figure before it has ("after 3.9").

    Such a figure is only compared with the one before, so both must be said.
    """
    found = quantities(cited)
    whole = {q.value for q in found if q.kind == quantity.kind}
    bare = {q.value for q in found if q.kind == "number" and q.unit is None}
    told = any(q.kind == quantity.kind and q.value in whole for q in quantities(said))
    return told and quantity.value in bare


def _measured(cited: str, context: str) -> Iterator[tuple[Fraction, str | None]]:
    """The measures of the sentences cited and their headings, both ends of each range."""
    for text in (cited, context):
        for quantity in quantities(text):
            if quantity.unit:
                yield Fraction(quantity.value), quantity.unit
                if quantity.high is not None:
                    yield Fraction(quantity.high), quantity.unit


@lru_cache(maxsize=1024)
def _scale(unit: str) -> tuple[Fraction, str]:
    """By what a value in the unit is to be multiplied, and the unit that this gives."""
    over, _, under = unit.partition("/")
    if under:
        factor, base = _scale(over)
        other_factor, other_base = _scale(under)
        return factor / other_factor, f"{base}/{other_base}"
    if unit in _FACTORS:
        known, base = _FACTORS[unit]
        return Fraction(known), base
    return _scale_by_prefix(unit)


def _scale_by_prefix(unit: str) -> tuple[Fraction, str]:
    power = _POWERS.get(unit[-1:], 1)
    plain = unit.rstrip("²³")
    for base in _BASES:
        prefix = plain.removesuffix(base)
        if plain.endswith(base) and prefix in _PREFIXES:
            return Fraction(10) ** (_PREFIXES[prefix] * power), unit[len(prefix) :]
    return Fraction(1), unit
