"""The documents over HTTP: a list of them, and the stored text of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.exceptions import HTTPException

from rag.live import AnyPipeline, find_document
from rag.models import Document, Filters
from ui.etags import etag_of
from ui.forms import DocumentForm
from ui.paging import cursor_after, key_before
from ui.people.person import Role, person_of, require
from ui.replies import json_reply, kept_reply, readable

MOST = 1000
"""Documents of one page."""
_LONGEST = 8000
"""Characters of a cursor, which holds a title."""

_TAGGED = {"ETag": {"description": "Names this version.", "schema": {"type": "string"}}}
_LINKED = {"Link": {"description": "The page that follows.", "schema": {"type": "string"}}}
_SAME = {"description": "It is still what `If-None-Match` names.", "headers": _TAGGED}
_LISTED: dict[int | str, dict[str, Any]] = {
    200: {"description": "The documents.", "headers": {**_TAGGED, **_LINKED}},
    304: _SAME,
}
_READ: dict[int | str, dict[str, Any]] = {
    200: {"description": "The text.", "headers": _TAGGED},
    304: _SAME,
}


class Wanted:
    """Which documents are asked for."""

    def __init__(
        self,
        publisher: Annotated[list[str] | None, Query(max_length=100)] = None,
        tag: Annotated[list[str] | None, Query(max_length=100)] = None,
        since: Annotated[date | None, Query(description="Published then or later.")] = None,
        until: Annotated[date | None, Query(description="Published then or earlier.")] = None,
    ) -> None:
        self._filters = Filters(
            publishers=tuple(publisher or ()), tags=tuple(tag or ()), since=since, until=until
        )

    def of(self, documents: Sequence[Document]) -> list[Document]:
        """Those documents, in the order of the list."""
        return sorted(filter(self._filters.admits, documents), key=_key)


def router(pipeline: AnyPipeline) -> APIRouter:
    """The routes under `/api/documents`."""
    routes = APIRouter(prefix="/api/documents", tags=["documents"])

    @readable(
        routes,
        "",
        summary="List the documents",
        response_model=list[DocumentForm],
        responses=_LISTED,
    )
    def documents(
        request: Request,
        wanted: Annotated[Wanted, Depends()],
        limit: Annotated[int | None, Query(ge=1, le=MOST, description="Default: all.")] = None,
        cursor: Annotated[str, Query(max_length=_LONGEST)] = "",
    ) -> Response:
        """The documents by title; where more follow, the header `Link` holds the next page."""
        require(person_of(request), Role.READER)
        start = key_before(cursor) if cursor else None
        version_now, all_now = _at_once(pipeline)

        def make() -> Response:
            left = [d for d in wanted.of(all_now) if start is None or _key(d) > start]
            page = left[:limit]
            headers = {"link": _next(request, page[-1])} if len(page) < len(left) else {}
            return json_reply([document_to_json(document) for document in page], headers)

        etag = etag_of(version("policy-qa"), version_now, str(request.query_params))
        return kept_reply(request, etag, make)

    # `:path`, because an id comes from a path inside the ingested folder.
    @readable(
        routes,
        "/{document_id:path}/text",
        summary="Read the text of a document",
        response_class=PlainTextResponse,
        responses=_READ,
    )
    def text(request: Request, document_id: str) -> Response:
        """The stored text of a document: what the offsets of citations count."""
        require(person_of(request), Role.READER)
        found = find_document(pipeline, document_id)
        if found is None:
            raise HTTPException(404)
        content = found.text.encode()
        return kept_reply(request, etag_of(content), lambda: PlainTextResponse(content))

    return routes


def document_to_json(document: Document) -> dict[str, Any]:
    """What the list says of a document."""
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


def _key(document: Document) -> tuple[str, str]:
    return document.title, document.id


def _at_once(pipeline: AnyPipeline) -> tuple[str, Sequence[Document]]:
    """The documents and the version of the index that they are of, though it may change."""
    while True:
        before, documents = pipeline.index_version, pipeline.documents
        if pipeline.index_version == before:
            return before, documents


def _next(request: Request, last: Document) -> str:
    """The header that leads to the page after this document (RFC 8288)."""
    address = request.url.include_query_params(cursor=cursor_after(_key(last)))
    return f'<{address}>; rel="next"'
