"""The `policyqa` command. Heavy imports wait until the command that needs them runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import InputError
from ui.cli_ask import ask, no_document
from ui.cli_cases import cases_app
from ui.cli_diff import diff
from ui.cli_eval import compare, evaluate
from ui.cli_figures import figures
from ui.cli_ingest import ingest
from ui.cli_keys import keys_app
from ui.cli_sites import sites_app
from ui.cli_sweep import sweep
from ui.cli_users import users_app
from ui.endings import Commands
from ui.local_model import LocalModelOption, with_local_model

if TYPE_CHECKING:
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


class LogFormat(StrEnum):
    """How `policyqa serve` logs."""

    TEXT = "text"
    JSON = "json"
    OFF = "off"


def main() -> None:
    """Run the command line."""
    app()


app.command("ingest")(ingest)
app.command("ask")(ask)


@app.command()
def batch(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS.jsonl")],
    out: Annotated[Path, typer.Option(metavar="ANSWERS.jsonl", help="Where answers go.")],
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Questions asked at once.")] = 1,
    local_model: LocalModelOption = False,
    index: IndexOption = None,
) -> None:
    """Answer a file of questions, one JSON line in, one JSON line out, same id.

    Run it again to go on where it stopped: finished lines are kept.

    Example:

        policyqa batch questions.jsonl --out answers.jsonl
    """
    from eval.batch import answer_batch
    from ui.console import count_progress

    with (
        _pipeline(settings_for(index), local_model=local_model) as pipeline,
        count_progress("questions") as progress,
    ):
        report = answer_batch(pipeline.ask, questions, out, jobs=jobs, progress=progress)
    typer.echo(f"{report} -> {out}")


app.command("figures")(figures)
app.command("diff")(diff)
app.command("eval")(evaluate)
app.command("compare")(compare)
app.command("sweep")(sweep)
app.add_typer(cases_app, name="cases")
app.add_typer(users_app, name="user")
app.add_typer(keys_app, name="key")
app.add_typer(sites_app, name="site")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
    log_format: Annotated[
        LogFormat | None, typer.Option(help="Log a line for each request on stderr.")
    ] = None,
    local_model: LocalModelOption = False,
    index: IndexOption = None,
) -> None:
    """Serve the page at / and the API at /api.

    Example:

        policyqa serve --port 8080
    """
    from ui.people.access import check_access
    from ui.server import ended_by_sigterm, run_server

    settings = settings_for(index)
    given = {"host": host or None, "port": port, "log": log_format and log_format.value}
    wanted = {name: value for name, value in given.items() if value is not None}
    settings = settings_for(index, server=settings.server.model_dump() | wanted)
    check_access(settings)
    with ended_by_sigterm(), _served(settings, local_model=local_model) as (running, pipeline):
        run_server(pipeline, running, _of_chat(running))


@app.command()
def status(local_model: LocalModelOption = False, index: IndexOption = None) -> None:
    """Show what the index holds, its model and its version, and whether the chat model answers.

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
    with with_local_model(settings, local_model) as running:
        if running.engine == "generative":
            from rag.chat_reach import reachable

            print(reachable(running.chat))  # noqa: T201  the command's own output


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
    raise InputError(no_document(document))


@contextmanager
def _pipeline(settings: Settings, *, local_model: bool) -> Iterator[Any]:
    with _opened(settings, local_model=local_model) as (_, pipeline):
        yield pipeline


@contextmanager
def _opened(settings: Settings, *, local_model: bool) -> Iterator[tuple[Settings, Any]]:
    """The settings, with the small local model if it is wanted, and a pipeline by them."""
    from rag.pipeline import build_pipeline

    with with_local_model(settings, local_model) as running, build_pipeline(running) as pipeline:
        yield running, pipeline


@contextmanager
def _served(settings: Settings, *, local_model: bool) -> Iterator[tuple[Settings, Any]]:
    """As `_opened`, with a pipeline that follows the index to each new generation."""
    from rag.live import build_live_pipeline

    with with_local_model(settings, local_model) as running, build_live_pipeline(running) as live:
        yield running, live


def _of_chat(settings: Settings) -> str | None:
    """One line on the chat model, if one writes; its client is loaded in the background then."""
    if settings.engine != "generative":
        return None
    from rag.chat import ChatModel
    from rag.chat_reach import reachable

    told = reachable(settings.chat)
    ChatModel.warm()
    return f"Chat model: {told}"


def settings_for(index: Path | None = None, **overrides: Any) -> Settings:
    """The settings from all sources; `index` and `overrides` win."""
    from rag.settings import load_settings

    if index is not None:
        overrides["index_dir"] = index
    return load_settings(**overrides)


if __name__ == "__main__":
    main()
