"""The cookie that holds the token of a session."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

_NAME = "policyqa_session"


def token_of(connection: HTTPConnection) -> str | None:
    """The token that a browser sends."""
    return connection.cookies.get(_name(connection)) or None


def keep_token(connection: HTTPConnection, response: Response, token: str, seconds: int) -> None:
    """Let the browser keep a token: out of reach of scripts and of other sites' requests."""
    response.set_cookie(
        _name(connection),
        token,
        max_age=seconds,
        path="/",
        secure=_is_https(connection),
        httponly=True,
        samesite="lax",
    )


def drop_token(connection: HTTPConnection, response: Response) -> None:
    """Let the browser forget it."""
    response.delete_cookie(
        _name(connection),
        path="/",
        secure=_is_https(connection),
        httponly=True,
        samesite="lax",
    )


def _name(connection: HTTPConnection) -> str:
    # With this prefix browsers take the cookie only from us, over https (RFC 6265bis).
    return f"__Host-{_NAME}" if _is_https(connection) else _NAME


def _is_https(connection: HTTPConnection) -> bool:
    return bool(connection.scope.get("scheme") in ("https", "wss"))
