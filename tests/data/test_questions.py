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


def test_all_evidence_stands_in_a_sentence(sentences: list[tuple[str, str]]) -> None:
    lost = [
        f"{case.id}: {anchor}"
        for case in ANSWERABLE
        for anchor in case.evidence
        if not any(contains(text, anchor) for _, text in sentences)
    ]
    assert not lost, "\n".join(lost)


def test_everything_expected_stands_in_a_sentence_without_what_is_rejected(
    sentences: list[tuple[str, str]],
) -> None:
    texts = [text for _, text in sentences]
    lost = [f"{case.id}: {group}" for case in ANSWERABLE for group in unsaid(case, texts)]
    assert not lost, "\n".join(lost)


def unsaid(case: Case, texts: list[str]) -> list[tuple[str, ...]]:
    """The groups that no sentence says, or only sentences that say something rejected too."""
    allowed = [text for text in texts if not says_one_of(text, case.reject)]
    return [group for group in case.expect if not any(says_one_of(t, group) for t in allowed)]


def says_one_of(text: str, phrases: tuple[str, ...]) -> bool:
    return any(contains(text, phrase) for phrase in phrases)


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
    if case.kind == "comparison":
        assert len(values) in (0, len(case.expect))


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


def test_follow_ups_and_only_they_have_turns_before_them() -> None:
    assert all((case.kind == "follow-up") == bool(case.history) for case in CASES)
    assert all(turn.answer for case in CASES for turn in case.history)


def test_no_follow_up_was_answered_in_the_turns_before() -> None:
    answered = [
        case.id
        for case in CASES
        if case.history and not case.absent and not unsaid(case, [t.answer for t in case.history])
    ]
    assert answered == []


def test_questions_in_another_language_are_absent_whatever_the_model() -> None:
    assert all(case.absent for case in CASES if case.language != "en")


def test_the_file_is_as_large_and_as_varied_as_it_has_to_be() -> None:
    kinds = Counter(case.kind for case in CASES)
    assert len(CASES) >= 250
    assert sum(case.absent for case in CASES) >= 60
    assert sum(bool(case.near_miss) for case in CASES) >= 30
    assert kinds["follow-up"] >= 20
    assert kinds["comparison"] + kinds["two-facts"] >= 20
    assert 3 * sum(case.split == "held-out" for case in CASES) >= len(CASES)


def test_the_counts_in_the_readme_are_those_of_the_file() -> None:
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    kinds = Counter(case.kind for case in CASES)
    held_out = Counter(case.kind for case in CASES if case.split == "held-out")
    rows = re.findall(r"(?m)^\| `([\w-]+)` \| (\d+) \| (\d+) \|", readme)
    assert rows == [(kind, str(n), str(held_out[kind])) for kind, n in kinds.items()]
    misses = Counter(case.near_miss for case in CASES if case.near_miss)
    rows = re.findall(r"(?m)^\| `([\w-]+)` \| (\d+) \| [^\d|]", readme)
    assert {name: int(count) for name, count in rows} == misses


@pytest.mark.parametrize(
    "sentence",
    [
        f"{len(CASES)} questions about the five documents",
        f"{len({case.id for case, _ in FIGURES})} cases ask for amounts, shares, counts"
        f" or durations, {len(FIGURES)} in all",
        f"{len(CASES) - len(ANSWERABLE)} cases are absent,"
        f" {sum(case.absent and bool(case.history) for case in CASES)} of them follow-ups",
        f"{sum(bool(case.near_miss) for case in CASES)} are near misses",
        f"The other {sum(case.absent and not case.near_miss for case in CASES)} have none",
        f"({sum(case.split == 'held-out' for case in CASES)} of {len(CASES)})",
    ],
)
def test_the_numbers_in_the_prose_of_the_readme_are_those_of_the_file(sentence: str) -> None:
    assert sentence in (DATA / "README.md").read_text(encoding="utf-8")
