from __future__ import annotations

import json
from datetime import date

import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda

from rag.chain import PolicyRetriever, answer_chain
from rag.errors import QuestionError
from rag.models import Filters
from rag.pipeline import Pipeline

ASKED = "What was the container throughput of Shanghai Port in 2023?"
METADATA = {"document", "title", "source", "published", "heading", "start", "end", "score"}


@pytest.fixture
def retriever(real_pipeline: Pipeline) -> PolicyRetriever:
    return PolicyRetriever(pipeline=real_pipeline)


def ids(found: list[Document]) -> list[str | None]:
    return [document.id for document in found]


def test_it_is_a_langchain_retriever_that_finds_the_passage(retriever: PolicyRetriever) -> None:
    assert isinstance(retriever, BaseRetriever)
    found = retriever.invoke(ASKED)
    assert any("49.158 million" in document.page_content for document in found)


def test_page_content_is_the_stored_text_at_its_offsets(
    retriever: PolicyRetriever, real_pipeline: Pipeline
) -> None:
    texts = {document.source: document.text for document in real_pipeline.documents}
    found = retriever.invoke(ASKED)
    assert found
    for document in found:
        told = document.metadata
        assert document.page_content == texts[told["source"]][told["start"] : told["end"]]
        assert document.page_content


def test_metadata_hold_what_a_citation_needs(retriever: PolicyRetriever) -> None:
    found = retriever.invoke(ASKED)
    for document in found:
        assert set(document.metadata) == METADATA
        json.dumps(document.metadata)
    scores = [document.metadata["score"] for document in found]
    assert scores == sorted(scores, reverse=True)


def test_a_batch_gives_what_single_calls_give(retriever: PolicyRetriever) -> None:
    questions = [ASKED, "Who chaired the meeting?", "How many first stores were added?"]
    assert [ids(found) for found in retriever.batch(questions)] == [
        ids(retriever.invoke(question)) for question in questions
    ]


def test_it_joins_other_runnables(retriever: PolicyRetriever) -> None:
    chain = retriever | RunnableLambda(len)
    assert chain.invoke(ASKED) == len(retriever.invoke(ASKED)) > 0


def test_the_filters_hold(real_pipeline: Pipeline) -> None:
    title = real_pipeline.documents[0].title
    within = PolicyRetriever(pipeline=real_pipeline, filters=Filters(documents=(title,)))
    assert {d.metadata["title"] for d in within.invoke(ASKED)} == {title}
    never = PolicyRetriever(pipeline=real_pipeline, filters=Filters(since=date(2999, 1, 1)))
    assert never.invoke(ASKED) == []


def test_a_bad_question_is_refused(retriever: PolicyRetriever) -> None:
    with pytest.raises(QuestionError):
        retriever.invoke("  ")


def test_the_answer_chain_gives_the_json_form(real_pipeline: Pipeline) -> None:
    answer = answer_chain(real_pipeline).invoke(ASKED)
    json.dumps(answer)
    assert list(answer)[:4] == ["id", "question", "answer", "abstained"]
    assert answer["question"] == ASKED
    assert "49.158 million" in answer["answer"]
    cited = answer["citations"][0]
    texts = {document.source: document.text for document in real_pipeline.documents}
    assert texts[cited["source"]][cited["start"] : cited["end"]] == cited["quote"]
