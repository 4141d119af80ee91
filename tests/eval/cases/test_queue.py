"""The review queue loses nothing, counts nothing twice, and is shared by processes."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.cases import storage
from eval.cases.items import Judgement, NewItem, judged_answer, whole_case
from eval.cases.queue import ReviewQueue
from eval.dataset import Case, ExpectedFigure, case_to_json
from rag.errors import CaseError
from rag.models import Turn

CASE = Case(
    "ferries",
    "How many ferries?",
    expect=(("61",),),
    figures=(ExpectedFigure("61 ferries", ("ferries",)),),
)
ANSWER: dict[str, Any] = {
    "id": "a1",
    "question": "How many ferries?",
    "answer": "61 ferries. [1]",
    "abstained": False,
    "citations": [{"document": "report.md", "start": 3, "end": 14, "quote": "61 ferries."}],
    "index_version": "v1",
}


def drafted(case: Case = CASE) -> NewItem:
    return whole_case("drafted", case, "v1")


def judged(judge: str = "ann", verdict: str = "right", **answer: Any) -> NewItem:
    return judged_answer(Judgement({**ANSWER, **answer}, judge, verdict, "", "fine"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "review.sqlite3"


def test_what_is_added_waits_and_is_there_after_reopening(path: Path) -> None:
    with ReviewQueue(path) as queue:
        assert queue.add([drafted()]) == 1
    with ReviewQueue(path) as queue:
        (item,) = queue.waiting()
        assert item.case == json.loads(json.dumps(case_to_json(CASE)))
        assert (item.origin, item.state, item.index_version) == ("drafted", "waiting", "v1")
        assert item.reviewed is None
        assert queue.counts() == {"waiting": 1, "accepted": 0, "rejected": 0}


def test_a_case_counts_once_whatever_its_id_and_split(path: Path) -> None:
    with ReviewQueue(path) as queue:
        assert queue.add([drafted(), drafted()]) == 1
        assert queue.add([drafted(replace(CASE, id="other", split="held-out"))]) == 0
        assert queue.add([drafted(replace(CASE, question="How many boats?"))]) == 1
        assert queue.add([whole_case("imported", CASE, "v1")]) == 1


def test_a_rejected_case_does_not_come_back(path: Path) -> None:
    with ReviewQueue(path) as queue:
        queue.add([drafted()])
        assert queue.reject(queue.waiting()[0].id, "ann", "vague")
        assert queue.add([drafted()]) == 0
        assert queue.waiting() == []


def test_a_double_click_counts_once_and_two_people_count_twice(path: Path) -> None:
    with ReviewQueue(path) as queue:
        assert queue.add([judged()]) == 1
        assert queue.add([judged()]) == 0
        assert queue.add([judged(judge="bob")]) == 1
        assert queue.add([judged(id="a2")]) == 1


def test_the_last_word_of_a_judge_counts_until_the_review(path: Path) -> None:
    with ReviewQueue(path) as queue:
        queue.add([judged()])
        assert queue.add([judged(verdict="wrong")]) == 0
        (item,) = queue.waiting()
        assert (item.verdict, item.answer, item.judge) == ("wrong", ANSWER, "ann")
        assert "references" not in item.case
        queue.reject(item.id, "eve")
        queue.add([judged(verdict="right")])
        assert queue.get(item.id).verdict == "wrong"


def test_a_right_answer_brings_its_places_and_a_right_abstention_that_it_is_absent() -> None:
    right, withheld = judged(), judged(abstained=True, citations=[])
    assert right.case["references"] == [{"document": "report.md", "start": 3, "end": 14}]
    assert withheld.case["absent"] is True


def test_the_same_thing_is_reviewed_once(path: Path) -> None:
    with ReviewQueue(path) as queue:
        queue.add([drafted()])
        (item,) = queue.waiting()
        changed = replace(CASE, question="How many ferries are there?")
        assert queue.accept(item.id, changed, "ann", "reworded")
        assert not queue.reject(item.id, "bob")
        (kept,) = queue.accepted()
        assert kept.case["question"] == "How many ferries are there?"
        assert (kept.reviewer, kept.note) == ("ann", "reworded")
        assert kept.reviewed is not None
        assert kept.reviewed.endswith("+00:00")


def test_a_limit_counts_what_is_new(path: Path) -> None:
    items = [drafted(replace(CASE, question=f"How many ferries in {n}?")) for n in range(10)]
    with ReviewQueue(path) as queue:
        assert queue.add(items, limit=4) == 4
        assert queue.add(items, limit=4) == 4
        assert queue.add(items, limit=4) == 2


def test_one_bad_item_keeps_the_others_out(path: Path) -> None:
    bad = NewItem("drafted", {"id": "x", "question": "?"}, "v1")
    with ReviewQueue(path) as queue:
        with pytest.raises(CaseError, match="nothing is expected"):
            queue.add([drafted(), bad])
        assert queue.waiting() == []
        assert queue.add([drafted()]) == 1


@pytest.mark.parametrize(
    "item",
    [
        NewItem("dreamt", case_to_json(CASE), "v1"),
        NewItem("judged", case_to_json(CASE), "v1"),
        judged(judge=""),
        judged(verdict="perhaps"),
        judged(question=""),
    ],
)
def test_what_no_reviewer_could_use_is_refused(path: Path, item: NewItem) -> None:
    with ReviewQueue(path) as queue, pytest.raises(CaseError):
        queue.add([item])


def test_a_transaction_that_fails_leaves_nothing(path: Path) -> None:
    def add_and_fail(queue: ReviewQueue) -> None:
        with queue.transaction():
            queue.add([drafted()])
            raise KeyError

    with ReviewQueue(path) as queue:
        with pytest.raises(KeyError):
            add_and_fail(queue)
        assert queue.counts()["waiting"] == 0


def test_a_process_killed_within_a_change_leaves_nothing_and_locks_nobody(
    path: Path, repository: Path
) -> None:
    words = [sys.executable, "-c", HANGS, str(path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=repository) as process:
        assert process.stdout.readline() == b"1\n"  # type: ignore[union-attr]
        process.kill()
    with ReviewQueue(path) as queue:
        assert queue.counts()["waiting"] == 0
        assert queue.add([drafted()]) == 1


def test_half_a_character_in_a_comment_is_no_crash(path: Path) -> None:
    item = judged_answer(Judgement(ANSWER, "ann", "wrong", comment="\ud83d"))
    with ReviewQueue(path) as queue:
        with pytest.raises(CaseError):
            queue.add([item])
        assert queue.add([judged(answer="\ud83d")]) == 1
        assert queue.waiting()[0].answer["answer"] == "\ud83d"  # type: ignore[index]


@pytest.mark.parametrize("content", [b"not a database at all, but longer than a header" * 9, None])
def test_a_file_of_another_kind_is_refused_and_left_as_it_is(
    path: Path, content: bytes | None
) -> None:
    path.parent.mkdir()
    if content is None:
        with sqlite3.connect(path) as foreign:
            foreign.execute("CREATE TABLE items (id INTEGER)")
        foreign.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(CaseError, match="review queue"):
        ReviewQueue(path)
    assert path.read_bytes() == before


def test_a_newer_version_is_refused(path: Path) -> None:
    ReviewQueue(path).close()
    base = sqlite3.connect(path)
    base.execute("PRAGMA user_version = 7")
    base.close()
    with pytest.raises(CaseError, match="version 7"):
        ReviewQueue(path)


def test_a_damaged_file_is_one_clear_sentence(path: Path) -> None:
    with ReviewQueue(path) as queue:
        queue.add([drafted(replace(CASE, question=f"How many in {n}?")) for n in range(400)])
    raw = bytearray(path.read_bytes())
    raw[4096:] = b"\xff" * (len(raw) - 4096)
    path.write_bytes(raw)
    with pytest.raises(CaseError, match=r"cannot be used|no review queue"), ReviewQueue(path) as q:
        q.waiting()


def test_a_folder_that_cannot_be_made_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CaseError, match="cannot be used"):
        ReviewQueue(tmp_path / "file" / "review.sqlite3")


HANGS = """
import sys, time
from pathlib import Path
from eval.cases.items import whole_case
from eval.cases.queue import ReviewQueue
from eval.dataset import Case
with ReviewQueue(Path(sys.argv[1])) as queue, queue.transaction():
    case = Case("ferries", "How many ferries?", expect=(("61",),))
    print(queue.add([whole_case("drafted", case, "v1")]), flush=True)
    time.sleep(600)
"""

ADDS = """
import sys
from pathlib import Path
from eval.cases.items import whole_case
from eval.cases.queue import ReviewQueue
from eval.dataset import Case
added = 0
sys.stdin.readline()
for n in range(60):
    case = Case(f"c{n}", f"How many ferries in {n}?", expect=(("61",),))
    with ReviewQueue(Path(sys.argv[1])) as queue:
        added += queue.add([whole_case("drafted", case, "v1")])
print(added)
"""

ACCEPTS = """
import sys
from pathlib import Path
from eval.cases.queue import ReviewQueue
from eval.cases.review import accept, case_of
done = 0
sys.stdin.readline()
with ReviewQueue(Path(sys.argv[1])) as queue:
    for item in queue.waiting():
        done += accept(queue, item, case_of(item.case, "x"), Path(sys.argv[2]), "ann")
print(done)
"""


def together(code: str, repository: Path, *arguments: object) -> list[int]:
    """What two processes print that run `code` at the same time."""
    words = [sys.executable, "-c", code, *map(str, arguments)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": repository}
    two = [subprocess.Popen(words, **pipes) for _ in range(2)]  # type: ignore[call-overload]
    for process in two:
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=120)[0] for process in two]
    assert [process.returncode for process in two] == [0, 0]
    return [int(output) for output in outputs]


def test_two_processes_share_the_queue_from_its_first_moment(
    path: Path, tmp_path: Path, repository: Path
) -> None:
    assert sum(together(ADDS, repository, path)) == 60
    out = tmp_path / "accepted.jsonl"
    assert sum(together(ACCEPTS, repository, path, out)) == 60
    ids = [json.loads(line)["id"] for line in out.read_text().splitlines()]
    assert len(ids) == len(set(ids)) == 60
    with ReviewQueue(path) as queue:
        assert queue.counts() == {"waiting": 0, "accepted": 60, "rejected": 0}


def test_a_table_that_could_not_be_made_whole_is_not_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(storage, "_VERSION", "no number")
        with pytest.raises(CaseError, match="cannot be used"):
            ReviewQueue(path)
    with ReviewQueue(path) as queue:
        assert queue.add([drafted()]) == 1


def test_what_is_withdrawn_waits_no_longer_and_may_come_back(path: Path) -> None:
    with ReviewQueue(path) as queue:
        queue.add([judged(), judged(judge="bob")])
        assert queue.withdraw(judged(verdict="wrong"))  # the same judge and answer
        assert not queue.withdraw(judged())
        assert [item.judge for item in queue.waiting()] == ["bob"]
        assert queue.add([judged()]) == 1


def test_what_was_reviewed_is_not_withdrawn(path: Path) -> None:
    with ReviewQueue(path) as queue:
        queue.add([judged()])
        (item,) = queue.waiting()
        queue.reject(item.id, "eve")
        assert not queue.withdraw(judged())
        assert queue.get(item.id).state == "rejected"


def test_an_answer_that_should_have_been_refused_is_expected_to_be_absent() -> None:
    judgement = Judgement(ANSWER, "ann", "wrong", "should-have-refused")
    assert judged_answer(judgement).case["absent"] is True


def test_a_follow_up_brings_what_was_said_before() -> None:
    judgement = Judgement(ANSWER, "ann", "wrong", history=(Turn("How many boats?", "12. [1]"),))
    before = judged_answer(judgement).case["history"]
    assert before == [{"question": "How many boats?", "answer": "12. [1]"}]
