"""Every request has an id: its sender's, if that is a usable one, or else one made here.

It is in the answer's header, in every problem and in every line of the log, so that what somebody
reports can be found again.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"
_USABLE = re.compile(r"[A-Za-z0-9._-]{1,128}")
"""Safe in a header, in a line of a log, and as a name in whatever reads either."""
_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def request_id() -> str | None:
    """The id of the request that is being answered, also in threads that work for it."""
    return _current.get()


class RequestIds:
    """Gives each request its id; outermost, so that no answer is without one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its id, and answer with it."""
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        id_ = _given(scope) or uuid4().hex

        async def send_with_id(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                MutableHeaders(scope=message)[HEADER] = id_
            await send(message)

        before = _current.set(id_)
        try:
            return await self._app(scope, receive, send_with_id)
        finally:
            _current.reset(before)


def _given(scope: Scope) -> str | None:
    given = Headers(scope=scope).getlist(HEADER)
    return given[0] if len(given) == 1 and _USABLE.fullmatch(given[0]) else None
