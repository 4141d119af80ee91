"""Answers of the API that say which version they are, to whoever may still have it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ui.etags import is_current

Route = TypeVar("Route", bound=Callable[..., Any])


def json_reply(value: Any, headers: Mapping[str, str] | None = None) -> Response:
    """A value as JSON; half a character, which a file's name can hold, becomes a question mark."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(
        text.encode(errors="replace"), media_type="application/json", headers=dict(headers or {})
    )


def kept_reply(request: Request, etag: str, make: Callable[[], Response]) -> Response:
    """304 for whoever has this version, or else what `make` makes."""
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    if is_current(", ".join(request.headers.getlist("if-none-match")), etag):
        return Response(status_code=304, headers=headers)
    response = make()
    response.headers.update(headers)
    return response


def readable(routes: APIRouter, path: str, **described: Any) -> Callable[[Route], Route]:
    """Add a route for GET and, as HTTP has it, for HEAD, which FastAPI leaves out."""

    def add(route: Route) -> Route:
        routes.get(path, **described)(route)
        routes.head(path, include_in_schema=False, response_model=None)(route)
        return route

    return add
