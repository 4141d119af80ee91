"""The shipped cases hold for the sample documents and for the originals they restate."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.dataset import Case, ExpectedFigure, read_cases
from eval.text import contains
from ingest.load import find_sources, read_document
from ingest.split import sections
from rag.text import term_set

DATA = Path(__file__).resolve().parents[2] / "data"
CASES = read_cases(DATA / "questions.jsonl")
ANSWERABLE = [case for case in CASES if not case.absent]
FIGURES = [(case, figure) for case in CASES for figure in case.figures]


@pytest.fixture(
    scope="module",
    params=["sample_documents", pytest.param("original_documents", marks=pytest.mark.corpus)],
)
def sentences(request: pytest.FixtureRequest) -> list[tuple[str, str]]:
    """Every sentence of one body of documents: the headings above it, and its text."""
    return list(read_sentences(request.getfixturevalue(request.param)))


def read_sentences(folder: Path) -> Iterator[tuple[str, str]]:
    for source in find_sources([folder]).sources:
        for section in sections(read_document(source)):
            for sentence in section.sentences:
                yield " › ".join(section.heading), sentence.text


def says(figure: ExpectedFigure, headings: str, text: str) -> bool:
    """Whether a sentence has the value and the measure, and its year, perhaps in a heading."""
    return (
        contains(text, figure.value)
        and any(term_set(name) <= term_set(text) for name in figure.measure)
        and contains(f"{headings} {text}", figure.period)
    )


def test_every_figure_stands_in_a_sentence_of_its_measure_and_period(
    sentences: list[tuple[str, str]],
) -> None:
    lost = [
        f"{case.id}: {figure}"
        for case, figure in FIGURES
        if not any(says(figure, *sentence) for sentence in sentences)
    ]
    assert not lost, "\n".join(lost)


@pytest.mark.corpus
def test_no_alternative_of_a_measure_is_idle(
    sample_documents: Path, original_documents: Path
) -> None:
    both = [*read_sentences(sample_documents), *read_sentences(original_documents)]
    idle = [
        f"{case.id}: {name}"
        for case, figure in FIGURES
        for name in figure.measure
        if not any(
            contains(text, figure.value) and term_set(name) <= term_set(text) for _, text in both
        )
    ]
    assert not idle, "\n".join(idle)


@pytest.mark.parametrize("case", ANSWERABLE, ids=lambda case: case.id)
def test_figures_agree_with_what_is_expected_and_rejected(case: Case) -> None:
    values = [figure.value for figure in case.figures]
    for value in values:
        assert any(contains(value, phrase) for group in case.expect for phrase in group)
        assert not any(contains(value, phrase) for phrase in case.reject)
    if case.kind in ("figure", "result-vs-target"):
        assert len(values) == len(case.expect)


def test_results_are_of_2023_and_plans_of_2024() -> None:
    # The one document with figures, the work report, reviews 2023 and plans 2024. The money for
    # projects begun in 2023 is neither spent nor merely planned.
    assert {(figure.period, figure.status) for _, figure in FIGURES} == {
        ("2023", "achieved"),
        ("2024", "planned"),
        ("2023", ""),
    }
    assert [case.id for case, figure in FIGURES if not figure.status] == ["new-towns-investment"]


def test_the_second_of_every_three_cases_of_a_kind_is_held_out() -> None:
    before: Counter[str] = Counter()
    for case in CASES:
        held_out = before[case.kind] % 3 == 1
        assert case.split == ("held-out" if held_out else "tuned"), case.id
        before[case.kind] += 1


def test_no_question_is_asked_twice() -> None:
    asked = Counter(case.question.casefold() for case in CASES)
    assert [question for question, times in asked.items() if times > 1] == []


def test_the_counts_in_the_readme_are_those_of_the_file() -> None:
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    kinds = Counter(case.kind for case in CASES)
    held_out = Counter(case.kind for case in CASES if case.split == "held-out")
    rows = re.findall(r"(?m)^\| `([\w-]+)` \| (\d+) \| (\d+) \|", readme)
    assert rows == [(kind, str(n), str(held_out[kind])) for kind, n in kinds.items()]
    misses = Counter(case.near_miss for case in CASES if case.near_miss)
    rows = re.findall(r"(?m)^\| `([\w-]+)` \| (\d+) \| [^\d|]", readme)
    assert {name: int(count) for name, count in rows} == misses
