"""One line of the log for each request: what it was and how it went, never what was asked.

A request is told by the template of its route, for a path can name a document, a link that was
shared or a conversation; its query, its sender's address and name are not told either. What was
asked is noted only where the setting `server.log_questions` has been switched on.
"""

from __future__ import annotations

import logging
import time
from contextvars import ContextVar
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from ui.people.person import LOCAL, STATE_KEY, Person
from ui.request_ids import request_id
from ui.sending import Sending

_CLIENT_GONE = 499
"""As proxies write it: nobody was left to be answered."""
_log = logging.getLogger(__name__)
_noted: ContextVar[dict[str, Any] | None] = ContextVar("noted", default=None)


def noted(**fields: Any) -> None:
    """Add to the line of the request that is being answered, also from threads that work for it.

    What is noted first stands. Where no request is noted, nothing is.
    """
    line = _noted.get()
    if line is not None:
        line.update(fields | line)


class AccessLog:
    """Notes each request once it has been answered, a stream with its last event."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note how it went."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began = time.perf_counter()
        line: dict[str, Any] = {}
        before, sending = _noted.set(line), Sending(send)
        try:
            return await self._app(scope, receive, sending)
        finally:
            _noted.reset(before)
            seconds = time.perf_counter() - began
            _log.info("request", extra={"fields": _fields(scope, sending.status, seconds) | line})


def _fields(scope: Scope, status: int, seconds: float) -> dict[str, Any]:
    return {
        "request_id": request_id(),
        "method": scope["method"],
        "route": route_of(scope),
        "status": status or _CLIENT_GONE,
        "duration_ms": round(seconds * 1000, 1),
        "person": kind_of(scope.get(STATE_KEY)),
    }


def route_of(scope: Scope) -> str | None:
    """The template of the route that answered; `None` if none did."""
    return getattr(scope.get("route"), "path", None)


def kind_of(person: Person | None) -> str | None:
    """What somebody is, without a name: `local`, `user`, `key` or `site`."""
    if person is None or person == LOCAL:
        return "local" if person else None
    kind, colon, _ = person.name.partition(":")
    return kind if colon and kind in ("key", "site") else "user"
