from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.corpus import Corpus
from eval.dataset import Case
from eval.formats import FORMATS, Outside
from eval.formats.rgb import read_rgb, repeats_falsehood
from eval.metrics import Context
from rag.errors import CaseError
from rag.models import Answer, Claim


@pytest.fixture
def lines(written: Callable[[Any], Path]) -> Callable[..., Path]:
    """A file of one question with these snippets."""

    def write(positive: Sequence[Any], negative: Sequence[str], **changes: Any) -> Path:
        line = {"id": 7, "query": "Who?", "answer": "Oda", **changes}
        return written([{**line, "positive": list(positive), "negative": list(negative)}])

    return write


def snippets(outside: Outside, case: Case) -> list[str]:
    return [outside.documents[name] for name in case.documents]


def starts(outside: Outside) -> str:
    """The first letters of the snippets of the only case."""
    (case,) = outside.cases
    return "".join(text[0] for text in snippets(outside, case))


def test_a_question_looks_into_its_own_snippets_only(samples: Path) -> None:
    outside = read_rgb(samples / "rgb.json")
    ferry, lighthouse, library = outside.cases
    assert ferry.documents == ("0-1.md", "0-2.md", "0-3.md", "0-4.md", "0-5.md")
    assert set(ferry.documents).isdisjoint(lighthouse.documents)
    assert snippets(outside, library) == ["霍林市图书馆藏书52万册，周一闭馆。", "霍林市有三座桥。"]
    assert set(outside.documents) == {name for case in outside.cases for name in case.documents}


def test_empty_snippets_and_unsayable_answers_are_left_out(samples: Path) -> None:
    outside = read_rgb(samples / "rgb.json")
    rejecting = read_rgb(samples / "rgb.json", noise=100)
    assert all(
        text.strip() for text in [*outside.documents.values(), *rejecting.documents.values()]
    )
    assert not any("gate" in case.question for case in outside.cases)
    assert "no answer with a word or number, is given: 1" in outside.note


def test_the_language_is_told_by_the_question(samples: Path) -> None:
    assert [c.language for c in read_rgb(samples / "rgb.json").cases] == ["en", "en", "zh"]


@pytest.mark.parametrize(
    ("noise", "chosen"),
    [(0, "PPPPP"), (20, "PPPPN"), (40, "PPPNN"), (50, "PPNNN"), (80, "PNNNN"), (100, "NNNNN")],
)
def test_the_noise_is_that_share_rounded_up(
    noise: int, chosen: str, lines: Callable[..., Path]
) -> None:
    path = lines([f"P{i}" for i in range(9)], [f"N{i}" for i in range(9)])
    assert starts(read_rgb(path, noise=noise)) == chosen


@pytest.mark.parametrize(
    ("positive", "negative", "noise", "chosen"),
    [(2, 9, 0, "PPNNN"), (9, 1, 80, "PPPPN"), (1, 1, 40, "PN"), (9, 0, 60, "PPPPP")],
)
def test_what_is_short_is_filled_up_by_the_other(
    positive: int, negative: int, noise: int, chosen: str, lines: Callable[..., Path]
) -> None:
    path = lines(["P"] * positive, ["N"] * negative)
    assert starts(read_rgb(path, noise=noise)) == chosen


def test_rejection_takes_noise_only_and_is_absent(samples: Path) -> None:
    outside = FORMATS["rgb-rejection"](samples / "rgb.json")
    assert all(case.absent and not case.expect for case in outside.cases)
    assert not any("1871" in text for text in outside.documents.values())
    # The last question has no noise, so nothing to look into: it would look into everything.
    assert len(outside.cases) == 3
    assert all(case.documents for case in outside.cases)
    assert "rejection" in outside.note


@pytest.mark.parametrize(
    ("answer", "groups"),
    [
        ("Oda", (("Oda",),)),
        (["Oda", "Ines"], (("Oda",), ("Ines",))),
        ([["Oda", "O."], ["Ines"]], (("Oda", "O."), ("Ines",))),
        ([["Oda", "!"]], (("Oda",),)),
    ],
)
def test_every_member_must_be_said_and_inner_lists_are_alternatives(
    answer: Any, groups: tuple[tuple[str, ...], ...], lines: Callable[..., Path]
) -> None:
    (case,) = read_rgb(lines(["P"], [], answer=answer)).cases
    assert case.expect == groups


def test_integration_keeps_a_snippet_for_every_part(samples: Path) -> None:
    (case,) = (outside := read_rgb(samples / "rgb_int.json", noise=80)).cases
    assert case.kind == "integration"
    assert case.expect == (("June 5", "5 June"), ("July 9", "9 July"))
    first, second, *rest = snippets(outside, case)
    assert (first[:10], second[:12]) == ("The Harrow", "The Tilbrook")
    assert len(rest) == 3
    assert not any("June" in text for text in rest)


def test_integration_takes_turns_where_there_is_room(lines: Callable[..., Path]) -> None:
    path = lines([["A1", "A2", "A3"], ["B1"]], ["N"])
    (case,) = (outside := read_rgb(path)).cases
    assert snippets(outside, case) == ["A1", "B1", "A2", "A3", "N"]


def test_counterfactual_expects_the_truth_and_rejects_the_falsehood(samples: Path) -> None:
    outside = read_rgb(samples / "rgb_fact.json")
    (case,) = outside.cases
    assert case.kind == "counterfactual"
    assert case.expect == (("Greta Holm",),)
    assert case.reject == ("Anton Reuss",)
    assert not any("Greta" in text for text in outside.documents.values())
    assert "can at best abstain: 1" in outside.note
    assert set(outside.evaluators) == {"repeats_falsehood"}


def test_counterfactual_takes_as_much_noise_as_asked_for(samples: Path) -> None:
    outside = read_rgb(samples / "rgb_fact.json", noise=20)
    (case,) = outside.cases
    assert ["Reuss" in text for text in snippets(outside, case)] == [True, True, False]


@pytest.mark.parametrize(
    ("says", "repeats"),
    [("It was built by Anton Reuss.", True), ("It was Greta Holm.", False), (None, False)],
)
def test_a_repeated_falsehood_is_seen(says: str | None, repeats: bool) -> None:
    case = Case("c", "Who?", "counterfactual", (("Greta Holm",),), reject=("Anton Reuss",))
    assert repeats_falsehood(_answered(case, says)).value is repeats


def test_where_nothing_false_stands_no_falsehood_is_judged() -> None:
    case = Case("c", "Who?", "noise", (("Oda",),))
    assert repeats_falsehood(_answered(case, "Oda")).value is None


def test_ids_that_recur_keep_their_snippets_apart(written: Callable[[Any], Path]) -> None:
    line = {"query": "Who?", "answer": "Oda", "negative": []}
    ids = (1, 1, "1/", "1-1")
    path = written([{**line, "id": id_, "positive": [f"P{i}"]} for i, id_ in enumerate(ids)])
    outside = read_rgb(path)
    assert [snippets(outside, case) for case in outside.cases] == [["P0"], ["P1"], ["P2"], ["P3"]]
    assert len({case.id for case in outside.cases}) == 4
    assert not any("/" in name for name in outside.documents)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"query": ""}, "line 1: 'query' must be a text that is not empty"),
        ({"answer": 4}, "line 1: an answer must be a text"),
        ({"answer": [["Oda", 4]]}, "line 1, answer[0][1]: an answer must be a text"),
        ({"positive": "P"}, "line 1: 'positive' must be a list"),
        ({"positive": [4]}, "line 1, positive[0]: a snippet must be a text"),
        ({"positive": [["P"], "Q"]}, "positive[1]: a part of 'positive' must be a list"),
        ({"positive_wrong": ["W"]}, "line 1: 'fakeanswer' is missing"),
        ({"answer": []}, "asks no question that could be scored"),
    ],
)
def test_a_fault_is_told_with_its_line(
    change: dict[str, Any], told: str, written: Callable[[Any], Path]
) -> None:
    line = {"id": 7, "query": "Who?", "answer": "Oda", "positive": ["P"], "negative": ["N"]}
    with pytest.raises(CaseError) as caught:
        read_rgb(written([{**line, **change}]))
    assert told in str(caught.value)


def test_a_file_that_is_one_json_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rgb.json"
    path.write_text(json.dumps([{"id": 1}]), encoding="utf-8")
    with pytest.raises(CaseError, match="line 1: it is not a JSON object"):
        read_rgb(path)


def _answered(case: Case, says: str | None) -> Context:
    claims = (Claim(says, ()),) if says else ()
    answer = Answer("a1", "?", claims, not claims, None, 0.5, (), "extractive", None, "v1")
    return Context(case, answer, Corpus({}))
