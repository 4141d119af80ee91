"""What makes claims of what was found: one interface, and the engine that quotes.

An engine yields only claims that were verified, and ends with a `Spoken` that tells how it went.
The engine that lets a model write is in `rag.writing`.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rag.difference import Side, difference
from rag.extractive import compose
from rag.index import Index
from rag.instructions import is_instruction
from rag.models import Claim, Verdict
from rag.question import Question
from rag.settings import AnswerSettings
from rag.trace import Found
from rag.verify import verify

EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class Spoken:
    """How an answer was made: by which engine and model, and what was removed from it.

    `note` tells a reader what went wrong, if anything did. Of a model: `usage` counts its tokens,
    `prompt` is the version of what it was told, `raw` its texts as they came, `failure` how it
    failed, if it did.
    """

    engine: str = EXTRACTIVE
    model: str | None = None
    note: str | None = None
    removed: tuple[Claim, ...] = ()
    usage: Mapping[str, int] = field(default_factory=dict)
    prompt: str | None = None
    raw: tuple[str, ...] = ()
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Worded:
    """A claim in words of a model, which were proved; all other claims are quoted or computed."""

    claim: Claim


class Engine(Protocol):
    """Makes claims of what was found; `stage` names what its time is booked to."""

    stage: str

    def stream(
        self, question: Question, answered: Sequence[Found], *, deadline: float | None = None
    ) -> Generator[str | Claim | Worded | Spoken]:
        """Status lines, verified claims, and at last how it went.

        A model has until `deadline` (of `time.monotonic()`), or as long as the settings allow.
        """
        ...

    def close(self) -> None:
        """Release what it holds."""
        ...


class Quoting:
    """The extractive engine."""

    stage = "verify"

    def __init__(self, index: Index, settings: AnswerSettings) -> None:
        self._index = index
        self._settings = settings

    def stream(
        self,
        question: Question,
        answered: Sequence[Found],
        *,
        deadline: float | None = None,  # noqa: ARG002  quoting waits for nobody
    ) -> Generator[str | Claim | Spoken]:
        """The claims of all parts, then how far the sides of a comparison are apart."""
        composed = [self.claims(found) for found in answered]
        claims = [claim for part in composed for claim in part]
        claims += self.computed(question, answered, composed)
        yield from dict.fromkeys(supported(claims))
        yield Spoken(removed=tuple(c for c in claims if c.verdict is not Verdict.SUPPORTED))

    def close(self) -> None:
        """Nothing is held."""

    def computed(
        self, question: Question, answered: Sequence[Found], composed: Sequence[Sequence[Claim]]
    ) -> list[Claim]:
        """How far the two sides of a comparison are apart, if that can be told; with its verdict.

        `composed` holds the claims of each part that is answered.
        """
        whole = len(composed) == len(question.parts) == 2 and all(composed)
        if not (question.compares and whole):
            return []
        one, other = map(self._side, answered, composed)
        computed = difference(one, other)
        return [verify(computed, self._index.documents)] if computed else []

    def _side(self, found: Found, claims: Sequence[Claim]) -> Side:
        """A side of a comparison: its first claim, with what the register has of its figures."""
        places = [(c.document_id, c.span.start) for c in claims[0].citations]
        rows = [f for place in places for f in self._index.figures_of_sentence(*place)]
        return Side(found.question.text, claims[0], figures=rows)

    def claims(self, found: Found) -> list[Claim]:
        """The claims of one part, each with its verdict; orders to a model are not quoted."""
        telling = [s for s in found.ranked if not is_instruction(s.item.sentence.text)]
        claims = compose(found.question, telling, self._index, self._settings.sentences)
        return [verify(claim, self._index.documents) for claim in claims]


def supported(claims: Sequence[Claim]) -> list[Claim]:
    """The claims that hold."""
    return [claim for claim in claims if claim.verdict is Verdict.SUPPORTED]
