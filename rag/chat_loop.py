"""The event loop on which a chat model's calls run, in a thread of its own, ended at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from typing import Any, TypeAlias

_PATIENCE_SECONDS = 3.0

Work: TypeAlias = Coroutine[Any, Any, None]


class CallLoop:
    """Runs the calls of one model, safe to share between threads; once closed it stays closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._calls: set[Future[None]] = set()
        self._closed = False

    def start(self, work: Work) -> Future[None]:
        """Begin a call; it is over when the future is done, which `close` makes it at once.

        On a closed loop it is cancelled before it begins.
        """
        with self._lock:
            if self._closed:
                work.close()
                call: Future[None] = Future()
                call.cancel()
                return call
            call = asyncio.run_coroutine_threadsafe(work, self._loop or self._begin())
            self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return call

    def close(self, last: Callable[[], Work]) -> None:
        """Cancel all calls, run `last` after them, and end the thread."""
        with self._lock:
            self._closed = True
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
            calls = list(self._calls)
        for call in calls:
            call.cancel()
        if loop is not None and thread is not None:
            # A loop that is busy (its first call may still load the client) ends with the process.
            wait([asyncio.run_coroutine_threadsafe(_finish(last), loop)], _PATIENCE_SECONDS)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_PATIENCE_SECONDS)

    def _begin(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        self._loop = loop
        self._thread = threading.Thread(target=_run, args=(loop,), name="chat-model", daemon=True)
        self._thread.start()
        return loop


async def _finish(last: Callable[[], Work]) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await last()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()
