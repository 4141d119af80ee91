"""`policyqa cases`: evaluation cases are drafted, proved against the documents and reviewed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.cases import KINDS
from rag.errors import BelowThreshold, InputError

if TYPE_CHECKING:
    from eval.cases.finding import Finding
    from eval.dataset import Case

cases_app = typer.Typer(
    name="cases",
    help="Draft, check and review evaluation cases.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_IndexOption = Annotated[
    Path | None,
    typer.Option("--index", metavar="DIR", help="The index directory (default: settings)."),
]


@cases_app.command()
def new(
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most N new.")] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", help=f"Only {', '.join(KINDS)}; repeatable."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write them here as JSON Lines, not to the queue."),
    ] = None,
    index: _IndexOption = None,
) -> None:
    """Draft cases from the figures of the documents and put them up for review.

    Each figure gives a question in several wordings, with the figure and the place where it
    stands, and near misses: the same question of another year or place, which must be refused.
    Drafted again, the same cases count once.

    Examples:

        policyqa cases new --limit 40

        policyqa cases new --kind growth --kind share --out drafts.jsonl
    """
    from eval.cases.draft import draft_cases
    from eval.cases.items import whole_case
    from eval.cases.queue import ReviewQueue
    from eval.cases.review import write_cases
    from eval.cases.sentences import Sentences
    from ui.cli import settings_for

    wanted = _kinds(kind or [])
    settings = settings_for(index)
    sentences = Sentences.read(settings.index_dir)
    drafts = [case for case in draft_cases(sentences) if case.kind in wanted]
    if out and out.exists():
        raise InputError(f"{out} is there already; name a new file, so that no edits are lost.")
    if out:
        write_cases(out, drafts[:limit])
        typer.echo(f"{len(drafts[:limit])} of {len(drafts)} drafts -> {out}")
        return
    items = [whole_case("drafted", case, sentences.version) for case in drafts]
    with ReviewQueue(settings.review_file) as queue:
        added = queue.add(items, limit)
        waiting = queue.counts()["waiting"]
    typer.echo(f"{added} new of {len(drafts)} drafts, {waiting} waiting in {settings.review_file}")


@cases_app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE ...", help="Files of cases.")],
    index: _IndexOption = None,
) -> None:
    """Prove every case against the documents; exit code 1 when one has an error.

    Evidence must be there and hold what is expected, figures and references too; no case may ask
    what another asks, or pass with any text; of a near miss the documents must not speak.

    Examples:

        policyqa cases check data/questions.jsonl

        policyqa cases check mine.jsonl theirs.jsonl --index /srv/policyqa
    """
    from eval.cases.check import check_cases
    from eval.cases.sentences import Sentences
    from ui.cli import settings_for

    cases = _read_all(files)
    findings = check_cases(cases, Sentences.read(settings_for(index).index_dir))
    errors = sum(finding.severity == "error" for finding in findings)
    if findings:
        _print_findings(findings)
    warnings = len(findings) - errors
    typer.echo(f"{len(cases)} cases, errors: {errors}, warnings: {warnings}")
    if errors:
        raise BelowThreshold(f"Cases have errors ({errors}); mend those named above.")


@cases_app.command()
def review(
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Where accepted cases are appended.")
    ] = Path("accepted-cases.jsonl"),
    reviewer: Annotated[
        str,
        typer.Option(metavar="NAME", envvar=["USER", "LOGNAME"], help="Who reviews."),
    ] = "reviewer",
    index: _IndexOption = None,
) -> None:
    """Show the waiting cases one by one; accept, edit, reject or skip each.

    Accepted cases are appended to FILE. Edit opens the case in $VISUAL or $EDITOR. Without a
    terminal, the keys are read as lines from stdin; what follows r is the reason.

    Example:

        policyqa cases review --out data/my-cases.jsonl
    """
    from eval.cases.queue import ReviewQueue
    from eval.cases.sentences import Sentences
    from ui.case_review import Review
    from ui.cli import settings_for

    settings = settings_for(index)
    sentences = Sentences.read(settings.index_dir)
    with ReviewQueue(settings.review_file) as queue:
        Review(queue, sentences, out, reviewer).run()


def _kinds(named: list[str]) -> set[str]:
    unknown = sorted(set(named) - set(KINDS))
    if unknown:
        raise InputError(f"The kind {unknown[0]!r} is unknown; write one of {', '.join(KINDS)}.")
    return set(named or KINDS)


def _read_all(files: list[Path]) -> list[Case]:
    from eval.dataset import read_cases

    found: dict[str, tuple[Case, Path]] = {}
    for path in files:
        for case in read_cases(path):
            if case.id in found:
                raise InputError(
                    f"The id {case.id!r} stands in {found[case.id][1]} and in {path}; change one."
                )
            found[case.id] = (case, path)
    return [case for case, _ in found.values()]


def _print_findings(findings: list[Finding]) -> None:
    from rich import box
    from rich.table import Table

    from ui.console import line_of, print_any

    table = Table(box=box.SIMPLE, show_edge=False)
    for column in ("case", "severity", "what"):
        table.add_column(column, overflow="fold")
    for finding in findings:
        style = "red" if finding.severity == "error" else "yellow"
        table.add_row(
            line_of(finding.case_id), line_of((finding.severity, style)), line_of(finding.text)
        )
    print_any(table)
