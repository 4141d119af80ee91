"""Running the server: one process, stopped by a signal once what is in flight has finished."""

from __future__ import annotations

import socket

import uvicorn

from rag.errors import InputError
from rag.live import AnyPipeline
from rag.settings import Settings
from ui.api import create_app

_GRACE_SECONDS = 10


def run_server(pipeline: AnyPipeline, settings: Settings) -> None:
    """Serve the page and the API until stopped.

    Raises:
        InputError: the address cannot be listened on.
    """
    server = settings.server
    listener = _listen(server.host, server.port)
    port = listener.getsockname()[1]
    print(f"Serving http://{server.host}:{port} (stop with Ctrl+C)", flush=True)  # noqa: T201
    config = uvicorn.Config(
        create_app(pipeline, settings),
        log_level="warning",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])


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
