"""Letters that look like others, folded to plain ones: only to recognise, never to show."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# The letters of other scripts that Unicode's table of confusables gives for Latin ones, as far as
# a line of text in usual type shows no difference.
_OTHER_SCRIPTS = str.maketrans(
    "аᴀɑαвьЬсϲԁеёҽєһіїӏјκкмнոпорοσрԛггѕтτυսцѵνωԝхχуүγʏзηβ"
    "АΑВΒСϹЕΕЁЄНΗІΙЇЈКΚМΜΝОΟΘРΡЅТΤХΧУΥҮΖԌԚԜЗհօցզɡ",
    "aaaabbbccdeeeehiiljkkmHnnopoopqrrsttuuuvvwwxxyyyyenb"
    "AABBCCEEEEHHIIIJKKMMNOOOPPSTTXXYYYZGQWEhogqg",
)
_NAMED = re.compile(
    r"LATIN (?:SMALL |CAPITAL )?LETTER (?:SMALL CAPITAL |SCRIPT |DOTLESS |INSULAR |LONG )?"
    r"(?:STROKE )?([A-Z])(?: WITH .*)?$"
    r"|(?:NEGATIVE|REGIONAL) .*LETTER ([A-Z])$"
)
"""How Unicode names what is a Latin letter in another dress: "small capital i", "o with stroke"."""
_DIGITS = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "|": "l"}
_ONES = "1!"
"""What may stand for an i or an l."""
_IN_A_WORD = re.compile(
    r"(?<![\d.,])(?:(?<=[A-Za-z])|(?<!\w))[0134578@$!|]+(?=[A-Za-z]{2})"
    r"|(?<=[A-Za-z])[0134578@$!|]+(?=[A-Za-z])|(?<=[A-Za-z]{3})[0134578@$](?!\w)"
)


def foldings(text: str) -> tuple[str, ...]:
    """The text in plain letters, read in each way that its digits may stand for letters."""
    plain = _plain(text)
    return tuple(dict.fromkeys((plain, _spelt(plain, "i"), _spelt(plain, "l"))))


def _spelt(text: str, one: str) -> str:
    letters = _DIGITS | dict.fromkeys(_ONES, one)
    return _IN_A_WORD.sub(lambda match: "".join(letters[c] for c in match[0]), text)


def _plain(text: str) -> str:
    """Without accents, letters of other scripts as the Latin ones that they look like."""
    if text.isascii():
        return text
    parted = unicodedata.normalize("NFKD", text).translate(_OTHER_SCRIPTS)
    folded = "".join(_latin(c) for c in parted if unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFKC", folded)


@lru_cache(maxsize=4096)
def _latin(char: str) -> str:
    match = None if char.isascii() else _NAMED.match(unicodedata.name(char, ""))
    return char if match is None else (match[1] or match[2]).lower()
