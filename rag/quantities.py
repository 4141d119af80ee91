"""Quantities in text: find them, normalise them, compare them.

`49.158 million`, `49,158,000` and `49.158M` are one value. A quantity is a number with what it
counts or measures, the other end of a range, and the mark that says it is a bound or about right.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import zip_longest

from rag.bound import Bound as Bound
from rag.bound import bound_of, goes_on
from rag.models import Span
from rag.numerals import COUNTS, Number, numbers, worded
from rag.role import Role, date_spans, role_of
from rag.unit_names import compatible, is_measure
from rag.units import unit_after, unit_beside


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its kind: `value` is exact, scales applied; a percentage keeps its figure."""

    value: Decimal
    kind: str
    """`number`, `percent`, `points` (percentage points), `fraction` or `ordinal` (in words)."""
    start: int
    end: int
    unit: str | None = None
    """The canonical unit, currency, or singular of what is counted; `None` if none is told."""
    high: Decimal | None = None
    """The upper end of a range, of which `value` is the lower."""
    bound: Bound | None = None
    role: Role = Role.AMOUNT
    whole: Span | None = None
    """Where the number stands with its currency and unit."""

    def same_as(self, other: Quantity) -> bool:
        """Whether the two are the same value of the same kind and unit, however written."""
        same = (self.kind, self.value, self.high) == (other.kind, other.value, other.high)
        return same and compatible(self.unit, other.unit)


_STRAY_BLANK = re.compile(r"(?<=\d)\.\s+(?=\d+(?:\s?%|\s+[A-Za-z]))")
_BROKEN_WHOLE = re.compile(r"\d{1,3}(?:,\d{3})*$")
_BROKEN_GAP = re.compile(r"\.\s$")
_BROKEN_REST = re.compile(r"\d{1,2}$")
_TO = re.compile(r"\s?[-–—~～至]\s?$|[\s-](?:to|till)[\s-]$")
_AND = re.compile(r"\sand\s$")
_BETWEEN = re.compile(r"\bbetween\s$", re.I)
_FROM = re.compile(r"(?P<ranging>\b(?:rang|var)(?:e|es|ed|y|ies|ied|ying|ing)\s)?\bfrom\s$", re.I)
_CHANGED = re.compile(
    r"\b(?:by|up|down|rose|grew|fell|(?:gain|increas|decreas|declin|dropp|climb|jump|surg)ed)\s$",
    re.I,
)
_MINUS = re.compile(r"(?:^|[\s(])[-−]$")
_GLUED_S = re.compile(r"s\b")
_MOST_UNSCALED = 1000
"""From here on the lower end of a range is told in full: "900,000 to 1.2 million"."""
_BACK = 32
"""How many characters before a number are looked at."""


@lru_cache(maxsize=10_000)
def quantities(text: str) -> tuple[Quantity, ...]:
    """All quantities of a text, in order; offsets are into `text`.

    A range is one quantity. Dates, ordinals and labels are among them, told by their role.
    """
    numbers_found = _all_numbers(text)
    dates = date_spans(text) if numbers_found else []
    found: list[Quantity] = []
    for number in _closed(text, numbers_found):
        quantity = _quantity(text, number, dates)
        if quantity is not None and (not found or quantity.start >= _reach(found[-1]).end):
            found.append(quantity)
    return tuple(_ranges(text, found))


def amounts(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text that count or measure something."""
    return tuple(q for q in quantities(text) if q.role is Role.AMOUNT)


def missing_from(claimed: str, quoted: str) -> tuple[Quantity, ...]:
    """The numbers of `claimed` that do not occur in `quoted`, blanks within numbers closed.

    Each end of a range is a number of its own. Two measures or currencies that are told apart
    part two numbers; what is merely counted may go by another name.
    """
    claims = tuple(_plain(claimed))
    if not claims:
        return ()
    present = defaultdict(list)
    for text in {_STRAY_BLANK.sub(".", quoted), quoted}:
        for quantity in _plain(text):
            present[quantity.value].append(quantity)
    return tuple(q for q in claims if not any(map(q.same_as, present.get(q.value, ()))))


def _plain(text: str) -> Iterator[Quantity]:
    for number in _all_numbers(text):
        if number.kind == "ordinal" or _is_lone_one(number):
            continue
        beside = _unit_beside(text, number) if number.kind == "number" else None
        unit = beside[0] if beside and is_measure(beside[0]) else None
        yield Quantity(number.value, number.kind, number.start, number.end, unit)


def _all_numbers(text: str) -> list[Number]:
    """Numbers in digits and in words, in order; words within a number in digits are its own."""
    found = sorted((*numbers(text), *worded(text)), key=lambda n: (n.start, -n.end))
    kept: list[Number] = []
    for number in found:
        if not kept or number.start >= kept[-1].end:
            kept.append(number)
    return kept


def _is_lone_one(number: Number) -> bool:
    """Whether it is a "one" in words, which is mostly a pronoun."""
    return not number.figure and number.kind == "number" and number.value == 1


def _closed(text: str, found: list[Number]) -> Iterator[Number]:
    """The numbers, with those that a stray blank broke in two ("15. 1 percent") made whole."""
    skip = False
    for number, after in zip_longest(found, found[1:]):
        if skip:
            skip = False
        elif after is not None and _is_broken(text, number, after):
            skip = True
            digits = re.sub(r"[^\d]", "", number.figure)
            shift = after.value.adjusted() - Decimal(after.figure).adjusted() if after.value else 0
            value = Decimal(f"{digits}.{after.figure}E{shift}")
            yield replace(after, value=value, start=number.start)
        else:
            yield number


def _is_broken(text: str, number: Number, after: Number) -> bool:
    return bool(
        number.kind == "number"
        and number.end - number.start == len(number.figure)
        and _BROKEN_WHOLE.match(number.figure)
        and _BROKEN_GAP.match(text[number.end : after.start])
        and _BROKEN_REST.match(after.figure)
        and (after.kind in ("percent", "points") or after.power or _measured(text, after.end))
    )


def _measured(text: str, at: int) -> bool:
    unit = unit_after(text, at)
    return unit is not None and is_measure(unit[0])


def _quantity(text: str, number: Number, dates: list[tuple[int, int]]) -> Quantity | None:
    """The number with what stands beside it; nothing for a "one" that measures nothing."""
    unit, start, end = _beside(text, number)
    if _is_lone_one(number) and (unit is None or not is_measure(unit)):
        return None
    role = role_of(text, number, unit, dates)
    if role is not Role.AMOUNT:
        whole = Span(number.start, number.end)
        return Quantity(number.value, number.kind, number.start, number.end, role=role, whole=whole)
    before = text[max(0, start - _BACK) : start]
    value = -number.value if _MINUS.search(before) else number.value
    return Quantity(
        value, number.kind, number.start, number.end, unit,
        bound=bound_of(text, start, (number.end, end)), whole=Span(start, end),
    )  # fmt: skip


def _beside(text: str, number: Number) -> tuple[str | None, int, int]:
    """The unit, also of "10 or more hospitals", and where the number begins and ends with it."""
    nothing = (None, number.start, number.end)
    if number.kind != "number":
        return nothing
    if beside := _unit_beside(text, number):
        return beside
    more = goes_on(text, number.end)
    counted = unit_after(text, more) if more else None
    return (counted[0], number.start, counted[1]) if counted else nothing


def _unit_beside(text: str, number: Number) -> tuple[str, int, int] | None:
    """What `unit_beside` finds, but no seconds in "their 60s" or "iPhone 6s"."""
    if _GLUED_S.match(text, number.end) and number.figure.isdigit():
        return None
    return unit_beside(text, number.start, number.end)


def _reach(quantity: Quantity) -> Span:
    return quantity.whole or Span(quantity.start, quantity.end)


def _ranges(text: str, found: Sequence[Quantity]) -> Iterator[Quantity]:
    """The quantities, the two ends of a range made one."""
    left: Quantity | None = None
    for quantity in found:
        if left is None:
            left = quantity
            continue
        joined = _joined(text, left, quantity)
        yield from joined[:-1]
        left = joined[-1]
    if left is not None:
        yield left


def _joined(text: str, low: Quantity, high: Quantity) -> list[Quantity]:
    """The range of the two, or both; the first takes scale, kind and unit from the second."""
    before = text[max(0, _reach(low).start - _BACK) : _reach(low).start]
    gap = text[_reach(low).end : _reach(high).start]
    between = bool(_AND.match(gap) and _BETWEEN.search(before))
    if low.high is not None or {low.role, high.role} != {Role.AMOUNT}:
        return [low, high]
    if not (between or _TO.match(gap)):
        return [low, high]
    shared = _sharing(text, low, high)
    unit = _shared_unit(shared, high)
    if shared.kind != high.kind or not compatible(shared.unit, unit):
        return [low, high]
    changes = gap.strip(" -") in ("to", "till") and _changes(before, alone=shared == low)
    if changes or not shared.value < high.value:
        return [shared, high]
    whole = Span(_reach(low).start, _reach(high).end)
    return [replace(shared, end=high.end, high=high.value, unit=unit, whole=whole)]


def _shared_unit(low: Quantity, high: Quantity) -> str | None:
    """The unit of a range: a currency before it is of both ends ("$20-30 million grants")."""
    paid = low.unit is not None and _reach(low).start < low.start
    return low.unit if paid and not (high.unit and is_measure(high.unit)) else high.unit


def _changes(before: str, alone: bool) -> bool:
    """Whether the "to" after it parts two figures: "rose from 3 to 5 percent", "by 5% to 30%"."""
    source = _FROM.search(before)
    return bool((source and not source["ranging"]) or (alone and _CHANGED.search(before)))


def _sharing(text: str, low: Quantity, high: Quantity) -> Quantity:
    if low.kind != "number" or text[low.end : _reach(low).end].strip():
        return low
    value, kind = low.value, low.kind
    if high.kind != "number":
        kind = high.kind
    elif value < _MOST_UNSCALED and not _power(text, low):
        value = value.scaleb(_power(text, high))
    return replace(low, value=value, kind=kind, unit=low.unit or high.unit)


def _power(text: str, quantity: Quantity) -> int:
    return max((n.power for n in _all_numbers(text[quantity.start : quantity.end])), default=0)


_MULTIPLE = re.compile(
    r"\b(?:doubl|tripl|quadrupl|quintupl|halv)(?:es?|ed|ing)\b"
    rf"|\b(?:\d+|{'|'.join((*COUNTS, 'many', 'several', 'multi'))})-?fold\b"
    r"|\b(?:twice|thrice)\b|\b(?:dozens|hundreds|thousands|millions|billions|trillions)\b"
    r"|\b(?:an?|the other)\s(?:half|third|quarter|fifth|tenth|hundredth)\s(?:of|more|less|fewer)\b"
    r"|\bhalf\s(?:an?|of|the|its|their|his|her|our)\b(?<!first half of)(?<!second half of)"
    r"|\b(?:an?|several)\s(?:dozen|hundred|thousand|million|billion|trillion)\b",
    re.I,
)
"""An amount that is told by a multiple or a part, without a number: "doubled", "a third of"."""


@lru_cache(maxsize=100_000)
def holds_amount(text: str) -> bool:
    """Whether the text tells a number that counts or measures: no date, no rank, no label."""
    if _MULTIPLE.search(text):
        return True
    return any(q.role is Role.AMOUNT for q in quantities(text))
