"""The lexemes of a text: words, marks, and the numbers written in digits.

Cleaning first brings to one form what people write in many: dates in digits, initials, titles,
accents, signs of currencies, dashes. Nothing here knows a subject.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from eval.quantity import MONTHS, Lexeme

_MARKS = str.maketrans(
    dict.fromkeys("\"'`“”„‟‘‚‛«»‹›「」『』*_", "")
    | dict.fromkeys("‐‑−", "-")
    | dict.fromkeys("–—", " ")
)
_POSSESSIVE = re.compile(r"['’](?:(?<=\w['’])s\b|(?<=s['’])(?!\w))", re.IGNORECASE)
_CJK = re.compile(r"([\u3400-\u9fff\uf900-\ufaff])")
_THIN_THOUSANDS = re.compile(r"(?<=\d)[\u00a0\u2007\u2009\u202f](?=\d{3}(?!\d))")
# A raised figure is the sign of a note, except in "m²".
_NOTE_SIGN = re.compile(r"(?<![mM])[⁰¹²³⁴-⁹]+")
_ACCENT = re.compile("[\u0300-\u036f]")
_MAYBE_DATE = re.compile(r"\d(?:[-/.]|\s?年\s?)\d")
_YEAR_FIRST = re.compile(
    r"(?<![\d.])(?P<year>\d{4})(?P<mark>[-/.])(?P<month>0?[1-9]|1[0-2])(?P=mark)"
    r"(?P<day>0?[1-9]|[12]\d|3[01])(?!\d|\.\d)"
    r"|(?<!\d)(?P<cjk_year>\d{4})\s?年\s?(?P<cjk_month>\d{1,2})\s?月\s?(?P<cjk_day>\d{1,2})\s?[日号]"
)
_MONTH_OF_YEAR = re.compile(r"(?<![\d.-])((?:19|20)\d\d)-(0[1-9]|1[0-2])(?![\d-])")
# Which part is the month shows only where the other cannot be one.
_YEAR_LAST = re.compile(
    r"(?<![\d./])(?:(?P<day>1[3-9]|2\d|3[01])[/.](?P<month>0?[1-9]|1[0-2])"
    r"|(?P<first>0?[1-9]|1[0-2])[/.](?P<second>1[3-9]|2\d|3[01]))[/.](?P<year>\d{4})(?!\d|\.\d)"
)
_INITIALS = re.compile(r"[A-Z](?<![^\W_][A-Z])\.\s?(?:[A-Z]\.\s?)+")
_TITLE = re.compile(r"\b(?i:mrs?|ms|messrs|dr|prof|comrade|madame?|sir)\b\.?(?=\s+[A-Z])")
_CURRENCY = re.compile(r"[$€£¥]|[A-Z](?<=RMB|CNY|USD|EUR|GBP)\d")
_DOLLAR = re.compile(r"(?<![^\W_])([A-Z]{1,3})\$")
_GLUED_CURRENCY = re.compile(r"(?<![^\W_])(RMB|CNY|USD|EUR|GBP)(?=\d)")
_MILLION = re.compile(r"(?<=[$€£¥])(\d+(?:[.,]\d+)*)\s?m\b")
_MINUS = re.compile(r"\b(?:minus|negative)\s+(?=\d)", re.IGNORECASE)
_DASH = re.compile(r"[-‐‑–—−～](?<=[\d%‰].)(?=\d)")
# "15. 1 square kilometers" is one number in the originals. A year that ends a sentence and the
# number of a list item ("3. 150 fire stations") are not.
_STRAY_BLANK = re.compile(
    r"(?m)(?<![\w.,])(?<!^)(?!(?:19|20)\d\d\b)(\d[\d,]*)(?: \.| ?\. )(\d{1,3})(?!\w|[.,]\d)"
)
_LEXEME = re.compile(
    r"""
      (?P<sign>(?<![\w)])-)?
      (?<!\w)(?<!\d\.)(?P<number>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|(?<![\d.])\.\d+)
      (?!\d|\.\d|,\d{3}(?!\d))
      (?P<suffix>[KMB](?![^\W\d_])
      |(?i:k|bn|mn|tn|bln|mln|trn|th|st|nd|rd|km2|m2|km|kw|kwh|mw|gw|kg|ha|teus?|yuan)(?![^\W_]))?
      (?![^\W\d_])
    | (?P<initial>(?<!\w)[A-Z]\.(?=\s?[A-Z]))
    | (?P<word>[^\W_]+)
    | (?P<symbol>[%‰$€£¥~])
    | (?P<ratio>(?<=\d)[/:](?=\d))
    | (?P<stop>[.,;:!?])
    """,
    re.VERBOSE,
)
_NTH = frozenset(("th", "st", "nd", "rd"))
_SUFFIX_SCALES = {"K": 3, "k": 3, "M": 6, "B": 9}
_LONGEST_NUMBER = 40


def lexemes(text: str) -> list[Lexeme]:
    """The lexemes of a cleaned text, in order, without case."""
    found: list[Lexeme] = []
    for match in _LEXEME.finditer(text):
        if match["number"] and len(match["number"]) <= _LONGEST_NUMBER:
            found += _number(match)
        else:
            found.append(match[0].casefold())
    return found


@lru_cache(maxsize=256)
def clean(text: str) -> str:
    """The text in one form of writing; letters keep their case, since it tells names apart."""
    plain = text if text.isascii() else _folded(text)
    if _MAYBE_DATE.search(plain):
        for pattern in (_YEAR_FIRST, _YEAR_LAST, _MONTH_OF_YEAR):
            plain = pattern.sub(_spelled_date, plain)
    plain = _TITLE.sub("", _INITIALS.sub(_joined, plain))
    if _CURRENCY.search(plain):
        plain = _DOLLAR.sub(_dollar, _MILLION.sub(r"\1 million", plain))
        plain = _GLUED_CURRENCY.sub(r"\1 ", plain)
    plain = _DASH.sub("~", _MINUS.sub("-", plain))
    plain = _POSSESSIVE.sub("", plain).translate(_MARKS)
    return _STRAY_BLANK.sub(r"\1.\2", plain if plain.isascii() else _CJK.sub(r" \1 ", plain))


def _folded(text: str) -> str:
    """Without accents, thin blanks, signs of notes, and other ways to write a character."""
    apart = unicodedata.normalize("NFKD", _NOTE_SIGN.sub(" ", _THIN_THOUSANDS.sub("", text)))
    return unicodedata.normalize("NFKC", _ACCENT.sub("", apart))


def _spelled_date(match: re.Match[str]) -> str:
    if match.re is _MONTH_OF_YEAR:
        return f" {MONTHS[int(match[2]) - 1]} {match[1]} "
    found = {name.removeprefix("cjk_"): part for name, part in match.groupdict().items() if part}
    month = int(found.get("month") or found["first"])
    day = int(found.get("day") or found["second"])
    return f" {MONTHS[month - 1]} {day}, {found['year']} " if 1 <= month <= 12 else match[0]


def _joined(match: re.Match[str]) -> str:
    """`U.S.` and `U. S.` as `US`."""
    return "".join(filter(str.isalpha, match[0])) + " "


def _dollar(match: re.Match[str]) -> str:
    """`US$` as `$`; the dollar of any other place as a word of its own."""
    return "$" if match[1] == "US" else f"{match[1]}dollar "


def _number(match: re.Match[str]) -> list[Lexeme]:
    value = Decimal((match["sign"] or "") + match["number"].replace(",", ""))
    suffix = match["suffix"] or ""
    if suffix.casefold() in _NTH:
        return [f"{value}th"]
    if suffix in _SUFFIX_SCALES:
        return [value.scaleb(_SUFFIX_SCALES[suffix])]
    return [value, suffix.casefold()] if suffix else [value]
