"""Typed in haste: common shorthand and the polite words around a question, set right or aside."""

from __future__ import annotations

import re

from rag.word_classes import AUXILIARY

_SHORTHAND = {
    "abt": "about", "avg": "average", "cld": "could",
    "govt": "government", "hows": "how's", "hw": "how", "info": "information", "kinda": "kind",
    "mgmt": "management", "nr": "number", "nrs": "numbers", "pls": "please", "plz": "please",
    "ppl": "people", "thx": "thanks", "ur": "your", "wanna": "want", "wat": "what",
    "wats": "what's", "wen": "when", "whats": "what's", "whens": "when's", "wheres": "where's",
    "whos": "who's", "whys": "why's", "wut": "what", "yr": "year", "yrs": "years",
}  # fmt: skip
"""What people type for a word of English, one for one; what is a word or a name is left out."""
_ASKING = ("what", "which", "when", "where", "many", "much")
_YEAR = re.compile(r"(?<![\w'’\d])['’](\d\d)(?![\w'’]|[.,]\d)")
_TURN = 75
_LETTER = {"r": "are", "u": "you"}
_LONE = (
    r"(?<![\w&'’./-])(?:(?P<before>[a-z]+)\s+)?(?P<letter>{letter})(?![\w&'’/-]|\.\w)"
    r"(?=(?:\s+(?P<after>[a-z]+))?)"
)
_BESIDE = frozenset(
    "i u we you they he she it these those there who what which when where why how".split()
)
_BEFORE_YOU = frozenset("can could would will should do did have are thank if".split())
"""Words that make a lone letter a word; "the r squared" and "what is u" are names of things."""
_FOLLOWED = (
    r"(?=\s*[,.!:;]|\s+[-–—]\s|\s+(?:how|what|whats|which|who|whom|whose|when|where|why|and|but"
    rf"|also|please|thanks?|tell|give|show|hello|hi|ok(?:ay)?|well|so|now|then|{AUXILIARY})\b)"
)
"""What follows an opening "well" or "so"; "Well depth" and "Now TV" are things."""


def _slips() -> dict[str, str]:
    """The asking words with two neighbouring letters swapped, which no word of English is."""
    swapped = {
        f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}": word
        for word in _ASKING
        for at in range(len(word) - 1)
    }
    return {"hwo": "how", "wich": "which", "wher": "where", **swapped}


_WRITTEN = {**_slips(), **_SHORTHAND}
_SHORT = re.compile(rf"(?<![\w&'’./-])(?:{'|'.join(_WRITTEN)})(?![\w&'’/-]|\.\w)")
_OPENING = re.compile(
    r"^[\s,.!:-]*(?:"
    r"(?:hi|hello|hey|thanks?|thank\s+you|and|but|also|please|um+|er+"
    r"|sorry|excuse\s+me|quick\s+question|just\s+(?:wondering|curious)|by\s+the\s+way)\b(?!-\w)"
    rf"|(?:ok(?:ay)?|well|so|now|then)\b{_FOLLOWED}"
    r"|(?:can|could|would|will)\s+(?:you|anyone|somebody|someone)\s+(?:please\s+|kindly\s+)?"
    r"(?:tell|give|show|explain|remind|help|let|say|find|look\s+up)(?:\s+to)?(?:\s+(?:me|us))?"
    r"(?:\s+(?:know|find|understand|out))?\b"
    r"|do\s+(?:you|we)\s+(?:happen\s+to\s+)?(?:know|have\s+(?:any\s+)?(?:idea|information"
    r"|figures?|data|numbers?)\s+(?:on|about|of|for))\b"
    r"|(?:does\s+)?any(?:one|body)\s+knows?\b"
    r"|i(?:['’]d|\s+would)?\s+(?:just\s+)?(?:need|want|like|wish|have)(?:\s+to\s+(?:know|find\s+out"
    r"|learn|see|ask|hear|understand))?(?:\s+about)?\b"
    r"|i(?:['’]m|\s+am)\s+(?:wondering|curious|looking\s+for|interested\s+in|trying\s+to\s+find"
    r"(?:\s+out)?)\b"
    r"|(?:i\s+)?(?:was\s+)?wonder(?:ing)?\b|(?:tell|give|show|remind)\s+(?:me|us)\b"
    r"|(?:is\s+there\s+|got\s+|have\s+you\s+)?any(?:thing)?\s+(?:word|news|information|updates?"
    r"|ideas?|data|details|idea)?\s*(?:on|about|regarding|of|for)?(?=\s)"
    r"|(?:what|how)\s+about\b|about\b|if\b|(?:i|we)\s+write\s+about\s+[^:]+:"
    r")[\s,.!:]*",
    re.I,
)


def spelt_out(text: str) -> str:
    """The text with common shorthand written in full; a capital form is taken for a name."""
    dated = _YEAR.sub(lambda match: _century(int(match[1])) + match[1], text)
    written = _SHORT.sub(lambda match: _WRITTEN[match.group()], dated)
    for letter in _LETTER:
        written = re.sub(_LONE.format(letter=letter), _lone, written)
    return written


def _lone(match: re.Match[str]) -> str:
    """A lone "r" or "u" as the word that its neighbours make it."""
    before, after, letter = match["before"], match["after"], match["letter"]
    if {before, after} & _BESIDE or (letter == "u" and before in _BEFORE_YOU):
        return f"{match.group()[:-1]}{_LETTER[letter]}"
    return match.group()


def _century(year: int) -> str:
    """The first two figures of a year that is told by its last two: "'22", "'98"."""
    return "20" if year < _TURN else "19"


def without_opening(text: str) -> str:
    """The text without greetings and polite words before what it asks; never empty."""
    rest = text
    while (shorter := _OPENING.sub("", rest, count=1)) != rest and shorter:
        rest = shorter
    return rest
