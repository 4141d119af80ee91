"""`policyqa eval` and `policyqa compare`: how good the answers are, and what changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import InputError

if TYPE_CHECKING:
    from eval.formats import Outside
    from eval.run import Asker
    from eval.session import Outcome, Session
    from rag.index import Manifest
    from rag.settings import Settings

CASES = Path("data/questions.jsonl")
"""What `policyqa eval` asks when no file is named."""


@dataclass(frozen=True, slots=True)
class _Data:
    """An open data set: in which format, and how many of its questions are asked."""

    format: str | None
    sample: int | None


def evaluate(
    cases: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[QUESTIONS.jsonl ...]", help=f"Cases (default: {CASES})."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write the run to this folder; resumes there."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a finished run in that folder.")
    ] = False,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="Compare with this earlier run; fail on a real loss."),
    ] = None,
    save_baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what later runs are compared with."),
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(metavar="METRIC=VALUE", help="Fail below this; repeatable."),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Cases asked at once.")] = 1,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Ask this running server instead.")
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="The file is an open data set: squad2, ..."),
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, help="Ask only so many of a data set's questions.")
    ] = None,
    peer: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Ask this rival recipe too: langchain, bm25, ..."),
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The index directory (default: settings)."),
    ] = None,
) -> None:
    """Ask every case and score the answers with code: no model judges another.

    Bounds come from `[tool.policyqa.eval]` in pyproject.toml and from --fail-under, which wins.
    Exit code 1 when a bound is missed, or something got significantly worse than the baseline.

    Examples:

        policyqa eval

        policyqa eval mine.jsonl more.jsonl --report runs/today --baseline runs/yesterday

        policyqa eval --url http://127.0.0.1:7860 --jobs 4

        policyqa eval --format squad2 dev-v2.0.json --sample 500
    """
    from eval.compare import check_no_loss
    from eval.folder import read_run, write_baseline
    from eval.report import for_terminal
    from eval.session import conduct
    from eval.thresholds import check, merge_bounds, parse_bounds, read_bounds
    from ui.cli import settings_for
    from ui.console import count_progress, print_any

    own = parse_bounds(fail_under or [])
    bounds = own if format_ else merge_bounds(read_bounds(Path("pyproject.toml")), own)
    before = read_run(baseline) if baseline else None
    settings = settings_for(index)
    with _opened(cases or [CASES], settings, url, jobs, _Data(format_, sample)) as (asker, session):
        session = replace(session, jobs=jobs, before=before, report=report, overwrite=overwrite)
        with count_progress("cases") as progress:
            outcome = conduct(session, asker, progress)
        print_any(for_terminal(outcome.run, outcome.comparison))
        if save_baseline:
            write_baseline(save_baseline, outcome.run.rows, outcome.manifest)
        if peer:
            _beside_peers(peer, asker, session, outcome, settings)
    check(outcome.run.summary(), bounds)
    if outcome.comparison:
        check_no_loss(outcome.comparison)


def compare(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN RUN [RUN ...]", help="Run folders or baselines.")
    ],
    fail: Annotated[
        bool, typer.Option("--fail", help="Exit code 1 if a later run is worse than the first.")
    ] = False,
) -> None:
    """Compare runs on the same cases: what changed, by how much, and whether it is real.

    The first run is what all others are held against.

    Example:

        policyqa compare runs/monday runs/tuesday
    """
    from eval.compare import check_no_loss
    from eval.compare import compare as compare_runs
    from eval.folder import read_run
    from eval.report import comparison_for_terminal
    from ui.console import print_any

    if len(runs) < 2:
        raise InputError("One run alone cannot be compared; name two or more.")
    first, *others = [read_run(place) for place in runs]
    comparisons = [compare_runs(first.rows, other.rows) for other in others]
    for place, comparison in zip(runs[1:], comparisons, strict=True):
        typer.echo(f"{runs[0]} -> {place}")
        print_any(comparison_for_terminal(comparison))
    for comparison in comparisons if fail else ():
        check_no_loss(comparison)


def _beside_peers(
    names: list[str], asker: Asker, session: Session, outcome: Outcome, settings: Settings
) -> None:
    """Ask the named recipes the same cases, and show all side by side."""
    from eval.folder import PEERS, write_baseline
    from eval.peers.table import peers_for_terminal, run_peers
    from rag.embedding import load_embedder
    from ui.console import count_progress, print_any

    documents = list(asker.corpus.documents.values())
    embedder = load_embedder(settings.embedding)
    with count_progress("peers") as progress:
        runs = run_peers(names, documents, embedder, session.cases, progress)
    print_any(peers_for_terminal({"policy-qa": outcome.run, **runs}))
    if session.report:
        for name, run in runs.items():
            write_baseline(session.report / PEERS / f"{name}.jsonl", run.rows, outcome.manifest)


@contextmanager
def _opened(
    paths: list[Path], settings: Settings, url: str | None, jobs: int, data: _Data
) -> Iterator[tuple[Asker, Session]]:
    """What answers, and the cases for it: a data set's own index, a server, or the index."""
    if data.format and url:
        raise InputError("--format builds an index of its own, so --url cannot go with it.")
    if data.format:
        with _opened_outside(paths, settings, jobs, data) as opened:
            yield opened
    elif url:
        with _opened_server(paths, url, jobs) as opened:
            yield opened
    else:
        with _opened_pipeline(paths, settings, jobs) as opened:
            yield opened


@contextmanager
def _opened_pipeline(
    paths: list[Path], settings: Settings, jobs: int
) -> Iterator[tuple[Asker, Session]]:
    from eval.dataset import read_cases
    from eval.manifest import describe_pipeline, make_plan
    from eval.session import Session

    cases = read_cases(*paths)
    with _asking(settings, jobs) as (asker, manifest):
        plan = make_plan(paths, describe_pipeline(manifest, settings), manifest.version)
        yield asker, Session(cases, plan)


@contextmanager
def _asking(settings: Settings, jobs: int) -> Iterator[tuple[Asker, Manifest]]:
    """The pipeline: in this process, or in as many as there are jobs."""
    from eval.askers import pipeline_asker
    from eval.workers import worker_asker
    from rag.generations import Generations
    from rag.index import Index
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
def _opened_server(paths: list[Path], url: str, jobs: int) -> Iterator[tuple[Asker, Session]]:
    from eval.askers import server_asker
    from eval.dataset import read_cases
    from eval.manifest import make_plan
    from eval.session import Session

    cases = read_cases(*paths)
    with server_asker(url, jobs) as asker:
        plan = make_plan(paths, {"kind": "server", "url": url}, asker.version())
        yield asker, Session(cases, plan)


@contextmanager
def _opened_outside(
    paths: list[Path], settings: Settings, jobs: int, data: _Data
) -> Iterator[tuple[Asker, Session]]:
    from eval.formats.index import temporary_index
    from eval.manifest import describe_pipeline, make_plan
    from eval.metrics import EVALUATORS
    from eval.session import Session
    from ui.console import stage_progress

    outside = _read_outside(paths, data)
    typer.echo(outside.note, err=True)
    with (
        stage_progress() as progress,
        temporary_index(outside.documents, settings, progress=progress) as placed,
        _asking(placed, jobs) as (asker, manifest),
    ):
        told = {"format": data.format, "note": outside.note}
        plan = make_plan(paths, {**describe_pipeline(manifest, placed), **told}, manifest.version)
        evaluators = {**EVALUATORS, **outside.evaluators}
        yield asker, Session(outside.cases, plan, evaluators)


def _read_outside(paths: list[Path], data: _Data) -> Outside:
    from eval.formats import FORMATS

    reader = FORMATS.get(data.format or "")
    if reader is None:
        raise InputError(f"The format {data.format!r} is unknown; known are {', '.join(FORMATS)}.")
    if len(paths) != 1:
        raise InputError("A data set is one file or folder; name one, and evaluate others after.")
    outside = reader(paths[0])
    return outside.sampled(data.sample) if data.sample else outside
