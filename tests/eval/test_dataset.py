from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from eval.dataset import Case, case_to_json, parse_case, read_cases
from eval.jsonl import Place
from rag.errors import CaseError
from rag.models import Turn

GOOD = {"id": "a", "question": "How many?", "expect": [["5"]]}


def write(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "cases.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def test_cases_are_read_in_order_with_all_their_keys(tmp_path: Path) -> None:
    full = {
        "id": "b",
        "question": "And 2024?",
        "kind": "figure",
        "expect": [["5", "five"], ["x"]],
        "reject": ["6"],
        "evidence": ["5 parks"],
        "split": "held-out",
        "history": [{"question": "How many parks?", "answer": "5"}, {"question": "Where?"}],
    }
    first, second = read_cases(write(tmp_path, GOOD, "", full))
    assert first == Case("a", "How many?", expect=(("5",),))
    assert second == Case(
        id="b",
        question="And 2024?",
        kind="figure",
        expect=(("5", "five"), ("x",)),
        reject=("6",),
        evidence=("5 parks",),
        split="held-out",
        history=(Turn("How many parks?", "5"), Turn("Where?", "")),
    )


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"id": "b", "id": "c"}', "a key stands there twice"),
        ('{"id": "b", "question": "\\ud800", "absent": true}', "half a character"),
        ({**GOOD, "id": "b", "expected": []}, "'expected' is unknown"),
        ({**GOOD, "id": "a"}, "'a' is already taken"),
        ({**GOOD, "id": ""}, "'id' must be"),
        ({**GOOD, "id": 3}, "'id' must be"),
        ({"id": "b", "expect": [["5"]]}, "'question' must be"),
        ({**GOOD, "id": "b", "question": "  "}, "'question' must be"),
        ({**GOOD, "id": "b", "absent": True}, "cannot be absent"),
        ({"id": "b", "question": "?", "absent": True, "evidence": ["5"]}, "cannot be absent"),
        ({**GOOD, "id": "b", "absent": "yes"}, "'absent' must be"),
        ({"id": "b", "question": "?"}, "nothing is expected"),
        ({**GOOD, "id": "b", "expect": []}, "nothing is expected"),
        ({**GOOD, "id": "b", "expect": [[]]}, "is empty"),
        ({**GOOD, "id": "b", "expect": ["5"]}, "list of lists"),
        ({**GOOD, "id": "b", "expect": "5"}, "list of groups"),
        ({**GOOD, "id": "b", "expect": [["5", "..."]]}, "no word or number"),
        ({**GOOD, "id": "b", "evidence": [""]}, "no word or number"),
        ({**GOOD, "id": "b", "reject": "5"}, "'reject' must be"),
        ({**GOOD, "id": "b", "split": "heldout"}, "'heldout' is unknown"),
        ({**GOOD, "id": "b", "history": {}}, "'history' must be a list"),
        ({**GOOD, "id": "b", "history": [{"answer": "5"}]}, "has no question"),
        ({**GOOD, "id": "b", "history": [{"q": "5"}]}, "every turn"),
    ],
)
def test_a_fault_is_one_sentence_with_file_and_line(
    tmp_path: Path, line: object, what: str
) -> None:
    path = write(tmp_path, GOOD, line)
    with pytest.raises(CaseError, match=re.escape(what)) as caught:
        read_cases(path)
    assert str(caught.value).startswith(f"{path}, line 2: ")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(json.dumps(GOOD).encode() + b"\n\xe9\n")
    with pytest.raises(CaseError, match="line 2: it is not UTF-8"):
        read_cases(path)


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\r\n")
    assert len(read_cases(path)) == 1


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(CaseError, match="cannot be read"):
        read_cases(tmp_path / name)


def test_an_empty_file_is_no_case_file(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="holds no cases"):
        read_cases(write(tmp_path, ""))


def test_a_case_survives_its_json_form() -> None:
    place = Place(Path("x"), 1)
    for value in (GOOD, {"id": "b", "question": "?", "absent": True, "kind": "absent"}):
        case = parse_case(value, place)
        assert parse_case(case_to_json(case), place) == case


def test_the_shipped_cases_are_valid_and_a_third_is_held_out() -> None:
    cases = read_cases(Path(__file__).parents[2] / "data" / "questions.jsonl")
    assert len(cases) >= 80
    assert sum(case.absent for case in cases) >= 20
    assert 0.3 <= sum(case.split == "held-out" for case in cases) / len(cases) <= 0.4
