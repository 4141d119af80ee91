"""`policyqa cases` as people meet it: what it prints, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from eval.cases.items import Judgement, judged_answer, whole_case
from eval.cases.queue import ReviewQueue
from eval.dataset import Case, case_to_json, read_cases
from rag.settings import Settings
from ui.cli_cases import cases_app
from ui.endings import Commands

Run = Callable[..., Result]
CASE = Case(
    "lifts", "How many lifts were fitted?", expect=(("3,001",),), evidence=("3,001 elevators",)
)
ANSWER = {
    "id": "a1",
    "question": "How many lifts?",
    "answer": "3,001. [1]",
    "abstained": False,
    "citations": [],
    "index_version": "v1",
}


@pytest.fixture
def queue_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "review.sqlite3"
    monkeypatch.setenv("POLICYQA_REVIEW_FILE", str(path))
    monkeypatch.setenv("USER", "ann")
    monkeypatch.chdir(tmp_path)
    return path


@pytest.fixture
def run(sample_index: Settings, queue_file: Path) -> Run:
    app = typer.Typer(cls=Commands, pretty_exceptions_enable=False)
    app.add_typer(cases_app, name="cases")
    app.command("other")(lambda: None)  # one command alone would take the place of the group

    def invoke(*words: object, keys: str = "") -> Result:
        order = ["cases", *map(str, words), "--index", str(sample_index.index_dir)]
        return CliRunner().invoke(app, order, input=keys)

    return invoke


def write(path: Path, *cases: Case) -> Path:
    path.write_text("".join(json.dumps(case_to_json(case)) + "\n" for case in cases))
    return path


def put(path: Path, *cases: Case) -> None:
    with ReviewQueue(path) as queue:
        assert queue.add([whole_case("drafted", case, "v1") for case in cases]) == len(cases)


def counts(path: Path) -> dict[str, int]:
    with ReviewQueue(path) as queue:
        return queue.counts()


# new


def test_new_puts_drafts_into_the_queue_and_says_how_many_were_new(
    run: Run, queue_file: Path
) -> None:
    done = run("new", "--limit", 5)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("5 new of ")
    assert counts(queue_file)["waiting"] == 5
    run("new")
    whole = counts(queue_file)["waiting"]
    assert run("new").stdout.startswith("0 new of ")
    assert counts(queue_file)["waiting"] == whole > 250


def test_new_writes_a_file_of_cases_of_the_kinds_asked_for(
    run: Run, queue_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "drafts.jsonl"
    done = run("new", "--kind", "growth", "--kind", "share", "--limit", 7, "--out", out)
    assert done.exit_code == 0
    cases = read_cases(out)
    assert len(cases) == 7
    assert {case.kind for case in cases} <= {"growth", "share"}
    assert not queue_file.exists()
    assert run("check", out).exit_code == 0


def test_an_unknown_kind_is_refused(run: Run) -> None:
    done = run("new", "--kind", "poem")
    assert done.exit_code == 2
    assert "The kind 'poem' is unknown" in done.stderr


# check


def test_check_is_content_with_good_cases(run: Run, tmp_path: Path) -> None:
    done = run("check", write(tmp_path / "cases.jsonl", CASE))
    assert (done.exit_code, done.stdout) == (0, "1 cases, errors: 0, warnings: 0\n")


def test_check_names_the_case_and_ends_with_one_when_there_is_an_error(
    run: Run, tmp_path: Path
) -> None:
    bad = Case("bad", "How many moons?", expect=(("61 moons",),), evidence=("61 moons",))
    done = run("check", write(tmp_path / "cases.jsonl", CASE, bad))
    assert done.exit_code == 1
    assert "bad" in done.stdout
    assert "no document" in " ".join(done.stdout.split())
    assert done.stderr == "policyqa: Cases have errors (1); mend those named above.\n"


def test_check_reads_several_files_as_one_set(run: Run, tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    done = run("check", write(one, CASE), write(two, CASE))
    assert done.exit_code == 2
    assert "'lifts' stands in" in done.stderr


def test_what_a_file_of_cases_says_does_not_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    sly = Case("s[red]ly", "How many?", expect=(("x\x1b[2Jy",),), evidence=("x\x1b[2Jy",))
    done = run("check", write(tmp_path / "cases.jsonl", sly))
    assert "\x1b" not in done.stdout
    assert "s[red]ly" in done.stdout


# review


def test_a_case_is_shown_with_its_evidence_and_each_key_does_what_it_says(
    run: Run, queue_file: Path, tmp_path: Path
) -> None:
    others = [Case(f"c{n}", f"How many lifts in {n}?", expect=(("3,001",),)) for n in range(3)]
    put(queue_file, CASE, *others)
    out = tmp_path / "accepted.jsonl"
    done = run("review", "--out", out, keys="a\nr too vague\ns\nq\n")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "»It fitted 3,001 elevators in existing multi-story residential" in done.stdout
    assert "1 accepted, 1 rejected, 1 skipped, 2 waiting" in done.stdout
    assert read_cases(out) == [CASE]
    with ReviewQueue(queue_file) as queue:
        assert [(i.case["id"], i.reviewer) for i in queue.accepted()] == [("lifts", "ann")]
        assert queue.get(2).note == "too vague"


def test_the_end_of_input_quits_and_an_unknown_key_asks_again(run: Run, queue_file: Path) -> None:
    put(queue_file, CASE)
    done = run("review", keys="z\n")
    assert done.exit_code == 0
    assert "'z' is no key here" in done.stdout
    assert counts(queue_file) == {"waiting": 1, "accepted": 0, "rejected": 0}


def test_an_edited_case_is_checked_again_before_it_is_accepted(
    run: Run, queue_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(queue_file, CASE)
    editor = tmp_path / "editor.sh"
    editor.write_text('#!/bin/sh\nsed -i "s/3,001 elevators/3,002 elevators/" "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    out = tmp_path / "accepted.jsonl"
    done = run("review", "--out", out, keys="e\na\n")
    assert "! the evidence '3,002 elevators' stands in no document" in done.stdout
    assert read_cases(out)[0].evidence == ("3,002 elevators",)


def test_what_is_no_case_after_editing_is_told_and_not_accepted(
    run: Run, queue_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(queue_file, CASE)
    editor = tmp_path / "editor.sh"
    editor.write_text('#!/bin/sh\necho "{" > "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    done = run("review", "--out", tmp_path / "a.jsonl", keys="e\na\nq\n")
    assert done.exit_code == 0
    assert "is not JSON" in done.stdout
    assert counts(queue_file)["waiting"] == 1


def test_an_editor_that_is_not_there_is_told(
    run: Run, queue_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(queue_file, CASE)
    monkeypatch.setenv("VISUAL", "/nowhere/editor")
    done = run("review", keys="e\nq\n")
    assert done.exit_code == 0
    assert "set EDITOR" in done.stdout


def test_a_judged_answer_is_shown_with_its_judgement_and_must_be_made_a_case(
    run: Run, queue_file: Path
) -> None:
    judgement = Judgement(ANSWER, "bob", "wrong", "wrong year", "I asked\x1b[2J for [b]2022[/b]")
    with ReviewQueue(queue_file) as queue:
        queue.add([judged_answer(judgement)])
    done = run("review", keys="a\nq\n")
    assert "wrong by bob: wrong year · I asked" in done.stdout
    assert "[b]2022[/b]" in done.stdout
    assert "\x1b" not in done.stdout
    assert "nothing is expected" in done.stdout
    assert counts(queue_file)["waiting"] == 1


def test_an_id_that_the_file_has_already_is_told_and_the_case_stays(
    run: Run, queue_file: Path, tmp_path: Path
) -> None:
    out = write(tmp_path / "mine.jsonl", Case("lifts", "Taken?", expect=(("x",),)))
    put(queue_file, CASE)
    done = run("review", "--out", out, keys="a\nq\n")
    assert "another case 'lifts'" in done.stdout
    assert counts(queue_file)["waiting"] == 1


def test_a_broken_queue_is_one_line_and_an_exit_code(run: Run, queue_file: Path) -> None:
    queue_file.write_bytes(b"no database" * 100)
    done = run("review")
    assert done.exit_code == 2
    assert done.stderr.startswith("policyqa: The review queue")
    assert len(done.stderr.splitlines()) == 1
