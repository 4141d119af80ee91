"""`POST /v1/chat/completions` and `GET /v1/models`, for programs that speak OpenAI's interface."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import aclosing
from typing import Any
from urllib.parse import quote

from anyio import CapacityLimiter
from fastapi import APIRouter, Request
from fastapi.responses import Response

from rag.models import Answer, Citation, Claim
from ui.asking import EVENT_STREAM, PARALLEL_STEPS, EventStream, in_threads, told
from ui.completions.errors import Refused, refusal
from ui.completions.forms import (
    MODEL,
    ChatForm,
    Completion,
    ErrorForm,
    ModelForm,
    ModelList,
)
from ui.completions.reading import asked_in, require_model
from ui.completions.writing import Asker, Link, chunks, completion
from ui.metrics import Door
from ui.office import Office
from ui.people.person import Role, person_of, require
from ui.replies import json_reply, readable

_CLIENT_GONE = 499
_STREAMED = 'data: {"object": "chat.completion.chunk", "choices": []}\n\ndata: [DONE]\n\n'
_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorForm, "description": "The request cannot be used or honoured."},
    401: {"model": ErrorForm, "description": "Nobody is known to ask: send a key."},
    403: {"model": ErrorForm, "description": "Whoever asks may not do this."},
    404: {"model": ErrorForm, "description": "There is no such model, or no such address."},
    413: {"model": ErrorForm, "description": "The body is too large."},
    415: {"model": ErrorForm, "description": "The body is not sent as JSON."},
    421: {"model": ErrorForm, "description": "The server is not reached by that name."},
    422: {"model": ErrorForm, "description": "Never: 400 is answered, as OpenAI has it."},
    429: {"model": ErrorForm, "description": "Asked too often; `Retry-After` says until when."},
    500: {"model": ErrorForm, "description": "The program failed."},
    503: {"model": ErrorForm, "description": "It cannot be answered now; see `Retry-After`."},
}
_COMPLETED: dict[int | str, dict[str, Any]] = {
    **_ERRORS,
    200: {
        "description": "The answer, or an abstention; with `stream`, its chunks as events, of "
        "which the one with `finish_reason` has the field `policyqa`.",
        "content": {EVENT_STREAM: {"schema": {"type": "string"}, "example": _STREAMED}},
    },
}


def router(office: Office) -> APIRouter:
    """The routes below `/v1`."""
    routes = APIRouter(prefix="/v1", tags=["openai"])
    limiter = CapacityLimiter(PARALLEL_STEPS)
    model = {"id": MODEL, "object": "model", "created": int(time.time()), "owned_by": "policy-qa"}

    @routes.post(
        "/chat/completions",
        summary="Ask a question as a chat",
        response_model=Completion,
        responses=_COMPLETED,
    )
    async def complete(request: Request, form: ChatForm) -> Response:
        """Answer the last message of the user; earlier ones are what a follow-up refers to."""
        person = person_of(request)
        require(person, Role.READER)
        try:
            body = asked_in(form)
        except Refused as error:
            return refusal(error)
        arguments = body.arguments()
        events = told(office, person, body.question, door=Door.COMPLETIONS, **arguments)
        told_of = office.judging.remembering(person, arguments["history"], events)
        wants_usage = bool(form.stream_options and form.stream_options.include_usage)
        asker = Asker(_link_of(request), trace=body.trace, usage=wants_usage)
        if form.stream:
            sent = in_threads(chunks(told_of, asker), limiter)
            return EventStream(sent, await anext(sent))
        answer = await _whole(request, told_of, limiter)
        if answer is None:
            return Response(status_code=_CLIENT_GONE)
        return json_reply(completion(answer, asker))

    @readable(
        routes, "/models", summary="List the models", response_model=ModelList, responses=_ERRORS
    )
    async def models() -> dict[str, Any]:
        """The models that can be asked: this program, with whatever engine it is set to."""
        return {"object": "list", "data": [model]}

    @readable(
        routes,
        "/models/{name}",
        summary="Tell of a model",
        response_model=ModelForm,
        responses=_ERRORS,
    )
    async def one_model(name: str) -> Response:
        """One of the models."""
        try:
            require_model(name)
        except Refused as error:
            return refusal(error)
        return json_reply(model)

    return routes


async def _whole(
    request: Request, told_of: Generator[str | Claim | Answer], limiter: CapacityLimiter
) -> Answer | None:
    """The answer, unless the client left meanwhile."""
    answer = None
    async with aclosing(in_threads(told_of, limiter)) as events:
        async for event in events:
            answer = event
            if await request.is_disconnected():
                return None
    assert isinstance(answer, Answer)  # noqa: S101  a stream always ends with the answer
    return answer


def _link_of(request: Request) -> Link:
    base = request.base_url

    def link(citation: Citation) -> str:
        return f"{base}p/{quote(citation.permalink, safe='/')}"

    return link
