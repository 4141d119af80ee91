"""The tools that assistants may call over the Model Context Protocol: `ask` and `search`.

They are served at `/gradio_api/mcp`, and as endpoints of Gradio's own API; nothing else of the page
is. They run outside Gradio's queue, which would call this server anew over HTTP without the person
who calls; a limit of their own takes its place.
"""
# Annotations are not put off here (`from __future__`): Gradio reads those of the tools as types.

import json
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import gradio as gr
from anyio import CapacityLimiter, to_thread
from gradio.events import api
from mcp.types import (
    CallToolRequest,
    CallToolResult,
    ListToolsRequest,
    PingRequest,
    ServerResult,
    TextContent,
)
from pydantic import ValidationError

from rag.errors import PolicyQAError
from rag.models import Answer, Filters
from rag.selecting import why_none
from rag.wire import answer_to_json, citation_to_json
from ui.ask_body import AskBody
from ui.asking import in_threads, told
from ui.metrics import Door
from ui.office import Office
from ui.people.person import Person, Role, Scope, person_of, require, require_scope
from ui.problems import FAULT

PARALLEL_CALLS = 4
MOST_PASSAGES = 20
MOST_ENTRIES = 100

_log = logging.getLogger(__name__)


class ToolError(gr.Error):
    """What an assistant is told when a tool fails: one sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(message, print_exception=False)

    def __str__(self) -> str:
        return str(self.message)


def build(office: Office) -> None:
    """Add both tools to the page that is being laid out."""
    tools = _Tools(office)

    async def ask(
        question: str,
        caller: gr.Request,
        documents: list[str] | None = None,
        publishers: list[str] | None = None,
        since: str = "",
        until: str = "",
    ) -> str:
        """Answer a question from the documents of this office.

        Every sentence of the answer stands in the documents and names its source; what they do not
        say is refused ("abstained": true), and the nearest passages are offered.

        Args:
            question: The question, one whole sentence in plain words.
            documents: Look only in the documents of these titles or file names.
            publishers: Look only in the documents of these publishers.
            since: Look only in documents published on this day or later (YYYY-MM-DD).
            until: Look only in documents published on this day or earlier (YYYY-MM-DD).
        """
        async with _failing_clearly():
            person = _reader(caller)
            return await tools.ask(person, _body(question, documents, publishers, since, until))

    async def search(
        query: str,
        caller: gr.Request,
        documents: list[str] | None = None,
        publishers: list[str] | None = None,
        since: str = "",
        until: str = "",
        most: int = 5,
    ) -> str:
        """Find the passages of the documents that are most likely to be about something.

        Args:
            query: What to look for: a question or some words.
            documents: Look only in the documents of these titles or file names.
            publishers: Look only in the documents of these publishers.
            since: Look only in documents published on this day or later (YYYY-MM-DD).
            until: Look only in documents published on this day or earlier (YYYY-MM-DD).
            most: How many passages at most, 1 to 20.
        """
        async with _failing_clearly():
            person = _reader(caller)
            body = _body(query, documents, publishers, since, until)
            return await tools.search(person, body, most)

    for tool in (ask, search):
        api(tool, queue=False, api_visibility="public")


def only_tools(page: gr.Blocks) -> None:
    """Let a page that was mounted serve its tools over the protocol, and nothing else.

    There are no resources and no prompts; asked for one, Gradio would first call whatever host the
    request was sent to. And of a long list it would look for every fault, each of which takes time
    in which nobody else is answered.
    """
    server = page.mcp_server_obj
    if server is None:
        raise TypeError("The page was mounted without its tools.")
    handlers = server.mcp_server.request_handlers
    for kind in handlers.keys() - {PingRequest, ListToolsRequest, CallToolRequest}:
        del handlers[kind]
    call = handlers[CallToolRequest]

    async def checked(request: CallToolRequest) -> ServerResult:
        for name, value in (request.params.arguments or {}).items():
            if isinstance(value, list) and len(value) > MOST_ENTRIES:
                said = f"{name!r} is not usable: it has more than {MOST_ENTRIES} entries."
                part = TextContent(type="text", text=said)
                return ServerResult(CallToolResult(content=[part], isError=True))
        return await call(request)

    handlers[CallToolRequest] = checked


class _Tools:
    """What the tools do."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._limiter = CapacityLimiter(PARALLEL_CALLS)

    async def ask(self, person: Person, body: AskBody) -> str:
        """The answer, in the one JSON form; the person may judge it afterwards."""
        office = self._office
        answer = None
        told_of = told(office, person, body.question, door=Door.MCP, **body.arguments())
        kept = office.judging.remembering(person, (), told_of)
        async with aclosing(in_threads(kept, self._limiter)) as events:
            async for event in events:
                answer = event
        assert isinstance(answer, Answer)  # noqa: S101  a stream always ends with the answer
        return _json(answer_to_json(answer))

    async def search(self, person: Person, body: AskBody, most: int) -> str:
        """The passages as citations, best first; if there are none at all, why."""
        if not isinstance(most, int) or not 1 <= most <= MOST_PASSAGES:
            raise ToolError(f"'most' must be a number from 1 to {MOST_PASSAGES}.")
        office = self._office
        office.access.may_ask(person)
        said = body.question if office.settings.access.audit_questions else ""
        office.audit.note(person, "search", said)
        return await to_thread.run_sync(self._search, body, most, limiter=self._limiter)

    def _search(self, body: AskBody, most: int) -> str:
        pipeline, filters = self._office.pipeline, body.arguments()["filters"]
        found = pipeline.look_up(body.question, most, filters)
        reason = why_none(filters or Filters(), pipeline.documents)
        passages = [citation_to_json(scored.item) for scored in found]
        return _json({"query": body.question, "passages": passages, "reason": reason})


@asynccontextmanager
async def _failing_clearly() -> AsyncIterator[None]:
    try:
        yield
    except PolicyQAError as error:
        raise ToolError(str(error)) from error
    except ToolError:
        raise
    except Exception as error:
        _log.exception("A tool failed.")
        raise ToolError(FAULT) from error


def _reader(caller: gr.Request) -> Person:
    person = person_of(caller)
    require(person, Role.READER)
    require_scope(person, Scope.ASK)
    return person


def _body(
    question: str,
    documents: list[str] | None,
    publishers: list[str] | None,
    since: str,
    until: str,
) -> AskBody:
    """The arguments of a tool, checked: Gradio hands them on as they come."""
    filters = {"documents": documents, "publishers": publishers, "since": since, "until": until}
    given = {name: value for name, value in filters.items() if value not in (None, "")}
    try:
        return AskBody.model_validate({"question": question, **given})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ToolError(f"{where!r} is not usable: {first['msg']}.") from None


def _json(value: dict[str, Any]) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text.encode(errors="replace").decode()  # a question may hold half a character
