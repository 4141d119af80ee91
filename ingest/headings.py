"""The shapes of headings in plain text, each with its level."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.lines import is_closed

PART, ITEM, ROMAN, ARABIC, UNNUMBERED = 0, 1, 2, 4, 8
"""Levels: a smaller one stands above; those between belong to "1.1", "1.1.1"."""

_NUMBER = r"\s(?:\d{1,3}[a-z]?|[ivxlc]{1,6}|[a-z])\b[.:]?(?=\s|$)"
_PART = re.compile(rf"(?:part|chapter|book|title|annex|appendix){_NUMBER}", re.IGNORECASE)
_ITEM = re.compile(rf"(?:section|article|item|schedule){_NUMBER}", re.IGNORECASE)
_HAN_PART = re.compile(
    r"第[一二三四五六七八九十百\d]{1,4}[章节编部篇]|[一二三四五六七八九十]{1,3}、"
)
_HAN_ITEM = re.compile(r"（[一二三四五六七八九十]{1,3}）")
_ROMAN = re.compile(r"([IVX]{1,6})\.\s+(?=\S)")
_ARABIC = re.compile(r"(\d{1,2})\.\s+(?=\D)")
_DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})\.?\s+(?=[A-Z])")
_HASHES = re.compile(r"(#{1,6})\s+(?=\S)")
_BULLET = re.compile(r"[-*+•·‣▪◦●○–—]\s+(?=\S)|\.\s+(?=\S)")
_LETTERED = re.compile(r"\((?:[a-z]{1,4}|\d{1,2})\)\s+|(?:[a-z]|\d{1,2})\)\s+")

_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|would|can|could|shall|should|may|might|must|"
    r"do|does|did|said|says|say|told|asked|added|noted|stressed|called|n't)\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b[a-z]{3,}ed\b")
_GERUND = re.compile(
    r"(?!(?:During|According|Following|Including|Regarding|Concerning)\b)[A-Z][a-z]+ing\b"
)
_LABEL = re.compile(r"([^.!?:：]{4,140}?)\s?[:：]\s+(?=[“\"‘]?[A-Z])")

_FULL_STOP = re.compile(r"[.!?。！？][\"'”’)\]]*$")

HEADING_WORDS = 32
LABEL_WORDS = 16
_STATEMENT_WORDS = 16


@dataclass(frozen=True, slots=True)
class Mark:
    """What a line begins with; `length` characters of it are the enumerator."""

    level: int
    number: int | None
    length: int
    bullet: bool = False


def read_mark(text: str) -> Mark | None:
    """The enumerator, bullet or hashes at the beginning of a line."""
    if match := _HASHES.match(text):
        return Mark(len(match[1]) - 7, None, match.end())
    if match := _BULLET.match(text):
        return Mark(0, None, match.end(), bullet=True)
    if match := _LETTERED.match(text):
        return Mark(0, None, 0, bullet=True)
    if match := _ROMAN.match(text):
        return Mark(ROMAN, _roman(match[1]), match.end())
    if match := _ARABIC.match(text):
        return Mark(ARABIC, int(match[1]), match.end())
    return _read_name(text)


def _read_name(text: str) -> Mark | None:
    """Shapes that need no sequence to be believed: "Item 7.", "第二章", "1.2 Scope"."""
    if match := _HAN_PART.match(text):
        return Mark(PART, None, match.end()) if len(text) <= 40 else None
    if match := _HAN_ITEM.match(text):
        return Mark(ROMAN, None, match.end()) if len(text) <= 40 else None
    if is_closed(text) or len(text.split()) > HEADING_WORDS:
        return None
    if match := _PART.match(text):
        return Mark(PART, None, 0)
    if match := _ITEM.match(text):
        return Mark(ITEM, None, 0)
    if match := _DECIMAL.match(text):
        return Mark(ARABIC + match[1].count("."), None, match.end())
    return None


def in_sequence(marks: Sequence[Mark | None]) -> list[Mark | None]:
    """The marks, less the numbered ones that neither begin with 1 nor follow their predecessor.

    "V. Putin" or a broken line that begins with "15. The" is no item of anything.
    """
    last: dict[int, int] = {}
    kept: list[Mark | None] = []
    for mark in marks:
        if mark is None or mark.number is None:
            kept.append(mark)
            continue
        if mark.number not in (1, last.get(mark.level, 0) + 1):
            kept.append(None)
            continue
        last = {level: n for level, n in last.items() if level < mark.level}
        last[mark.level] = mark.number
        kept.append(mark)
    return kept


def has_verb(text: str) -> bool:
    """Whether a short text surely holds a finite verb; a guess made of closed classes."""
    return bool(_AUXILIARY.search(text))


def is_statement(text: str) -> bool:
    """Whether a heading says something that may be quoted, rather than name a section."""
    return bool(_FULL_STOP.search(text)) or len(text.split()) >= _STATEMENT_WORDS


def is_news(headline: str) -> bool:
    """Whether a headline without a stop tells what happened: "The council approved the plan"."""
    told = _AUXILIARY.search(headline) or _PAST.search(headline)
    return is_statement(headline) or (len(headline.split()) >= 8 and told is not None)


def label_end(text: str) -> int:
    """Where a run-in label such as "Upgraded version of the plan:" ends; 0 without one."""
    match = _LABEL.match(text)
    if match is None or not text[0].isupper():
        return 0
    words = len(match[1].split())
    named = 2 <= words <= LABEL_WORDS and not has_verb(match[1])
    # A figure is never hidden in a label, which cannot be quoted.
    return match.end() if named and not re.search(r"\d", match[1]) else 0


def is_gerund_title(text: str) -> bool:
    """Whether a sentence is a title such as "Accelerating the development of the port."."""
    words = len(text.split())
    return (
        4 <= words <= HEADING_WORDS
        and bool(_GERUND.match(text))
        and not has_verb(text)
        and not re.search(r"\d", text)
    )


def _roman(text: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in text]
    return sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )
