"""The shipped pipeline in several processes, so that many cases share the cores.

Threads of one process would wait for one another: a question is some hundred short calculations
with Python in between. On two cores two processes ask half as many cases again as two threads.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING

from eval.askers import ask_pipeline
from eval.corpus import Corpus
from eval.dataset import Case
from eval.run import Asked, Asker, clocked
from rag.errors import ModelError
from rag.generations import Generations
from rag.index import Index
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.pipeline import Pipeline


@contextmanager
def worker_asker(index: Index, settings: Settings, jobs: int) -> Iterator[Asker]:
    """So many processes, each with the pipeline over the current generation, which is `index`.

    Raises:
        ModelError: a process ended by itself.
    """
    pool = ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_begin, initargs=(settings,)
    )

    def timed(case: Case) -> Asked:
        try:
            return pool.submit(_ask, case).result()
        except BrokenProcessPool as error:
            raise ModelError(
                "A process that answers ended by itself, for want of memory perhaps; "
                "try again with fewer --jobs."
            ) from error

    version = Generations(settings.index_dir).current_version
    try:
        yield Asker(
            lambda case: timed(case).answer,
            Corpus(index.documents, index.passages),
            version,
            timed,
            ahead=jobs,  # so that no process waits while an answer is scored
        )
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_pipeline: Pipeline | None = None
"""Of a worker: what `_begin` opened."""


def _begin(settings: Settings) -> None:
    # Ctrl+C reaches the whole group; only the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from rag.pipeline import build_pipeline

    global _pipeline
    _pipeline = build_pipeline(settings)


def _end_with_parent() -> None:
    """A parent that was killed cannot stop its workers."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _ask(case: Case) -> Asked:
    assert _pipeline is not None  # noqa: S101  the pool calls _begin first
    return clocked(partial(ask_pipeline, _pipeline), case)
