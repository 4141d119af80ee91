"""How an answer came about, as a value that can be shown, stored and sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeVar

from rag.models import Claim, Passage, Scored, Trace, Weighed
from rag.question import Question
from rag.rank import Candidate

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """What one question, or one part of it, led to; `evidence` is what `confidence` rests on."""

    question: Question
    passages: Sequence[Scored[Passage]]
    ranked: Sequence[Scored[Candidate]]
    evidence: Mapping[str, float]
    confidence: float


def trace_of(whole: Found, answered: Sequence[Found], removed: Sequence[Claim]) -> Trace:
    """The trace of a question from what it led to, as a whole and in the parts that answered."""
    return Trace(
        question=_reading(whole.question),
        passages=tuple(_passage(found) for found in whole.passages),
        sentences=tuple(_sentence(found) for found in _ranked(whole, answered)),
        evidence=whole.evidence,
        removed=tuple(removed),
    )


def in_turn(rankings: Iterable[Sequence[T]]) -> list[T]:
    """The firsts of all rankings, then the seconds, and so on."""
    turns = zip_longest(*rankings)
    return [item for turn in turns for item in turn if item is not None]


def _ranked(whole: Found, answered: Sequence[Found]) -> list[Scored[Candidate]]:
    rankings = [found.ranked for found in answered] or [whole.ranked]
    return in_turn(rankings)


def _reading(question: Question) -> Mapping[str, str]:
    found = {
        "read as": question.text if question.text != question.asked else "",
        "wants": question.wants.value,
        "terms": " ".join(question.terms),
        "names": ", ".join(question.names),
        "years": ", ".join(map(str, sorted(question.years(None)))),
        "status": question.status.value if question.status else "",
        "parts": " | ".join(question.parts),
    }
    return {name: text for name, text in found.items() if text}


def _passage(found: Scored[Passage]) -> Weighed:
    passage = found.item
    return Weighed(passage.id, passage.document_id, passage.span, found.score, found.parts)


def _sentence(found: Scored[Candidate]) -> Weighed:
    passage, span = found.item.passage, found.item.sentence.span
    return Weighed(passage.id, passage.document_id, span, found.score, found.parts)
