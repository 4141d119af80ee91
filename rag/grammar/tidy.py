"""Phrases as they are shown: without articles, times and marks at their edges."""

from __future__ import annotations

import re

_TIME = re.compile(
    r"(?:^|,?\s+)(?:(?:in|during|for|by|over|throughout|since|of|at|from|through)\s+)?(?:the\s+)?"
    r"(?:(?:end|start|beginning|course|first|second|third|fourth|half|quarter|months?|(?:three|six|nine)"
    r"|year|years?|(?:full|fiscal|financial|calendar)|early|late|mid)[\s-]+(?:of\s+|to\s+)?(?:the\s+)?)*"
    r"(?:(?:19|20)\d\d(?:\s?[-–]\s?(?:\d\d)+)?(?![\d-])|(?:last|this|next|past|previous|preceding"
    r"|current|coming)\s+(?:fiscal\s+|few\s+)?(?:years?|months?|quarters?|weeks?|decades?)"
    r"|(?:whole\s+|entire\s+)?year(?=\s*$))(?:\s+year)?",
    re.I,
)
_NOTE = re.compile(r"\[[^\]]*\]")
_EDGE = re.compile(r"^[\s,;:.)–—”']+|[\s,;:(.–—“']+$")
_ARTICLE = re.compile(
    r"^(?:the|an?|its|their|our|his|her|some|such|these|those|this|that)\s+", re.I
)
_LEFT_OVER = re.compile(r"(?:\s|^)(?:in|of|by|for|to|and|the|with|on|at|from|or|as|a|an)$", re.I)


def tidy(text: str) -> str:
    """A phrase without its article, its times and marks at its edges."""
    plain = _TIME.sub(" ", " ".join(_NOTE.sub(" ", text).split()))
    before = None
    while before != plain:
        before = plain
        plain = _LEFT_OVER.sub("", _ARTICLE.sub("", _EDGE.sub("", plain)))
    return " ".join(_unquoted(plain).split())


def _unquoted(text: str) -> str:
    """The text without quotation marks that were opened or closed outside of it."""
    if text.count("“") != text.count("”"):
        text = re.sub("[“”]", "", text)
    text = text if text.count('"') % 2 == 0 else text.replace('"', "")
    return text if text.count("(") == text.count(")") else re.sub(r"[()]", "", text)


def joined(phrase: str, link: str, other: str) -> str:
    """Two phrases with a preposition between them, or the one that is there."""
    return f"{phrase} {link} {other}" if phrase and other else phrase or other
