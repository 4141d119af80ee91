from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from eval.corpus import Corpus
from eval.dataset import Case
from eval.run import Asker, Row, evaluate
from rag.errors import CaseError, IndexChanged, NoIndex, QuestionError
from rag.models import Answer
from tests.eval.five_cases import CASES, asker_of, make_answers, run_of


def test_the_first_case_warms_up_and_every_case_is_asked_once(world: Any) -> None:
    answers = make_answers(world)
    asked: list[str] = []
    seen: list[tuple[int, int]] = []

    def ask(case: Case) -> Answer:
        asked.append(case.id)
        return answers[case.id]

    asker = Asker(ask, Corpus(world.documents))
    evaluate(asker, CASES, progress=lambda done, total: seen.append((done, total)))
    assert asked == ["port", "port", "rd", "who", "jobs", "rain"]
    assert seen == [(i, 5) for i in range(6)]


@pytest.mark.parametrize("jobs", [2, 5, 16])
def test_with_several_jobs_the_rows_come_in_the_order_of_the_cases(world: Any, jobs: int) -> None:
    answers = make_answers(world)
    at_once = most = 0
    lock = threading.Lock()
    delays = iter([0.0, 0.08, 0.04, 0.02, 0.01, 0.0])

    def ask(case: Case) -> Answer:
        nonlocal at_once, most
        with lock:
            at_once, delay = at_once + 1, next(delays)
            most = max(most, at_once)
        time.sleep(delay)
        with lock:
            at_once -= 1
        return answers[case.id]

    rows: list[Row] = []
    run = evaluate(Asker(ask, Corpus(world.documents)), CASES, jobs=jobs, on_row=rows.append)
    assert [row.case for row in run.rows] == [row.case for row in rows] == list(CASES)
    assert 2 <= most <= jobs
    assert {row.scores["cpu_ms"].value for row in rows} == {None}, "threads share the CPU clock"
    same = [row.scores["right"] for row in run_of(world).rows]
    assert [row.scores["right"] for row in rows] == same


def test_no_jobs_are_refused(world: Any) -> None:
    with pytest.raises(CaseError, match="give 1 or more"):
        evaluate(asker_of(world, {}), CASES, jobs=0)


def test_rows_that_are_kept_are_not_asked_again(world: Any) -> None:
    whole = run_of(world)
    asked: list[str] = []

    def ask(case: Case) -> Answer:
        asked.append(case.id)
        return make_answers(world)[case.id]

    new: list[Row] = []
    asker = Asker(ask, Corpus(world.documents))
    run = evaluate(asker, CASES, kept=whole.rows[:3], on_row=new.append)
    assert asked == ["jobs", "jobs", "rain"]
    assert [row.case.id for row in new] == ["jobs", "rain"]
    assert [row.case for row in run.rows] == list(CASES)
    assert run.kept == 3


def test_the_stages_of_an_answer_are_scores(world: Any) -> None:
    answers = make_answers(world)
    answers["port"] = replace(answers["port"], timings_ms={"rank": 12.5, "total": 20.0})
    row = run_of(world, answers).rows[0]
    assert row.scores["ms_rank"].value == 12.5
    assert "ms_total" not in row.scores


def test_a_question_that_cannot_be_asked_earns_nothing(world: Any) -> None:
    def refuse(_case: Case) -> Answer:
        raise QuestionError("The question is too long; shorten it.")

    run = evaluate(Asker(refuse, Corpus(world.documents)), CASES)
    assert run.summary().total.measures["passed"].value == 0.0
    assert run.rows[0].error == "The question is too long; shorten it."


@pytest.mark.parametrize("jobs", [1, 3])
def test_any_other_error_ends_the_run(world: Any, jobs: int) -> None:
    def broken(_case: Case) -> Answer:
        raise NoIndex("Nothing has been ingested; run policyqa ingest.")

    with pytest.raises(NoIndex):
        evaluate(Asker(broken, Corpus(world.documents)), CASES, jobs=jobs)


def test_an_answer_from_another_index_stops_the_run(world: Any) -> None:
    answers = make_answers(world)
    answers["who"] = replace(answers["who"], index_version="v2")
    done: list[Row] = []
    with pytest.raises(IndexChanged, match="from v1 to v2 during the evaluation"):
        evaluate(asker_of(world, answers), CASES, on_row=done.append)
    assert [row.case.id for row in done] == ["port", "rd"]


def test_an_index_that_became_current_stops_the_run_though_the_old_one_answers(world: Any) -> None:
    versions = iter(["v1", "v1", "v1", "v7"])
    answers = make_answers(world)
    asker = Asker(lambda case: answers[case.id], Corpus(world.documents), lambda: next(versions))
    done: list[Row] = []
    with pytest.raises(IndexChanged, match="from v1 to v7"):
        evaluate(asker, CASES, on_row=done.append)
    assert len(done) == 2
