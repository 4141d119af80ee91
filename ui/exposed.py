"""Which of Gradio's own routes are served: those that the page and the tools need, and no others.

Gradio brings many more: a monitor, uploads, a proxy, an editor of its code, deep links that write
to the disk, a stream for reloading. All of them are closed here by name of what is open, so that a
new one of a later version stays closed too.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

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
            nothing = problem(404, "not-found", "There is nothing at this address.")
            return await nothing(scope, receive, send)
        return await self._app(scope, receive, send)


def is_open(path: str) -> bool:
    """Whether a path is served: everything that is ours, and what is needed of Gradio's."""
    plain = path.rstrip("/")
    if plain == _API or path.startswith(f"{_API}/"):
        return plain in _OPEN or path.startswith(_OPEN_BELOW)
    return not any(plain == name or path.startswith(f"{name}/") for name in _CLOSED)
