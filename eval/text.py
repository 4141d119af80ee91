"""Whether a text says a phrase: numbers compared as quantities, words without case and marks.

A text becomes a tuple of tokens, and a phrase is in a text when its tokens follow one another
there. A whole quantity is one token (`49.158 million`, `49,158,000` and `49.158M` are the same
one; `6%` and `0.6%`, `6` and `6%`, `5` and `5-6` are not), so a number is not found inside a longer
one, unless plain blanks part its thousands: `49 158 000` may as well be three numbers of a table,
and is read as three. What qualifies a number ("more than", "about") is a word beside it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from eval.lexemes import clean, lexemes
from eval.quantity import (
    Lexeme,
    date_at,
    is_year,
    may_begin,
    ordinal_at,
    quantity_at,
    range_at,
)

_GLUED = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
_INITIAL = re.compile(r"[a-z]\.")
_SPELLINGS = {
    "sq": "square",
    "km": "kilometer",
    "kg": "kilogram",
    "kw": "kilowatt",
    "mw": "megawatt",
    "gw": "gigawatt",
    "ha": "hectare",
    "metre": "meter",
    "kilometre": "kilometer",
    "centre": "center",
}
_CURRENCY_SIGNS = {
    "usd": "dollar",
    "$": "dollar",
    "rmb": "yuan",
    "cny": "yuan",
    "renminbi": "yuan",
    "¥": "yuan",
    "元": "yuan",
    "eur": "euro",
    "€": "euro",
    "gbp": "pound",
    "£": "pound",
}
_SQUARES = {"km2": ("square", "kilometer"), "m2": ("square", "meter")}
_ES = re.compile(r"(?<=ss|.x|ch|sh)es$")
_SILENT = frozenset(("the", *"~/.,;:!?"))
STEM_LETTERS = 8


def contains(text: str, phrase: str) -> bool:
    """Whether `text` says `phrase`; a phrase without any word or number is in no text.

    Words of at least eight letters also match longer words (`technolog` in `technology`); shorter
    ones match whole, plurals apart, so that `Li` is not found in `livelihood`. Before a matching
    surname, an initial matches the name it begins, and the phrase may leave one out. Words that
    lost the blank between them (`wantContinue`) are read both ways.
    """
    # The blank tells the phrase "15. 1 square kilometers" from a list item at the start of a line.
    hay, needle = tokens(text), tokens(f" {phrase}")
    hay_parted, needle_parted = tokens(text, parted=True), tokens(f" {phrase}", parted=True)
    return _says(hay, needle) or (
        (hay_parted, needle_parted) != (hay, needle) and _says(hay_parted, needle_parted)
    )


@lru_cache(maxsize=8192)
def tokens(text: str, *, parted: bool = False) -> tuple[str, ...]:
    """The comparable tokens of a text; `parted` splits words where a capital follows a letter."""
    cleaned = clean(text)
    if parted:
        apart = _GLUED.sub(" ", cleaned)
        if apart == cleaned:
            return tokens(text)
        cleaned = apart
    read = lexemes(cleaned)
    found: list[str] = []
    at = 0
    while at < len(read):
        new, at = _read(read, at)
        found.extend(new)
    return tuple(found)


def is_initial(token: str) -> bool:
    """Whether a token is the first letter of a name, as in `J. Smith`."""
    return len(token) == 2 and _INITIAL.fullmatch(token) is not None


def _says(hay: tuple[str, ...], needle: tuple[str, ...]) -> bool:
    if _follows(needle, hay):
        return True
    if not any(map(is_initial, hay)) or any(map(is_initial, needle)):
        return False
    return _follows(needle, tuple(token for token in hay if not is_initial(token)))


def _follows(needle: tuple[str, ...], hay: tuple[str, ...]) -> bool:
    return bool(needle) and any(
        _matches(needle, hay[start : start + len(needle)])
        for start in range(len(hay) - len(needle) + 1)
    )


def _matches(needle: tuple[str, ...], row: tuple[str, ...]) -> bool:
    """Whether the tokens agree in pairs; an initial agrees only before names that do."""
    surname = False
    for wanted, found in zip(reversed(needle), reversed(row), strict=True):
        if _same(wanted, found):
            surname = surname or (wanted.isalpha() and not is_initial(wanted))
        elif not (surname and _abbreviates(wanted, found)):
            return False
    return True


def _same(wanted: str, found: str) -> bool:
    if wanted == found:
        return True
    return len(wanted) >= STEM_LETTERS and wanted.isalpha() and found.startswith(wanted)


def _abbreviates(wanted: str, found: str) -> bool:
    return (is_initial(wanted) or is_initial(found)) and wanted[0] == found[0]


def _read(read: list[Lexeme], at: int) -> tuple[tuple[str, ...], int]:
    """The tokens of what starts at `at`, and where the next thing starts."""
    if not may_begin(read[at]):
        return _read_word(read, at)
    day, after = date_at(read, at)
    if day:
        return day, after
    for token_at in (range_at, ordinal_at, quantity_at):
        token, after = token_at(read, at)
        if token:
            return (token,), after + _joins_years(read, after)
    return _read_word(read, at)


def _joins_years(read: list[Lexeme], at: int) -> bool:
    """Whether `at` is the "to" of "2023 to 2026", which `2023-2026` does not spell out."""
    connector = at < len(read) and read[at] in ("to", "through", "until")
    return connector and is_year(read, at - 1) and is_year(read, at + 1)


def _read_word(read: list[Lexeme], at: int) -> tuple[tuple[str, ...], int]:
    word = str(read[at])
    plain = _word(word)
    if word in _SQUARES:
        return _SQUARES[word], at + 1
    if word == "us" and [_word(str(next_)) for next_ in read[at + 1 : at + 2]] == ["dollar"]:
        return (), at + 1
    if word in _CURRENCY_SIGNS or (word.endswith("dollar") and word != "dollar"):
        quantity, after = quantity_at(read, at + 1)
        return ((quantity, plain), after) if quantity else ((plain,), at + 1)
    return (() if word in _SILENT else (plain,)), at + 1


@lru_cache(maxsize=65536)
def _word(word: str) -> str:
    singular = _singular(word)
    return _CURRENCY_SIGNS.get(singular) or _SPELLINGS.get(singular, singular)


def _singular(word: str) -> str:
    if len(word) <= 3 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return _ES.sub("", word) if _ES.search(word) else word.removesuffix("s")
