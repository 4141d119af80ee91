"""LangChain's view of the program: a retriever and a chain that any LangChain program can use."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import ConfigDict

from rag.models import Answer, Filters, Passage, Scored
from rag.pipeline import Pipeline
from rag.wire import answer_to_json


class PolicyRetriever(BaseRetriever):
    """The program's retrieval (dense and BM25, fused) as a LangChain retriever.

    `page_content` is the passage exactly as it stands in the stored text; the metadata hold what
    a citation needs: document, title, source, published, heading, start, end and the score.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    pipeline: Pipeline
    filters: Filters | None = None

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002  LangChain's signature
    ) -> list[LangChainDocument]:
        return [
            _as_langchain(found, self.pipeline)
            for found in self.pipeline.search(query, self.filters)
        ]


def answer_chain(pipeline: Pipeline) -> Runnable[str, dict[str, Any]]:
    """The whole path as a runnable: question in, the answer's JSON form out."""
    ask: Runnable[str, Answer] = RunnableLambda(lambda question: pipeline.ask(question))
    return ask | RunnableLambda(answer_to_json)


def _as_langchain(found: Scored[Passage], pipeline: Pipeline) -> LangChainDocument:
    passage = found.item
    document = pipeline.document(passage.document_id)
    return LangChainDocument(
        id=passage.id,
        page_content=document.text[passage.span.start : passage.span.end],
        metadata={
            "document": document.name,
            "title": document.title,
            "source": document.source,
            "published": document.published.isoformat() if document.published else None,
            "heading": " › ".join(passage.heading),
            "start": passage.span.start,
            "end": passage.span.end,
            "score": found.score,
        },
    )
