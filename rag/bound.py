"""How a figure is hedged: "about", "more than", "up to" before it, "or more" after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum


class Bound(StrEnum):
    """How a figure is hedged."""

    ABOUT = "about"
    OVER = "over"
    UNDER = "under"
    AT_LEAST = "at least"
    AT_MOST = "at most"


_BOUNDS = (
    (
        Bound.AT_LEAST,
        r"at\s(?:(?:the\svery\s)?least|minimum)|(?:no|not)\s(?:less|fewer)\sthan|minimum\sof|≥",
    ),
    (
        Bound.AT_MOST,
        r"up\sto|at\smost|(?:no|not)\smore\sthan|maximum\sof|within|≤"
        r"|as\s(?:many|much)\sas",
    ),
    (
        Bound.OVER,
        r"over|more\sthan|above|exceed(?:s|ed|ing)?|upwards?\sof|greater\sthan|in\sexcess\sof|>",
    ),
    (Bound.UNDER, r"under|less\sthan|fewer\sthan|below|<"),
    (
        Bound.ABOUT,
        r"about|around|approximately|approx\.|some|roughly|nearly|almost"
        r"|close\sto|circa|[~≈约]",
    ),
)
_BOUND = re.compile(
    r"(?:(?<!\w)(?:"
    + "|".join(f"(?P<{bound.name}>{words})" for bound, words in _BOUNDS)
    + r"))\s?(?:(?:an?|the)\s)?$",
    re.I,
)
_BOUND_AFTER = re.compile(r"\+|\s(?:or\s(?:more|above|over|higher)|and\s(?:above|over))\b", re.I)
_BACK = 32
"""How many characters before a number are looked at."""


def bound_of(text: str, start: int, ends: Sequence[int]) -> Bound | None:
    """The hedge of the figure that starts at `start`, its currency included.

    `ends` are where it may be followed by one: after its number, after its unit.
    """
    if match := _BOUND.search(text[max(0, start - _BACK) : start]):
        return Bound[match.lastgroup or ""]
    return Bound.AT_LEAST if any(goes_on(text, end) for end in ends) else None


def goes_on(text: str, at: int) -> int | None:
    """Where "or more" ends that stands at `at`, if it does."""
    match = _BOUND_AFTER.match(text, at)
    return match.end() if match else None
