"""Readers, index and pipeline together, over the samples with the packaged model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from eval.formats import FORMATS, Outside
from eval.formats.index import temporary_index
from rag.embedding import Embedder
from rag.errors import CaseError, IndexUnwritable, SourceError
from rag.models import Answer, Document, Filters, Span
from rag.pipeline import Pipeline, build_pipeline
from rag.settings import Settings

SAMPLES = {
    "squad2": "squad2.json",
    "chunking": "chunking",
    "rgb": "rgb.json",
    "rgb-rejection": "rgb.json",
}


@contextmanager
def asked(documents: Mapping[str, str], embedder: Embedder) -> Iterator[Pipeline]:
    """The shipped pipeline over a temporary index of the documents."""
    with (
        temporary_index(documents, Settings(), embedder=embedder) as settings,
        build_pipeline(settings) as pipeline,
    ):
        yield pipeline


@pytest.mark.parametrize("name", SAMPLES)
def test_ingest_stores_what_the_reader_counted_in(
    name: str, samples: Path, embedder: Embedder
) -> None:
    outside = FORMATS[name](samples / SAMPLES[name])
    with asked(outside.documents, embedder) as pipeline:
        stored = {document.name: document.text for document in pipeline.documents}
    assert stored == outside.documents


def test_titles_survive_and_every_gold_answer_can_be_quoted(
    samples: Path, embedder: Embedder
) -> None:
    outside = FORMATS["squad2"](samples / "squad2.json")
    with asked(outside.documents, embedder) as pipeline:
        documents = {document.name: document for document in pipeline.documents}
        sentences = _quotable(pipeline)
    titles = {document.title for document in documents.values()}
    assert titles == {"Port of Aldmoor", "Brookfield: schools & library"}
    references = [reference for case in outside.cases for reference in case.references]
    assert len(references) == 4
    for reference in references:
        gold = Span(reference.start, reference.end)
        id_ = documents[reference.document].id
        assert any(span.covers(gold) for span in sentences[id_])


def test_a_plain_question_is_answered_from_the_article(samples: Path, embedder: Embedder) -> None:
    outside = FORMATS["squad2"](samples / "squad2.json")
    (case,) = [case for case in outside.cases if "cranes" in case.question]
    with asked(outside.documents, embedder) as pipeline:
        answer = pipeline.ask(case.question)
    assert "41 cranes" in answer.text


def test_a_question_cannot_see_the_snippets_of_another(samples: Path, embedder: Embedder) -> None:
    outside = FORMATS["rgb"](samples / "rgb.json")
    ferry, lighthouse, _ = outside.cases
    with asked(outside.documents, embedder) as pipeline:
        own = _ask_within(pipeline, lighthouse.question, lighthouse.documents)
        other = _ask_within(pipeline, lighthouse.question, ferry.documents)
        documents: Mapping[str, Document] = {d.id: d for d in pipeline.documents}
    assert "Oda Brandt" in own.text
    assert "Oda Brandt" not in other.text
    looked_in = {documents[weighed.document_id].name for weighed in other.trace.passages}
    assert looked_in <= set(ferry.documents)


def test_the_index_is_gone_afterwards_and_the_settings_are_kept(embedder: Embedder) -> None:
    given = Settings(index_dir=Path("elsewhere"))
    with temporary_index({"a.md": "The mill has 2 wheels."}, given, embedder=embedder) as placed:
        assert placed.index_dir.is_dir()
        assert placed.model_copy(update={"index_dir": given.index_dir}) == given
    assert not placed.index_dir.parent.exists()


def test_the_index_is_gone_after_a_failure_too(embedder: Embedder) -> None:
    folders: list[Path] = []

    def fail_while_asking() -> None:
        documents = {"a.md": "The mill has 2 wheels."}
        with temporary_index(documents, Settings(), embedder=embedder) as placed:
            folders.append(placed.index_dir.parent)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_while_asking()
    assert not folders[0].exists()


def test_progress_is_told(embedder: Embedder) -> None:
    stages: list[tuple[str, int, int]] = []
    documents = {"a.md": "The mill has 2 wheels.", "b.md": "The inn has 3 beds."}
    with temporary_index(
        documents, Settings(), embedder=embedder, progress=lambda *told: stages.append(told)
    ):
        pass
    size = sum(len(text.encode()) for text in documents.values())
    assert any(stage == "reading" and done == total >= size for stage, done, total in stages)
    assert stages[-1] == ("building the index", 1, 1)


def test_the_same_documents_make_the_same_version(embedder: Embedder) -> None:
    outside = Outside({"a.md": "The mill has 2 wheels."}, (), "")
    versions = []
    for _ in range(2):
        with asked(outside.documents, embedder) as pipeline:
            versions.append(pipeline.index_version)
    assert versions[0] == versions[1]


def test_a_document_that_ingest_passes_over_is_an_error(embedder: Embedder) -> None:
    documents = {"a.md": "The mill has 2 wheels.", "b.md": "\x00\x00"}
    with (
        pytest.raises(CaseError, match=r"document b\.md cannot be used \(b\.md is not a text"),
        temporary_index(documents, Settings(), embedder=embedder),
    ):
        pytest.fail("an index without the document must not be asked")


def test_no_readable_document_at_all_is_an_error(embedder: Embedder) -> None:
    with pytest.raises(SourceError), temporary_index({"a.md": " "}, Settings(), embedder=embedder):
        pytest.fail("an empty index must not be asked")


def test_no_room_for_the_documents_is_told(embedder: Embedder) -> None:
    name = f"{'x' * 300}.md"
    with (
        pytest.raises(IndexUnwritable, match=r"cannot be written .*File name too long.*TMPDIR"),
        temporary_index({name: "text"}, Settings(), embedder=embedder),
    ):
        pytest.fail("nothing could be written")


def _ask_within(pipeline: Pipeline, question: str, documents: tuple[str, ...]) -> Answer:
    return pipeline.ask(question, filters=Filters(documents=documents))


def _quotable(pipeline: Pipeline) -> dict[str, list[Span]]:
    """The spans of all sentences, by document."""
    found: dict[str, list[Span]] = {}
    for passage in pipeline.passages.values():
        spans = [place for sentence in passage.sentences for place in sentence.places]
        found.setdefault(passage.document_id, []).extend(spans)
    return found
