"""The HTTP side: the API, plain pages for permalinks, and the staff page mounted at `/`."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import aclosing, closing
from typing import Annotated, Any

from anyio import CapacityLimiter
from fastapi import APIRouter, FastAPI, Header, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.exceptions import HTTPException

from rag.errors import NoIndex
from rag.live import AnyPipeline, find_document
from rag.models import Answer, Citation, Claim, Document
from rag.settings import Settings
from rag.wire import answer_to_json, citation_to_json
from ui.ask_body import AskBody
from ui.asking import EVENT_STREAM, PARALLEL_STEPS, EventStream, in_threads, told
from ui.exposed import OnlyNeeded
from ui.figures.routes import router as figures_router
from ui.guard import BodyLimit, SecurityHeaders
from ui.judging.routes import router as judging_router
from ui.keeping.routes import router as keeping_router
from ui.library.routes import PATH as LIBRARY
from ui.library.routes import router as library_router
from ui.office import Office, open_office
from ui.pages_api import router as pages_router
from ui.people.gate import Gate
from ui.people.person import person_of
from ui.people.signing import router as signing_router
from ui.problems import handle_problems, problem_of_error

_CLIENT_GONE = 499
"""As proxies write it into their logs; nobody is left to read it."""


def create_app(
    pipeline: AnyPipeline, settings: Settings, *, examples: Sequence[str] | None = None
) -> FastAPI:
    """The whole web application around one pipeline; `examples` replace the derived questions."""
    from ui.staff import mount_page  # gradio takes seconds to load: only when it is served

    # FastAPI's own documentation pages load scripts from another host, so only the schema is on.
    app = FastAPI(title="policy-qa", docs_url=None, redoc_url=None)
    office = open_office(pipeline, settings, examples)
    app.add_middleware(Gate, access=office.access)
    app.add_middleware(BodyLimit, larger={LIBRARY: office.library.uploads.file_limit()})
    app.add_middleware(OnlyNeeded)
    app.add_middleware(SecurityHeaders)
    handle_problems(app)
    for router in (_asking(office), _documents(pipeline), _health(pipeline)):
        app.include_router(router)
    app.include_router(judging_router(office.judging))
    app.include_router(keeping_router(office))
    app.include_router(pages_router(office))
    app.include_router(figures_router(office))
    app.include_router(library_router(office))
    app.include_router(signing_router(office.access, office.audit))
    office.library.resume()
    mount_page(app, office)
    return app


def _asking(office: Office) -> APIRouter:
    router = APIRouter(prefix="/api")
    limiter = CapacityLimiter(PARALLEL_STEPS)

    @router.post("/ask", response_model=None)
    async def ask(
        request: Request, body: AskBody, accept: Annotated[str, Header()] = ""
    ) -> Response | dict[str, Any]:
        """Answer a question as JSON, or as server-sent events when the client accepts them."""
        arguments = body.arguments()
        person = person_of(request)
        told_of = office.judging.remembering(
            person, arguments["history"], told(office, person, body.question, **arguments)
        )
        if EVENT_STREAM in accept:
            return EventStream(in_threads(_events(told_of, body), limiter))
        answer = None
        async with aclosing(in_threads(told_of, limiter)) as events:
            async for event in events:
                answer = event
                if await request.is_disconnected():
                    return Response(status_code=_CLIENT_GONE)
        assert isinstance(answer, Answer)  # noqa: S101  a stream always ends with the answer
        return answer_to_json(answer, trace=body.trace)

    return router


def _events(told_of: Generator[str | Claim | Answer], body: AskBody) -> Generator[str]:
    """The stream of one answer; an error is an event, for the HTTP status has been sent by then."""
    numbers: dict[Citation, int] = {}
    try:
        with closing(told_of) as events:
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


def _documents(pipeline: AnyPipeline) -> APIRouter:
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
