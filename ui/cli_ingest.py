"""`policyqa ingest`: bring the index up to date, watch folders, or go back a generation."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import InputError, PolicyQAError

if TYPE_CHECKING:
    from ingest.report import IngestReport
    from rag.settings import Settings


def ingest(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH ...]", help="Files or folders (default: data/documents)."),
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option("--index", metavar="DIR", help="The index directory (default: settings)."),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and follow every change.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Read every file again, also those nobody touched.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Read the paths of the last ingest.")
    ] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to the generation before; again to undo.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Make the index hold exactly the documents under PATH, and those uploaded by the page.

    Prints what was added, changed, renamed, removed, left unchanged and skipped. Files that did not
    change are not read again; the old index serves until the new one is complete and checked.

    Examples:

        policyqa ingest

        policyqa ingest reports/ notes/meeting.md --index /srv/policyqa

        policyqa ingest reports/ --watch
    """
    from ui.cli import settings_for

    settings = settings_for(index)
    if rollback:
        _roll_back(settings, alone=not (paths or watch or again), as_json=as_json)
        return
    named = _named(paths, settings, again=again)
    if watch:
        _watch(named, settings, check=check, as_json=as_json)
    else:
        _print(_run(named, settings, check=check), settings, as_json)


def _named(paths: list[Path] | None, settings: Settings, *, again: bool) -> list[Path]:
    if not again:
        return paths or [settings.documents_dir]
    if paths:
        raise InputError("--again takes no paths; give it alone.")
    from ingest.roots import named_paths

    return list(named_paths(settings.index_dir))


def _run(paths: list[Path], settings: Settings, *, check: bool) -> IngestReport:
    from ingest.pipeline import ingest as run
    from ui.console import stage_progress

    with stage_progress() as progress:
        return run(paths, settings, progress=progress, check=check)


def _print(report: IngestReport, settings: Settings, as_json: bool) -> None:
    from ui.console import print_ingest

    if as_json:
        print(json.dumps(report.to_json(), ensure_ascii=True), flush=True)  # noqa: T201  output
    else:
        print_ingest(report, settings.index_dir)


def _watch(paths: list[Path], settings: Settings, *, check: bool, as_json: bool) -> None:
    from ingest.watch import watch

    def tell(what: IngestReport | PolicyQAError) -> None:
        if isinstance(what, PolicyQAError):
            typer.echo(f"policyqa: {' '.join(str(what).split())}", err=True)
        else:
            _print(what, settings, as_json)

    watch(paths, settings.index_dir, partial(_run, paths, settings, check=check), tell)


def _roll_back(settings: Settings, *, alone: bool, as_json: bool) -> None:
    from ingest.pipeline import rollback

    if not alone:
        raise InputError("--rollback takes neither paths nor --watch nor --again; give it alone.")
    version = rollback(settings)
    if as_json:
        print(json.dumps({"index_version": version}))  # noqa: T201  the command's own output
    else:
        typer.echo(
            f"The index in {settings.index_dir} is again of version {version}; the next ingest "
            "brings it up to date with the files."
        )
