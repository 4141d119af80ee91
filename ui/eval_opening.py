"""What `policyqa eval` asks: the pipeline here, a running server, or a data set's own index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from rag.errors import InputError

if TYPE_CHECKING:
    from eval.formats import Outside
    from eval.run import Asker
    from eval.session import Session
    from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which files, asked how; `sample` is how many of a data set's questions, of `format`."""

    files: list[Path]
    jobs: int
    url: str | None = None
    format: str | None = None
    sample: int | None = None


@contextmanager
def opened(wanted: Wanted, settings: Settings) -> Iterator[tuple[Asker, Session]]:
    """What answers, and the cases for it.

    Raises:
        InputError: the wishes exclude one another, or something named is not there.
        IndexUnusable: there is no index that can be asked.
        ModelError: a model does not load.
    """
    if wanted.format and wanted.url:
        raise InputError("--format builds an index of its own, so --url cannot go with it.")
    if wanted.sample and not wanted.format:
        raise InputError("--sample draws from a data set; name its --format, or leave it out.")
    if wanted.format:
        way = _opened_outside(wanted, settings)
    elif wanted.url:
        way = _opened_server(wanted, wanted.url)
    else:
        way = _opened_pipeline(wanted, settings)
    with way as pair:
        yield pair


@contextmanager
def _opened_pipeline(wanted: Wanted, settings: Settings) -> Iterator[tuple[Asker, Session]]:
    from eval.askers import unkept
    from eval.dataset import read_cases
    from eval.manifest import describe_pipeline, make_plan
    from eval.session import Session
    from eval.workers import local_asker

    cases = read_cases(*wanted.files)
    settings = unkept(settings)
    with local_asker(settings, wanted.jobs) as (asker, manifest):
        plan = make_plan(
            wanted.files, describe_pipeline(manifest, settings), manifest.version, wanted.jobs
        )
        yield asker, Session(cases, plan, jobs=wanted.jobs)


@contextmanager
def _opened_server(wanted: Wanted, url: str) -> Iterator[tuple[Asker, Session]]:
    from eval.askers import server_asker
    from eval.dataset import read_cases
    from eval.manifest import make_plan
    from eval.session import Session

    cases = read_cases(*wanted.files)
    with server_asker(url, wanted.jobs) as asker:
        plan = make_plan(wanted.files, {"kind": "server", "url": url}, asker.version(), wanted.jobs)
        yield asker, Session(cases, plan, jobs=wanted.jobs)


@contextmanager
def _opened_outside(wanted: Wanted, settings: Settings) -> Iterator[tuple[Asker, Session]]:
    from eval.formats.index import temporary_index
    from eval.manifest import describe_pipeline, make_plan
    from eval.metrics import EVALUATORS
    from eval.session import Session
    from eval.workers import local_asker
    from ui.console import stage_progress

    outside = _read_outside(wanted)
    typer.echo(outside.note, err=True)
    with (
        stage_progress() as progress,
        temporary_index(outside.documents, settings, progress=progress) as placed,
        local_asker(placed, wanted.jobs) as (asker, manifest),
    ):
        told = {"format": wanted.format, "note": outside.note}
        target = {**describe_pipeline(manifest, placed), **told}
        plan = make_plan(wanted.files, target, manifest.version, wanted.jobs)
        evaluators = {**EVALUATORS, **outside.evaluators}
        yield asker, Session(outside.cases, plan, evaluators, jobs=wanted.jobs)


def _read_outside(wanted: Wanted) -> Outside:
    from eval.formats import FORMATS

    reader = FORMATS.get(wanted.format or "")
    if reader is None:
        raise InputError(
            f"The format {wanted.format!r} is unknown; known are {', '.join(FORMATS)}."
        )
    if len(wanted.files) != 1:
        raise InputError("A data set is one file or folder; name one, and evaluate others after.")
    outside = reader(wanted.files[0])
    return outside.sampled(wanted.sample) if wanted.sample else outside
