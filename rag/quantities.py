"""Numbers in text: find them, normalise them, compare them.

`49.158 million`, `49,158,000` and `49.158M` are one value. A number never matches inside a longer
number, and a percentage is no plain number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

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

_NUMBER = re.compile(
    # Not within a word ("C919"), but after a currency or Chinese, or a stop that lost its blank.
    r"(?:(?<![\w.,])|(?<=[\u3400-\u9fff])|(?<=[^\W\d_][.,])"
    r"|(?<=RMB)|(?<=CNY)|(?<=USD)|(?<=EUR))"
    # A run of digits and marks that is no well-formed number ("1,2155", "1.2.3") is none at all.
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![.,]?\d)|\d{1,3}(?:\.\d+)?(?![.,]?\d)"
    r"|\d{4,}(?:\.\d+)?(?!\.?\d))"
    r"(?:"
    r"(?P<percent>\s?[%％]|\s?(?i:percent|per\s?cent|percentage(?=[\s-]points?))\b)"
    r"(?P<points>[\s-](?i:points?)\b)?"
    r"|[\s-]?(?P<scale>(?i:hundred|thousand|million|mn|billion|bn|trillion|tn)|万亿|万|亿)"
    r"(?![A-Za-z])"
    r"|(?P<letter>[kKmMbB])\b"
    r")?"
)
_STRAY_BLANK = re.compile(r"(?<=\d)\.\s+(?=\d+(?:\s?%|\s+[A-Za-z]))")


_LABELS = re.compile(
    r"\d+(?:st|nd|rd|th)\b|(?:1[89]|20)\d\d(?![\d.,%]*\d|%|\s?(?:%|[a-z]*illion))\b"
)
"""Ordinals and years: figures that count nothing."""
_NUMBER_WORD = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|twenty|thirty|forty"
    r"|fifty|hundreds?|thousands?|millions?|billions?|half|twice|once)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its kind: `value` is exact, scales applied; a percentage keeps its figure."""

    value: Decimal
    kind: str
    """`number`, `percent` or `points` (percentage points)."""
    start: int
    end: int

    def same_as(self, other: Quantity) -> bool:
        """Whether the two are the same value of the same kind, however written."""
        return self.kind == other.kind and self.value == other.value


def quantities(text: str) -> tuple[Quantity, ...]:
    """All numbers of a text, in order; offsets are into `text`."""
    return tuple(_quantity(match) for match in _NUMBER.finditer(text))


def missing_from(claimed: str, quoted: str) -> tuple[Quantity, ...]:
    """The numbers of `claimed` that do not occur in `quoted`, blanks within numbers closed."""
    present = quantities(_STRAY_BLANK.sub(".", quoted)) + quantities(quoted)
    return tuple(q for q in quantities(claimed) if not _occurs(q, present))


def _occurs(wanted: Quantity, among: Sequence[Quantity]) -> bool:
    return any(wanted.same_as(q) for q in among)


def _quantity(match: re.Match[str]) -> Quantity:
    scale = match["scale"] or match["letter"]
    power = _SCALES[scale.lower()] if scale else 0
    value = Decimal(f"{match['digits'].replace(',', '')}E{power}")  # exact, however long
    kind = "number"
    if match["percent"]:
        kind = "points" if match["points"] else "percent"
    return Quantity(value, kind, match.start(), match.end())


@lru_cache(maxsize=100_000)
def holds_amount(text: str) -> bool:
    """Whether the text tells a number that counts or measures: no year, no ordinal."""
    if _NUMBER_WORD.search(text):
        return True
    return any(q.kind != "number" or not _LABELS.match(text, q.start) for q in quantities(text))
