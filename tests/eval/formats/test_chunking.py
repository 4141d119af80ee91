from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.dataset import Case
from eval.formats import FORMATS, Outside
from eval.formats.chunking import QUESTIONS, read_chunking
from rag.errors import CaseError

Row = tuple[str, Any, str]


@pytest.fixture(scope="module")
def outside(samples: Path) -> Outside:
    return FORMATS["chunking"](samples / "chunking")


@pytest.fixture
def folder(samples: Path, tmp_path: Path) -> Callable[[Sequence[Row]], Path]:
    """A copy of the sample's corpora with other questions."""

    def make(rows: Sequence[Row]) -> Path:
        place = tmp_path / "chunking"
        shutil.copytree(samples / "chunking", place)
        with (place / QUESTIONS).open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(["question", "references", "corpus_id"])
            table.writerows(
                (question, refs if isinstance(refs, str) else json.dumps(refs), corpus)
                for question, refs, corpus in rows
            )
        return place

    return make


def referenced(outside: Outside, case: Case) -> list[str]:
    return [outside.documents[r.document][r.start : r.end] for r in case.references]


def test_every_corpus_is_one_document_as_it_is(outside: Outside, samples: Path) -> None:
    assert list(outside.documents) == ["charter.md", "almanac.md"]
    corpus = samples / "chunking" / "corpora" / "charter.md"
    assert outside.documents["charter.md"] == corpus.read_text(encoding="utf-8")


def test_references_are_the_spans_and_kinds_are_the_corpora(outside: Outside) -> None:
    levy, sluices, cider = outside.cases
    assert referenced(outside, levy)[0].startswith("The council may raise a levy")
    assert referenced(outside, sluices)[1] == "arden of the water decides how long they stay open."
    assert [case.kind for case in (levy, sluices, cider)] == ["charter", "charter", "almanac"]


def test_each_sentence_of_a_reference_is_expected(outside: Outside) -> None:
    assert outside.cases[0].expect == (
        ("The council may raise a levy of at most 4 crowns a household.",),
        ("No levy is due from households with more than five children.",),
    )


def test_a_word_that_a_reference_cuts_is_not_expected(outside: Outside) -> None:
    assert outside.cases[1].expect[1] == ("of the water decides how long they stay open.",)


def test_a_reference_at_a_wrong_place_is_found_if_it_stands_there_once(outside: Outside) -> None:
    assert referenced(outside, outside.cases[2]) == [
        "A barrel of cider takes 140 kilograms of apples."
    ]
    assert "references found elsewhere than the file says: 1" in outside.note


def test_the_note_says_what_right_means(outside: Outside) -> None:
    assert "quotes every sentence of every reference" in outside.note
    assert set(outside.evaluators) == {"token_recall", "token_precision", "token_iou"}


def test_windows_line_ends_and_a_byte_order_mark_do_not_move_references(
    samples: Path, tmp_path: Path, outside: Outside
) -> None:
    place = tmp_path / "chunking"
    shutil.copytree(samples / "chunking", place)
    for path in (*(place / "corpora").iterdir(), place / QUESTIONS):
        text = path.read_text(encoding="utf-8")
        path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert read_chunking(place) == outside


@pytest.mark.parametrize("bare", ["##", "The"])
def test_a_question_whose_reference_says_nothing_is_left_out(
    bare: str, folder: Callable[[Sequence[Row]], Path], outside: Outside
) -> None:
    at = outside.documents["charter.md"].index(bare)
    heading = {"content": bare, "start_index": at, "end_index": at + len(bare)}
    day = {"content": "1 April", "start_index": 0, "end_index": 1}
    outside = read_chunking(folder([("When?", [day], "charter"), ("What?", [heading], "charter")]))
    assert [case.question for case in outside.cases] == ["When?"]
    assert "questions left out, as their references hold no word: 1" in outside.note


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("", [], "charter"), "line 2: 'question' must be a text that is not empty"),
        (("Who?", [], "charter"), "line 2: 'references' is empty"),
        (("Who?", "[{", "charter"), "line 2: 'references' is not JSON"),
        (("Who?", "{}", "charter"), "'references' must be a list"),
        (("Who?", [{"content": "x"}], "charter"), "references[0]: 'start_index' must be a whole"),
        (
            (
                "Who?",
                [{"content": "No one says it.", "start_index": 0, "end_index": 5}],
                "charter",
            ),
            "the corpus does not say 'No one says it.' at [0, 5)",
        ),
        (
            ("Who?", [{"content": "the", "start_index": 0, "end_index": 3}], "charter"),
            "the corpus does not say 'the' at [0, 3)",
        ),
        (("Who?", [], "../secret"), "'../secret.md' is no plain file name"),
        (("Who?", [], "corpora/charter"), "'corpora/charter.md' is no plain file name"),
        (("Who?", [], ".charter"), "'.charter.md' is no plain file name"),
        (("Who?", [], "unknown"), "unknown.md cannot be read (No such file or directory)"),
    ],
)
def test_a_fault_is_told_with_its_place(
    row: Row, told: str, folder: Callable[[Sequence[Row]], Path]
) -> None:
    with pytest.raises(CaseError) as caught:
        read_chunking(folder([row]))
    assert told in str(caught.value)


def test_a_table_without_a_column_is_refused(tmp_path: Path) -> None:
    (tmp_path / QUESTIONS).write_text("question,corpus_id\nWho?,a\n", encoding="utf-8")
    with pytest.raises(CaseError, match="has no column 'references'"):
        read_chunking(tmp_path)


def test_a_table_that_breaks_off_is_refused(tmp_path: Path) -> None:
    (tmp_path / QUESTIONS).write_text('question,references,corpus_id\nWho?,"[{', encoding="utf-8")
    with pytest.raises(CaseError, match="is not a CSV table"):
        read_chunking(tmp_path)


def test_a_table_without_questions_is_refused(folder: Callable[[Sequence[Row]], Path]) -> None:
    with pytest.raises(CaseError, match="asks no question"):
        read_chunking(folder([]))
