"""The routes of the library: how far an ingest is, uploads, removals.

A file is the body of its own request, which goes to disk as it comes: it is never held in memory,
and a name or a question beside it needs no parsing of parts.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.requests import ClientDisconnect

from rag.errors import InputError
from ui.library.library import Library
from ui.library.names import free_name, safe_name
from ui.library.progress import told
from ui.library.uploads import Existing, Incoming, NoRoom
from ui.office import Office
from ui.office_forms import (
    AcceptedForm,
    NameForm,
    RestoredForm,
    StateForm,
    TokenForm,
    UploadedForm,
)
from ui.people.person import Person, Role, person_of, require
from ui.words import words_for

PATH = "/api/library"
_UPLOADS_AT_ONCE = 2
"""Files that are checked at once."""
_ROOM_EVERY = 32 << 20
"""Bytes after which a body of unknown length is measured against the room there is."""

_FILE = {
    "requestBody": {
        "required": True,
        "description": "The file itself, of any type that can be ingested.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class CutOff(InputError):
    """A file that did not arrive whole."""

    code = "cut-off"


def router(office: Office) -> APIRouter:
    """The routes under `/api/library`."""
    routes = APIRouter(prefix=PATH)
    _add_looking(routes, office)
    _add_uploading(routes, office)
    _add_changing(routes, office)
    return routes


def _reader(request: Request) -> Person:
    person = person_of(request)
    require(person, Role.READER)
    return person


def _editor(request: Request) -> Person:
    person = person_of(request)
    require(person, Role.EDITOR)
    return person


Reader = Annotated[Person, Depends(_reader)]
Editor = Annotated[Person, Depends(_editor)]
Name = Annotated[str, Query(min_length=1, max_length=2000)]


def _add_looking(routes: APIRouter, office: Office) -> None:
    library = office.library

    @routes.get("/state", summary="See how far an ingest is", response_model=StateForm)
    def state(_: Reader, accept_language: Annotated[str, Header()] = "") -> dict[str, Any]:
        """How far an ingest is, in the reader's language; `version` changes with the list."""
        now = library.runs.now
        return {"version": library.version, **told(now, words_for(accept_language))}

    @routes.get("/name", summary="See what a file would be called", response_model=NameForm)
    def name(_: Editor, name: Name) -> dict[str, Any]:
        """What a file of this name would be called, and whether there is one already."""
        wanted, there, taken = safe_name(name), library.uploads.names(), library.taken()
        return {
            "name": wanted,
            "taken": wanted in there | taken,
            "replaceable": wanted in there - taken,
            "free": free_name(wanted, there | taken),
        }


def _add_uploading(routes: APIRouter, office: Office) -> None:
    library, limiter = office.library, CapacityLimiter(_UPLOADS_AT_ONCE)

    @routes.post(
        "",
        status_code=201,
        summary="Upload a file",
        response_model=UploadedForm,
        openapi_extra=_FILE,
    )
    async def upload(
        request: Request,
        person: Editor,
        name: Name,
        existing: Existing = Existing.ASK,
        content_length: Annotated[int, Header(ge=0, include_in_schema=False)] = 0,
    ) -> dict[str, Any]:
        """Take a file, the body of the request; it is checked before it is put anywhere."""
        with library.uploads.incoming(name, content_length) as file:
            await _receive(request, file, library)
            place = partial(library.place, file, existing)
            placed, checked = await to_thread.run_sync(place, limiter=limiter)
        office.audit.note(person, "upload document", placed)
        return {
            "name": placed,
            "title": checked.title,
            "pages": checked.pages,
            "members": checked.members,
            "warnings": list(checked.warnings),
            "same_as": library.twin_of(checked),
        }


async def _receive(request: Request, file: Incoming, library: Library) -> None:
    """Write a body to disk.

    Raises:
        CutOff: the sender went away.
        TooLarge, NoRoom: there is too much of it.
    """
    size, measured = 0, 0
    try:
        with file.path.open("xb") as out:
            async for chunk in request.stream():
                size += len(chunk)
                if size > library.uploads.file_limit() or size - measured > _ROOM_EVERY:
                    library.uploads.require_fit(file.name, size)
                    measured = size
                out.write(chunk)
    except ClientDisconnect as error:
        raise CutOff(f"{file.name} did not arrive whole; upload it again.") from error
    except OSError as error:
        raise NoRoom(
            f"{file.name} cannot be written ({error.strerror}); have the server's administrator "
            "make room."
        ) from error


def _add_changing(routes: APIRouter, office: Office) -> None:
    library = office.library

    @routes.delete("/file", summary="Remove an uploaded file", response_model=TokenForm)
    def remove(person: Editor, name: Name) -> dict[str, str]:
        """Remove an uploaded document; the token puts it back, for a day."""
        token = library.uploads.remove(name)
        office.audit.note(person, "remove document", name)
        library.runs.wish()
        return {"token": token}

    @routes.post("/restore", summary="Put a removed file back", response_model=RestoredForm)
    def restore(person: Editor, token: Name) -> dict[str, str]:
        """Put a removed document back."""
        name = library.uploads.restore(token)
        office.audit.note(person, "restore document", name)
        library.runs.wish()
        return {"name": name}

    @routes.post(
        "/ingest", status_code=202, summary="Read the documents again", response_model=AcceptedForm
    )
    def ingest(person: Editor, *, check: bool = False) -> dict[str, str]:
        """Read the folders again, as well as the uploads; `check` also files nobody touched."""
        office.audit.note(person, "ingest")
        library.runs.wish(check=check)
        return {"status": "accepted"}
