"""A real server for the tests, in a thread of this process."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import uvicorn
from fastapi import FastAPI

from rag.live import AnyPipeline
from rag.settings import ServerSettings, Settings
from ui.api import create_app
from ui.server import config_of


@contextmanager
def served(
    pipeline: AnyPipeline,
    examples: Sequence[str] | None = None,
    settings: Settings | None = None,
) -> Iterator[str]:
    """The address of a real server in a thread; `examples` as for `create_app`.

    What the office keeps goes to a folder that is removed in the end, unless `settings` name one.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as office:
        chosen = settings or Settings()
        if "office_dir" not in chosen.model_fields_set:
            chosen = chosen.model_copy(update={"office_dir": Path(office)})
        with running(create_app(pipeline, chosen, examples=examples)) as address:
            yield address


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        server = uvicorn.Server(config_of(app, ServerSettings()))
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
