"""`/docs`: the description of the API to be read and tried, with no other host's help.

The page is Swagger UI out of a pinned package. It gets a policy of its own, stricter than the staff
page's: only its own files run, and only this server is talked to. Its version knows OpenAPI 3.0, so
the page reads the description in those words; `/openapi.json` stays 3.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from ui.etags import etag_of
from ui.openapi_30 import as_30
from ui.people.person import Role, person_of, require
from ui.replies import json_reply, kept_reply, readable

PATH = "/docs"
_VENDOR = files("swagger_ui_bundle") / "vendor" / "swagger-ui-4.15.5"
_START_NAME = "start.js"
_FILES: Mapping[str, str] = {
    _START_NAME: "text/javascript",
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
"""What the page needs: no other file of the package is served."""
_START = """\
SwaggerUIBundle({
  url: "docs/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "list",
  tryItOutEnabled: false,
  validatorUrl: null,
});
"""
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>policy-qa: the API</title>
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<main id="swagger-ui"><noscript>This page needs JavaScript; <a href="openapi.json">the description
itself</a> does not.</noscript></main>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)


def add_docs(app: FastAPI) -> None:
    """Serve the page, its files, and the description of the API in both versions."""
    routes = APIRouter(include_in_schema=False, dependencies=[Depends(_reader)])

    # In threads, for the description takes a while when it is first made.
    @readable(routes, "/openapi.json")
    def description(request: Request) -> Response:
        return _described(request, app.openapi())

    @readable(routes, f"{PATH}/openapi.json")
    def description_30(request: Request) -> Response:
        return _described(request, as_30(app.openapi()))

    @readable(routes, PATH)
    def page() -> Response:
        return HTMLResponse(_PAGE, headers={"content-security-policy": _POLICY})

    @readable(routes, f"{PATH}/{{name}}")
    def file(request: Request, name: str) -> Response:
        if name not in _FILES:
            raise HTTPException(404)
        content = _START.encode() if name == _START_NAME else _file(name)
        return kept_reply(
            request, etag_of(content), lambda: Response(content, media_type=_FILES[name])
        )

    app.include_router(routes)


def _reader(request: Request) -> None:
    require(person_of(request), Role.READER)


def _described(request: Request, schema: Mapping[str, Any]) -> Response:
    reply = json_reply(schema)
    return kept_reply(request, etag_of(bytes(reply.body)), lambda: reply)


@cache
def _file(name: str) -> bytes:
    return (_VENDOR / name).read_bytes()
