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


_LARGER = (
    r"(?:more|greater|higher|larger|longer|bigger|taller|wider|thicker|heavier|stronger|faster"
    r"|deeper|hotter|warmer|further|farther|later|older)"
)
_SMALLER = (
    r"(?:less|fewer|lower|smaller|shorter|narrower|thinner|lighter|weaker|slower|colder|cooler"
    r"|closer|nearer|shallower|sooner|earlier|younger)"
)
_NOT = r"(?:no|not|never|cannot|\w+n['’]t)\s(?:[a-z]+\s){0,2}?"
_NOT_MOVING = r"(?:not|never|cannot|\w+n['’]t)\s(?:(?:be|go|get|rise|fall|drop)\s)?"
_COMPARED = r"(?<![,\d%]\s)(?<!percent\s)(?<!times\s)"
"""What is set off from a figure before it compares the two: "5.4 percent, higher than 4.8"."""
_BOUNDS = (
    (
        Bound.AT_LEAST,
        rf"at\s(?:(?:the\svery\s|the\s)?least|minimum)|{_NOT}{_SMALLER}\sthan"
        rf"|{_NOT_MOVING}(?:below|under)"
        r"|minimum\sof|≥|as\s(?:few|little)\sas",
    ),
    (
        Bound.AT_MOST,
        rf"up\sto|at\s(?:the\s)?most|{_NOT}{_LARGER}\sthan"
        rf"|{_NOT_MOVING}(?:above|over|exceed(?:ing)?)"
        rf"|{_SMALLER}\sthan\sor\sequal\sto|without\sexceeding"
        r"|maximum\sof|within|≤|as\s(?:many|much)\sas",
    ),
    (
        Bound.OVER,
        r"over|more\sthan|above|beyond|exceed(?:s|ed|ing)?|upwards?\sof|greater\sthan"
        rf"|in\sexcess\sof|>|{_COMPARED}{_LARGER}\sthan",
    ),
    (
        Bound.UNDER,
        rf"under|less\sthan|fewer\sthan|below|beneath|<|{_COMPARED}{_SMALLER}\sthan",
    ),
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
_BOUND_AFTER = re.compile(
    rf"(?P<AT_LEAST>\+|\s(?:or\s(?:more|above|over|higher)|and\s(?:above|over))\b"
    rf"|,?\s(?:at\s(?:the\s)?least|(?:and|but)?\s?{_NOT}{_SMALLER})\b(?!\sthan))"
    rf"|(?P<AT_MOST>\s(?:or\s(?:less|fewer|below|under|lower))\b"
    rf"|,?\s(?:at\s(?:the\s)?most|(?:and|but)?\s?{_NOT}{_LARGER})\b(?!\sthan))",
    re.I,
)
_BACK = 40
"""How many characters before a number are looked at."""


def bound_of(text: str, start: int, ends: Sequence[int]) -> Bound | None:
    """The hedge of the figure that starts at `start`, its currency included.

    `ends` are where it may be followed by one: after its number, after its unit.
    """
    if match := _BOUND.search(text[max(0, start - _BACK) : start]):
        return Bound[match.lastgroup or ""]
    after = (_BOUND_AFTER.match(text, end) for end in ends)
    return next((Bound[match.lastgroup or ""] for match in after if match), None)


def goes_on(text: str, at: int) -> int | None:
    """Where "or more" ends that stands at `at`, if it does."""
    match = _BOUND_AFTER.match(text, at)
    return match.end() if match else None
