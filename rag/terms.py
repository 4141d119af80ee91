"""The search terms of a question: its content words, without those that only ask."""

from __future__ import annotations

import re

from rag.followup import TIME
from rag.informal import without_opening
from rag.period import Status, status_of, without_months, without_years
from rag.text import is_content, terms, words
from rag.word_classes import UNIT

_ASKING = re.compile(
    r"\bhow\s+(?:many|much|often|long|far|big|large|high|fast)\b|\bplease\b"
    r"|\b(?:tell|give|show)\s+(?:me|us)\b|\bnr\b\.?"
    r"|\b(?:what|who|how|where|when|why|that|it|there|here)['’]s\b|\bwhose\b|\b(?:vs|versus)\b"
    r"|\bin\s+a\s+row\b"
    r"|\b(?:last|past|previous|this|next|coming)\s+y(?:ea)?r\b",
    re.I,
)
_UNIT = re.compile(rf"\b(?:in|how\s+many)\s+{UNIT}\b(?!\s+of\b)", re.I)
_COUNTING = frozenset(
    "number numbers amount amounts figure figures quantity percentage percent proportion share"
    " total totals count compare compared comparison difference actual actually altogether"
    " overall exactly respectively many much list name year years".split()
)
"""Words that say what kind of answer is wanted, or of which period, not what it is about."""


def without_asking(text: str) -> str:
    """The text without the words that only ask."""
    return _ASKING.sub(" ", without_opening(text))


def asked_terms(text: str) -> list[str]:
    """The search terms of a question without the words that only ask."""
    return terms(without_asking(text))


def measure_words(text: str) -> list[str]:
    """The words for what is asked about: none that ask, count, date or tell plan from result."""
    told = _UNIT.sub(" ", without_months(without_asking(text)))
    told = without_years(TIME.sub(" ", told))
    return [word for word in words(told) if _measures(word)]


def measure_terms(text: str) -> tuple[str, ...]:
    """`measure_words` as distinct search terms, in order."""
    return tuple(dict.fromkeys(found for word in measure_words(text) for found in terms(word)))


def _measures(word: str) -> bool:
    if not is_content(word) or word in _COUNTING:
        return False
    return status_of(word) is not Status.PLANNED
