"""Figures that others are compared with: "4.1 percent, down from 4.8 percent a year earlier".

What is compared with has a time of its own, told beside it or left open; that of the sentence is
not its, and its is not that of the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.grammar.clauses import VERBAL, Sentence
from rag.grammar.tokens import Tag

_OPENINGS = frozenset(
    "against versus vs vs. after from compared relative unlike following exceeding".split()
)
_SECOND = {"compared": ("with", "to"), "relative": ("to",)}
_ENDS = (Tag.COMMA, Tag.BREAK, Tag.JOINER, Tag.CLOSE)
_YEAR_BEFORE = re.compile(
    r"\b(?:(?:a|one)\s+year|twelve\s+months)\s+(?:earlier|before|ago|previously)\b"
    r"|\b(?:the|that)\s+year\s+before\b|\b(?:in|at|by)\s+(?:the\s+)?(?:end\s+of\s+)?"
    r"(?:the\s+)?(?:previous|prior|preceding)\s+(?:fiscal\s+|financial\s+)?year\b"
    r"|\b(?:the\s+)?(?:previous|prior|preceding|year-earlier)\s+(?:fiscal\s+)?(?:year|period)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Comparand:
    """A stretch of tokens `[start, end)` that tells what something is compared with."""

    start: int
    end: int

    def holds(self, at: int) -> bool:
        """Whether a token stands in it."""
        return self.start <= at < self.end


def comparands(sentence: Sentence) -> list[Comparand]:
    """The comparisons of a sentence, each with at least one figure, in order."""
    return list(_comparands(sentence))


def is_year_before(text: str) -> bool:
    """Whether a text counts from the year that was told before: "a year earlier"."""
    return bool(_YEAR_BEFORE.search(text))


def _comparands(sentence: Sentence) -> Iterator[Comparand]:
    at = 0
    while at < len(sentence.tokens):
        if _opens(sentence, at):
            end = _end(sentence, at)
            if any(t.tag is Tag.FIGURE for t in sentence.tokens[at:end]):
                yield Comparand(at, end)
                at = end
                continue
        at += 1


def _opens(sentence: Sentence, at: int) -> bool:
    """Whether a comparison with a figure may begin here, one standing before it."""
    token = sentence.tokens[at]
    if token.lower not in _OPENINGS or not any(i < at for i in sentence.figures):
        return _is_source(sentence, at)
    second = _SECOND.get(token.lower)
    if second:
        after = sentence.tokens[at + 1] if at + 1 < len(sentence.tokens) else None
        return after is not None and after.lower in second
    before = sentence.tokens[at - 1] if at else None
    if token.lower == "from":
        return before is not None and (
            before.tag in (Tag.COMMA, Tag.FIGURE, Tag.YEAR) or before.lower in ("down", "up")
        )
    return True


def _is_source(sentence: Sentence, at: int) -> bool:
    """ "rose from 3.1 to 4.4": the first figure of the two."""
    tokens = sentence.tokens
    if tokens[at].lower != "from" or at + 1 >= len(tokens):
        return False
    first = at + 1
    while first < len(tokens) and tokens[first].tag is Tag.ABOUT:
        first += 1
    if first >= len(tokens) or tokens[first].tag is not Tag.FIGURE:
        return False
    return any(
        token.lower == "to" and i + 1 < len(tokens) and tokens[i + 1].tag in (Tag.FIGURE, Tag.ABOUT)
        for i, token in enumerate(tokens[first:], start=first)
    )


def _end(sentence: Sentence, at: int) -> int:
    """Where it ends: with its clause, or before the "to" of what came of it."""
    tokens = sentence.tokens
    end = at + 1
    while end < len(tokens) and tokens[end].tag not in _ENDS:
        following = tokens[end + 1].tag if end + 1 < len(tokens) else Tag.BREAK
        goes_on = tokens[end].lower == "to" and following in (Tag.FIGURE, Tag.ABOUT)
        joins = tokens[end].tag is Tag.AND and following in (Tag.FIGURE, Tag.ABOUT, Tag.PREPOSITION)
        seen = any(t.tag is Tag.FIGURE for t in tokens[at:end])
        if seen and (goes_on or joins):
            break
        if tokens[end].tag in VERBAL and not seen:
            return at + 1
        end += 1
    return end
