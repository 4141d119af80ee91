"""Small raised characters: a power is written with `^`, the mark of a footnote is left out.

Glued to the figure before it, either would make another figure of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import groupby

RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
"""Digits that are raised by their own code."""
MARK = re.compile(rf"[\d*†‡§{RAISED}−–-]")
"""What may be a mark or belong to a power."""
ALONE = re.compile(r"[\d*†‡§,−–-]+")
_PLAIN = str.maketrans(RAISED, "0123456789")
_NOTE = re.compile(r"[\d*†‡§,]+")
_NEGATIVE = re.compile(r"[−–-]\d+")
_POWER = re.compile(r"\d{1,3}")
_BARS = ("/", "\u2044")
_TEN = re.compile(r"(?<![\d.,])10\Z")
_TWO = re.compile(r"(?<![\d.,])2\Z")
_UNIT = re.compile(r"(?:(?<![^\W\d_])(?:[kcdmnµμ]?m|ft|yd)|\d\s?in|/s)\Z")
_VARIABLE = re.compile(r"[^\W\d_]\Z")


def resolved(word: str, raised: Collection[int], after: str = "") -> str:
    """A word whose characters at the places `raised` stand above the line, put on the line.

    `after` is what follows the word.
    """
    text = ""
    for is_raised, group in groupby(enumerate(word), lambda pair: pair[0] in raised):
        places = list(group)
        part = "".join(character for _, character in places)
        rest = word[places[-1][0] + 1 :]
        rest = rest or (after if after.startswith(_BARS) else "")
        text = _with_mark(text, part.translate(_PLAIN), rest) if is_raised else text + part
    return text


def _with_mark(base: str, mark: str, rest: str) -> str:
    if not base or rest.startswith(_BARS):
        # The upper part of a fraction: three and one half is not thirty-one halves.
        return f"{base} {mark}" if base[-1:].isdigit() else base + mark
    if _NEGATIVE.fullmatch(mark) or (_POWER.fullmatch(mark) and _takes_power(base, mark, rest)):
        return f"{base}^{mark}"
    return base if _NOTE.fullmatch(mark) else base + mark


def _takes_power(base: str, mark: str, rest: str) -> bool:
    if _TEN.search(base) or (_TWO.search(base) and len(mark) > 1) or rest[:1].isdigit():
        return True
    return mark in ("2", "3") and bool(_UNIT.search(base) or _VARIABLE.fullmatch(base))
