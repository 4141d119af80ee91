"""Errors on the wire: problem+json (RFC 9457) with a stable `code` and one sentence."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import PolicyQAError
from ui.request_ids import request_id
from ui.sending import Sending

MEDIA_TYPE = "application/problem+json"
FAULT = "The program failed at this; please try again, and tell its administrator if it stays so."
_BAD_JSON = "The body is not valid JSON; correct it and send it again."
_BODY_BROKE = "There was an error parsing the body"
"""FastAPI's words for JSON that breaks its reader, such as by its depth."""
# What plain HTTP errors are called; everything else goes by its status phrase.
_CODES = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 422: "bad-request"}

_log = logging.getLogger(__name__)


def problem_of(status: int, code: str, detail: str) -> dict[str, Any]:
    """The fields of a problem; `ui.problem_codes` tells what each code means."""
    title, id_ = HTTPStatus(status).phrase, request_id()
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        **({"request_id": id_} if id_ else {}),
    }


def problem(status: int, code: str, detail: str) -> Response:
    """A response that says what is wrong."""
    body = json.dumps(problem_of(status, code, detail), ensure_ascii=False)
    # What is quoted of the request may hold half a character.
    return Response(body.encode(errors="replace"), status, media_type=MEDIA_TYPE)


def problem_of_error(error: Exception) -> dict[str, Any]:
    """The problem of an error that came up while an answer was on its way."""
    if isinstance(error, PolicyQAError):
        return problem_of(error.http_status, error.code, str(error))
    _log.error("A request failed.", exc_info=error)
    return problem_of(500, "internal", FAULT)


def handle_problems(app: FastAPI) -> None:
    """Answer every error of the application's own routes as a problem."""
    app.add_exception_handler(PolicyQAError, _on_error)
    app.add_exception_handler(Exception, _on_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)


class Faults:
    """Answers what nothing else caught, within the layers that complete and note each answer.

    FastAPI's own handler of faults stands before all layers, where an answer would lack its
    security headers and its request id.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; once an answer has begun, a fault can only cut it off."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        sending = Sending(send)
        try:
            return await self._app(scope, receive, sending)
        except Exception as error:
            if sending.status:
                raise
            answer = answer_to(error)
        return await answer(scope, receive, send)


def answer_to(error: Exception) -> Response:
    """The response that tells of an error; one of a limit says when to come again."""
    fields = problem_of_error(error)
    response = problem(fields["status"], fields["code"], fields["detail"])
    seconds = getattr(error, "seconds", None)
    if isinstance(seconds, int):
        response.headers["retry-after"] = str(seconds)
    return response


# Handlers that are no coroutines would each wait for a thread, most of all when many are refused.
async def _on_error(_: Request, error: Exception) -> Response:
    return answer_to(error)


async def _on_http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    if error.detail == _BODY_BROKE:
        return problem(422, "bad-json", _BAD_JSON)
    phrase = HTTPStatus(error.status_code).phrase
    code = _CODES.get(error.status_code, phrase.lower().replace(" ", "-"))
    detail = error.detail if error.status_code == 413 else _sentence(error)
    response = problem(error.status_code, code, detail)
    response.headers.update(error.headers or {})  # such as the methods that are allowed
    return response


def _sentence(error: HTTPException) -> str:
    if error.status_code == 404:
        return "There is nothing at this address."
    return f"{error.detail.rstrip('.')}."


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return problem(422, "bad-json", _BAD_JSON)
    if _is_of_another_type(request, first):
        said = "The body is not sent as JSON; send it with the content type application/json."
        return problem(415, "not-json", said)
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "the body"
    why = first["msg"].removeprefix("Value error, ")
    return problem(422, "bad-request", f"{where!r} is not usable: {why}.")


def _is_of_another_type(request: Request, error: Mapping[str, Any]) -> bool:
    """Whether there is a body, which FastAPI has left as bytes for its content type."""
    if error["loc"] != ("body",) or error["type"] == "missing":
        return False
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    return not (kind.startswith("application/") and kind.endswith(("/json", "+json")))
