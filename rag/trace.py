"""How an answer came about, as a value that can be shown, stored and sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
    passages: Sequence[Scored[Passage]] = ()
    ranked: Sequence[Scored[Candidate]] = ()
    evidence: Mapping[str, float] = field(default_factory=dict)
    confidence: float = 0.0


def trace_of(
    whole: Found, answered: Sequence[Found], refused: Sequence[Found], removed: Sequence[Claim]
) -> Trace:
    """The trace of a question from what it led to, as a whole and in its parts.

    The sentences of a part that was refused come last, each with `refused` among its parts.
    """
    sentences = [_sentence(found) for found in in_turn(found.ranked for found in answered)]
    sentences += [_sentence(f, refused=1.0) for f in in_turn(found.ranked for found in refused)]
    return Trace(
        question=_reading(whole.question),
        passages=tuple(_passage(found) for found in whole.passages),
        sentences=tuple(sentences),
        evidence=whole.evidence,
        removed=tuple(removed),
    )


def in_turn(rankings: Iterable[Sequence[T]]) -> list[T]:
    """The firsts of all rankings, then the seconds, and so on."""
    turns = zip_longest(*rankings)
    return [item for turn in turns for item in turn if item is not None]


def _reading(question: Question) -> Mapping[str, str]:
    found = {
        "read as": question.text if question.text != question.asked else "",
        "wants": question.wants.value,
        "figure": question.figure.value if question.figure else "",
        "measure": " ".join(question.measure),
        "terms": " ".join(question.terms),
        "names": ", ".join(question.names),
        "years": ", ".join(map(str, sorted(question.years(None)))),
        "status": question.status.value if question.status else "",
        "parts": " | ".join(question.parts),
        "compares": "yes" if question.compares else "",
    }
    return {name: text for name, text in found.items() if text}


def _passage(found: Scored[Passage]) -> Weighed:
    passage = found.item
    return Weighed(passage.id, passage.document_id, passage.span, found.score, found.parts)


def _sentence(found: Scored[Candidate], **marks: float) -> Weighed:
    passage, span = found.item.passage, found.item.sentence.span
    return Weighed(passage.id, passage.document_id, span, found.score, {**found.parts, **marks})
