"""What stands before every route: it tells who asks."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from ui.people.person import LOCAL, STATE_KEY


class Gate:
    """Puts the person behind each request into its scope."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] in ("http", "websocket"):
            scope[STATE_KEY] = LOCAL
        await self._app(scope, receive, send)
