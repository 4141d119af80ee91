"""The HTTP side: the API, plain pages for permalinks, and the staff page mounted at `/`."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import aclosing, closing
from datetime import date
from functools import partial
from typing import Annotated, Any

from anyio import CapacityLimiter
from fastapi import APIRouter, FastAPI, Header, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from rag.errors import NoIndex
from rag.live import AnyPipeline, find_document
from rag.models import Answer, Citation, Claim, Document, Filters, Turn
from rag.past import PastTexts
from rag.permalink import parse_permalink
from rag.settings import Settings
from rag.wire import answer_to_json, citation_to_json
from ui.asking import EVENT_STREAM, PARALLEL_STEPS, EventStream, in_threads, told
from ui.guard import BodyLimit, SecurityHeaders
from ui.leaf import leaf, missing_leaf
from ui.office import open_office
from ui.people.gate import Gate
from ui.problems import handle_problems, problem_of_error

_CLIENT_GONE = 499
"""As proxies write it into their logs; nobody is left to read it."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TurnBody(_Body):
    """An earlier exchange of the same conversation."""

    question: str
    answer: str


class AskBody(_Body):
    """A question, what was said before it, and what to look in."""

    question: str
    history: list[TurnBody] = Field(default_factory=list, max_length=20)
    documents: list[str] = Field(default_factory=list, max_length=100)
    since: date | None = None
    until: date | None = None
    publishers: list[str] = Field(default_factory=list, max_length=100)
    languages: list[str] = Field(default_factory=list, max_length=100)
    folders: list[str] = Field(default_factory=list, max_length=100)
    tags: list[str] = Field(default_factory=list, max_length=100)
    trace: bool = Field(default=False, description="Also tell how the answer came about.")

    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of `Pipeline.stream`."""
        filters = Filters(
            documents=tuple(self.documents),
            since=self.since,
            until=self.until,
            publishers=tuple(self.publishers),
            languages=tuple(self.languages),
            folders=tuple(self.folders),
            tags=tuple(self.tags),
        )
        history = [Turn(turn.question, turn.answer) for turn in self.history]
        return {"history": history, "filters": None if filters == Filters() else filters}


def create_app(
    pipeline: AnyPipeline, settings: Settings, *, examples: Sequence[str] | None = None
) -> FastAPI:
    """The whole web application around one pipeline; `examples` replace the derived questions."""
    from ui.staff import mount_page  # gradio takes seconds to load: only when it is served

    # FastAPI's own documentation pages load scripts from another host, so only the schema is on.
    app = FastAPI(title="policy-qa", docs_url=None, redoc_url=None)
    app.add_middleware(Gate)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    handle_problems(app)
    office = open_office(pipeline, settings, examples)
    for router in (_asking(pipeline), _documents(pipeline, office.past), _health(pipeline)):
        app.include_router(router)
    mount_page(app, office)
    return app


def _asking(pipeline: AnyPipeline) -> APIRouter:
    router = APIRouter(prefix="/api")
    limiter = CapacityLimiter(PARALLEL_STEPS)

    @router.post("/ask", response_model=None)
    async def ask(
        request: Request, body: AskBody, accept: Annotated[str, Header()] = ""
    ) -> Response | dict[str, Any]:
        """Answer a question as JSON, or as server-sent events when the client accepts them."""
        if EVENT_STREAM in accept:
            return EventStream(in_threads(_events(pipeline, body), limiter))
        answer = None
        told_of = told(pipeline, body.question, **body.arguments())
        async with aclosing(in_threads(told_of, limiter)) as events:
            async for event in events:
                answer = event
                if await request.is_disconnected():
                    return Response(status_code=_CLIENT_GONE)
        assert isinstance(answer, Answer)  # noqa: S101  a stream always ends with the answer
        return answer_to_json(answer, trace=body.trace)

    return router


def _events(pipeline: AnyPipeline, body: AskBody) -> Generator[str]:
    """The stream of one answer; an error is an event, for the HTTP status has been sent by then."""
    numbers: dict[Citation, int] = {}
    try:
        with closing(told(pipeline, body.question, **body.arguments())) as events:
            for event in events:
                if isinstance(event, Answer):
                    yield _event("answer", answer_to_json(event, trace=body.trace))
                elif isinstance(event, Claim):
                    yield _event("claim", _claim_to_json(event, numbers))
                else:
                    yield _event("status", {"status": event})
    except Exception as error:  # noqa: BLE001 - reported to the client, and logged unless expected
        yield _event("error", problem_of_error(error))


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _claim_to_json(claim: Claim, numbers: dict[Citation, int]) -> dict[str, Any]:
    """A claim with its citations in full; `index` is their place in the answer's `citations`."""
    cited = [
        {"index": numbers.setdefault(citation, len(numbers)), **citation_to_json(citation)}
        for citation in claim.citations
    ]
    return {"text": claim.text, "verdict": claim.verdict.value, "citations": cited}


def _documents(pipeline: AnyPipeline, past: PastTexts) -> APIRouter:
    router = APIRouter()

    @router.get("/api/documents")
    def documents() -> list[dict[str, Any]]:
        """All documents, by title."""
        return [_document_to_json(document) for document in pipeline.documents]

    # `:path`, because an id comes from a path inside the ingested folder.
    @router.get("/api/documents/{document_id:path}/text", response_class=PlainTextResponse)
    def text(document_id: str) -> PlainTextResponse:
        """The stored text of a document: what the offsets of citations count."""
        found = find_document(pipeline, document_id)
        if found is None:
            raise HTTPException(404)
        return PlainTextResponse(found.text)

    @router.get("/p/{permalink:path}", response_class=HTMLResponse)
    def page(permalink: str) -> HTMLResponse:
        """A document on a page of its own, with the words of the permalink marked."""
        try:
            place = parse_permalink(permalink)
        except ValueError:
            return missing_leaf()
        return leaf(place, partial(find_document, pipeline), past)

    return router


def _document_to_json(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "document": document.name,
        "title": document.title,
        "source": document.source,
        "publisher": document.publisher,
        "published": document.published.isoformat() if document.published else None,
        "language": document.language,
        "media_type": document.media_type,
        "tags": list(document.tags),
        "characters": len(document.text),
        "sha256": document.sha256,
    }


def _health(pipeline: AnyPipeline) -> APIRouter:
    router = APIRouter()

    @router.get("/healthz")
    def alive() -> dict[str, str]:
        """Whether the process runs."""
        return {"status": "ok"}

    @router.get("/readyz")
    def ready() -> dict[str, Any]:
        """Whether questions can be answered."""
        if not pipeline.documents:
            raise NoIndex("No documents are loaded; run `policyqa ingest` first.")
        return {
            "status": "ready",
            "index_version": pipeline.index_version,
            "documents": len(pipeline.documents),
        }

    return router
