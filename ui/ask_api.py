"""`POST /api/ask`: one question, answered as JSON or as server-sent events."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import aclosing
from typing import Annotated, Any, TypeAlias

from anyio import CapacityLimiter
from fastapi import APIRouter, Header, Request
from fastapi.responses import Response

from rag.models import Answer, Claim
from rag.wire import answer_to_json
from ui.ask_body import AskBody
from ui.asking import EVENT_STREAM, PARALLEL_STEPS, EventStream, in_threads, told
from ui.events import answer_events
from ui.forms import STREAMED, AnswerForm
from ui.office import Office
from ui.people.person import Role, person_of, require
from ui.replies import json_reply

Accept: TypeAlias = Annotated[str, Header(include_in_schema=False)]
"""OpenAPI tells of this header by the media types of the answer."""
_CLIENT_GONE = 499
"""As proxies write it into their logs; nobody is left to read it."""
_ANSWERED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer, or an abstention. Where the request accepts "
        "`text/event-stream`: the events `status` and `claim` as they come about, then `answer`, "
        "the whole answer; or `error`, a problem, in its place.",
        "content": {EVENT_STREAM: {"example": STREAMED}},
    }
}


def router(office: Office) -> APIRouter:
    """The route `/api/ask`."""
    routes = APIRouter(prefix="/api", tags=["questions"])
    limiter = CapacityLimiter(PARALLEL_STEPS)

    @routes.post("/ask", summary="Ask a question", response_model=AnswerForm, responses=_ANSWERED)
    async def ask(request: Request, body: AskBody, accept: Accept = "") -> Response:
        """Answer a question as JSON, or as server-sent events when the client accepts them.

        What is refused, such as an empty question, is refused by the HTTP status in both ways.
        """
        arguments = body.arguments()
        person = person_of(request)
        require(person, Role.READER)
        streams = EVENT_STREAM in accept
        told_of = office.judging.remembering(
            person,
            arguments["history"],
            told(office, person, body.question, watched=streams, **arguments),
        )
        if streams:
            return await _streamed(told_of, limiter, trace=body.trace)
        answer = None
        async with aclosing(in_threads(told_of, limiter)) as events:
            async for event in events:
                answer = event
                if await request.is_disconnected():
                    return Response(status_code=_CLIENT_GONE)
        assert isinstance(answer, Answer)  # noqa: S101  a stream always ends with the answer
        return json_reply(answer_to_json(answer, trace=body.trace))

    return routes


async def _streamed(
    told_of: Generator[str | Claim | Answer], limiter: CapacityLimiter, *, trace: bool
) -> EventStream:
    """The stream, once its first event is there: until then the status can tell what is wrong."""
    events = in_threads(answer_events(told_of, trace=trace, refusing=True), limiter)
    return EventStream(events, await anext(events))
