from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from rag.fit import Fits
from rag.generations import Generations
from rag.index import Index
from rag.models import Passage
from rag.question import Question, read_question
from rag.spelling import Speller
from tests.rag.conftest import World

REPORT = (
    "Ridership of the tram reached 12 million in 2023. It should reach 15 million in 2025. "
    "The depot was opened by Ada Quill. It stands in Norrby. Work began on 3 May. "
    "Nobody was hurt."
)
Fit = Callable[[str, str], dict[str, float]]


@pytest.fixture(scope="module")
def fit(toy: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fit]:
    """The fit of the report's sentence that holds some words to a question."""
    document = toy.document("tram", REPORT, date(2024, 2, 1))
    passage = toy.passage(document)
    index = indexed(toy, passage, tmp_path_factory.mktemp("fit"))

    def fits(question: str, words: str) -> dict[str, float]:
        sentence = next(s for s in passage.sentences if words in s.text)
        read = asked(question, index)
        weights = {term: index.weight(term) for term in read.terms}
        return Fits(read, passage, index, weights).of(sentence)

    yield fits
    index.close()


def indexed(toy: World, passage: Passage, folder: Path) -> Index:
    document = toy.document("tram", REPORT, date(2024, 2, 1))
    generations = Generations(folder / "index")
    with generations.lock():
        generation = generations.build(toy.contents([document], [passage]))
        generations.switch(generation)
    return Index(generation)


def asked(question: str, index: Index) -> Question:
    return read_question(question, Speller(index.vocabulary), 500)


def test_another_period_than_asked_clashes_and_the_one_asked_fits(fit: Fit) -> None:
    question = "What was the ridership of the tram in 2023?"
    assert fit(question, "12 million")["period"] == 1
    assert fit(question, "15 million")["period"] == -1


def test_a_sentence_without_a_period_has_that_of_the_nearest_one_before(fit: Fit) -> None:
    assert fit("Who opened the depot in 2025?", "Ada Quill")["setting"] == 1
    assert fit("Who opened the depot in 2023?", "Ada Quill")["setting"] == -1
    assert fit("Who opened the depot?", "Ada Quill")["setting"] == 0


def test_the_figure_of_the_measure_and_period_asked_for_fits_best(fit: Fit) -> None:
    question = "How high was the ridership of the tram in 2023?"
    best = fit(question, "12 million")["figure"]
    assert best > fit(question, "15 million")["figure"]
    assert fit(question, "Nobody was hurt")["figure"] == 0
    assert fit("Who opened the depot?", "12 million")["figure"] == 0


@pytest.mark.parametrize(
    ("question", "words", "kind"),
    [
        ("Who opened the depot?", "Ada Quill", 1),
        ("Who was hurt?", "Nobody", -1),
        ("Where does the depot stand?", "Norrby", 1),
        ("Where was nobody hurt?", "Nobody", -1),
        ("When did work begin?", "3 May", 1),
        ("When was somebody hurt?", "Nobody", -1),
        ("Why was nobody hurt?", "Nobody", 0),
    ],
)
def test_a_name_a_place_or_a_date_is_looked_for_where_one_is_asked(
    fit: Fit, question: str, words: str, kind: int
) -> None:
    assert fit(question, words)["kind"] == kind


def test_a_name_of_the_question_is_no_answer_to_who(fit: Fit) -> None:
    assert fit("Who is Ada Quill's deputy?", "Ada Quill")["kind"] == -1
