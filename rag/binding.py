"""Whether a statement keeps together what stands together in the sentence that it cites.

"Europe accounted for 46 percent of revenue, Asia for 29 percent" holds each word of "Asia
accounted for 46 percent". So a sentence is cut into segments, each around its figures and dates; a
name or a verb that a statement puts beside a figure must not stand with another one, while the
figure has a name or a verb of its own.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.amounts import Amount, amounts_in
from rag.comparand import is_year_before
from rag.grammar.tagging import tag
from rag.grammar.tokens import Tag, Token
from rag.grammar.verbs import lemma
from rag.kinship import stands
from rag.models import Verdict
from rag.period import Status, status_of
from rag.text import is_content, term, words

_CUTS = (Tag.COMMA, Tag.AND, Tag.BREAK, Tag.JOINER, Tag.OPEN, Tag.CLOSE)
_BREAKS = re.compile(r"[;:.!?–—]")
_MONTH = rf"(?:{'|'.join(month_name[1:])})\b"
_MONTHS = frozenset(name.lower() for name in month_name[1:])
_DAY = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?={_MONTH})"
    rf"|\b{_MONTH}\s+(?P<late>\d{{1,2}})(?!\d)"
)
_YEAR_BEFORE = "year before"
_PART = re.compile(r"\bof\s+(?:which|whom|them|these|those)\b", re.I)
_PLAN = Status.PLANNED


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a sentence around one figure or date, or a few that share their words."""

    text: str
    amounts: tuple[Amount, ...]
    dates: frozenset[str]
    """Years and days of the month, as written."""
    times: frozenset[str]
    """Months and years, and whether it counts from a year that was told before."""
    names: frozenset[str]
    verbs: frozenset[str]
    content: frozenset[str]

    @property
    def is_anchored(self) -> bool:
        """Whether it holds a figure or a date."""
        return bool(self.amounts or self.dates)


def bound_together(text: str, cited: Sequence[str]) -> Verdict:
    """`SUPPORTED`, or `MEASURE_CLASH` if a figure or date stands with the words of another."""
    told = [segment for sentence in cited for segment in segments(sentence)]
    if sum(segment.is_anchored for segment in told) < 2:
        return Verdict.SUPPORTED
    for own in segments(text):
        if any(home and _parted(own, home, told) for home in _homes(own, told)):
            return Verdict.MEASURE_CLASH
    return Verdict.SUPPORTED


@lru_cache(maxsize=2048)
def segments(text: str) -> tuple[Segment, ...]:
    """The segments of a sentence; words without a figure or date belong to what follows them."""
    amounts = amounts_in(text)
    tokens = tag(text, [(amount.start, amount.end) for amount in amounts])
    return tuple(_segment(text, stretch, amounts) for stretch in _stretches(text, tokens))


def _stretches(text: str, tokens: Sequence[Token]) -> Iterator[list[Token]]:
    held: list[Token] = []
    for token in tokens:
        cuts = token.tag in _CUTS
        strong = cuts and _BREAKS.match(token.text)
        if held and (strong or (cuts and _is_anchored(text, held))):
            yield held
            held = []
        held.append(token)
    if held:
        yield held


def _is_anchored(text: str, tokens: Sequence[Token]) -> bool:
    stretch = text[tokens[0].start : tokens[-1].end]
    return any(t.tag in (Tag.FIGURE, Tag.YEAR) for t in tokens) or bool(_DAY.search(stretch))


def _segment(text: str, tokens: Sequence[Token], amounts: Sequence[Amount]) -> Segment:
    stretch = text[tokens[0].start : tokens[-1].end]
    days = {match["day"] or match["late"] for match in _DAY.finditer(stretch)}
    plain = [t for t in tokens if t.tag is not Tag.FIGURE]
    years = {t.text for t in tokens if t.tag is Tag.YEAR}
    months = {t.lower for t in plain if t.lower in _MONTHS and t.text[0].isupper()}
    before = {_YEAR_BEFORE} if is_year_before(stretch) else set()
    return Segment(
        stretch,
        tuple(amounts[t.figure] for t in tokens if t.tag is Tag.FIGURE),
        frozenset(years | days),
        frozenset(years | months | before),
        frozenset(term(t.lower) for t in plain if _is_name(t.text)),
        frozenset(term(t.lower) for t in plain if t.tag is Tag.VERB and tells(t.lower)),
        frozenset(term(w) for t in plain for w in words(t.text) if w[0].isalpha()),
    )


def _is_name(word: str) -> bool:
    return word[0].isupper() and is_content(word.lower()) and word.lower() not in _MONTHS


def tells(verb: str) -> bool:
    """Whether a verb says more than that something is, has, reaches, grows or is planned."""
    return lemma(verb) is None and status_of(verb) is not _PLAN


def _homes(own: Segment, told: Sequence[Segment]) -> Iterator[list[Segment]]:
    """For each figure and date of a statement's segment, the segments that hold it."""
    for amount in own.amounts:
        yield [s for s in told if any(map(amount.has_value_of, s.amounts))]
    for date in own.dates:
        yield [s for s in told if date in s.dates]


def _parted(own: Segment, home: Sequence[Segment], told: Sequence[Segment]) -> bool:
    """Whether words of the statement stand with another figure, and none with this one."""
    away = [s for s in told if s.is_anchored and s not in home]
    names = _misplaced(own.names, [s.names for s in home], [s.names for s in away])
    verbs = _misplaced(own.verbs, [s.verbs for s in home], [s.verbs for s in away])
    times = _misplaced(own.times, [s.times for s in home], [s.times for s in away])
    return names or verbs or times or _shares_nothing(own, home, away)


def _misplaced(
    own: frozenset[str], home: Sequence[frozenset[str]], away: Sequence[frozenset[str]]
) -> bool:
    """Whether a word stands only with others, where what is told has another in its place."""
    here = frozenset().union(*home)
    there = frozenset().union(*away)
    if not here or any(stands(word, here) for word in own):
        return False
    return any(stands(word, there) for word in own)


def _shares_nothing(own: Segment, home: Sequence[Segment], away: Sequence[Segment]) -> bool:
    """Whether all it says is said of another figure of the kind: "of which 74 lie in Vost"."""
    here = frozenset(w for segment in home for w in segment.content if is_content(w))
    rivals = [s for s in away if _same_kind(own, s)]
    said = frozenset(w for w in own.content if is_content(w))
    parts = any(_PART.search(segment.text) for segment in home)
    if not (parts and here and said and rivals):
        return False
    there = frozenset().union(*(segment.content for segment in rivals))
    return not any(stands(w, here) for w in said) and any(stands(w, there) for w in said)


def _same_kind(one: Segment, other: Segment) -> bool:
    return any((a.kind, a.unit) == (b.kind, b.unit) for a in one.amounts for b in other.amounts)
