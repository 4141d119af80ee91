"""The amounts that a register of figures keeps: quantities that tell how much, with their unit.

Stricter than `rag.quantities`: formulas ("2+2"), marks of notes, quoted numbers ("12345"), names
("Four Continents", "STAR 50 options"), list numbers and denominators ("per 1,000 people") tell no
amount of anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from rag.bound import Bound
from rag.quantities import Quantity, amounts
from rag.unit_names import CURRENCIES, TIMES, is_measure


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in a text: `[start, end)` holds the number with its currency or unit.

    `kind` is `number` (a count or bare number), `percent`, `points`, `fraction`, `money` or
    `measure` (a length, a weight, a time ...). `unit` is canonical, and `None` for numbers.
    """

    value: Decimal
    kind: str
    unit: str | None
    start: int
    end: int
    high: Decimal | None = None
    bound: Bound | None = None

    def has_value_of(self, other: Amount) -> bool:
        """Whether both are one value or range, whatever their units."""
        return (self.value, self.high) == (other.value, other.high)


_UNITS = {"percent": "%", "points": "pp"}
_DIGITS = re.compile(r"\d[\d,]*")
_PER = re.compile(
    r"\b(?:per|for (?:every|each)|every|one (?:in|out of)|out of(?: every)?)\s(?:about\s)?$", re.I
)
_FORMULA_BEFORE = re.compile(r"(?:[+×*=^]|\d\sx|\d\s?[-–]\s?\d\s?[-–])\s?$")
_FORMULA_AFTER = re.compile(r"\s?[+×*=^]\s?\d|\sx\s\d|\s?[-–]\s?\d\s?[-–]\s?\d")
_NOTE = re.compile(r"\[$")
_QUOTE = re.compile(r"[\"“‘'「]$")
_QUOTE_END = re.compile(r"[\"”’'」]")
_LIST_AFTER = re.compile(r"[.)\]:]\s|[.)\]:]?$|\s\([A-Z]|\s[—–-]\s")
_LABEL_BEFORE = re.compile(
    # A noun that is followed by its own number, also the second of two.
    r"\b(?:articles?|sections?|chapters?|parts?|figs?\.|figures?|tables?|pages?|pp?\.|paragraphs?"
    r"|paras?\.?|clauses?|items?|notes?|footnotes?|annex(?:es)?|appendix|volumes?|versions?|nos?\."
    r"|numbers?|lines?|routes?|highways?|phases?|stages?|steps?|levels?|tiers?|types?|class|grades?"
    r"|category|rooms?|rules?|schedule|exhibit|rank(?:ed|s|ing)?|channels?|episodes?|circa|c\.|ca\.)"
    r"\s(?:\d+(?:,\s|\sand\s|\sor\s|\sto\s|[–-]))*$",
    re.I,
)
_NAME_BEFORE = re.compile(r"(?<![.!?:;]\s)(?<!^)\b[A-Z][\w’'-]*\s$")
_NAME_AFTER = re.compile(r"\s[A-Z]")
_ADDRESS_AFTER = re.compile(
    r"\s(?:[A-Z][\w’'-]*\s){1,3}(?:Street|Avenue|Road|Lane|Boulevard|Square|Drive|Place|Way)\b"
)
_SINGULAR_AFTER = re.compile(r"\s[a-z]+\b(?<!s)")
_SPAN_BEFORE = re.compile(
    r"\b(?:next|last|past|previous|preceding|coming|following|recent|first|final)\s$", re.I
)
_ERA = re.compile(r"(?:\s?(?:to|–|-)\s?\d+)?\s?(?:BCE?|BP|AD|CE|B\.C\.|A\.D\.)(?!\w)")
_GLUED = re.compile(r"[A-Za-z]")
_COMPOUND = re.compile(r"-[a-z]")
_BACK = 120
_FIRST_YEAR, _LAST_YEAR = 1000, 2100
_TO = re.compile(r"\s(?:to|till)\s")
_BY = re.compile(r"\bby\s(?:[a-z]+\s){0,2}[^\w\s]?$")


def amounts_in(text: str) -> tuple[Amount, ...]:
    """The amounts of a text, in order."""
    kept = (q for q in amounts(text) if not _is_label(text, q))
    return tuple(part for quantity in kept for part in _parts(text, quantity))


def is_money(unit: str) -> bool:
    """Whether a canonical unit is a currency, or one per something."""
    return unit.partition("/")[0] in CURRENCIES


def _parts(text: str, quantity: Quantity) -> Iterator[Amount]:
    """The amount; "by 162 to 832" tells two and no range, but "by 4 to 6 percent" does."""
    whole = _amount(quantity)
    gap = _TO.search(text, quantity.start, quantity.end)
    counts = quantity.kind == "number" and quantity.high is not None
    if not counts or gap is None or not _BY.search(text[: quantity.start]):
        yield whole
        return
    yield replace(whole, end=gap.start(), high=None)
    yield replace(whole, value=quantity.high or whole.value, start=gap.end(), high=None, bound=None)


def _amount(quantity: Quantity) -> Amount:
    start, end = quantity.start, quantity.end
    kind, unit = quantity.kind, _UNITS.get(quantity.kind)
    if quantity.unit and is_measure(quantity.unit.split("/")[0]) and quantity.unit != "person":
        unit = quantity.unit
        kind = "money" if is_money(unit) else "measure"
        if quantity.whole:
            start, end = quantity.whole.start, quantity.whole.end
    return Amount(quantity.value, kind, unit, start, end, quantity.high, quantity.bound)


def _is_label(text: str, quantity: Quantity) -> bool:
    """Whether a number is no amount after all."""
    # Looking back stays short, so that a text full of numbers takes no more than its time.
    before = text[max(0, quantity.start - _BACK) : quantity.start]
    after = text[quantity.end : quantity.end + _BACK]
    if quantity.unit in TIMES and _SPAN_BEFORE.search(before):
        return True  # "over the next five years" tells when
    if _PER.search(before) or _NOTE.search(before):
        return True
    if quantity.kind != "number" or (quantity.unit and is_money(quantity.unit)):
        return False
    if quantity.high is None and (before.endswith("/") or re.match(r"/\d", after)):
        return True  # "1/3"
    if _FORMULA_BEFORE.search(before) or _FORMULA_AFTER.match(after):
        return True
    number = text[quantity.start : quantity.end]
    quoted = _in_quotes(text, quantity.start)
    if _DIGITS.fullmatch(number):
        named = quoted and _NAME_AFTER.match(after) is not None
        return named or _is_numeral_label(number, quantity, before, after)
    if quantity.high is not None or not number.isalpha():
        return False
    return quoted or _is_word_label(number, before, after)


def _is_numeral_label(number: str, quantity: Quantity, before: str, after: str) -> bool:
    if _QUOTE.search(before) and _QUOTE_END.match(after):
        return True
    if _ADDRESS_AFTER.match(after):
        return True
    measured = quantity.unit is not None and is_measure(quantity.unit)
    if not measured and "," not in number and _is_bare_label(number, quantity, before, after):
        return True
    if not before.strip(" ([\n") and _LIST_AFTER.match(after):
        return True
    if _GLUED.match(after) and not measured:
        return True
    if _ERA.match(after) or (_LABEL_BEFORE.search(before) and "," not in number):
        return True
    named = bool(_NAME_BEFORE.search(before) and _NAME_AFTER.match(after))
    return ("," not in number) and (re.match(r"-[A-Z]", after) is not None or named)


def _is_bare_label(number: str, quantity: Quantity, before: str, after: str) -> bool:
    """A year, or a number such as a telephone's, which no thousands mark parts."""
    if len(number) == 4 and _FIRST_YEAR <= int(number) <= _LAST_YEAR:
        return quantity.unit is None or before.endswith(("the ", "The ", "a ", "its ", "their "))
    return len(number) > 4 and (quantity.unit is None or _SINGULAR_AFTER.match(after) is not None)


def _in_quotes(text: str, at: int) -> bool:
    return text.count("“", 0, at) > text.count("”", 0, at) or text.count('"', 0, at) % 2 == 1


def _is_word_label(number: str, before: str, after: str) -> bool:
    """ "Four Continents", "two-way", "“three tasks”": part of a word or of a name."""
    if _COMPOUND.match(after) or before.endswith(("-", "–")):
        return True
    inside = bool(before.strip(' “"(')) and not before.rstrip().endswith((".", "!", "?", ":"))
    return number[0].isupper() and (inside or _NAME_AFTER.match(after) is not None)
