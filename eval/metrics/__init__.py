"""Pure evaluators: one context in, one value with its reason out.

A bool is an assertion, a number is a measurement, a string is a label, and `None` says that the
case has nothing this evaluator could judge. No evaluator reads files, asks a model or changes
anything.
"""

from __future__ import annotations

from collections.abc import Mapping

from eval.metrics.answers import abstained_correctly, abstained_wrongly, answer_chars, right
from eval.metrics.citations import (
    citation_precision,
    citation_recall,
    cited,
    quotes_exact,
    uncited_sentences,
)
from eval.metrics.context import Context, Evaluator, Score
from eval.metrics.cost import cpu_ms, tokens, wall_ms
from eval.metrics.figures import (
    figure_accuracy,
    figure_measure,
    figure_period,
    figure_status,
    figure_unit,
    figure_value,
    wrong_period,
)
from eval.metrics.labels import confidence, document, language
from eval.metrics.loss import lost_at
from eval.metrics.retrieval import ndcg_at_10, recall_at_5, recall_at_10, rr_at_10

EVALUATORS: Mapping[str, Evaluator] = {
    "right": right,
    "cited": cited,
    "quotes_exact": quotes_exact,
    "abstained_correctly": abstained_correctly,
    "abstained_wrongly": abstained_wrongly,
    "wrong_period": wrong_period,
    "citation_precision": citation_precision,
    "citation_recall": citation_recall,
    "figure_accuracy": figure_accuracy,
    "figure_value": figure_value,
    "figure_unit": figure_unit,
    "figure_measure": figure_measure,
    "figure_period": figure_period,
    "figure_status": figure_status,
    "recall_at_5": recall_at_5,
    "recall_at_10": recall_at_10,
    "ndcg_at_10": ndcg_at_10,
    "rr_at_10": rr_at_10,
    "uncited_sentences": uncited_sentences,
    "answer_chars": answer_chars,
    "wall_ms": wall_ms,
    "cpu_ms": cpu_ms,
    "tokens": tokens,
    "confidence": confidence,
    "document": document,
    "language": language,
    "lost_at": lost_at,
}

__all__ = ["EVALUATORS", "Context", "Evaluator", "Score", "right"]
