"""Figures as people read them: grouped digits, words for millions, bounds and directions."""

from __future__ import annotations

from decimal import Decimal

from rag.figures import Figure, plain
from ui.words import Words

_MOST_DECIMALS = 4
"""A number that needs more after its scale word is written out."""
BARE = ("%", "pp")
"""Units that stand with the number, not in front of a reader as words."""


def amount_text(figure: Figure, words: Words) -> str:
    """The value, or both ends of a range, with its bound: "about 4.72 trillion"."""
    value = value_text(figure.value, words)
    if figure.high is not None:
        value = words("figures.range", low=value, high=value_text(figure.high, words))
    if figure.unit in BARE:
        value = words("figures.percent" if figure.unit == "%" else "figures.points", value=value)
    if figure.bound:
        value = words(f"figures.bound_{figure.bound.replace(' ', '_')}", value=value)
    return value


def value_text(value: Decimal, words: Words) -> str:
    """A number in the manner of the reader's language; nothing is rounded."""
    for power, name in _scales(words):
        scaled = value.scaleb(-power)
        if abs(scaled) >= 1 and _decimals(scaled) <= _MOST_DECIMALS:
            return words("figures.scaled", number=_grouped(scaled), scale=name)
    return _grouped(value)


def unit_text(figure: Figure, words: Words) -> str:
    """The unit in its canonical spelling, `points` in words; a count has none."""
    return words("figures.points_name") if figure.unit == "pp" else figure.unit or ""


def _scales(words: Words) -> list[tuple[int, str]]:
    """The scale words of a language with their powers of ten, the largest first."""
    told = (entry.split() for entry in words("figures.scales").split("|"))
    return [(int(power), name) for power, name in told]


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _grouped(value: Decimal) -> str:
    digits = plain(value)
    whole, point, rest = digits.partition(".")
    return f"{int(whole):,}{point}{rest}" if int(whole) else digits
