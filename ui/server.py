"""Running the server: one process, stopped by a signal once what is in flight has finished."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import uvicorn

from rag.chat import close_all
from rag.errors import InputError
from rag.live import AnyPipeline
from rag.settings import Settings
from ui.api import create_app
from ui.examples import end_making

_GRACE_SECONDS = 10
_WRITING_SECONDS = 5
"""How much of the grace time models may go on writing; the rest is for quotes in their place."""
_TERMINATED = 143
"""As shells tell of a process that SIGTERM has ended."""


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl+C does, so that what it opened is closed."""
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def run_server(pipeline: AnyPipeline, settings: Settings, note: str | None = None) -> None:
    """Serve the page and the API until stopped; `note` is printed at the start.

    Raises:
        InputError: the address cannot be listened on.
    """
    server = settings.server
    listener = _listen(server.host, server.port)
    port = listener.getsockname()[1]
    print(f"Serving http://{server.host}:{port} (stop with Ctrl+C)", flush=True)  # noqa: T201
    if note:
        print(note, flush=True)  # noqa: T201
    try:
        config = uvicorn.Config(
            create_app(pipeline, settings),
            log_level="warning",
            proxy_headers=False,  # ui.people.proxy tells which are believed
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        _Server(config).run(sockets=[listener])
    finally:
        end_making()


class _Server(uvicorn.Server):
    """Ends the work of models while there is time to finish their answers without them."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is in flight, and stop."""
        ending = threading.Thread(target=close_all, daemon=True)
        timer = asyncio.get_running_loop().call_later(_WRITING_SECONDS, ending.start)
        try:
            await super().shutdown(sockets)
        finally:
            timer.cancel()


def _end(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the closing takes its time, but not for ever
    raise SystemExit(_TERMINATED)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise InputError(
            f"The address {host}:{port} cannot be listened on ({error.strerror or error}); "
            "name another with --host or --port."
        ) from error
    return listener
