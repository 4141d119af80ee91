"""Serves the widget's script: by a short name for pages, and by its hash for ever."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from ui.widget.bundle import Kind, Script, script

PUBLIC = ("/widget.js", "/widget.mjs", "/widget-")
"""What anybody may load, from any page: the beginnings of paths."""

_KINDS: tuple[Kind, ...] = ("js", "mjs")
_FRESH_S = 5 * 60
_FOR_EVER = "public, max-age=31536000, immutable"
_TO_ALL = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
    "vary": "accept-encoding",
}


@dataclass(frozen=True, slots=True)
class Served:
    """A script ready to be sent, as it is and compressed."""

    script: Script
    compressed: bytes

    @property
    def etag(self) -> str:
        """Changes with the text; weak, because it is the same for what is compressed and not."""
        return f'W/"{self.script.sha256[:32]}"'


@cache
def served(kind: Kind) -> Served:
    """The script of a kind, compressed once for all."""
    made = script(kind)
    return Served(made, gzip.compress(made.body, compresslevel=9, mtime=0))


def router() -> APIRouter:
    """`/widget.js`, `/widget.mjs`, and both by names that hold their hash."""
    routes = APIRouter()

    @routes.api_route("/widget.js", methods=["GET", "HEAD"], response_class=Response)
    def classic(request: Request) -> Response:
        """The widget as a classic script."""
        return _sent(request, served("js"), f"public, max-age={_FRESH_S}")

    @routes.api_route("/widget.mjs", methods=["GET", "HEAD"], response_class=Response)
    def module(request: Request) -> Response:
        """The widget as an ES module."""
        return _sent(request, served("mjs"), f"public, max-age={_FRESH_S}")

    @routes.api_route("/widget-{name}", methods=["GET", "HEAD"], response_class=Response)
    def hashed(request: Request, name: str) -> Response:
        """The one script that has this name; there is no other after an update."""
        for kind in _KINDS:
            if served(kind).script.name == f"widget-{name}":
                return _sent(request, served(kind), _FOR_EVER)
        raise HTTPException(404)

    return routes


def _sent(request: Request, wanted: Served, kept: str) -> Response:
    headers = {**_TO_ALL, "cache-control": kept, "etag": wanted.etag}
    if _holds(request.headers.get("if-none-match", ""), wanted.etag):
        return Response(status_code=304, headers=headers)
    body = wanted.script.body
    if _takes_gzip(request.headers.get("accept-encoding", "")):
        body, headers["content-encoding"] = wanted.compressed, "gzip"
    headers["content-length"] = str(len(body))
    media_type = "text/javascript; charset=utf-8"
    return Response(
        b"" if request.method == "HEAD" else body, headers=headers, media_type=media_type
    )


def _holds(listed: str, etag: str) -> bool:
    """Whether `If-None-Match` names this state."""
    tags = {tag.strip() for tag in listed.split(",")}
    return etag in tags or "*" in tags


def _takes_gzip(accepted: str) -> bool:
    for part in accepted.split(","):
        coding, _, quality = part.replace(" ", "").casefold().partition(";q=")
        if coding in ("gzip", "*"):
            return quality not in ("0", "0.0", "0.00", "0.000")
    return False
