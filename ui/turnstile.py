"""Refuses questions that would be refused anyway before anything is done for them.

When ten times more is asked than can be answered, refusing is much of the work: here it costs an
eighth of what it costs once the request is routed and its body read and checked.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.access_log import noted
from ui.admission import Admission, Busy
from ui.asking import EVENT_STREAM
from ui.metrics import Door, Metrics, Outcome
from ui.people.person import STATE_KEY, Person
from ui.problems import answer_to

ASKING: Mapping[str, Door] = {"/api/ask": Door.API, "/v1/chat/completions": Door.COMPLETIONS}
"""Paths whose every POST is one question, and which tell of refusals as problems."""


class Turnstile:
    """Answers 503 in place of a route for questions while the line is too long for this person."""

    def __init__(self, app: ASGIApp, admission: Admission, metrics: Metrics) -> None:
        self._app = app
        self._admission = admission
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless it asks and cannot wait."""
        if scope["type"] == "http" and scope["path"] in ASKING and scope["method"] == "POST":
            person = scope.get(STATE_KEY)
            busy = self._refusal(scope, person) if isinstance(person, Person) else None
            if busy is not None:
                self._metrics.asked(ASKING[scope["path"]]).end(Outcome.REFUSED)
                noted(outcome=Outcome.REFUSED)
                return await answer_to(busy)(scope, receive, send)
        return await self._app(scope, receive, send)

    def _refusal(self, scope: Scope, person: Person) -> Busy | None:
        watched = EVENT_STREAM in Headers(scope=scope).get("accept", "")
        return self._admission.refusal(person, watched=watched)
