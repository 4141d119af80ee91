"""What a question asks: its search terms, its periods and status, its kind, its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rag.errors import QuestionError
from rag.followup import TIME, with_year
from rag.period import (
    Status,
    months_in,
    status_of,
    without_months,
    years_in,
)
from rag.spelling import Speller
from rag.text import is_content, terms, words


class Wants(StrEnum):
    """The kind of answer a question asks for."""

    AMOUNT = "amount"
    DATE = "date"
    LIST = "list"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read. `text` is mended and tidied, `asked` as it was typed."""

    asked: str
    text: str
    terms: tuple[str, ...]
    names: tuple[str, ...]
    status: Status | None
    wants: Wants
    parts: tuple[str, ...]

    def years(self, reference: int | None) -> frozenset[int]:
        """The years asked about, relative ones counted from a document's own year.

        The year of a month that is named ("of July 2023") tells a document, not a period.
        """
        return years_in(without_months(self.text), reference)

    def dated(self, published: date | None) -> float:
        """Whether the question names the document's month: 1 yes, -1 another, 0 open."""
        months = months_in(self.text)
        if not months or published is None:
            return 0.0
        return 1.0 if (published.year, published.month) in months else -1.0


_AMOUNT = re.compile(
    r"\bhow\s+(?:many|much)\b"
    r"|\b(?:number|amount|percentage|share|proportion|rate|total|value)\s+of\b"
    r"|\bwhat\s+(?:percentage|share|proportion|percent|number|amount)\b"
    r"|\b(?:what\s+(?:is|was|are|were|will\s+be)|what's|give\s+me|tell\s+me)\s+(?:the|its|\w+['’]s)\s+"
    r"(?:[\w'’-]+\s+){0,8}?(?:rate|ratio|share|number|amount|total|volume|value|price|size|growth"
    r"|increase|decrease|rise|fall|population|revenues?|incomes?|costs?|budget|output|turnover"
    r"|throughput|expenditures?|area|length|height|width|depth|weight|speed|capacity|percentage"
    r"|quota|score|salary|wage|debt|deficit|surplus|profit|loss)\b",
    re.I,
)
_DATE = re.compile(
    r"\bwhen\b|\b(?:what|which)\s+(?:date|day|month|year)\b|\bby\s+what\s+year\b", re.I
)
_LIST = re.compile(
    r"\bwhat\s+(?:are|were)\b|\blist\b|\bname\s+(?:the|all|them|some|any|\w+s)\b"
    r"|\bwhich\s+(?:\w+\s+){0,3}\w+s\s+(?:are|were|do|did|will|have|should|must|make|belong)\b",
    re.I,
)
_PART = re.compile(
    r"\?\s+(?=\S)"
    r"|[,;]?\s+(?:and|or)\s+"
    r"(?=(?:(?:at|by|for|from|in|of|on|to|with)\s+)?(?:how|what|which|who|whom|whose|when|where|why)\b)",
    re.I,
)
_ASKING = re.compile(
    r"\bhow\s+(?:many|much|often|long|far|big|large|high|fast)\b|\bplease\b"
    r"|\b(?:tell|give|show)\s+(?:me|us)\b|\bnr\b\.?"
    r"|\b(?:last|past|previous|this|next|coming)\s+y(?:ea)?r\b",
    re.I,
)
_COMPARING = re.compile(
    r"\s*,?\s*\b(?:against|versus|vs\.?|(?:as\s+)?compared?\s+(?:with|to)|than"
    r"|in\s+comparison\s+(?:with|to)|relative\s+to)\s+",
    re.I,
)
_LAST = re.compile(r"^last\b(?!\s+y(?:ea)?r)", re.I)
_BOTH_YEARS = re.compile(r"\b((?:19|20)\d\d)\s*(?:and|or|,)\s*((?:19|20)\d\d)\b")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NAME = re.compile(r"(?<!^)(?<![.?!]\s)\b[A-Z][\w’'&-]*[A-Za-z][\w’'&-]*")


_FEW_TERMS = 2


def read_question(text: str, speller: Speller, longest: int) -> Question:
    """Read a question.

    Raises:
        QuestionError: it is empty, holds no word, is longer than `longest` characters, or holds
            half a character (a lone surrogate, which is what Python makes of bytes not in UTF-8).
    """
    asked = " ".join(text.split())
    if _SURROGATE.search(asked):
        raise QuestionError("The question holds bytes that are no text; type it in UTF-8.")
    if not words(asked):
        raise QuestionError("The question is empty; type what you want to know.")
    if len(asked) > longest:
        raise QuestionError(
            f"The question has {len(asked):,} characters; the longest allowed is {longest:,}. "
            "Ask for one thing at a time."
        )
    mended = speller.mend(asked)
    return Question(
        asked=asked,
        text=mended,
        terms=tuple(dict.fromkeys(_asked_terms(mended))),
        names=tuple(n for n in _NAME.findall(mended) if is_content(n.lower())),
        status=status_of(mended),
        wants=_wants(mended),
        parts=_parts(mended),
    )


def _wants(text: str) -> Wants:
    if _AMOUNT.search(text):
        return Wants.AMOUNT
    if _DATE.search(text):
        return Wants.DATE
    return Wants.LIST if _LIST.search(text) else Wants.OTHER


def _parts(text: str) -> tuple[str, ...]:
    """The questions that were asked in one breath; a single one gives no parts."""
    pieces = [piece.strip(" ,;") for piece in _PART.split(text)]
    whole = [p for p in pieces if _asked_terms(p)]
    if len(whole) < 2:
        return _compared(text)
    return (*(_compared(whole[0]) or whole[:1]), *(_completed(p, whole[0]) for p in whole[1:]))


def _compared(text: str) -> tuple[str, ...]:
    """The two sides of a comparison, each with its own time and the subject of both; or none."""
    sides = _COMPARING.split(text, maxsplit=1)
    if len(sides) == 2:
        first, second = sides[0], with_year(_LAST.sub("last year", sides[1]), sides[0])
        if TIME.search(first) and TIME.search(second) and _asked_terms(first):
            shared = _subject(first, second)
            return (first.strip(" ,;:"), " ".join([second.strip(" ,;:?"), *shared]))
        other, colon, asked = second.partition(":")
        if colon and _asked_terms(first) and _asked_terms(other):
            return (f"{first}: {asked.strip()}", f"{other}: {asked.strip()}")
    years = _BOTH_YEARS.search(text)
    if not years:
        return ()
    before, after = text[: years.start()], text[years.end() :]
    return (f"{before}{years[1]}{after}", f"{before}{years[2]}{after}")


def _subject(first: str, second: str) -> list[str]:
    """The content words of one side that the other leaves out, but for its time and status."""
    asked = words(_ASKING.sub(" ", TIME.sub(" ", first)))
    told = set(words(second))
    return [
        w for w in asked if is_content(w) and w not in told and status_of(w) is not Status.PLANNED
    ]


def _completed(part: str, first: str) -> str:
    """A later part with what it leaves to the first: the subject if it names none, the year."""
    subject = [t for t in _asked_terms(part) if not t[0].isdigit()]
    topic, colon, _ = first.partition(":")
    added: list[str] = [topic] if colon and _asked_terms(topic) else []
    if len(subject) < _FEW_TERMS and not added:
        asked = [word for word in words(_ASKING.sub(" ", first)) if is_content(word)]
        added += [w for w in asked if not w[0].isdigit() and w not in words(part)]
    if not years_in(part, reference=0):
        added += map(str, sorted(years_in(first, reference=None)))
    return " ".join([part, *added])


def _asked_terms(text: str) -> list[str]:
    """The search terms of a question without the words that only ask."""
    return terms(_ASKING.sub(" ", text))
