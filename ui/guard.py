"""What stands in front of every route: a limit on bodies, and headers that keep pages at home."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.problems import problem

API_BODY_BYTES = 64 * 1024
PAGE_BODY_BYTES = 1024 * 1024
"""The staff page may send more, so that an overlong question is answered in the page itself."""

# Gradio's page needs inline and evaluated script; what no page may do is talk to another host.
_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    ]
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}

_HTTPS_ONLY = "max-age=31536000"
_ONES_OWN = ("text/html", "application/json")
"""What may differ from person to person, and must be asked for anew."""


class SecurityHeaders:
    """Adds the security headers that a response does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and complete the headers of its response."""

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith(_ONES_OWN):
                    headers.setdefault("cache-control", "private, no-cache")
                if scope.get("scheme") == "https":
                    headers.setdefault("strict-transport-security", _HTTPS_ONLY)
            await send(message)

        await self._app(scope, receive, complete)


class BodyLimit:
    """Refuses bodies that are too large, whether they say so or not."""

    def __init__(self, app: ASGIApp, larger: Mapping[str, int] | None = None) -> None:
        """`larger` holds the bytes that routes take whose bodies are files, by path."""
        self._app = app
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413, or pass the request on with a receiver that counts."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        limit = self._limit(scope["path"])
        refusal = f"The body is larger than {limit // 1024} KiB; send less at once."
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > limit:
            return await problem(413, "too-large", refusal)(scope, receive, send)
        received = 0

        async def count() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(413, refusal)
            return message

        return await self._app(scope, count, send)

    def _limit(self, path: str) -> int:
        usual = API_BODY_BYTES if path.startswith("/api/") else PAGE_BODY_BYTES
        return self._larger.get(path, usual)
