"""Whether a text says a phrase: numbers compared as quantities, words without case and marks.

A text becomes a tuple of tokens, and a phrase is in a text when its tokens follow one another
there. A whole quantity is one token (`49.158 million`, `49,158,000` and `49.158M` are the same
one; `6%` and `0.6%`, `6` and `6%` are not), so a number is never found inside a longer one.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from eval.quantity import MONTHS, Lexeme, date_at, is_year, ordinal_at, quantity_at

_MARKS = str.maketrans(
    dict.fromkeys("\"'`“”„‟‘‚‛«»‹›「」『』*_", "")
    | dict.fromkeys("‐‑−", "-")
    | dict.fromkeys("–—", " ")
)
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b|(?<=s)['’](?!\w)", re.IGNORECASE)
_CJK = re.compile(r"([\u3400-\u9fff\uf900-\ufaff])")
_THIN_THOUSANDS = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_GLUED = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
# "15. 1 square kilometers" is one number in the originals. A year that ends a sentence and the
# number of a list item ("3. 150 fire stations") are not.
_STRAY_BLANK = re.compile(
    r"(?m)(?<![\w.,])(?<!^)(?!(?:19|20)\d\d\b)(\d[\d,]*)(?: \.| ?\. )(\d{1,3})(?!\w|[.,]\d)"
)
_LEXEME = re.compile(
    r"""
      (?<!\d)(?P<year>\d{4})-(?P<month>0?[1-9]|1[0-2])-(?P<day>0?[1-9]|[12]\d|3[01])(?!\d)
    | (?P<sign>(?<![\w)])-)?
      (?<!\w)(?<!\d\.)(?P<number>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|(?<![\d.])\.\d+)
      (?!\d|\.\d|,\d{3}(?!\d))
      (?P<suffix>[KMB](?![^\W\d_])|(?i:k|bn|mn|tn|th|st|nd|rd|km2|m2|km|kw|kwh|mw|gw|kg|ha|teus?|yuan)
      (?![^\W_]))?
      (?![^\W\d_])
    | (?P<word>[^\W_]+)
    | (?P<symbol>[%‰$€£¥])
    | (?P<stop>[.,;:!?])
    """,
    re.VERBOSE,
)
_NTH = frozenset(("th", "st", "nd", "rd"))
_SUFFIX_SCALES = {"K": 3, "k": 3, "M": 6, "B": 9}
_LONGEST_NUMBER = 40
_SPELLINGS = {
    "sq": "square",
    "km": "kilometer",
    "kw": "kilowatt",
    "metre": "meter",
    "kilometre": "kilometer",
    "centre": "center",
}
_CURRENCY_SIGNS = {
    "usd": "dollar",
    "$": "dollar",
    "rmb": "yuan",
    "cny": "yuan",
    "¥": "yuan",
    "eur": "euro",
    "€": "euro",
    "gbp": "pound",
    "£": "pound",
}
_SQUARES = {"km2": ("square", "kilometer"), "m2": ("square", "meter")}
_ES = re.compile(r"(?<=ss|.x|ch|sh)es$")
_SILENT = frozenset(("the", *".,;:!?"))
STEM_LETTERS = 8


def contains(text: str, phrase: str) -> bool:
    """Whether `text` says `phrase`; a phrase without any word or number is in no text.

    Words of at least eight letters also match longer words (`technolog` in `technology`); shorter
    ones match whole, plurals apart, so that `Li` is not found in `livelihood`. Words that lost
    the blank between them (`wantContinue`) are read both ways.
    """
    # The blank tells the phrase "15. 1 square kilometers" from a list item at the start of a line.
    return any(
        _follows(tokens(f" {phrase}", parted=parted), tokens(text, parted=parted))
        for parted in (False, True)
    )


@lru_cache(maxsize=8192)
def tokens(text: str, *, parted: bool = False) -> tuple[str, ...]:
    """The comparable tokens of a text; `parted` splits words where a capital follows a letter."""
    lexemes = _lexemes(_GLUED.sub(" ", _clean(text)) if parted else _clean(text))
    found: list[str] = []
    at = 0
    while at < len(lexemes):
        new, at = _read(lexemes, at)
        found.extend(new)
    return tuple(found)


def _follows(needle: tuple[str, ...], hay: tuple[str, ...]) -> bool:
    return bool(needle) and any(
        all(map(_same, needle, hay[start : start + len(needle)]))
        for start in range(len(hay) - len(needle) + 1)
        if _same(needle[0], hay[start])
    )


def _same(wanted: str, found: str) -> bool:
    return wanted == found or (
        len(wanted) >= STEM_LETTERS and wanted.isalpha() and found.startswith(wanted)
    )


def _clean(text: str) -> str:
    joined = _THIN_THOUSANDS.sub("", text)
    plain = _POSSESSIVE.sub("", unicodedata.normalize("NFKC", joined)).translate(_MARKS)
    return _STRAY_BLANK.sub(r"\1.\2", _CJK.sub(r" \1 ", plain))


def _lexemes(text: str) -> list[Lexeme]:
    found: list[Lexeme] = []
    for match in _LEXEME.finditer(text):
        if match["year"]:
            month = MONTHS[int(match["month"]) - 1]
            found += [month, Decimal(match["day"]), Decimal(match["year"])]
        elif match["number"] and len(match["number"]) <= _LONGEST_NUMBER:
            found += _number(match)
        else:
            found.append(match[0].casefold())
    return found


def _number(match: re.Match[str]) -> list[Lexeme]:
    value = Decimal((match["sign"] or "") + match["number"].replace(",", ""))
    suffix = match["suffix"] or ""
    if suffix.casefold() in _NTH:
        return [f"{value}th"]
    if suffix in _SUFFIX_SCALES:
        return [value.scaleb(_SUFFIX_SCALES[suffix])]
    return [value, suffix.casefold()] if suffix else [value]


def _read(lexemes: list[Lexeme], at: int) -> tuple[tuple[str, ...], int]:
    """The tokens of what starts at `at`, and where the next thing starts."""
    day, after = date_at(lexemes, at)
    if day:
        return day, after
    for token_at in (ordinal_at, quantity_at):
        token, after = token_at(lexemes, at)
        if token:
            return (token,), after + _joins_years(lexemes, after)
    return _read_word(lexemes, at)


def _joins_years(lexemes: list[Lexeme], at: int) -> bool:
    """Whether `at` is the "to" of "2023 to 2026", which `2023-2026` does not spell out."""
    connector = at < len(lexemes) and lexemes[at] in ("to", "through", "until")
    return connector and is_year(lexemes, at - 1) and is_year(lexemes, at + 1)


def _read_word(lexemes: list[Lexeme], at: int) -> tuple[tuple[str, ...], int]:
    word = str(lexemes[at])
    plain = _word(word)
    if word in _SQUARES:
        return _SQUARES[word], at + 1
    if word == "us" and [_word(str(next_)) for next_ in lexemes[at + 1 : at + 2]] == ["dollar"]:
        return (), at + 1
    if word in _CURRENCY_SIGNS:
        quantity, after = quantity_at(lexemes, at + 1)
        return ((quantity, plain), after) if quantity else ((plain,), at + 1)
    return (() if word in _SILENT else (plain,)), at + 1


def _word(word: str) -> str:
    singular = _singular(word)
    return _CURRENCY_SIGNS.get(singular) or _SPELLINGS.get(singular, singular)


def _singular(word: str) -> str:
    if len(word) <= 3 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return _ES.sub("", word) if _ES.search(word) else word.removesuffix("s")
