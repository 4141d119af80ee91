"""Serves the pages of Ellerford, a made-up town whose documents policy-qa answers from.

    policyqa ingest docs/demo/documents --index .policyqa/demo
    policyqa site add ellerford --origin http://localhost:8000
    policyqa serve --index .policyqa/demo
    python docs/demo/serve.py

Then open http://localhost:8000. `--server` says where policy-qa is, if it is somewhere else.
"""

from __future__ import annotations

import argparse
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path(__file__).parent
WRITTEN = "http://127.0.0.1:7860"
"""Where the pages say that policy-qa is."""
STRICT = (
    f"default-src 'none'; script-src {WRITTEN}; connect-src {WRITTEN}; style-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


class Town(SimpleHTTPRequestHandler):
    """The files of a folder; `strict.html` comes with a strict policy."""

    def __init__(
        self, *arguments: object, server_address: str, folder: Path, **more: object
    ) -> None:
        self._server_address = server_address
        self._folder = folder
        super().__init__(*arguments, directory=str(folder), **more)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """A page, with the address of policy-qa put in, or another file."""
        path = self.path.partition("?")[0]
        page = self._folder / (path.strip("/") or "index.html")
        if page.parent != self._folder or page.suffix != ".html" or not page.is_file():
            return super().do_GET()
        body = self._addressed(page.read_text("utf-8")).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if page.name == "strict.html":
            self.send_header("Content-Security-Policy", self._addressed(STRICT))
        self.end_headers()
        self.wfile.write(body)
        return None

    def _addressed(self, text: str) -> str:
        return text.replace(WRITTEN, self._server_address)

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


def town_server(port: int, server_address: str, folder: Path = FOLDER) -> ThreadingHTTPServer:
    """A web server for the pages, which ask the policy-qa at `server_address`; 0: any port."""
    town = partial(Town, server_address=server_address.rstrip("/"), folder=folder)
    return ThreadingHTTPServer(("127.0.0.1", port), town)


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--server", default=WRITTEN, help="the address of policy-qa")
    chosen = parser.parse_args()
    with town_server(chosen.port, chosen.server) as server:
        print(f"Serving http://localhost:{server.server_port} (stop with Ctrl+C)", flush=True)  # noqa: T201
        with suppress(KeyboardInterrupt):
            server.serve_forever()


if __name__ == "__main__":
    main()
