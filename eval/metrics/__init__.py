"""Pure evaluators: one context in, one value with its reason out.

No evaluator reads files, asks a model or changes anything.
"""

from __future__ import annotations

from collections.abc import Mapping

from eval.metrics.answers import (
    abstained_correctly,
    abstained_wrongly,
    answer_chars,
    cited,
    cpu_ms,
    quotes_exact,
    recall_at_5,
    right,
    wall_ms,
)
from eval.metrics.context import Context, Evaluator, Score

EVALUATORS: Mapping[str, Evaluator] = {
    "right": right,
    "cited": cited,
    "quotes_exact": quotes_exact,
    "abstained_correctly": abstained_correctly,
    "abstained_wrongly": abstained_wrongly,
    "recall_at_5": recall_at_5,
    "answer_chars": answer_chars,
    "wall_ms": wall_ms,
    "cpu_ms": cpu_ms,
}

__all__ = ["EVALUATORS", "Context", "Evaluator", "Score"]
