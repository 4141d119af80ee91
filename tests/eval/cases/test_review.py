"""Accepted cases reach the file once, whole, and only when they are cases."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases.items import whole_case
from eval.cases.queue import ReviewQueue
from eval.cases.review import accept, append_case, edited_case, stored_cases, write_cases
from eval.dataset import Case, case_to_json, read_cases
from rag.errors import CaseError

CASE = Case("ferries", "How many ferries?", expect=(("61",),))


def test_a_case_is_appended_as_one_whole_line_and_once(tmp_path: Path) -> None:
    out = tmp_path / "new" / "cases.jsonl"
    other = replace(CASE, id="boats", question="Line\u2028break — “quoted”?")
    assert append_case(out, CASE)
    assert append_case(out, other)
    assert not append_case(out, CASE)
    assert read_cases(out) == [CASE, other]
    assert out.read_bytes().endswith(b"\n")


def test_another_case_of_the_same_id_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "cases.jsonl"
    append_case(out, CASE)
    before = out.read_bytes()
    with pytest.raises(CaseError, match="another case 'ferries'"):
        append_case(out, replace(CASE, question="How many boats?"))
    assert out.read_bytes() == before


def test_a_last_line_without_its_end_is_not_glued_to(tmp_path: Path) -> None:
    out = tmp_path / "cases.jsonl"
    append_case(out, CASE)
    out.write_bytes(out.read_bytes().rstrip())
    append_case(out, replace(CASE, id="boats"))
    assert [case.id for case in read_cases(out)] == ["ferries", "boats"]


def test_a_line_that_cannot_be_written_whole_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "cases.jsonl"
    append_case(out, CASE)
    before = out.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CaseError, match="No space left"):
        append_case(out, replace(CASE, id="boats"))
    assert out.read_bytes() == before


def test_a_file_that_holds_no_cases_is_not_appended_to(tmp_path: Path) -> None:
    out = tmp_path / "notes.txt"
    out.write_text("dear diary\n")
    with pytest.raises(CaseError, match="line 1"):
        append_case(out, CASE)
    assert out.read_text() == "dear diary\n"


def test_accepting_marks_the_item_only_if_the_case_was_written(tmp_path: Path) -> None:
    out = tmp_path / "cases.jsonl"
    append_case(out, replace(CASE, question="Taken?"))
    with ReviewQueue(tmp_path / "q.sqlite3") as queue:
        queue.add([whole_case("drafted", CASE, "v1")])
        (item,) = queue.waiting()
        with pytest.raises(CaseError, match="another case"):
            accept(queue, item, CASE, out, "ann")
        assert queue.counts()["waiting"] == 1
        assert accept(queue, item, replace(CASE, id="free"), out, "ann")
        assert not accept(queue, item, replace(CASE, id="again"), out, "bob")
    assert [case.id for case in read_cases(out)] == ["ferries", "free"]


def test_a_case_written_before_a_crash_is_not_written_again(tmp_path: Path) -> None:
    out = tmp_path / "cases.jsonl"
    append_case(out, CASE)  # written, then killed before the item was marked
    with ReviewQueue(tmp_path / "q.sqlite3") as queue:
        queue.add([whole_case("drafted", CASE, "v1")])
        assert accept(queue, queue.waiting()[0], CASE, out, "ann")
        assert queue.counts()["accepted"] == 1
    assert read_cases(out) == [CASE]


def test_a_file_of_drafts_reads_back(tmp_path: Path) -> None:
    out = tmp_path / "drafts.jsonl"
    cases = [CASE, replace(CASE, id="boats")]
    write_cases(out, cases)
    assert stored_cases(out) == cases
    assert stored_cases(tmp_path / "none.jsonl") == []


@given(st.text(max_size=80))
def test_whatever_an_editor_leaves_is_a_case_or_a_clear_error(text: str) -> None:
    with pytest.raises(CaseError):
        edited_case(text, "item 1")


def test_a_case_with_half_a_character_is_refused_before_it_reaches_the_file() -> None:
    text = json.dumps(case_to_json(replace(CASE, question="How many \ud83d ferries?")))
    with pytest.raises(CaseError, match="half a character"):
        edited_case(text, "item 1")
