"""The pipeline in processes of its own gives the answers of the pipeline in this one."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from eval.askers import pipeline_asker
from eval.dataset import Case, read_cases
from eval.run import evaluate
from eval.workers import worker_asker
from rag.errors import ModelError, NoIndex, QuestionError
from rag.pipeline import Pipeline
from rag.settings import Settings

TIMED = ("wall_ms", "cpu_ms", "ms_")


def children() -> set[int]:
    """The processes that this one started and that still run."""
    tasks = Path(f"/proc/{os.getpid()}/task").iterdir()
    return {int(pid) for task in tasks for pid in (task / "children").read_text().split()}


@pytest.mark.slow
def test_processes_answer_as_this_one_does_and_end_with_the_asker(
    real_pipeline: Pipeline, sample_index: Settings, repository: Path
) -> None:
    cases = read_cases(repository / "data" / "questions.jsonl")[::16]
    here = evaluate(pipeline_asker(real_pipeline, sample_index), cases)
    before = children()
    with worker_asker(real_pipeline.index, sample_index, 2) as asker:
        there = evaluate(asker, cases, jobs=2)
        with pytest.raises(QuestionError, match="longest allowed"):
            asker.ask(Case("long", "why " * 1000, absent=True))
        assert len(children() - before) >= 2
    for ours, theirs in zip(here.rows, there.rows, strict=True):
        same = {n: s.value for n, s in ours.scores.items() if not n.startswith(TIMED)}
        told = {n: s.value for n, s in theirs.scores.items() if n in same}
        # bfloat16 rounds by the order of its sums, which may differ between processes.
        assert told == pytest.approx(same, abs=0.02)
        assert theirs.answer.claims == ours.answer.claims
        cpu = theirs.scores["cpu_ms"].value
        assert isinstance(cpu, float), "each process knows its own"
        assert cpu > 1


@pytest.mark.slow
def test_a_process_that_ends_by_itself_is_told(
    real_pipeline: Pipeline, sample_index: Settings
) -> None:
    before = children()
    case = Case("c", "How many parks?", absent=True)
    with worker_asker(real_pipeline.index, sample_index, 1) as asker:
        asker.ask(case)
        for pid in children() - before:
            if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text():
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.2)
        with pytest.raises(ModelError, match="fewer --jobs"):
            asker.ask(case)


@pytest.mark.slow
def test_why_no_process_can_begin_is_told_as_it_is(
    real_pipeline: Pipeline, sample_index: Settings, tmp_path: Path
) -> None:
    nothing = sample_index.model_copy(update={"index_dir": tmp_path})
    with (
        pytest.raises(NoIndex, match="policyqa ingest"),
        worker_asker(real_pipeline.index, nothing, 2),
    ):
        pass


@pytest.mark.slow
def test_every_process_is_asked_before_anything_is_measured(
    real_pipeline: Pipeline, sample_index: Settings
) -> None:
    case = Case("c", "How many parks?", absent=True)
    with worker_asker(real_pipeline.index, sample_index, 2) as asker:
        assert asker.warm is not None
        before = cpu_of_workers()
        asker.warm(case)
        spent = {pid: cpu - before[pid] for pid, cpu in cpu_of_workers().items()}
    assert len(spent) == 2
    assert min(spent.values()) > 0, "one process was left out"


def cpu_of_workers() -> dict[int, int]:
    """The CPU time, in ticks, of every worker."""
    spent = {}
    for pid in children():
        if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text():
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            spent[pid] = int(fields[11]) + int(fields[12])
    return spent
