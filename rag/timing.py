"""When a figure holds and whether it is a result or a plan, told by its own clause first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.comparand import Comparand, comparands, is_year_before
from rag.grammar.clauses import Sentence
from rag.grammar.tokens import Tag
from rag.period import Period, Status, months_in, period_of, status_of, years_in

_COMPARED = re.compile(
    r"\b(?:than|compared (?:with|to)|relative to|against|versus|vs\.?|over|since|from|up from"
    r"|down from)\s+(?:that of\s|those of\s|in\s|the\s|that in\s|those in\s|a year earlier in\s)*"
    r"(?:(?:19|20)\d\d(?!\d|\s?(?:[-–]|to|through|until)\s?\d)|(?:last|previous|preceding)\s+year)",
    re.I,
)
"""The year with which a figure is compared, which is not its own."""
_NOW = re.compile(r"\b(?:today|now|currently|at\s+present)\b|\bago\b", re.I)
"""Words that date a clause from when it is told, so that no year of another clause is its own."""
_PARTS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4, "final": 4}
_QUARTER = re.compile(
    r"\b(?:(?P<word>first|second|third|fourth|final)\s+(?P<unit>quarter|half)|(?P<sign>[QH])(?P<n>[1-4]))\b"
    r"(?:\s+(?:of\s+)?(?:the\s+)?(?:year\s+)?(?P<year>(?:19|20)\d\d))?",
    re.I,
)
_PLAN_VERBS = frozenset(
    """plan plans planned aim aims aimed target targets targeted intend intends intended propose
    proposes proposed expect expects expected forecast forecasts projected hope
    hopes seek seeks""".split()
)
_PLAN_NOUNS = frozenset(
    "target targets goal goals aim aims objective objectives forecast projection".split()
)
_PLAN_MODALS = frozenset("will shall should must won't 'll".split())
_PRESENT = frozenset("is are am 's do does being be been has have having".split())
_PERFECT = frozenset("has have had having been".split())
_REACH = 200
_FINITE = (Tag.MODAL, Tag.AUXILIARY, Tag.VERB)


@dataclass(frozen=True, slots=True)
class Timing:
    """The period of a figure, and the months of it where they are told, as (year, month)."""

    period: Period
    months: frozenset[tuple[int, int]]


def timing_of(
    sentence: Sentence, at: int, verb: int, heading: tuple[str, ...], reference: int | None
) -> Timing:
    """The timing of the figure at a token that depends on the verb at another (or -1).

    `reference` is the year from which "last year" is counted: the document's own.
    """
    whole = period_of(sentence.text, heading, reference)
    compared = comparands(sentence)
    own = next((stretch for stretch in compared if stretch.holds(at)), None)
    texts = _nearest(sentence, at, own, compared)
    if own is None:
        near = texts[:-1] if _is_now(sentence, at) else texts
        years = _first_years((*near, *reversed(heading)), reference)
    else:
        years = _years_compared(sentence, at, own, compared, heading, reference)
    months = next((m for m in (_months(t, years) for t in texts) if m), frozenset())
    if not {year for year, _ in months} <= years:
        months = frozenset()  # of another clause
    status = _nearest_status(sentence, at, verb, heading)
    if status is None and not (_is_conditional(sentence, at) or _is_now(sentence, at)):
        status = whole.status
    if years and reference is not None and min(years) > reference:
        status = Status.PLANNED
    return Timing(Period(years, status), months)


def _first_years(texts: Sequence[str], reference: int | None) -> frozenset[int]:
    """The years of the first text that tells any."""
    return next((y for y in (years_in(t, reference) for t in texts) if y), frozenset())


def _years_compared(
    sentence: Sentence,
    at: int,
    own: Comparand,
    compared: Sequence[Comparand],
    heading: tuple[str, ...],
    reference: int | None,
) -> frozenset[int]:
    """The years that a comparison tells itself, or the one before the sentence's; else none."""
    text = _plain(sentence, own.start, own.end, masked=False)
    after = _plain(sentence, at + 1, own.end, masked=False)
    if is_year_before(text) and not years_in(text, None):
        rest = _around(sentence, at)
        main = _first_years((_outside(sentence, rest, compared), *reversed(heading)), reference)
        return frozenset(year - 1 for year in main) if len(main) == 1 else frozenset()
    return _first_years((after, text), reference)


def _nearest_status(
    sentence: Sentence, at: int, verb: int, heading: tuple[str, ...]
) -> Status | None:
    """By the figure's clause, the sentence, the headings; an item of a list heeds its heading."""
    above = next((s for s in map(status_of, reversed(heading)) if s), None)
    start, end = sentence.clause(at)
    helped = any(t.tag in (Tag.AUXILIARY, Tag.MODAL, Tag.PRONOUN) for t in sentence.tokens)
    if not helped and above and not sentence.text.rstrip().endswith((".", "!", "?")):
        return above
    return (
        _status(sentence, start, end, verb)
        or (
            None
            if _is_now(sentence, at)
            else _status(sentence, *_around(sentence, at), verb, whole=True)
        )
        or above
    )


def _nearest(
    sentence: Sentence, at: int, own: Comparand | None, compared: Sequence[Comparand]
) -> list[str]:
    """What may tell the time, nearest first: what follows the figure, its clause, the sentence.

    What another figure is compared with tells nothing of this one; of a figure that is compared
    with, only the comparison does.
    """
    if own is not None:
        return [_plain(sentence, at + 1, own.end), _plain(sentence, own.start, own.end)]
    start, end = sentence.clause(at)
    tokens = sentence.tokens
    stop = at + 1
    while stop < end and tokens[stop].tag not in (Tag.COMMA, Tag.FIGURE, Tag.AND):
        stop += 1
    before = at
    while before > start and tokens[before - 1].tag is not Tag.FIGURE:
        before -= 1
    stretches = ((at + 1, stop), (before, at), (start, end), _around(sentence, at))
    return [_outside(sentence, stretch, compared) for stretch in stretches]


def _outside(sentence: Sentence, stretch: tuple[int, int], compared: Sequence[Comparand]) -> str:
    """The text of a stretch of tokens without the comparisons in it."""
    first, last = stretch
    parts = []
    for comparand in compared:
        if first < comparand.end and comparand.start < last:
            parts.append(_plain(sentence, first, min(last, comparand.start)))
            first = max(first, comparand.end)
    return " ".join(part for part in (*parts, _plain(sentence, first, last)) if part)


def _around(sentence: Sentence, at: int) -> tuple[int, int]:
    """The sentence, or of one that is a long list the part around a token."""
    return max(0, at - _REACH), min(len(sentence.tokens), at + _REACH)


def _plain(sentence: Sentence, first: int, last: int, masked: bool = True) -> str:
    """The text of some tokens; `masked` leaves out years that something is compared with."""
    if first >= last:
        return ""
    text = sentence.text[sentence.tokens[first].start : sentence.tokens[last - 1].end]
    return _COMPARED.sub(" ", text) if masked else text


def _months(text: str, years: frozenset[int]) -> frozenset[tuple[int, int]]:
    """Months named, also as quarters and halves, which need a year of their own or a single one."""
    found = set(months_in(text))
    for match in _QUARTER.finditer(text):
        named = {int(match["year"])} if match["year"] else set(years)
        if len(named) != 1:
            continue
        half = (match["unit"] or match["sign"]).lower().startswith("h")
        part = int(match["n"]) if match["n"] else _PARTS[match["word"].lower()]
        size = 6 if half else 3
        if part * size <= 12:
            first = (part - 1) * size + 1
            found.update((year, month) for year in named for month in range(first, first + size))
    return frozenset(found)


def _status(
    sentence: Sentence, start: int, end: int, verb: int, whole: bool = False
) -> Status | None:
    """Planned or achieved by the finite verb of a stretch of tokens; `None` if it has none."""
    tokens = sentence.tokens
    verbs = [i for i in range(start, end) if tokens[i].tag in _FINITE]
    finite = [i for i in verbs if not sentence.is_infinitive(i)]
    if not finite:
        alone = verbs and whole and not _serves(sentence, verbs[0])
        return Status.PLANNED if alone else None
    first = finite[0]
    if tokens[first].tag is Tag.MODAL:
        return Status.PLANNED if tokens[first].lower in _PLAN_MODALS else None
    if tokens[first].lower in _PLAN_VERBS:
        return Status.PLANNED
    if _is_plan(sentence, start, first) or _is_to_be(sentence, first):
        return Status.PLANNED
    if tokens[first].lower in _PRESENT - _PERFECT:
        return Status.ACHIEVED if verb > first and sentence.is_past(verb) else None
    if tokens[first].tag is Tag.AUXILIARY:
        return Status.ACHIEVED
    return Status.ACHIEVED if sentence.is_past(first) else None


def _is_now(sentence: Sentence, at: int) -> bool:
    """Whether the clause of a figure is dated from now and has a verb, hence a time, of its own."""
    start, end = sentence.clause(at)
    has_verb = any(t.tag in _FINITE for t in sentence.tokens[start:end])
    return has_verb and bool(_NOW.search(_plain(sentence, start, end)))


def _is_conditional(sentence: Sentence, at: int) -> bool:
    """Whether the clause of a figure tells what would be, which is no plan of its own."""
    start, end = sentence.clause(at)
    return any(t.lower in ("would", "could", "might") for t in sentence.tokens[start:end])


def _serves(sentence: Sentence, infinitive: int) -> bool:
    """Whether an infinitive only tells what a thing is for: "measures to boost trade"."""
    before = sentence.skip_adverbs(infinitive - 2)
    return before >= 0 and sentence.tokens[before].tag is Tag.NOUN


def _is_plan(sentence: Sentence, start: int, verb: int) -> bool:
    """Whether the subject is a plan: "the target for beds was", "our goal is"."""
    for token in sentence.tokens[start:verb]:
        if token.lower in _PLAN_NOUNS:
            return True
        if token.tag is Tag.PREPOSITION:
            return False
    return False


def _is_to_be(sentence: Sentence, verb: int) -> bool:
    """ "are to rise", "is planned at", "is expected to"."""
    following = sentence.tokens[verb + 1 : verb + 3]
    if sentence.tokens[verb].tag is not Tag.AUXILIARY or not following:
        return False
    if following[0].lower == "to" or any(t.lower in _PLAN_VERBS for t in following):
        return True
    present = sentence.tokens[verb].lower in ("is", "are")
    return present and any(sentence.is_infinitive(i) for i in range(verb + 2, verb + 5))
