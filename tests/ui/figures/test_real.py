"""The room over real documents: every row opens a sentence that holds its figure."""

from __future__ import annotations

import pytest

from rag.live import build_live_pipeline
from rag.period import Status
from rag.permalink import permalink_to
from rag.pipeline import Pipeline
from rag.settings import Settings
from ui.figures.book import Book
from ui.figures.room import Wish, found
from ui.figures.targets import period_of
from ui.words import LANGUAGES, words


def assert_sound(book: Book) -> None:
    documents = book.register.documents
    for figure in book.register.figures:
        document = documents[figure.document_id]
        assert permalink_to(document, figure.sentence).holds(document)
        sentence = figure.sentence
        assert sentence.start <= figure.span.start < figure.span.end <= sentence.end
    for target in book.targets:
        assert len({(f.kind, f.unit, f.change) for f in target.figures}) == 1
        assert {f.period.status for f in target.figures} == set(Status)
        places = [(period_of(f), f.period.status) for f in target.figures]
        assert len(set(places)) == len(places)
    for language in LANGUAGES:
        shown = found(Wish.read({}, book), book, words(language))
        assert shown["table"].count("data-open-place") == min(100, len(book.register.figures))


def test_the_sample_documents(real_pipeline: Pipeline) -> None:
    assert real_pipeline.register.version == real_pipeline.index_version
    book = Book(real_pipeline.register)
    assert_sound(book)
    assert len(book.register.figures) > 200
    assert "surveyed urban unemployment rate" in {target.measure for target in book.targets}


def test_a_live_pipeline_has_the_register_of_what_answers_now(sample_index: Settings) -> None:
    with build_live_pipeline(sample_index) as pipeline:
        assert pipeline.register.version == pipeline.index_version
        assert set(pipeline.register.documents) == {d.id for d in pipeline.documents}


@pytest.mark.corpus
def test_the_original_documents(original_pipeline: Pipeline) -> None:
    book = Book(original_pipeline.register)
    assert_sound(book)
    assert len(book.targets) >= 5
