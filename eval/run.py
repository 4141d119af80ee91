"""Asking every case and scoring every answer. Works on any callable, so on the shipped pipeline."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from eval.dataset import Case
from eval.metrics import EVALUATORS, Context, Evaluator, Score
from eval.summary import Summary, summarise
from rag.errors import QuestionError
from rag.models import Answer, Document

Ask: TypeAlias = Callable[[Case], Answer]
Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One case, its answer and every score. `error` says why the question could not be asked."""

    case: Case
    answer: Answer
    scores: Mapping[str, Score]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """All rows of one evaluation, in the order of the cases."""

    rows: tuple[Row, ...]
    started: datetime
    seconds: float

    @property
    def index_version(self) -> str:
        """The index that answered; several, if it changed underneath."""
        return ", ".join(
            dict.fromkeys(row.answer.index_version for row in self.rows if not row.error)
        )

    @property
    def models(self) -> tuple[str, ...]:
        """The models that wrote answers."""
        return tuple(dict.fromkeys(row.answer.model for row in self.rows if row.answer.model))

    def summary(self) -> Summary:
        """Every measure in total, by kind and by split."""
        return summarise(self.rows)


def evaluate(
    ask: Ask,
    cases: Sequence[Case],
    *,
    documents: Mapping[str, Document],
    passages: Mapping[str, str],
    evaluators: Mapping[str, Evaluator] = EVALUATORS,
    progress: Progress | None = None,
) -> Run:
    """Ask each case once, one after the other, and score the answers.

    The first case is asked once more before the clock starts, so that loading is not measured.
    A question that cannot be asked is scored as an empty answer; any other error ends the run.
    """
    started, begin = datetime.now(UTC), time.perf_counter()
    for case in cases[:1]:
        with suppress(QuestionError):
            ask(case)
    rows = []
    for done, case in enumerate(cases, start=1):
        rows.append(_row(ask, case, documents, passages, evaluators))
        if progress:
            progress(done, len(cases))
    return Run(tuple(rows), started, time.perf_counter() - begin)


def _row(
    ask: Ask,
    case: Case,
    documents: Mapping[str, Document],
    passages: Mapping[str, str],
    evaluators: Mapping[str, Evaluator],
) -> Row:
    error: str | None = None
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        answer = ask(case)
    except QuestionError as problem:
        error = str(problem)
        answer = _unasked(case, error)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    context = Context(case, answer, documents, passages, wall * 1000, cpu * 1000)
    scores = {name: evaluator(context) for name, evaluator in evaluators.items()}
    return Row(case, answer, scores, error)


def _unasked(case: Case, error: str) -> Answer:
    return Answer(
        id=case.id,
        question=case.question,
        claims=(),
        # Refusing a question is no judgement about the documents, so it earns nothing.
        abstained=False,
        reason=error,
        confidence=0.0,
        nearest=(),
        engine="none",
        model=None,
        index_version="",
    )
