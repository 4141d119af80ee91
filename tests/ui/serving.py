"""A real server for the tests, in a thread of this process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic, sleep

import uvicorn

from rag.pipeline import Pipeline
from rag.settings import Settings
from ui.api import create_app


@contextmanager
def served(pipeline: Pipeline, examples: Sequence[str] | None = None) -> Iterator[str]:
    """The address of a real server in a thread; `examples` as for `create_app`."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        app = create_app(pipeline, Settings(), examples=examples)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        wait_until(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = monotonic() + seconds
    while not holds():
        assert monotonic() < deadline, "waited in vain"
        sleep(0.02)
