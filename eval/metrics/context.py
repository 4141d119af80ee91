"""What an evaluator sees and says: one context in, one value with its reason out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from eval.corpus import Corpus
from eval.dataset import Case
from rag.models import Answer


@dataclass(frozen=True, slots=True)
class Context:
    """All that an evaluator may look at; times are those of this one question, in milliseconds.

    `cpu_ms` is `None` where it cannot be told: several questions at once, or another machine.
    """

    case: Case
    answer: Answer
    corpus: Corpus
    wall_ms: float = 0.0
    cpu_ms: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """What an evaluator found, and why.

    A bool is an assertion, a number is a measurement, a string is a label, and `None` says that
    the case has nothing this evaluator could judge.
    """

    value: bool | float | str | None
    reason: str


Evaluator: TypeAlias = Callable[[Context], Score]
