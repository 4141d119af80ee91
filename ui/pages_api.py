"""The addresses of documents: each on a page of its own, and pictures of their pages."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from rag.errors import SourceError
from rag.live import find_document
from rag.models import Document
from rag.permalink import parse_permalink
from ui.etags import is_current
from ui.leaf import leaf, missing_leaf
from ui.office import Office
from ui.pages import MAX_WIDTH, MIN_WIDTH
from ui.people.person import Role, person_of, require
from ui.words import words_for

DRAWING = 2
"""Requests that may hold a thread while pages are drawn, however many pictures are asked for."""
_DAY_S = 24 * 60 * 60
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture.",
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "It is still what `If-None-Match` names."},
}


def router(office: Office) -> APIRouter:
    """`/p/{permalink}` and the pictures of pages."""
    routes = APIRouter()
    limiter = CapacityLimiter(DRAWING)
    find = partial(find_document, office.pipeline)

    @routes.get("/p/{permalink:path}", summary="Open a permalink", response_class=HTMLResponse)
    def page(
        request: Request, permalink: str, accept_language: Annotated[str, Header()] = ""
    ) -> HTMLResponse:
        """A document on a page of its own, with the words of the permalink marked."""
        require(person_of(request), Role.READER)
        words = words_for(accept_language)
        try:
            place = parse_permalink(permalink)
        except ValueError:
            return missing_leaf(words)
        address = str(request.url.replace(query="", fragment=""))
        return leaf(place, find, office.past, words=words, address=address)

    # `:path`, because an id comes from a path inside the ingested folder.
    @routes.get(
        "/api/documents/{document_id:path}/pages/{number}.png",
        summary="See a page of a PDF",
        response_class=Response,
        responses=_PICTURE,
    )
    async def picture(
        request: Request,
        document_id: str,
        number: int,
        width: Annotated[int, Query(ge=MIN_WIDTH, le=MAX_WIDTH)] = 1200,
        if_none_match: Annotated[str, Header()] = "",
    ) -> Response:
        """A page (from 1) of a PDF document as a picture."""
        require(person_of(request), Role.READER)
        document = find(document_id)
        if document is None or not 1 <= number <= len(document.page_starts):
            raise HTTPException(404)
        headers = _headers(document, number, width)
        if is_current(if_none_match, headers["etag"]):
            return Response(status_code=304, headers=headers)
        draw = partial(office.pages.picture, document, number, width)
        try:
            png = await to_thread.run_sync(draw, limiter=limiter)
        except SourceError as error:
            raise HTTPException(404, str(error)) from error
        return Response(png, media_type="image/png", headers=headers)

    return routes


def _headers(document: Document, number: int, width: int) -> dict[str, str]:
    """A picture is of the bytes of one file, so it may be kept as long as those are the same."""
    return {
        "etag": f'"{document.sha256[:32]}-{number}-{width}"',
        "cache-control": f"private, max-age={_DAY_S}",
        "content-disposition": "inline",
    }
