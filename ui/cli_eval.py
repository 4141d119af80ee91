"""`policyqa eval` and `policyqa compare`: how good the answers are, and what changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import BelowThreshold, InputError, PolicyQAError
from ui.eval_opening import Wanted, opened

if TYPE_CHECKING:
    from eval.run import Asker
    from eval.session import Outcome, Session
    from eval.thresholds import Bound
    from rag.settings import Settings

CASES = Path("data/questions.jsonl")
"""What `policyqa eval` asks when no file is named."""

_Cases = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[QUESTIONS.jsonl ...]", help=f"Cases (default: {CASES})."),
]
_Report = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Write the run to this folder; resumes there.")
]
_Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace a finished run in that folder.")
]
_Baseline = Annotated[
    Path | None,
    typer.Option(metavar="RUN", help="Compare with this earlier run; fail on a real loss."),
]
_SaveBaseline = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write what later runs are compared with.")
]
_FailUnder = Annotated[
    list[str] | None,
    typer.Option(metavar="METRIC=VALUE", help="Fail below this; repeatable."),
]
_Jobs = Annotated[int, typer.Option(min=1, max=64, help="Cases asked at once.")]
_Url = Annotated[str | None, typer.Option(metavar="URL", help="Ask this running server instead.")]
_Format = Annotated[
    str | None,
    typer.Option("--format", metavar="NAME", help="The file is an open data set: squad2, ..."),
]
_Sample = Annotated[
    int | None, typer.Option(min=1, help="Ask only so many of a data set's questions.")
]
_Peer = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Ask this rival recipe too: langchain, bm25, ..."),
]
_Index = Annotated[
    Path | None, typer.Option(metavar="DIR", help="The index directory (default: settings).")
]


def evaluate(
    cases: _Cases = None,
    report: _Report = None,
    overwrite: _Overwrite = False,
    baseline: _Baseline = None,
    save_baseline: _SaveBaseline = None,
    fail_under: _FailUnder = None,
    jobs: _Jobs = 1,
    url: _Url = None,
    format_: _Format = None,
    sample: _Sample = None,
    peer: _Peer = None,
    index: _Index = None,
) -> None:
    """Ask every case and score the answers with code: no model judges another.

    Bounds come from `[tool.policyqa.eval]` in pyproject.toml and from --fail-under, which wins.
    Exit code 1 when a bound is missed, or a guarded measure is significantly worse than the
    baseline.

    Examples:

        policyqa eval

        policyqa eval mine.jsonl more.jsonl --report runs/today --baseline runs/yesterday

        policyqa eval --url http://127.0.0.1:7860 --jobs 4

        policyqa eval --format squad2 dev-v2.0.json --sample 500
    """
    from eval.folder import read_run
    from eval.peers import require_peers
    from ui.cli import settings_for

    require_peers(peer or [])
    if not (cases or format_ or CASES.exists()):
        raise InputError(f"There is no {CASES} here; name a file of cases.")
    if save_baseline and save_baseline.is_dir():
        raise InputError(f"{save_baseline} is a folder; name a file for the baseline.")
    bounds = _bounds(fail_under or [], of_project=not format_)
    before = read_run(baseline) if baseline else None
    settings = settings_for(index)
    wanted = Wanted(cases or [CASES], jobs, url, format_, sample)
    with opened(wanted, settings) as (asker, session):
        session = replace(session, before=before, report=report, overwrite=overwrite)
        outcome = _ask(asker, session, save_baseline)
        failure = _failure_of_peers(peer or [], asker, session, outcome, settings)
    _check(outcome, bounds, failure)
    if failure:
        raise failure


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
        if not comparison.after.n:
            raise InputError(f"{runs[0]} and {place} have no case in common; name others.")
        typer.echo(f"{runs[0]} -> {place}")
        print_any(comparison_for_terminal(comparison))
    for comparison in comparisons if fail else ():
        check_no_loss(comparison)


def _bounds(own: list[str], *, of_project: bool) -> tuple[Bound, ...]:
    from eval.thresholds import merge_bounds, parse_bounds, read_bounds

    parsed = parse_bounds(own)
    return merge_bounds(read_bounds(Path("pyproject.toml")), parsed) if of_project else parsed


def _ask(asker: Asker, session: Session, save_baseline: Path | None) -> Outcome:
    """Run the session and show what came of it."""
    from eval.folder import write_baseline
    from eval.report import for_terminal
    from eval.session import conduct
    from ui.console import count_progress, print_any

    with count_progress("cases") as progress:
        outcome = conduct(session, asker, progress)
    print_any(for_terminal(outcome.run, outcome.comparison))
    if save_baseline:
        write_baseline(save_baseline, outcome.run.rows, outcome.manifest)
    return outcome


def _check(outcome: Outcome, bounds: tuple[Bound, ...], failure: PolicyQAError | None) -> None:
    """Require the bounds, and no loss; if the peers failed too, one sentence tells both."""
    from eval.compare import check_no_loss
    from eval.thresholds import check

    try:
        check(outcome.run.summary(), bounds)
        if outcome.comparison:
            check_no_loss(outcome.comparison)
    except BelowThreshold as error:
        if failure:
            raise BelowThreshold(f"{error} The peers failed as well: {failure}") from failure
        raise


def _failure_of_peers(
    names: list[str], asker: Asker, session: Session, outcome: Outcome, settings: Settings
) -> PolicyQAError | None:
    """Ask the peers; why they failed must not hide whether the pipeline kept its bounds."""
    try:
        if names:
            _beside_peers(names, asker, session, outcome, settings)
    except PolicyQAError as error:
        return error
    return None


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
    shown = {name: peer.run for name, peer in runs.items()}
    print_any(peers_for_terminal({"policy-qa": outcome.run, **shown}))
    if session.report:
        for name, peer in runs.items():
            place = session.report / PEERS / f"{name}.jsonl"
            write_baseline(place, peer.run.rows, peer.manifest(session.plan))
