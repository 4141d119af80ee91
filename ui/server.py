"""Running the server: one process, stopped by a signal once what is in flight has finished."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import NoReturn

import uvicorn
from starlette.types import ASGIApp
from uvicorn.config import LOGGING_CONFIG

from rag.chat import close_all
from rag.errors import InputError
from rag.live import AnyPipeline
from rag.settings import ServerSettings, Settings
from ui.api import create_app
from ui.examples import end_making
from ui.health import Ending
from ui.logs import logging_to

_SWITCH_S = 0.0005
"""For how long a thread that computes keeps Python to itself while others want it. Each request
takes turns with the answers being made several times; with the usual 5 ms that adds up."""
_HEAD_BYTES = 64 << 10
"""How much of a request is read before its headers are whole; then it is refused."""
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
    sys.setswitchinterval(_SWITCH_S)
    try:
        app = create_app(pipeline, settings)
        config = config_of(app, server)
        with logging_to(server.log):
            _Server(config, app.state.ending, server.drain_seconds).run(sockets=[listener])
    finally:
        end_making()


def config_of(app: ASGIApp, server: ServerSettings) -> uvicorn.Config:
    """How requests are read and answered."""
    return uvicorn.Config(
        app,
        http="h11",  # the faster httptools keeps whatever comes as headers, until memory ends
        h11_max_incomplete_event_size=_HEAD_BYTES,
        log_level="warning",
        log_config=LOGGING_CONFIG if server.log == "off" else None,
        proxy_headers=False,  # ui.people.proxy tells which are believed
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


class _Server(uvicorn.Server):
    """Ends the work of models while there is time to finish their answers without them."""

    def __init__(self, config: uvicorn.Config, ending: Ending, drain_seconds: float) -> None:
        """For `drain_seconds` after it was told to stop, it goes on and says that it is ending, so
        that whatever shares out requests has time to see it."""
        super().__init__(config)
        self._ending = ending
        self._drain_seconds = drain_seconds

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; told again by Ctrl+C, at once."""
        self._ending.begin()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is in flight, and stop."""
        await self._drain()
        ending = threading.Thread(target=close_all, daemon=True)
        timer = asyncio.get_running_loop().call_later(_WRITING_SECONDS, ending.start)
        try:
            await super().shutdown(sockets)
        finally:
            timer.cancel()

    async def _drain(self) -> None:
        until = monotonic() + self._drain_seconds
        while monotonic() < until and not self.force_exit:
            await asyncio.sleep(0.1)


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
