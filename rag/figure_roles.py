"""What part a figure plays: value or comparand, change or result, estimate or outcome.

A statement that keeps each figure of a sentence but gives it the part of another says something
else: "rose from 78 to 73" of what rose from 73 to 78.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from rag.amounts import Amount, amounts_in
from rag.binding import segments
from rag.comparand import comparands
from rag.grammar.clauses import Sentence
from rag.grammar.tokens import Token
from rag.grammar.verbs import direction_of_noun, direction_of_verb
from rag.period import Status
from rag.span import Statement, Support
from rag.text import words

_EARLIER = re.compile(
    r"\b(?:ago|before|earlier|previous(?:ly)?|prior|preceding|last|former(?:ly)?|had|originally"
    r"|initially|at\sfirst|then|(?:1\d|20)\d\d)\b",
    re.I,
)
_ESTIMATE = re.compile(
    r"\b(?:estimat\w+|expect(?:ed|ation)\w*|forecast\w*|budget(?:ed)?|predict\w+|project(?:ed|ion)\w*"
    r"|plan(?:s|ned)?|target\w*|suppos\w+|propos\w+|promis\w+|aim(?:s|ed)?|goal|intend\w*|foreseen)\b",
    re.I,
)
_TO_BE = re.compile(r"\b(?:would|could|should|(?:is|are|was|were)\sto)\b", re.I)
_STAYS = re.compile(
    r"\b(?:stay(?:s|ed)?|remain(?:s|ed)?|unchanged|stable|steady|constant|maintain(?:s|ed)?"
    r"|kept?|keeps|same)\b",
    re.I,
)
_MORE_THAN = re.compile(
    r"\s?(?:\w+\s){0,2}?(?:more|less|fewer|higher|lower|larger|smaller|longer|shorter|above|below"
    r"|over\sbudget)\s(?:than\b|(?:the\s)?(?:plan|budget|estimate|forecast|target)\w*)",
    re.I,
)
_NEAR = 24
"""How many characters before a figure "stays" may stand."""


@dataclass(frozen=True, slots=True)
class Part:
    """A figure of a sentence with the part it plays there."""

    amount: Amount
    compared: bool
    """Whether another figure is compared with it."""
    lead: str
    """The preposition before it: "by" and "to" part the change from what came of it."""
    moves: bool
    """Whether a verb or noun of change stands before it."""
    exceeds: bool
    """Whether it is said by how much: "5 more than"."""

    def same_as(self, other: Part) -> bool:
        """Whether the two are of the same value."""
        one, two = self.amount, other.amount
        return (one.value, one.high) == (two.value, two.high)

    def like(self, other: Part) -> bool:
        """Whether the two may be compared."""
        one, two = self.amount, other.amount
        bare = "number" in (one.kind, two.kind) and None in (one.unit, two.unit)
        return (one.kind, one.unit) == (two.kind, two.unit) or bare


@lru_cache(maxsize=4096)
def parts_of(text: str) -> tuple[Part, ...]:
    """The figures of a sentence, in order."""
    found = amounts_in(text)
    if not found:
        return ()
    measured = [a.unit is not None for a in found]
    sentence = Sentence(text, [(a.start, a.end) for a in found], measured)
    compared = comparands(sentence)
    return tuple(
        Part(
            amount,
            any(stretch.holds(at) for stretch in compared),
            _lead(sentence, at),
            _has_moved(sentence.tokens[:at]),
            bool(_MORE_THAN.match(text, amount.end)),
        )
        for amount, at in zip(found, sentence.figures, strict=True)
    )


def is_of_other_part(statement: Statement, support: Support) -> bool:
    """Whether a figure plays the part that another one plays in what is cited."""
    said = parts_of(statement.text)
    told = [part for text in support.texts for part in parts_of(text)]
    return any(
        _is_swapped(one, statement.text, same, told)
        for one in said
        if (same := [other for other in told if one.same_as(other)])
    )


def is_moved_otherwise(statement: Statement, support: Support) -> bool:
    """Whether it says that something rose which fell by the figures, or which stays."""
    ways = _ways(statement.text)
    if len(ways) != 1:
        return False
    said = parts_of(statement.text)
    told = [part for text in support.texts for part in parts_of(text)]
    (way,) = ways
    own = _trend(said)
    if own is not None and own != way:
        return True
    cited = _trend([p for p in told if any(p.same_as(one) for one in said)], told)
    if cited is not None and not _ways(support.text):
        return cited != way
    return not _ways(support.text) and any(
        _stays(part, text)
        for text in support.texts
        for part in parts_of(text)
        if any(part.same_as(one) for one in said)
    )


def _stays(part: Part, text: str) -> bool:
    """Whether a figure is said to stay what it is."""
    before = text[max(0, part.amount.start - _NEAR) : part.amount.start]
    return bool(_STAYS.search(before))


def is_estimate_confused(statement: Statement, support: Support) -> bool:
    """Whether an estimate is told as the outcome, or the outcome as the estimate."""
    told = [s for text in support.texts for s in segments(text) if s.amounts]
    for own in segments(statement.text):
        for amount in own.amounts:
            home = [s for s in told if any(amount.has_value_of(a) for a in s.amounts)]
            guessed = [bool(_ESTIMATE.search(s.text)) for s in home]
            if not home or len(set(guessed)) > 1:
                continue
            rest = [s for s in told if s not in home]
            if guessed[0] and not _is_plan(statement):
                return True
            if not guessed[0] and _ESTIMATE.search(own.text):
                return any(_ESTIMATE.search(s.text) for s in rest)
    return False


def _is_plan(statement: Statement) -> bool:
    told = (statement.period.status, *(f.period.status for f in statement.figures))
    return Status.PLANNED in told or bool(
        _ESTIMATE.search(statement.text) or _TO_BE.search(statement.text)
    )


def _is_swapped(one: Part, text: str, same: Sequence[Part], told: Sequence[Part]) -> bool:
    """Value for comparand, change for result."""
    if all(other.compared for other in same) and not one.compared:
        if not _EARLIER.search(text):
            return True
        others = [p for p in parts_of(text) if p.compared]
        if any(p.same_as(o) and not o.compared for p in others for o in told if o.like(one)):
            return True
    if {one.lead, *(o.lead for o in same)} == {"by", "to"} and len({o.lead for o in same}) == 1:
        return one.moves and same[0].moves
    return one.exceeds and not any(o.exceeds or o.moves or o.lead == "by" for o in same)


def _lead(sentence: Sentence, at: int) -> str:
    before = sentence.skip_about(at - 1)
    return sentence.tokens[before].lower if before >= 0 else ""


def _has_moved(tokens: Sequence[Token]) -> bool:
    return any(_way(token.lower) for token in tokens)


def _way(word: str) -> int:
    return direction_of_verb(word) or direction_of_noun(word) or 0


def _ways(text: str) -> set[int]:
    """The ways that verbs and nouns of change say something moves; some have other senses."""
    return {way for word in words(text) if (way := _way(word))}


def _trend(parts: Sequence[Part], among: Sequence[Part] = ()) -> int | None:
    """Which way the values move from the comparand to the other; `None` if that is not told."""
    pairs = list(_pairs(parts, among or parts))
    ways = {(value > other) - (value < other) for value, other in pairs}
    return ways.pop() if len(ways) == 1 else None


def _pairs(parts: Sequence[Part], among: Sequence[Part]) -> Iterator[tuple[Decimal, Decimal]]:
    for one in parts:
        for other in among:
            if not one.like(other) or _is_change(one) or _is_change(other):
                continue
            if other.compared and not one.compared:
                yield one.amount.value, other.amount.value


def _is_change(part: Part) -> bool:
    return part.lead == "by" or _way(part.lead) != 0 or (part.lead == "of" and part.moves)
