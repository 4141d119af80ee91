from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.batch import BatchQuestion, BatchReport, answer_batch, read_questions
from rag.errors import CaseError, QuestionError
from rag.models import Answer, Turn

Ask = Callable[..., Answer]


@pytest.fixture
def ask(world: Any) -> Ask:
    """Repeats the question as its answer; abstains on "?"; refuses an empty one."""

    def answer(question: str, *, history: Sequence[Turn]) -> Answer:
        if not question:
            raise QuestionError("The question is empty; write one.")
        if question == "?":
            return world.abstention()  # type: ignore[no-any-return]
        return world.answer((question, []), id="own", question="cleaned")  # type: ignore[no-any-return]

    return answer


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return write(tmp_path / "q.jsonl", [{"id": f"q{i}", "question": f"q {i}"} for i in range(9)])


def write(path: Path, values: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


@pytest.mark.parametrize("jobs", [1, 4])
def test_each_line_gets_one_answer_in_order_with_its_id(
    tmp_path: Path, questions: Path, ask: Ask, jobs: int
) -> None:
    seen: list[tuple[int, int]] = []
    out = tmp_path / "a.jsonl"
    report = answer_batch(ask, questions, out, jobs=jobs, progress=lambda *p: seen.append(p))
    assert report == BatchReport(total=9, kept=0, answered=9, abstained=0, failed=0)
    assert [(line["id"], line["question"], line["answer"]) for line in read(out)] == [
        (f"q{i}", f"q {i}", f"q {i}") for i in range(9)
    ]
    assert seen == [(i, 9) for i in range(10)]


def test_answers_stay_in_order_when_later_ones_are_ready_first(
    tmp_path: Path, questions: Path, ask: Ask
) -> None:
    second_done = threading.Event()

    def first_waits(question: str, *, history: Sequence[Turn]) -> Answer:
        if question == "q 0":
            assert second_done.wait(10)
        if question == "q 1":
            second_done.set()
        return ask(question, history=history)

    out = tmp_path / "a.jsonl"
    answer_batch(first_waits, questions, out, jobs=2)
    assert [line["id"] for line in read(out)] == [f"q{i}" for i in range(9)]


def test_a_question_that_cannot_be_asked_gets_an_error_line(tmp_path: Path, ask: Ask) -> None:
    questions = write(
        tmp_path / "q.jsonl",
        [{"id": 7, "question": ""}, {"question": "?"}, {"id": "é", "question": "naïve\u2028yes"}],
    )
    report = answer_batch(ask, questions, tmp_path / "a.jsonl", jobs=1)
    assert report == BatchReport(total=3, kept=0, answered=1, abstained=1, failed=1)
    first, second, third = read(tmp_path / "a.jsonl")
    assert first == {"id": 7, "question": "", "error": "The question is empty; write one."}
    assert (second["id"], second["abstained"]) == ("2", True)
    assert (third["id"], third["answer"]) == ("é", "naïve\u2028yes")


def test_evaluation_cases_are_allowed_and_history_is_passed_on(world: Any, tmp_path: Path) -> None:
    turn = {"question": "How many parks?", "answer": "5"}
    value = {"id": "a", "question": "And 2024?", "expect": [["5"]], "history": [turn]}
    path = write(tmp_path / "q.jsonl", [value])
    earlier = (Turn("How many parks?", "5"),)
    assert read_questions(path) == [BatchQuestion("a", "And 2024?", earlier)]
    passed: list[Sequence[Turn]] = []

    def remember(question: str, *, history: Sequence[Turn]) -> Answer:
        passed.append(history)
        return world.abstention()  # type: ignore[no-any-return]

    report = answer_batch(remember, path, tmp_path / "a.jsonl")
    assert passed == [earlier]
    assert str(report) == "1 questions: 0 answered, 1 abstained"


@pytest.mark.parametrize("stop_at", [1, 4, 8])
@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_batch_goes_on_where_it_stopped(
    tmp_path: Path, questions: Path, ask: Ask, stop_at: int, jobs: int, stop: type[BaseException]
) -> None:
    out = tmp_path / "a.jsonl"

    def stopped(done: int, _total: int) -> None:
        if done == stop_at:
            raise stop

    with pytest.raises(stop):
        answer_batch(ask, questions, out, jobs=jobs, progress=stopped)
    assert [line["id"] for line in read(out)] == [f"q{i}" for i in range(stop_at)]
    asked: list[str] = []

    def counting(question: str, *, history: Sequence[Turn]) -> Answer:
        asked.append(question)
        return ask(question, history=history)

    report = answer_batch(counting, questions, out, jobs=1)
    assert (report.kept, report.answered) == (stop_at, 9 - stop_at)
    assert asked == [f"q {i}" for i in range(stop_at, 9)]
    assert [line["id"] for line in read(out)] == [f"q{i}" for i in range(9)]


def test_the_output_is_whole_after_a_cut_at_any_byte(
    tmp_path: Path, questions: Path, ask: Ask
) -> None:
    out = tmp_path / "a.jsonl"
    answer_batch(ask, questions, out, jobs=1)
    whole = out.read_bytes()
    for size in range(0, len(whole), 97):
        out.write_bytes(whole[:size])
        answer_batch(ask, questions, out, jobs=1)
        assert out.read_bytes() == whole


def test_a_finished_batch_asks_nothing(tmp_path: Path, questions: Path, ask: Ask) -> None:
    out = tmp_path / "a.jsonl"
    answer_batch(ask, questions, out, jobs=1)

    def never(_question: str, *, history: Sequence[Turn]) -> Answer:
        raise AssertionError

    assert answer_batch(never, questions, out, jobs=2).kept == 9


@pytest.mark.parametrize(
    "line",
    [
        {"id": "other", "question": "q 0"},
        {"id": "q0", "question": "another question"},
        {"question": "q 0"},
        {"id": ["q0"], "question": "q 0"},
        [],
        "notes",
    ],
)
def test_an_output_of_another_input_is_left_alone(
    tmp_path: Path, questions: Path, ask: Ask, line: object
) -> None:
    out = tmp_path / "a.jsonl"
    out.write_text(json.dumps(line) + "\n")
    with pytest.raises(CaseError, match=r"line 1: .* choose another --out"):
        answer_batch(ask, questions, out, jobs=1)
    assert out.read_text() == json.dumps(line) + "\n"


def test_an_answer_that_is_there_twice_is_refused(
    tmp_path: Path, questions: Path, ask: Ask
) -> None:
    out = tmp_path / "a.jsonl"
    answer_batch(ask, questions, out, jobs=1)
    out.write_bytes(out.read_bytes() * 2)
    with pytest.raises(CaseError, match="line 10"):
        answer_batch(ask, questions, out, jobs=1)


def test_the_questions_are_never_overwritten(tmp_path: Path, questions: Path, ask: Ask) -> None:
    before = questions.read_bytes()
    with pytest.raises(CaseError, match="file of the questions"):
        answer_batch(ask, questions, tmp_path / "." / "q.jsonl", jobs=1)
    assert questions.read_bytes() == before


@pytest.mark.parametrize("out", ["missing/a.jsonl", "."])
def test_an_output_that_cannot_be_written_is_said(
    tmp_path: Path, questions: Path, ask: Ask, out: str
) -> None:
    with pytest.raises(CaseError, match="choose another --out"):
        answer_batch(ask, questions, tmp_path / out, jobs=1)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ({"id": "q0", "question": "x"}, "'q0' is already taken"),
        ({"id": "x"}, "'question' must be a text"),
        ({"id": "x", "question": 5}, "'question' must be a text"),
        ({"id": 1.5, "question": "x"}, "'id' must be"),
        ({"id": "x", "question": "x", "history": "y"}, "'history' must be"),
    ],
)
def test_a_fault_of_the_input_names_its_line(
    tmp_path: Path, ask: Ask, value: dict[str, Any], what: str
) -> None:
    path = write(tmp_path / "q.jsonl", [{"id": "q0", "question": "x"}, value])
    with pytest.raises(CaseError, match=rf"q\.jsonl, line 2: .*{what}"):
        answer_batch(ask, path, tmp_path / "a.jsonl", jobs=1)
    assert not (tmp_path / "a.jsonl").exists()


def test_zero_jobs_are_refused(tmp_path: Path, questions: Path, ask: Ask) -> None:
    with pytest.raises(CaseError, match="give 1 or more"):
        answer_batch(ask, questions, tmp_path / "a.jsonl", jobs=0)
