"""Which of Gradio's own routes are served: those that the page and the tools need, and no others.

Gradio brings many more: a monitor, uploads, a proxy, an editor of its code, deep links that write
to the disk, a stream for reloading. All of them are closed here by name of what is open, so that a
new one of a later version stays closed too. What is open is so to people only (`ForPeople`).
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.people.person import STATE_KEY, Person
from ui.problems import problem

_API = "/gradio_api"
_OPEN = frozenset(
    f"{_API}/{name}"
    for name in (
        "app_id",
        "call/ask",
        "call/search",
        "cancel",
        "component_server",
        "info",
        "mcp",
        "mcp/http",
        "mcp/schema",
        "queue/data",
        "queue/join",
        "reset",
        "run/ask",
        "run/predict",  # what the page calls outside the queue
        "run/search",
        "startup-events",
        "theme.css",
    )
)
_TOOLS = f"{_API}/mcp"
_ICON = "/favicon.ico"
_OPEN_BELOW = tuple(f"{_API}/{name}/" for name in ("call/ask", "call/search", "heartbeat"))
_CLOSED = ("/login", "/logout", "/monitoring", "/svelte")
"""Closed although they do not lie below the others."""


class OnlyNeeded:
    """Answers 404 for routes of Gradio that nothing here uses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request for what is open."""
        if scope["type"] == "http" and not is_open(scope["path"]):
            return await _nothing(scope, receive, send)
        return await self._app(scope, receive, send)


class ForPeople:
    """Stands before Gradio's own routes: no visitor comes to them, and keys only to the tools.

    The gate lets neither come so far. But all paths that nothing else serves end at Gradio, so a
    hole there would show the page.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from somebody who may be there."""
        if _may_enter(scope):
            return await self._app(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return await _nothing(scope, receive, send)


def for_people(app: FastAPI) -> None:
    """Put `ForPeople` before what was mounted last: Gradio's page, which keeps only its tools."""
    from ui.mcp import only_tools  # gradio takes seconds to load

    page = app.routes[-1]
    if not isinstance(page, Mount):
        raise TypeError("The last route is not the page that was mounted.")
    only_tools(page.app.get_blocks())  # type: ignore[attr-defined]  # Gradio's
    page.app = ForPeople(page.app)


def _may_enter(scope: Scope) -> bool:
    if scope["type"] not in ("http", "websocket") or scope["path"] == _ICON:
        return True
    person = scope.get(STATE_KEY)
    if not isinstance(person, Person):
        return False
    is_tool = scope["path"] == _TOOLS or scope["path"].startswith(f"{_TOOLS}/")
    return person.scopes is None or (scope["type"] == "http" and is_tool)


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    answer = problem(404, "not-found", "There is nothing at this address.")
    await answer(scope, receive, send)


def is_open(path: str) -> bool:
    """Whether a path is served: everything that is ours, and what is needed of Gradio's."""
    plain = path.rstrip("/")
    if plain == _API or path.startswith(f"{_API}/"):
        return plain in _OPEN or path.startswith(_OPEN_BELOW)
    return not any(plain == name or path.startswith(f"{name}/") for name in _CLOSED)
