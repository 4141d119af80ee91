"""Errors on the wire: problem+json (RFC 9457) with a stable `code` and one sentence."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from rag.errors import PolicyQAError
from ui.people.limits import TooOften

MEDIA_TYPE = "application/problem+json"
FAULT = "The program failed at this; please try again, and tell its administrator if it stays so."
# What plain HTTP errors are called; everything else goes by its status phrase.
_CODES = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 422: "bad-request"}

_log = logging.getLogger(__name__)


def problem_of(status: int, code: str, detail: str) -> dict[str, Any]:
    """The fields of a problem."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail}


def problem(status: int, code: str, detail: str) -> Response:
    """A response that says what is wrong."""
    body = json.dumps(problem_of(status, code, detail), ensure_ascii=False)
    return Response(body, status, media_type=MEDIA_TYPE)


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


def _on_error(_: Request, error: Exception) -> Response:
    fields = problem_of_error(error)
    response = problem(fields["status"], fields["code"], fields["detail"])
    if isinstance(error, TooOften):
        response.headers["retry-after"] = str(error.seconds)
    return response


def _on_http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    code = _CODES.get(error.status_code, HTTPStatus(error.status_code).phrase.lower())
    detail = error.detail if error.status_code == 413 else _sentence(error)
    return problem(error.status_code, code, detail)


def _sentence(error: HTTPException) -> str:
    if error.status_code == 404:
        return "There is nothing at this address."
    return f"{error.detail.rstrip('.')}."


def _on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return problem(422, "bad-json", "The body is not valid JSON; correct it and send it again.")
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "the body"
    return problem(422, "bad-request", f"{where!r} is not usable: {first['msg']}.")
