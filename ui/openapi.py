"""The description of the API (OpenAPI 3.1): what FastAPI derives, completed for all routes.

Every answer that the layers before the routes may give is added here, so that no route need repeat
it: who may not, what is too large, what is too often.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ui.forms import EXAMPLES, ProblemForm
from ui.problem_codes import CODES, codes_of
from ui.problems import MEDIA_TYPE
from ui.request_ids import HEADER

_ABOUT = (
    "Questions to a body of documents, answered with every sentence cited and checked. Errors are "
    "problems (RFC 9457) with a stable `code`. Every answer has the header `X-Request-ID`: the one "
    "that was sent, or a new one."
)
_TAGS = {
    "questions": "Ask, and tell what the answer was worth.",
    "documents": "What the answers stand on.",
    "figures": "Every figure of the documents, with its citation.",
    "conversations": "Kept and shared conversations.",
    "library": "Upload and remove documents, and read them in.",
    "openai": "The same answers as OpenAI's chat completions.",
    "widget": "What the widget on other sites' pages uses; its tickets take the place of keys.",
    "health": "For whoever starts, stops and watches the server.",
}
_BY_PREFIX = {
    "/api/ask": "questions",
    "/api/feedback": "questions",
    "/api/documents": "documents",
    "/p/": "documents",
    "/api/figures": "figures",
    "/api/conversations": "conversations",
    "/c/": "conversations",
    "/api/library": "library",
    "/v1/": "openai",
    "/api/widget/": "widget",
    "/s/": "widget",
    "/widget": "widget",
    "/metrics": "health",
}
_OPEN = ("/healthz", "/readyz", "/api/widget/", "/s/", "/widget")
"""Where nobody needs to be known."""
_ASKING = ("/api/ask", "/v1/chat/completions", "/api/widget/")
"""Where questions are asked, which are counted and may have to wait."""
_ALSO: Mapping[str, tuple[int, ...]] = {
    "/readyz": (503,),
    "/api/feedback": (404,),
    "/api/library": (404, 409, 413, 507),
    "/c/": (503,),
    "/api/widget/": (401, 403, 404),
}
"""What else is answered at paths that begin so."""
_METHODS = ("get", "put", "post", "delete", "patch")


def describe(app: FastAPI) -> None:
    """Let an application serve its description, which is made when it is first asked for."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _made(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # as FastAPI's manual has it


def _made(app: FastAPI) -> dict[str, Any]:
    with warnings.catch_warnings():
        # A route for GET and HEAD gets one id for both; here each operation gets its own.
        warnings.filterwarnings("ignore", message="Duplicate Operation ID")
        schema = get_openapi(
            title="policy-qa",
            version=version("policy-qa"),
            description=_ABOUT,
            routes=app.routes,
            tags=[{"name": name, "description": said} for name, said in _TAGS.items()],
        )
    for path, method, operation in _operations(schema):
        _complete(path, method, operation)
    _add_components(schema)
    return schema


def _operations(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation; HEAD goes without saying wherever there is GET."""
    for path, item in schema["paths"].items():
        item.pop("head", None)
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    operation["operationId"] = "_".join([method, *_words(path)])
    if not _TAGS.keys() & operation.get("tags", ()):
        found = [tag for prefix, tag in _BY_PREFIX.items() if path.startswith(prefix)]
        operation["tags"] = found[:1]
    if path.startswith(_OPEN):
        operation["security"] = []
    responses = operation["responses"]
    if _is_by_fastapi(responses.get("422")):
        del responses["422"]
    for status in _statuses(path, operation):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{status}"})
    if "text/html" in responses.get("200", {}).get("content", {}):
        responses["404"] = _missing_page()
    for response in responses.values():
        # OpenAPI 3.1 can say of a stream what it looks like, but not what each event is.
        response.get("content", {}).get("text/event-stream", {}).pop("schema", None)
        if "$ref" not in response:
            response.setdefault("headers", {})[HEADER] = {"$ref": "#/components/headers/id"}


def _statuses(path: str, operation: Mapping[str, Any]) -> Iterator[int]:
    """Which problems an operation may answer with."""
    yield from (421, 500)
    if not path.startswith(_OPEN):
        yield from (401, 403)
    if "{" in path:
        yield 404
    if "parameters" in operation or "requestBody" in operation:
        yield 422
    if "requestBody" in operation:
        yield from (413, 415)
    if path.startswith("/api/"):
        yield 503
    for prefix, statuses in _ALSO.items():
        if path.startswith(prefix):
            yield from statuses
    if path.startswith(_ASKING):
        yield from (429, 503)


def _add_components(schema: dict[str, Any]) -> None:
    components = schema.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for fastapis in ("HTTPValidationError", "ValidationError"):
        schemas.pop(fastapis, None)
    for name, example in EXAMPLES.items():
        schemas[name]["examples"] = [example]
    schemas["Problem"] = ProblemForm.model_json_schema()
    components["responses"] = {
        str(status): _problem(status) for status in sorted({of for of, _ in CODES.values()})
    }
    components["headers"] = {
        "id": {"description": "The id of the request.", "schema": {"type": "string"}}
    }
    components["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "A key of `policyqa key create`: `Authorization: Bearer pqk_…`.",
        }
    }
    schema["security"] = [{"key": []}, {}]


def _problem(status: int) -> dict[str, Any]:
    codes = codes_of(status)
    code, said = next(iter(codes.items()))
    example = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": said,
        "request_id": "3f2a7c9e5d6b4f1c8a0e9b7d6c5f4e3a",
    }
    told = "\n".join(f"- `{code}`: {said}" for code, said in codes.items())
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    headers: dict[str, Any] = {HEADER: {"$ref": "#/components/headers/id"}}
    if status in (429, 503):
        headers["Retry-After"] = {
            "description": "Seconds to wait before asking again, where that is known.",
            "schema": {"type": "integer", "minimum": 1},
        }
    return {"description": told, "content": {MEDIA_TYPE: content}, "headers": headers}


def _missing_page() -> dict[str, Any]:
    """A page tells readers what is missing in words of its own; no address of a page, a problem."""
    return {
        "description": CODES["not-found"][1],
        "content": {
            "text/html": {"schema": {"type": "string"}},
            MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}},
        },
    }


def _is_by_fastapi(response: Mapping[str, Any] | None) -> bool:
    return response is not None and "HTTPValidationError" in str(response)


def _words(path: str) -> list[str]:
    return [
        "".join(c for c in part if c.isalnum() or c in "_-") for part in path.split("/") if part
    ]
