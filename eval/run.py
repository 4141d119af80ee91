"""Asking every case and scoring every answer. Works on any callable, so on the shipped pipeline."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TypeAlias

from eval.corpus import Corpus
from eval.dataset import Case
from eval.jobs import in_order
from eval.metrics import EVALUATORS, Context, Evaluator, Score
from eval.summary import STAGE, Summary, summarise
from rag.errors import CaseError, IndexChanged, QuestionError
from rag.models import Answer

Ask: TypeAlias = Callable[[Case], Answer]
Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One case, its answer and every score. `error` says why the question could not be asked."""

    case: Case
    answer: Answer
    scores: Mapping[str, Score]
    error: str | None = None


@dataclass(frozen=True)  # no slots: the summary is kept
class Run:
    """All rows of one evaluation, in the order of the cases; `kept` were there from before.

    `seconds` and `started` tell of the other rows only.
    """

    rows: tuple[Row, ...]
    started: datetime
    seconds: float
    kept: int = 0

    @property
    def index_version(self) -> str:
        """The index that answered."""
        asked = (row.answer.index_version for row in self.rows if not row.error)
        return ", ".join(dict.fromkeys(asked))

    @property
    def models(self) -> tuple[str, ...]:
        """The models that wrote answers."""
        return tuple(dict.fromkeys(row.answer.model for row in self.rows if row.answer.model))

    def summary(self) -> Summary:
        """Every measure in total and by what the cases are about."""
        return self._summary

    @cached_property
    def _summary(self) -> Summary:
        """Made once: its intervals take seconds over a thousand rows, and every report needs it."""
        return summarise(self.rows)


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer and how long it took, in milliseconds; `cpu_ms` is `None` where it is not known."""

    answer: Answer
    wall_ms: float
    cpu_ms: float | None


@dataclass(frozen=True, slots=True)
class Asker:
    """What is evaluated: answers a case, over a corpus, from an index whose version it tells.

    `timed` is for those who know better than a clock around `ask` how long an answer took: who
    work elsewhere, or let cases queue. So many as `ahead` may then wait beside those under way.
    `warm` is for those whose models are loaded in several places, which one question does not do.
    """

    ask: Ask
    corpus: Corpus
    version: Callable[[], str | None] = field(default=lambda: None)
    timed: Callable[[Case], Asked] | None = None
    ahead: int = 0
    warm: Callable[[Case], object] | None = None


def clocked(ask: Ask, case: Case, *, alone: bool = True) -> Asked:
    """Ask with a clock around; the process's CPU time is the question's if it is `alone`."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer = ask(case)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Asked(answer, wall * 1000, cpu * 1000 if alone else None)


def evaluate(
    asker: Asker,
    cases: Sequence[Case],
    *,
    evaluators: Mapping[str, Evaluator] = EVALUATORS,
    jobs: int = 1,
    kept: Sequence[Row] = (),
    on_row: Callable[[Row], None] | None = None,
    progress: Progress | None = None,
) -> Run:
    """Ask each case once, `jobs` at a time, and score the answers.

    Cases of the rows in `kept` are not asked again. The first case is asked once more before the
    clock starts, wherever it may be asked, so that loading is not measured. `on_row` gets every new
    row, in order. A question that cannot be asked is scored as an empty answer; any other error
    ends the run.

    Raises:
        CaseError: `jobs` is less than 1.
        IndexChanged: another index answers than did at the start.
    """
    if jobs < 1:
        raise CaseError(f"{jobs} jobs cannot ask anything; give 1 or more.")
    rows = {row.case.id: row for row in kept}
    todo = [case for case in cases if case.id not in rows]
    scorer = _Scorer(asker, evaluators, alone=jobs == 1)
    for case in todo[:1]:
        with suppress(QuestionError):
            (asker.warm or asker.ask)(case)
    started, begin = datetime.now(UTC), time.perf_counter()
    if progress:
        progress(len(kept), len(cases))
    for row in in_order(scorer.row, todo, jobs + asker.ahead):
        rows[row.case.id] = row
        if on_row:
            on_row(row)
        if progress:
            progress(len(rows), len(cases))
    seconds = time.perf_counter() - begin
    return Run(tuple(rows[case.id] for case in cases), started, seconds, len(kept))


class _Scorer:
    def __init__(self, asker: Asker, evaluators: Mapping[str, Evaluator], *, alone: bool) -> None:
        self._asker = asker
        self._evaluators = evaluators
        self._timed = asker.timed or partial(clocked, asker.ask, alone=alone)
        self._version = asker.version()

    def row(self, case: Case) -> Row:
        """Ask one case and score its answer."""
        error: str | None = None
        try:
            asked = self._timed(case)
        except QuestionError as problem:
            error = str(problem)
            asked = Asked(_unasked(case, error), 0.0, None)
        answer = asked.answer
        self._require_same_index("" if error else answer.index_version)
        context = Context(case, answer, self._asker.corpus, asked.wall_ms, asked.cpu_ms)
        scores = {name: evaluator(context) for name, evaluator in self._evaluators.items()}
        return Row(case, answer, scores | _stages(answer), error)

    def _require_same_index(self, answered: str) -> None:
        """Compare the index that answered, and the one that is current now, with the first."""
        for found in (answered, self._asker.version()):
            self._version = self._version or found
            if found and found != self._version:
                raise IndexChanged(
                    f"The index changed from {self._version} to {found} during the evaluation, so "
                    "its rows would not belong together; start it again, into another folder."
                )


def _stages(answer: Answer) -> dict[str, Score]:
    """The milliseconds of each stage, as the pipeline told them."""
    stages = {name: ms for name, ms in answer.timings_ms.items() if name != "total"}
    return {f"{STAGE}{name}": Score(ms, "told by the pipeline") for name, ms in stages.items()}


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
