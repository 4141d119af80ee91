"""Other people's sites for the browser tests: pages on ports and under names of their own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import BrowserContext, Page

from tests.e2e.browsing import FLAGS, PATIENCE_MS

HOST_FLAGS = [
    *FLAGS,
    "--host-resolver-rules=MAP *.lan 127.0.0.1",
    "--test-third-party-cookie-phaseout",
]
"""Every name below `.lan` is this machine; unlike `localhost`, browsers do not trust it more. No
site may set cookies in another's page."""

WATCH = """
if (!window.reports) {  // a tab that another one opens gets this twice
  window.reports = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    window.reports.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
  });
  Object.defineProperty(window, 'hacked', {
    set(value) { console.error('hacked: ' + value); }, get() { return undefined; },
  });
}
"""
_NOT_HTTPS = "The Cross-Origin-Opener-Policy header has been ignored"
"""What Chromium says of every page that comes without encryption from another machine."""


@dataclass(frozen=True)
class Reply:
    """What a site answers at one path."""

    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Host:
    """Somebody's web server: replies by path, which a test may change as it goes."""

    port: int
    replies: dict[str, Reply] = field(default_factory=dict)

    def origin(self, name: str) -> str:
        """The origin of this server under a name."""
        return f"http://{name}:{self.port}"

    def serve(self, path: str, body: str, **headers: str) -> None:
        """Answer with a page from now on."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies[path] = Reply(body, named)


@contextmanager
def hosting() -> Iterator[Host]:
    """A server of one's own, on a port of its own."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply = host.replies.get(self.path.partition("?")[0])
            body = (reply.body if reply else "There is nothing here.").encode()
            kind = "text/css" if self.path.endswith(".css") else "text/html; charset=utf-8"
            self.send_response(200 if reply else 404)
            headers = {"content-type": kind, **(reply.headers if reply else {})}
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        host = Host(server.server_port)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield host
        finally:
            server.shutdown()
            thread.join(timeout=10)


def html(head: str = "", body: str = "", language: str = "en") -> str:
    """A page of a host, which is plain unless more is said."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<link rel="icon" href="data:,"><title>Host</title>{head}</head><body>{body}</body></html>'
    )


class Visitor:
    """A browser that nobody knows, whose pages are watched."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.said: list[str] = []
        self.asked: list[str] = []
        context.add_init_script(WATCH)
        context.on("console", self._note)
        context.on("weberror", lambda error: self.said.append(str(error.error)))
        context.on("request", lambda request: self.asked.append(request.url))

    def _note(self, message: object) -> None:
        kind, text = message.type, message.text  # type: ignore[attr-defined]
        if kind in ("error", "warning") and not text.startswith(_NOT_HTTPS):
            self.said.append(text)

    def open(self, address: str) -> Page:
        """A new tab."""
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(address)
        return page

    def reports(self) -> list[str]:
        """What broke a Content-Security-Policy, in any frame of any tab."""
        frames = [frame for page in self.context.pages for frame in page.frames]
        return [report for frame in frames for report in frame.evaluate("window.reports")]

    def assert_quiet(self, allowed: Sequence[str] = ()) -> None:
        """Nothing was complained of, no policy broken and no cookie set."""
        unexpected = [s for s in self.said if not any(part in s for part in allowed)]
        assert not unexpected, unexpected
        assert not (reports := self.reports()), reports
        assert not (cookies := self.context.cookies()), cookies
