"""What no route of ours answers, below the paths that are ours: 405 or 404, as a problem.

Without it such a request would fall through to Gradio, which stands below all routes, knows nothing
of them and answers in a form of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from ui.problems import problem

_BELOW = ("/api", "/v1", "/docs", "/p", "/c", "/s")
_AT = ("/openapi.json", "/healthz", "/readyz", "/metrics", "/widget.js", "/widget.mjs")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def add_missing(app: FastAPI) -> None:
    """Add the last routes of an application; only what is mounted may come after them."""
    known = list(app.router.routes)
    # An endpoint that is no function is given requests of any method.
    for path in (*_BELOW, *_AT, *(f"{path}/{{rest:path}}" for path in _BELOW)):
        app.router.routes.append(Route(path, _Missing(known), include_in_schema=False))


class _Missing:
    """Tells what an address allows, if there is one."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in place of the route that is missing."""
        allowed = [method for method in _METHODS if self._takes(scope, method)]
        await _refusal(scope["method"], allowed)(scope, receive, send)

    def _takes(self, scope: Scope, method: str) -> bool:
        asked = {**scope, "method": method}
        return any(route.matches(asked)[0] is Match.FULL for route in self._routes)


def _refusal(method: str, allowed: list[str]) -> Response:
    if not allowed:
        return problem(404, "not-found", "There is nothing at this address.")
    said = f"This address does not take {method}; use {' or '.join(allowed)}."
    response = problem(405, "method-not-allowed", said)
    response.headers["allow"] = ", ".join(allowed)
    return response
