"""Comparing in two steps finds what comparing everything finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rag import sentences
from rag.models import Filters
from rag.sentences import SentenceVectors

DIMENSION = 384


def unit_rows(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="module")
def many() -> NDArray[np.float32]:
    """20,000 vectors that, as those of texts do, differ in some directions more than in others."""
    rng = np.random.default_rng(0)
    return unit_rows(rng.normal(size=(20_000, DIMENSION)) * np.arange(1, DIMENSION + 1) ** -0.5)


@pytest.fixture(scope="module")
def questions(many: NDArray[np.float32]) -> NDArray[np.float32]:
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(40, DIMENSION)) / DIMENSION**0.5
    return unit_rows(many[rng.integers(len(many), size=40)] + noise)


def test_few_sentences_are_all_compared(many: NDArray[np.float32]) -> None:
    few = many[:100]
    found = SentenceVectors(few.astype(np.float16)).cosines(few[7])
    assert found == pytest.approx(few @ few[7], abs=1e-3)


def test_of_many_the_best_are_those_of_comparing_everything(
    many: NDArray[np.float32], questions: NDArray[np.float32]
) -> None:
    vectors = SentenceVectors(many.astype(np.float16))
    kept = []
    for question in questions:
        everything = vectors.cosines(question, exact=True)
        best = set(np.argsort(-everything)[:30])
        found = vectors.cosines(question)
        assert np.argmax(found) == np.argmax(everything)
        kept.append(len(best & set(np.argsort(-found)[:30])) / 30)
    assert np.mean(kept) > 0.98


def test_what_was_compared_has_its_true_cosine_and_the_rest_none(
    many: NDArray[np.float32], questions: NDArray[np.float32]
) -> None:
    vectors = SentenceVectors(many.astype(np.float16))
    everything, found = (vectors.cosines(questions[0], exact=e) for e in (True, False))
    compared = found > -1
    assert 0 < compared.sum() < len(many) / 10
    assert found[compared] == pytest.approx(everything[compared], abs=1e-6)
    assert (found[~compared] == -1).all()


def test_without_enough_directions_the_best_would_be_missed(
    many: NDArray[np.float32], questions: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentences, "_DIRECTIONS", 1)
    vectors = SentenceVectors(many.astype(np.float16))
    missed = [
        np.argmax(vectors.cosines(q)) != np.argmax(vectors.cosines(q, exact=True))
        for q in questions
    ]
    assert np.mean(missed) > 0.5


def test_rows_are_those_on_disk(many: NDArray[np.float32]) -> None:
    stored = many[:50].astype(np.float16)
    vectors = SentenceVectors(stored)
    assert len(vectors) == 50
    rows = vectors.rows(10, 3)
    assert rows.dtype == np.float32
    assert (rows == stored[10:13]).all()


def test_a_search_by_sentence_finds_the_passage_and_stays_within_filters(
    toy: Any, toy_index: Any
) -> None:
    sentence = toy.passage_of("port").sentences[1]
    found = toy_index.by_sentence(toy.unit(sentence.text), 3, Filters())
    assert found[0].item.document_id == "port"
    assert found[0].score == pytest.approx(1.0, abs=1e-3)
    within = toy_index.by_sentence(
        toy.unit(sentence.text), 3, Filters(documents=("notes.txt", "Housing"))
    )
    assert {scored.item.document_id for scored in within} <= {"notes", "housing"}


def test_the_best_of_each_stretch_is_that_of_comparing_everything(
    many: NDArray[np.float32], questions: NDArray[np.float32]
) -> None:
    vectors, starts = SentenceVectors(many.astype(np.float16)), np.arange(0, len(many), 5)
    for question in questions:
        everything = np.maximum.reduceat(vectors.cosines(question, exact=True), starts)
        found = vectors.best(question, starts)
        first = np.argsort(-everything)[:10]
        assert found[first] == pytest.approx(everything[first], abs=1e-6)


@pytest.mark.parametrize("share", [0.01, 0.5])
def test_the_best_among_some_are_found_however_near_the_others_are(
    share: float, many: NDArray[np.float32], questions: NDArray[np.float32]
) -> None:
    vectors, starts = SentenceVectors(many.astype(np.float16)), np.arange(0, len(many), 5)
    among = np.random.default_rng(2).random(len(starts)) < share
    for question in questions:
        everything = np.maximum.reduceat(vectors.cosines(question, exact=True), starts)
        found = vectors.best(question, starts, among)
        first = np.argsort(-np.where(among, everything, -1))[:10]
        assert found[first] == pytest.approx(everything[first], abs=1e-6)
        assert (found[~among] == -1).all()


def test_among_few_sentences_the_rest_is_left_out_all_the_same(many: NDArray[np.float32]) -> None:
    vectors, starts = SentenceVectors(many[:100].astype(np.float16)), np.arange(0, 100, 5)
    found = vectors.best(many[7], starts, among=starts != 5)
    assert found[1] == -1
    assert np.argmax(vectors.best(many[7], starts)) == 1
