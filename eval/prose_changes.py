"""Whether a figure is told to rise or fall, or as a level, as the cited text tells it."""

from __future__ import annotations

import re

from eval.metrics.amounts import Amount
from eval.metrics.clauses import parts_saying

_UP = re.compile(
    r"\b(?:ris(?:e|es|en|ing)|rose|increas\w*|grow\w*|grew|gain\w*|climb\w*|up|expan\w*|more|higher"
    r"|additional|improv\w*)\b",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(?:fall\w*|fell|declin\w*|decreas\w*|drop\w*|down|shr[aiu]nk\w*|reduc\w*|lower\w*|less|fewer"
    r"|cut|contract\w*)\b",
    re.IGNORECASE,
)
_PARTICLE = re.compile(
    r"\b(?:ma[dk]es?|making|sets?|setting|buil[dt]|open(?:ed|s)?|takes?|took|taken)\s+up\b",
    re.IGNORECASE,
)
"""Verbs that "up" moves nothing with."""
_TO = re.compile(r"\b(?:to|at|of|totall?ing|reach\w*|total\w*)\s+(?:\w+\s+)?$", re.IGNORECASE)
_BY = re.compile(r"\b(?:by|up|down)\s+(?:\w+\s+)?$", re.IGNORECASE)
_SHARES = ("%", "pp")


def changes_otherwise(amount: Amount, sentence: str, cited: str) -> bool:
    """Whether one rises where the other falls, or one tells a change and the other a level."""
    said, there = (_direction(amount, text) for text in (sentence, cited))
    if len(said) == len(there) == 1 and said != there:
        return True
    if _preceded(amount, cited, _BY) or (there and amount.kind in _SHARES):
        return not _moves(sentence) and not _preceded(amount, cited, _TO)
    by = _preceded(amount, sentence, _BY)
    return bool(said) and by and (not _moves(cited) or _preceded(amount, cited, _TO))


def is_of_motion(term: str) -> bool:
    """Whether a search term only tells that something rises or falls."""
    return bool(_UP.fullmatch(term) or _DOWN.fullmatch(term))


def _direction(amount: Amount, text: str) -> frozenset[str]:
    """Up, down or both, in the smallest part of the text that holds the number and tells any."""
    parts = (_moves(part) for part in parts_saying(amount, text))
    return next(filter(None, parts), frozenset())


def _moves(text: str) -> frozenset[str]:
    text = _PARTICLE.sub(_blanked, text)
    found = (("up", _UP), ("down", _DOWN))
    return frozenset(name for name, pattern in found if pattern.search(text))


def _preceded(amount: Amount, text: str, by: re.Pattern[str]) -> bool:
    plain = _PARTICLE.sub(_blanked, text)
    return any(by.search(plain[: span.start]) for span in amount.spans_in(text))


def _blanked(match: re.Match[str]) -> str:
    return "_" * len(match[0])
