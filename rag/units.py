"""Units of measure and currencies: which one stands beside a number, in one canonical spelling.

`km`, `kilometres` and `公里` are one unit, `US$` and `US dollars` one currency. What is counted is
a unit as well: `70,000 rental homes` are counted in homes. Units are never converted.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.text import is_content
from rag.unit_names import CHINESE, CURRENCIES, TIMES, compatible, names, symbols
from rag.unit_names import is_measure as is_measure

_UNCOUNTED = frozenset(
    "ones others always perhaps sometimes towards afterwards besides overseas whereas nowadays"
    " hers ours yours theirs".split()
)
_PLURALS = {"people": "person", "children": "child", "men": "man", "women": "woman"}
_SAME = frozenset("series species means".split())
_LONGEST = 4
"""The most words, from the number on, among which the thing counted is looked for."""

_WORD = re.compile(
    r"(?P<gap>[\s-]?)(?P<word>(?:U\.S\.|[Ss]q\.|[Cc]u\.|[A-Z]{1,2}\$|[$€£¥]|[°µ℃℉]?[^\W\d_]+(?:['’][a-z]+)?)"
    r"(?P<power>[²³]|[23](?!\w))?)"
)
_INCHES = re.compile(r"\s?in(?=\))")
"""Elsewhere "in" is no unit."""
_PER = re.compile(r"\s?/\s?|\s+per\s+")
_EACH = re.compile(r"\s+(?:an?|each|every)\s+")
_RATE_TIMES = frozenset("second minute hour".split())
"""What a rate counts by that is told by "a": "32 metres a second", but a year is rather a date."""
_DETERMINER = re.compile(r"\s+(?:the|an?|its?|their|them)\b", re.I)
_CHINESE_UNIT = re.compile(r"\s?(" + "|".join(sorted(CHINESE, key=len, reverse=True)) + ")")
_CODES = "|".join(code for code in CURRENCIES if len(code) == 3)
_BEFORE = re.compile(
    rf"(?:(?<![A-Za-z])(?P<code>(?:RMB|{_CODES})|[A-Z]{{1,2}}(?=[$¥]))?\s?(?P<sign>[$€£¥￥₹₩₽])?)\s?$"
)


def unit_beside(text: str, start: int, end: int) -> tuple[str, int, int] | None:
    """The unit of the number at `[start, end)`, and where the number begins and ends with it."""
    named = unit_after(text, end)
    paid = currency_before(text, start)
    if paid is None:
        return (named[0], start, named[1]) if named else None
    if named and compatible(paid[0], named[0].split("/")[0]):  # "RMB5 billion yuan"
        return (named[0], paid[1], named[1])
    unit, reach = _with_per(text, paid[0], end)
    return unit, paid[1], reach


def unit_after(text: str, at: int) -> tuple[str, int] | None:
    """The unit that the text names from `at` on, in canonical spelling, and where it ends."""
    if chinese := _CHINESE_UNIT.match(text, at):
        return CHINESE[chinese[1]], chinese.end()
    if inches := _INCHES.match(text, at):
        return "inch", inches.end()
    words = _words(text, at)
    found = _known(words) or _counted(text, words)
    return _with_per(text, *found) if found else None


def currency_before(text: str, at: int) -> tuple[str, int] | None:
    """The currency whose sign or code stands right before `at`, and where it starts."""
    begin = max(0, at - 6)
    match = _BEFORE.search(text[begin:at])
    if match is None or not (match["code"] or match["sign"]):
        return None
    unit = _currency(match["code"] or "", match["sign"] or "")
    return (unit, begin + match.start()) if unit else None


def _currency(code: str, sign: str) -> str | None:
    known = names()
    if sign:
        return known.get((code + sign).lower()) or known.get(sign)
    return symbols().get(code) or known.get(code.lower())


def _words(text: str, at: int) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    while len(found) < _LONGEST and (match := _WORD.match(text, at)):
        if found and not match["gap"]:
            break
        found.append(match)
        at = match.end()
    return found


def _known(words: list[re.Match[str]]) -> tuple[str, int] | None:
    for count in range(len(words), 0, -1):
        spelled = "_".join(match["word"] for match in words[:count])
        unit = symbols().get(spelled) or (
            None if len(spelled) == 1 and spelled.isalpha() else names().get(spelled.lower())
        )
        if unit:
            return unit, words[count - 1].end()
    return None


def _counted(text: str, words: list[re.Match[str]]) -> tuple[str, int] | None:
    """The first plural noun after the number; of two in a row ("sports venues") the second."""
    run: list[re.Match[str]] = []
    for match in words:
        if (match["gap"].strip() and not run) or not is_content(match["word"].lower()):
            break
        run.append(match)
    for place, match in enumerate(run):
        if singular := _singular(match["word"]):
            if place == 0 and _DETERMINER.match(text, match.end()):
                return None  # rather a verb: "makes it", "includes the"
            following = run[place + 1] if place + 1 < len(run) else None
            if following and (second := _singular(following["word"])):
                return second, following.end()
            return singular, match.end()
    return None


@lru_cache(maxsize=10_000)
def _singular(word: str) -> str | None:
    """The singular of a plural noun in lower case (or an acronym's: "EVs"), else nothing."""
    lower = word.lower()
    if lower in _PLURALS or lower in _SAME:
        return _PLURALS.get(lower, lower)
    if lower.endswith(("women", "men")) and len(lower) > 5 and not lower.endswith("ment"):
        return f"{lower[:-2]}an"
    if not (word[1:-1].isupper() or word.islower()) or not lower.isalpha():
        return None
    if len(lower) < 3 or lower in _UNCOUNTED or not re.search(r"[^sui]s$", lower):
        return None
    if lower.endswith("ies") and len(lower) > 4:
        return f"{lower[:-3]}y"
    return lower[:-2] if re.search(r"(?:ch|sh|x|ss|zz)es$", lower) else lower[:-1]


def _with_per(text: str, unit: str, end: int) -> tuple[str, int]:
    per = _PER.match(text, end)
    if per is None:
        return _with_each(text, unit, end)
    words = _words(text, per.end())
    if words and (found := _known(words)):
        return f"{unit}/{found[0]}", found[1]
    if words and not words[0]["gap"] and is_content(words[0]["word"].lower()):
        return f"{unit}/{words[0]['word'].lower()}", words[0].end()
    return unit, end


def _with_each(text: str, unit: str, end: int) -> tuple[str, int]:
    """A rate of a measure: "metres a second"; of times and counts it is none ("8 hours a day")."""
    each = _EACH.match(text, end)
    measured = is_measure(unit) and unit not in {*TIMES, *CURRENCIES, "person"}
    if each is None or not measured:
        return unit, end
    found = _known(_words(text, each.end())[:1])
    if found and found[0] in _RATE_TIMES:
        return f"{unit}/{found[0]}", found[1]
    return unit, end
