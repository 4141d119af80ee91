"""The `policyqa` command. Heavy imports wait until the command that needs them runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from rag.errors import InputError, QuestionError
from ui.cli_cases import cases_app
from ui.cli_eval import compare, evaluate
from ui.cli_sweep import sweep
from ui.endings import Commands

if TYPE_CHECKING:
    from rag.models import Filters
    from rag.settings import Settings


app = typer.Typer(
    name="policyqa",
    cls=Commands,
    help="Cited, verified answers to questions about policy documents.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

IndexOption = Annotated[
    Path | None,
    typer.Option("--index", metavar="DIR", help="The index directory (default: settings)."),
]
Date = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]


def main() -> None:
    """Run the command line."""
    app()


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH ...]", help="Files or folders (default: data/documents)."),
    ] = None,
    index: IndexOption = None,
) -> None:
    """Make the index hold exactly the documents under PATH.

    Prints what was added, changed, removed, left unchanged and skipped. Files that did not
    change are not read into vectors again; the old index serves until the new one is complete.

    Examples:

        policyqa ingest

        policyqa ingest reports/ notes/meeting.md --index /srv/policyqa
    """
    from ingest.pipeline import ingest as run
    from ui.console import print_ingest, stage_progress

    settings = settings_for(index)
    with stage_progress() as progress:
        report = run(paths or [settings.documents_dir], settings, progress=progress)
    print_ingest(report, settings.index_dir)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes; - reads stdin.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    engine: Annotated[
        Literal["auto", "extractive"] | None,
        typer.Option(help="auto or extractive (quotes only).", metavar="ENGINE"),
    ] = None,
    document: Annotated[
        list[str] | None,
        typer.Option(metavar="TITLE", help="Only this document, by title or file; repeatable."),
    ] = None,
    since: Date = None,
    until: Date = None,
    index: IndexOption = None,
) -> None:
    """Answer one question, with the exact passages it stands on.

    Exit code 0 for an answer and for an honest "the documents do not say".

    Examples:

        policyqa ask "How many containers did the port handle in 2023?"

        policyqa ask "How many new parks are planned for 2024?" --since 2024-01-01 --json
    """
    from rag.wire import answer_to_json
    from ui.console import print_answer

    filters = _filters(document, since, until)
    text = _read_stdin() if question == "-" else question
    chosen = {"answer": {"engine": engine}} if engine else {}
    with _pipeline(settings_for(index, **chosen)) as pipeline:
        _require_documents(pipeline, filters)
        answer = pipeline.ask(text, filters=filters)
    if as_json:
        typer.echo(json.dumps(answer_to_json(answer), ensure_ascii=False, indent=2))
    else:
        print_answer(answer)


@app.command()
def batch(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS.jsonl")],
    out: Annotated[Path, typer.Option(metavar="ANSWERS.jsonl", help="Where answers go.")],
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Questions asked at once.")] = 1,
    index: IndexOption = None,
) -> None:
    """Answer a file of questions, one JSON line in, one JSON line out, same id.

    Run it again to go on where it stopped: finished lines are kept.

    Example:

        policyqa batch questions.jsonl --out answers.jsonl
    """
    from eval.batch import answer_batch
    from ui.console import count_progress

    with _pipeline(settings_for(index)) as pipeline, count_progress("questions") as progress:
        report = answer_batch(pipeline.ask, questions, out, jobs=jobs, progress=progress)
    typer.echo(f"{report} -> {out}")


app.command("eval")(evaluate)
app.command("compare")(compare)
app.command("sweep")(sweep)
app.add_typer(cases_app, name="cases")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
    index: IndexOption = None,
) -> None:
    """Serve the page at / and the API at /api.

    Example:

        policyqa serve --port 8080
    """
    from ui.server import run_server

    settings = settings_for(index)
    server = {"host": host or settings.server.host}
    number = settings.server.port if port is None else port
    settings = settings_for(index, server={**server, "port": number})
    with _pipeline(settings) as pipeline:
        run_server(pipeline, settings)


@app.command()
def status(index: IndexOption = None) -> None:
    """Show what the index holds, its model and its version.

    Example:

        policyqa status --index /srv/policyqa
    """
    from rag.generations import Generations
    from rag.index import Index
    from ui.console import print_status

    settings = settings_for(index)
    opened = Index(Generations(settings.index_dir).current())
    try:
        print_status(opened, settings)
    finally:
        opened.close()


@app.command()
def export(
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="Title or file name.")],
    index: IndexOption = None,
) -> None:
    """Print the stored text of a document, which citations' offsets count in.

    Example:

        policyqa export government-work-report-2024.md
    """
    from rag.generations import Generations
    from rag.models import Filters
    from rag.store import read_documents

    folder = Generations(settings_for(index).index_dir).current()
    wanted = Filters(documents=(document,))
    for found in read_documents(folder):
        if found.id == document or wanted.admits(found):
            sys.stdout.write(found.text)
            return
    raise InputError(_no_document(document))


def _read_stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuestionError("The question on stdin is not UTF-8; write it in UTF-8.") from error


@contextmanager
def _pipeline(settings: Settings) -> Iterator[Any]:
    from rag.pipeline import build_pipeline

    with build_pipeline(settings) as pipeline:
        yield pipeline


def settings_for(index: Path | None = None, **overrides: Any) -> Settings:
    """The settings from all sources; `index` and `overrides` win."""
    from rag.settings import load_settings

    if index is not None:
        overrides["index_dir"] = index
    return load_settings(**overrides)


def _filters(
    documents: list[str] | None, since: datetime | None, until: datetime | None
) -> Filters:
    from rag.models import Filters

    if since and until and since > until:
        raise InputError(f"--since {since:%F} is later than --until {until:%F}; swap the two.")
    return Filters(
        documents=tuple(documents or ()),
        since=since.date() if since else None,
        until=until.date() if until else None,
    )


def _require_documents(pipeline: Any, filters: Filters) -> None:
    from rag.models import Filters

    for title in filters.documents:
        if not any(Filters(documents=(title,)).admits(d) for d in pipeline.documents):
            raise InputError(_no_document(title))


def _no_document(name: str) -> str:
    return f"The index holds no document {name!r}; see 'policyqa status' for those it holds."


if __name__ == "__main__":
    main()
