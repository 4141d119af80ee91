"""Errors below `/v1`, in the form that OpenAI's clients read.

Everything before and behind the routes tells of errors as problems; one layer rewords them all, so
that a refused key or a full line reads the same as a wrong option.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi.responses import Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import InputError
from ui.problems import MEDIA_TYPE
from ui.replies import json_reply

_BELOW = "/v1"
_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}


class Refused(InputError):
    """A request that OpenAI's form allows and that cannot be honoured here; `param` names where."""

    code = "unsupported_value"
    http_status = 400

    def __init__(self, message: str, param: str) -> None:
        super().__init__(message)
        self.param = param


class NoModel(Refused):
    """There is no model of that name."""

    code = "model_not_found"
    http_status = 404


def error_of(status: int, code: str, message: str, param: str | None = None) -> dict[str, Any]:
    """An error as OpenAI's clients read it; `code` is the same as in problems."""
    usual = "server_error" if status >= 500 else "invalid_request_error"
    told = {
        "message": message,
        "type": _TYPES.get(status, usual),
        "param": param,
        "code": code,
    }
    return {"error": told}


def error_of_problem(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A problem in that form."""
    return error_of(_status(fields["status"]), fields["code"], fields["detail"])


def refusal(error: Refused) -> Response:
    """The response that refuses a request."""
    response = json_reply(error_of(error.http_status, error.code, str(error), error.param))
    response.status_code = error.http_status
    return response


class OpenAIErrors:
    """Rewords every problem that is answered below `/v1`; other headers stay, as `Retry-After`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and hold back the answer if it is a problem, until it is whole."""
        if scope["type"] != "http" or not f"{scope['path']}/".startswith(f"{_BELOW}/"):
            return await self._app(scope, receive, send)
        held: Message | None = None
        body = b""

        async def reword(message: Message) -> None:
            nonlocal held, body
            if message["type"] == "http.response.start" and _is_problem(message):
                held = message
            elif held is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    await _send_reworded(held, body, send)

        return await self._app(scope, receive, reword)


async def _send_reworded(start: Message, body: bytes, send: Send) -> None:
    headers = MutableHeaders(scope=start)
    if body:  # else it answers a HEAD
        fields = json.loads(body)
        body = json.dumps(error_of_problem(fields), ensure_ascii=False).encode(errors="replace")
        headers["content-length"] = str(len(body))
    headers["content-type"] = "application/json"
    await send({**start, "status": _status(start["status"])})
    await send({"type": "http.response.body", "body": body})


def _is_problem(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith(MEDIA_TYPE)


def _status(status: int) -> int:
    """What is 422 elsewhere is 400 in OpenAI's interface, and `BadRequestError` in its client."""
    return 400 if status == 422 else status
