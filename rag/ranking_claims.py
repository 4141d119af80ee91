"""Comparisons that a statement draws: "A is higher than B" must follow from the figures cited.

A sentence that compares nothing itself may tell two figures of a kind, one of each side; then
they decide. A comparison that nothing decides is not told.
"""

from __future__ import annotations

import re
from decimal import Decimal

from rag.amounts import Amount
from rag.binding import Segment, segments
from rag.kinship import stands
from rag.nearest_clause import content_terms
from rag.span import Statement, Support

_UP = (
    "more higher larger greater longer bigger taller wider deeper heavier faster older later"
    " warmer hotter stronger thicker further farther dearer costlier richer"
)
_DOWN = (
    "less fewer lower smaller shorter narrower shallower lighter slower younger earlier colder"
    " cooler weaker thinner nearer closer cheaper poorer"
)
_WAYS = dict.fromkeys(_UP.split(), 1) | dict.fromkeys(_DOWN.split(), -1)
_THAN = re.compile(
    rf"\b(?P<word>{'|'.join(_WAYS)})\b(?P<of>[^,;.]{{0,40}}?)\sthan\s(?P<other>[^,;.]+)", re.I
)
_NUMBER = re.compile(
    r"\W*(?:about\s|around\s|some\s)?(?:[\d$€£¥]|one\b|two\b|half\b|an?\s(?:third|quarter|fifth|tenth|half|dozen|hundred|thousand|million|billion)\b|an?\s\w+$)",
    re.I,
)
_PLANNED = re.compile(
    r"\W*(?:\w+\s)?(?:planned|expected|estimated|forecast|budgeted|ever|before|usual|average)\b",
    re.I,
)
_COMPARES = re.compile(
    r"\bthan\b|\b(?:compared|relative)\s(?:to|with)\b|\b(?:exceed|outnumber|surpass|outpac)\w*\b",
    re.I,
)


def is_ranked_otherwise(statement: Statement, support: Support) -> bool:
    """Whether it ranks two things against their figures, or where nothing ranks them."""
    for match in _THAN.finditer(statement.text):
        if _NUMBER.match(match["other"]) or _PLANNED.match(match["other"]):
            continue
        way = _WAYS[match["word"].lower()]
        found = _ranked(statement.text[: match.start()], match["other"], support)
        if found is not None:
            return found != way
        return not _COMPARES.search(support.text)
    return False


def _ranked(one: str, other: str, support: Support) -> int | None:
    """1 if the first has the greater figure, -1 the smaller; `None` if that is not told."""
    told = [s for text in support.texts for s in segments(text) if len(s.amounts) == 1]
    first, second = content_terms(one), content_terms(other)
    left = _of(first - second, second - first, told)
    right = _of(second - first, first - second, told)
    if left is None or right is None or (left.kind, left.unit) != (right.kind, right.unit):
        return None
    value: Decimal = left.value - right.value
    return (value > 0) - (value < 0)


def _of(own: frozenset[str], other: frozenset[str], told: list[Segment]) -> Amount | None:
    """The figure of the only segment that has words of the one side and none of the other."""
    found = [
        s
        for s in told
        if any(stands(w, s.content) for w in own) and not any(stands(w, s.content) for w in other)
    ]
    return found[0].amounts[0] if len(found) == 1 else None
