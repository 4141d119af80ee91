"""The shipped pipeline in several processes, so that many cases share the cores.

All are started, and asked a first question, before anything is measured.

Threads of one process would wait for one another: a question is some hundred short calculations
with Python in between. On two cores two processes ask half as many cases again as two threads.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING

from eval.askers import ask_pipeline, pipeline_asker
from eval.corpus import Corpus
from eval.dataset import Case
from eval.run import Asked, Asker, clocked
from rag.errors import ModelError, PolicyQAError
from rag.generations import Generations
from rag.index import Index, Manifest
from rag.settings import Settings

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

    from rag.pipeline import Pipeline


@contextmanager
def local_asker(settings: Settings, jobs: int) -> Iterator[tuple[Asker, Manifest]]:
    """The shipped pipeline: in this process, or in as many as there are jobs."""
    from rag.pipeline import build_pipeline

    if jobs == 1:
        with build_pipeline(settings) as pipeline:
            yield pipeline_asker(pipeline, settings), pipeline.index.manifest
        return
    with (
        closing(Index(Generations(settings.index_dir).current())) as index,
        worker_asker(index, settings, jobs) as asker,
    ):
        yield asker, index.manifest


@contextmanager
def worker_asker(index: Index, settings: Settings, jobs: int) -> Iterator[Asker]:
    """So many processes, each with the pipeline over the current generation, which is `index`.

    Raises:
        IndexUnusable: a process cannot use the index.
        ModelError: a process cannot load a model, or ended by itself.
    """
    workers = _Workers(settings, jobs)
    try:
        workers.everywhere(_require_begun)
        yield Asker(
            lambda case: workers.timed(case).answer,
            Corpus(index.documents, index.passages),
            Generations(settings.index_dir).current_version,
            workers.timed,
            ahead=jobs,  # so that no process waits while an answer is scored
            warm=partial(workers.everywhere, _ask),
        )
    finally:
        workers.close()


class _Workers:
    def __init__(self, settings: Settings, jobs: int) -> None:
        context = get_context("spawn")
        self._jobs = jobs
        self._pool = ProcessPoolExecutor(
            jobs, context, initializer=_begin, initargs=(settings, context.Barrier(jobs))
        )

    def timed(self, case: Case) -> Asked:
        """Ask whichever process is free."""
        with _ended_told():
            return self._pool.submit(_ask, case).result()

    def everywhere(self, work: Callable[..., object], *arguments: object) -> None:
        """Let every process do this once; a process that fails lets all others finish."""
        with _ended_told():
            each = [self._pool.submit(_with_all, work, arguments) for _ in range(self._jobs)]
            for future in each:
                future.result()

    def close(self) -> None:
        """End the processes once they have answered."""
        self._pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _ended_told() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise ModelError(
            "A process that answers ended by itself, for want of memory perhaps; "
            "try again with fewer --jobs."
        ) from error


_pipeline: Pipeline | PolicyQAError | None = None
"""Of a worker: what `_begin` opened, or why it could not; raised there, it would be lost."""
_all: Barrier | None = None
"""Of a worker: where all workers wait for one another."""


def _begin(settings: Settings, barrier: Barrier) -> None:
    # Ctrl+C reaches the whole group; only the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from rag.pipeline import build_pipeline

    global _pipeline, _all
    _all = barrier
    try:
        _pipeline = build_pipeline(settings)
    except PolicyQAError as error:
        _pipeline = error


def _end_with_parent() -> None:
    """A parent that was killed cannot stop its workers."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _with_all(work: Callable[..., object], arguments: Sequence[object]) -> None:
    """Work, and wait for all others, so that none of them takes a second share."""
    assert _all is not None  # noqa: S101  the pool calls _begin first
    try:
        work(*arguments)
    finally:
        _all.wait()


def _require_begun() -> Pipeline:
    assert _pipeline is not None  # noqa: S101  the pool calls _begin first
    if isinstance(_pipeline, PolicyQAError):
        raise _pipeline
    return _pipeline


def _ask(case: Case) -> Asked:
    return clocked(partial(ask_pipeline, _require_begun()), case)
