"""A server for the widget that does what a test tells it: cuts lines, refuses, waits, forgets.

It speaks real HTTP, sends the events that the real routes send, and notes what it is asked.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.e2e.browsing import PATIENCE_MS
from tests.ui.fake_pipeline import FakePipeline
from ui.sites.events import site_events
from ui.widget.bundle import script

TITLE = "Ask the port"
SUGGESTIONS = ("How many containers were handled?", "When do ferries leave?")


@dataclass
class Reply:
    """How one question is answered: refused, or with its events from the first to the last.

    Of `events` only so many are sent before the line is cut; `pieces` are bytes sent as they are,
    in place of events. What comes after the first claim waits for `go`; a visit waits for it, too.
    """

    status: int = 200
    code: str = ""
    retry_after: int | str | None = None
    events: int | None = None
    pieces: tuple[bytes, ...] = ()
    go: threading.Event | None = None


@dataclass
class Request:
    """What the widget sent."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class SiteServer:
    """What is answered next, and what was asked so far."""

    address: str = ""
    replies: list[Reply] = field(default_factory=list)
    visits: list[Reply] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    expires_in: int = 600
    pipeline: FakePipeline = field(default_factory=FakePipeline)
    answers: dict[str, list[str]] = field(default_factory=dict)
    """The events of each answer by the id of its question: that is asked once only."""

    def asked(self, path: str) -> list[Request]:
        """The requests for one route."""
        return [request for request in self.requests if request.path == path]

    def events(self, ask: str, question: str) -> list[str]:
        """The events of an answer, numbered; it is made when its id comes first."""
        if ask not in self.answers:
            told = self.pipeline.stream(question)
            made = site_events(told, lambda place: f"/s/port/{place}")  # type: ignore[arg-type]
            self.answers[ask] = [f"id: {n}\n{event}" for n, event in enumerate(made, start=1)]
        return self.answers[ask]


@contextmanager
def site_server() -> Iterator[SiteServer]:
    """A server of the widget, with the script as it is served."""
    server = SiteServer()
    handler = type("Handler", (_Handler,), {"server_told": server})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        http.daemon_threads = True
        http.block_on_close = False
        server.address = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join(timeout=10)


class _Handler(BaseHTTPRequestHandler):
    server_told: SiteServer
    protocol_version = "HTTP/1.1"

    def do_OPTIONS(self) -> None:
        self._head(204, {"access-control-allow-methods": "POST"})

    def do_GET(self) -> None:
        kind = "mjs" if self.path.endswith(".mjs") else "js"
        body = script(kind).body  # type: ignore[arg-type]
        self._send(200, "text/javascript; charset=utf-8", body)

    def do_POST(self) -> None:
        told, path = self.server_told, self.path.rpartition("/")[2]
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        told.requests.append(Request(path, headers, body))
        queue = told.visits if path == "visit" else told.replies if path == "ask" else []
        reply = queue.pop(0) if queue else Reply()
        if reply.status != 200:
            return self._refuse(reply)
        if path == "visit":
            if reply.go:
                reply.go.wait(PATIENCE_MS / 1000)
            return self._visit(len(told.asked("visit")), body)
        if path == "ask":
            return self._answer(reply, body, int(headers.get("last-event-id", 0)))
        return self._head(204)

    def _visit(self, number: int, body: dict[str, Any]) -> None:
        visit = {
            "ticket": f"ticket-{number}",
            "expires_in": self.server_told.expires_in,
            "visitor": body.get("visitor") or f"visitor-{number}",
            "title": TITLE,
            "suggestions": SUGGESTIONS,
            "index_version": "fake-1",
        }
        self._send(200, "application/json", json.dumps(visit).encode())

    def _answer(self, reply: Reply, body: dict[str, Any], seen: int) -> None:
        self.close_connection = True
        self._head(200, {"content-type": "text/event-stream", "connection": "close"}, length=None)
        whole = reply.pieces or tuple(
            event.encode()
            for event in self.server_told.events(body["ask"], body["question"])[seen:]
        )
        with suppress(ConnectionError):  # the widget may leave
            for number, piece in enumerate(whole[: reply.events], start=1 + seen):
                if reply.go and number == 3:
                    reply.go.wait(PATIENCE_MS / 1000)
                self.wfile.write(piece)
                self.wfile.flush()

    def _refuse(self, reply: Reply) -> None:
        problem = {"status": reply.status, "code": reply.code, "detail": "It was refused."}
        extra = {} if reply.retry_after is None else {"retry-after": str(reply.retry_after)}
        self._send(reply.status, "application/problem+json", json.dumps(problem).encode(), extra)

    def _send(
        self, status: int, kind: str, body: bytes, more: dict[str, str] | None = None
    ) -> None:
        self._head(status, {"content-type": kind, **(more or {})}, length=len(body))
        self.wfile.write(body)

    def _head(
        self, status: int, headers: dict[str, str] | None = None, length: int | None = 0
    ) -> None:
        self.send_response(status)
        for name, value in {**_CORS, **(headers or {})}.items():
            self.send_header(name, value)
        if length is not None and status != 204:
            self.send_header("content-length", str(length))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


_CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "authorization, content-type, last-event-id",
    "access-control-expose-headers": "retry-after",
}
