"""Per day, per year: the time that a figure is counted by must be the one that is cited."""

from __future__ import annotations

import re

from rag.span import Statement, Support

_UNITS = (
    "second|seconds", "minute|minutes", "hour|hours|hourly", "day|days|daily|night|nights|nightly",
    "week|weeks|weekly", "month|months|monthly", "quarter|quarters|quarterly",
    "year|years|yearly|annual|annually|annum", "decade|decades",
)  # fmt: skip
_NAMES = {name: forms for forms in _UNITS for name in forms.split("|")}
_RATE = re.compile(
    r"\b(?:per|each|every|an?)\s(?:\w+\s){0,2}?(?P<unit>"
    + "|".join(sorted(_NAMES, key=len, reverse=True))
    + r")\b(?!\s(?:ago|earlier|later|before|after|old))"
    r"|\b(?P<adverb>hourly|daily|nightly|weekly|monthly|quarterly|yearly|annual|annually)\b",
    re.I,
)
_DENSE = re.compile(r"/\s?(?P<unit>s|sec|min|h|hr|d|day|week|month|yr|year|a)\b")
_SIGNS = {"s": "second", "sec": "second", "min": "minute", "h": "hour", "hr": "hour", "d": "day",
          "yr": "year", "a": "year"}  # fmt: skip


def is_of_other_rate(statement: Statement, support: Support) -> bool:
    """Whether it counts by a time where what is cited counts by others only."""
    said, told = _rates(statement.text), _rates(support.text)
    return bool(told) and not said <= told


def _rates(text: str) -> frozenset[str]:
    named = {(m["unit"] or m["adverb"]).lower() for m in _RATE.finditer(text)}
    signs = {_SIGNS.get(m["unit"], m["unit"]) for m in _DENSE.finditer(text)}
    return frozenset(_NAMES[name] for name in named | signs)
