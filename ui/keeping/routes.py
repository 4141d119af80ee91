"""The routes of kept conversations: the list, the exports, and shared pages to be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from rag.errors import PolicyQAError
from ui.keeping.conversations import Conversations
from ui.keeping.docx import docx_file
from ui.keeping.kept import Conversation, UnknownConversation
from ui.keeping.markdown import markdown
from ui.keeping.page import failed_page, no_page, shared_page
from ui.keeping.telling import telling
from ui.office import Office
from ui.office_forms import ConversationForm
from ui.people.person import Person, Role, person_of, require
from ui.words import Words, words_for

Kind: TypeAlias = Literal["md", "docx"]

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {
            "text/markdown": {"schema": {"type": "string"}},
            _DOCX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
_NAME_CHARS = 80
_PRIVATE = {"cache-control": "private, no-store", "x-robots-tag": "noindex"}
# What a file system or a header takes for something else.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*%;]+')


def router(office: Office) -> APIRouter:
    """The routes over the conversations of an office."""
    routes = APIRouter()
    kept = office.conversations

    @routes.get(
        "/api/conversations",
        summary="List your conversations",
        response_model=list[ConversationForm],
    )
    def listed(
        request: Request, search: Annotated[str, Query(max_length=200)] = ""
    ) -> list[dict[str, Any]]:
        """The conversations of whoever asks, the last used first."""
        return _headings(kept, _reader(request), search)

    @routes.get(
        "/api/conversations/{id_}/export.{kind}",
        summary="Export a conversation",
        response_class=Response,
        responses=_FILES,
    )
    def exported(request: Request, id_: str, kind: Kind) -> Response:
        """One of one's own conversations as a file."""
        return _file(request, kept.conversation(id_, _reader(request)), kind)

    @routes.get("/c/{token}", summary="Read a shared conversation", response_class=HTMLResponse)
    def shared(request: Request, token: str) -> HTMLResponse:
        """A shared conversation, to be read."""
        _reader(request)
        return _shown(request, token, kept.shared)

    @routes.get(
        "/c/{token}/export.{kind}",
        summary="Export a shared conversation",
        response_class=Response,
        responses=_FILES,
    )
    def shared_exported(request: Request, token: str, kind: Kind) -> Response:
        """A shared conversation as a file."""
        _reader(request)
        return _file(request, kept.shared(token), kind)

    return routes


def _headings(kept: Conversations, person: Person, search: str) -> list[dict[str, Any]]:
    return [
        {
            "id": heading.id,
            "title": heading.title,
            "began": heading.began.isoformat(),
            "changed": heading.changed.isoformat(),
            "questions": heading.count,
            "shared": heading.shared,
        }
        for heading in kept.listed(person, search)
    ]


def _shown(request: Request, token: str, find: Callable[[str], Conversation]) -> HTMLResponse:
    words = _words(request)
    try:
        page = shared_page(telling(find(token), _address(request), words), token, words)
    except UnknownConversation:
        page = no_page(words)
    except PolicyQAError as error:
        page = failed_page(str(error), error.http_status, words)
    page.headers.update(_PRIVATE)
    return page


def _file(request: Request, conversation: Conversation, kind: Kind) -> Response:
    told = telling(conversation, _address(request), _words(request))
    headers = {**_PRIVATE, "content-disposition": _disposition(told.title, kind)}
    if kind == "md":
        return Response(markdown(told), headers=headers, media_type="text/markdown; charset=utf-8")
    content = docx_file(told, conversation.owner, datetime.now(UTC))
    return Response(content, headers=headers, media_type=_DOCX)


def _disposition(title: str, kind: Kind) -> str:
    """The name of a file for any browser and any file system (RFC 6266)."""
    name = " ".join(_UNSAFE.sub(" ", title).split())[:_NAME_CHARS].strip(" .") or "conversation"
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C") or "conversation"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = " ".join(plain.split()).strip(" .") or "conversation"
    encoded = quote(f"{name}.{kind}", safe="")
    return f"attachment; filename=\"{plain}.{kind}\"; filename*=UTF-8''{encoded}"


def _address(request: Request) -> Callable[[str], str]:
    """Where permalinks lead, as the reader's browser names this server."""
    return lambda permalink: f"{request.base_url}p/{quote(permalink, safe='/')}"


def _words(request: Request) -> Words:
    return words_for(request.headers.get("accept-language"))


def _reader(request: Request) -> Person:
    person = person_of(request)
    require(person, Role.READER)
    return person
