"""What kind of answer a question asks for, read from its grammar alone.

The earliest asking phrase decides ("Which day did he say when …?" asks for a day); a question
without one, as typed into a search box, is read by its nouns ("unemployment rate 2023").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.asking_rules import KEYWORDS, RULES
from rag.informal import without_opening
from rag.wants import Asked, FigureKind, Wants
from rag.word_classes import AUXILIARY

_BARE = r"(?:inflation|unemployment|productivity|gdp|cpi|turnover|throughput|output)"
_PRESENT = re.compile(rf"^\W*what(?:['’]s|\s+is)\s+{_BARE}\W*$", re.I)
_VERB = re.compile(
    rf"\b(?:{AUXILIARY}|be|been|describe|explain|translate|write|find|show"
    r"|what|which|how|who|where|when|why)\b",
    re.I,
)


def asked_for(text: str) -> Asked:
    """What the text of a question asks for."""
    plain = without_opening(text)
    if _PRESENT.search(plain):
        return Asked(Wants.DEFINITION, None)
    found = sorted(_matches(plain), key=lambda match: match[0])
    if not found:
        return _by_nouns(plain)
    _, _, wants, figure = found[0]
    if wants is Wants.COMPARISON:
        figure = next((f for *_, w, f in found if w is Wants.AMOUNT), None)
    return Asked(wants, figure)


def _matches(text: str) -> Iterator[tuple[int, int, Wants, FigureKind | None]]:
    """Where each rule first matches, with its place among the rules."""
    for order, (wants, figure, pattern) in enumerate(RULES):
        if match := pattern.search(text):
            yield match.start(), order, wants, figure


def _by_nouns(text: str) -> Asked:
    """What a few words without a verb ask for."""
    if _VERB.search(text):
        return Asked(Wants.OTHER, None)
    for wants, figure, pattern in KEYWORDS:
        if pattern.search(text):
            return Asked(wants, figure)
    return Asked(Wants.OTHER, None)
