from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.dataset import Case
from eval.formats import FORMATS, Outside
from eval.formats.squad import read_squad
from rag.errors import CaseError


@pytest.fixture(scope="module")
def outside(samples: Path) -> Outside:
    return FORMATS["squad2"](samples / "squad2.json")


def by_question(outside: Outside, words: str) -> Case:
    (found,) = [case for case in outside.cases if words in case.question]
    return found


def test_every_article_is_one_document_with_its_title(outside: Outside) -> None:
    assert list(outside.documents) == ["Port_of_Aldmoor.md", "Brookfield_schools_library.md"]
    assert outside.documents["Port_of_Aldmoor.md"].startswith(
        '---\ntitle: "Port of Aldmoor"\n---\n\nAldmoor opened'
    )
    assert '"Brookfield: schools & library"' in outside.documents["Brookfield_schools_library.md"]


def test_gold_answers_are_alternatives_of_one_group(outside: Outside) -> None:
    assert by_question(outside, "cranes").expect == (("41", "41 cranes"),)


def test_the_evidence_is_what_most_annotators_marked(outside: Outside) -> None:
    (reference,) = by_question(outside, "cranes").references
    text = outside.documents[reference.document]
    assert text[reference.start : reference.end] == "41"
    assert text[reference.end :].startswith(" cranes work there")


def test_places_hold_behind_windows_line_ends(outside: Outside) -> None:
    (reference,) = by_question(outside, "carts").references
    text = outside.documents[reference.document]
    assert "\r" not in text
    assert text[reference.start : reference.end] == "12,400"


def test_an_impossible_question_is_absent_also_with_plausible_answers(outside: Outside) -> None:
    case = by_question(outside, "southern quay")
    assert case.absent
    assert not case.expect
    assert not case.references


def test_an_answer_without_any_word_is_left_out_and_told(outside: Outside) -> None:
    assert by_question(outside, "adults").expect == (("230",),)
    assert not any("first sentence" in case.question for case in outside.cases)
    assert "gold answers left out, as they hold no word or number: 2" in outside.note
    assert "questions left out, as no other answer remained: 1" in outside.note


def test_an_answer_that_stands_elsewhere_is_expected_but_is_no_evidence(outside: Outside) -> None:
    case = by_question(outside, "tools")
    assert case.expect == (("640",),)
    assert case.references == ()
    assert "gold answers that do not stand where the file says: 1" in outside.note


def test_ids_are_unique_and_numbers_may_be_ids(outside: Outside) -> None:
    assert [case.id for case in outside.cases] == ["a1", "a2", "a3", "a3-2", "b1", "7"]
    assert "ids that stood there before and got a number: 1" in outside.note


def test_a_packed_file_reads_the_same(samples: Path, tmp_path: Path, outside: Outside) -> None:
    packed = tmp_path / "squad2.json.gz"
    packed.write_bytes(gzip.compress((samples / "squad2.json").read_bytes()))
    assert read_squad(packed) == outside


def test_articles_of_one_title_stay_apart(written: Callable[[Any], Path]) -> None:
    articles = [_article("mill", "The mill has 2 wheels."), _article("Mill", "It has 3 wheels.")]
    outside = read_squad(written({"data": articles}))
    assert list(outside.documents) == ["mill.md", "Mill-2.md"]
    assert [case.references[0].document for case in outside.cases] == ["mill.md", "Mill-2.md"]


@pytest.mark.parametrize(
    ("title", "name"),
    [("../../etc/passwd", "etc_passwd.md"), (".hidden", "hidden.md"), ("///", "untitled.md")],
)
def test_a_title_never_leaves_the_folder(
    title: str, name: str, written: Callable[[Any], Path]
) -> None:
    outside = read_squad(written({"data": [_article(title, "The mill has 2 wheels.")]}))
    assert list(outside.documents) == [name]


def test_an_article_without_a_title_is_numbered(written: Callable[[Any], Path]) -> None:
    article = _article("", "The mill has 2 wheels.")
    del article["title"]
    outside = read_squad(written({"data": [article]}))
    assert list(outside.documents) == ["Article_1.md"]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda d: d.pop("data"), "data.json: 'data' is missing"),
        (lambda d: d.update(data={}), "data.json, data: 'data' must be a list"),
        (lambda d: d["data"].insert(0, 3), "data[0]: it is not a JSON object"),
        (
            lambda d: d["data"][0].pop("paragraphs"),
            "data.json, data[0]: 'paragraphs' is missing",
        ),
        (
            lambda d: _paragraph(d).update(context=" "),
            "data[0].paragraphs[0]: 'context' must be a text that is not empty",
        ),
        (lambda d: _paragraph(d).update(context="\ud800"), "half a character"),
        (
            lambda d: _question(d).update(is_impossible="no"),
            "data[0].paragraphs[0].qas[0]: 'is_impossible' must be true or false",
        ),
        (lambda d: _question(d).pop("id"), "qas[0]: 'id' is missing"),
        (lambda d: _question(d).update(answers=[]), "qas[0]: it has no answer"),
        (
            lambda d: _question(d)["answers"][0].update(answer_start="4"),
            "qas[0].answers[0]: 'answer_start' must be a whole number",
        ),
        (lambda d: d.update(data=[]), "asks no question that could be scored"),
    ],
)
def test_a_fault_is_told_with_its_place(
    spoil: Callable[[Any], object], told: str, written: Callable[[Any], Path]
) -> None:
    data = {"data": [_article("Mill", "The mill has 2 wheels.")]}
    spoil(data)
    with pytest.raises(CaseError) as caught:
        read_squad(written(data))
    assert told in str(caught.value)
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b'{"data": [', "line 1: it is not JSON"),
        (b"\x1f\x8b\x08\x00broken", "damaged gzip file"),
        (gzip.compress(b"{}")[:-4], "damaged gzip file"),
        (b'{"data": "\xff"}', "is not UTF-8 (byte 10)"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_json_is_refused(raw: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_bytes(raw)
    with pytest.raises(CaseError, match=r"data\.json.*") as caught:
        read_squad(path)
    assert told in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"cannot be read \(No such file or directory\)"):
        read_squad(tmp_path / "none.json")


def test_a_sample_keeps_every_document_and_the_order(outside: Outside) -> None:
    some = outside.sampled(3, seed=1)
    assert some.documents == outside.documents
    places = [outside.cases.index(case) for case in some.cases]
    assert len(places) == 3
    assert places == sorted(places)
    assert some == outside.sampled(3, seed=1)
    assert some.cases != outside.sampled(3, seed=2).cases
    assert "3 of 6 cases, drawn with seed 1" in some.note


def test_a_sample_larger_than_the_set_is_the_set(outside: Outside) -> None:
    assert outside.sampled(6) is outside


def test_a_sample_of_nothing_is_refused(outside: Outside) -> None:
    with pytest.raises(CaseError, match="give 1 or more"):
        outside.sampled(0)


def _article(title: str, context: str) -> dict[str, Any]:
    answer = {"text": "wheels", "answer_start": context.index("wheels")}
    question = {"id": context, "question": "How many?", "answers": [answer]}
    return {"title": title, "paragraphs": [{"context": context, "qas": [question]}]}


def _paragraph(data: Any) -> dict[str, Any]:
    paragraph: dict[str, Any] = data["data"][0]["paragraphs"][0]
    return paragraph


def _question(data: Any) -> dict[str, Any]:
    question: dict[str, Any] = _paragraph(data)["qas"][0]
    return question
