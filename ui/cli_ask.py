"""`policyqa ask`: one question, its answer, and on demand how the answer came about."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rag.errors import InputError, QuestionError
from ui.local_model import LocalModelOption, with_local_model

if TYPE_CHECKING:
    from rag.models import Answer, Filters
    from rag.pipeline import Pipeline
    from rag.settings import Settings

_Index = Annotated[
    Path | None,
    typer.Option("--index", metavar="DIR", help="The index directory (default: settings)."),
]
_Date = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]


def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes; - reads stdin.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also tell how the answer came about.")
    ] = False,
    engine: Annotated[
        Literal["auto", "extractive"] | None,
        typer.Option(help="auto or extractive (quotes only).", metavar="ENGINE"),
    ] = None,
    document: Annotated[
        list[str] | None,
        typer.Option(metavar="TITLE", help="Only this document, by title or file; repeatable."),
    ] = None,
    since: _Date = None,
    until: _Date = None,
    publisher: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only of this publisher; repeatable.")
    ] = None,
    language: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="Only in this language (en, zh ...); repeatable."),
    ] = None,
    folder: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH", help="Only under this folder of those ingested; repeatable."),
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="TAG", help="Only with this tag; repeatable.")
    ] = None,
    local_model: LocalModelOption = False,
    index: _Index = None,
) -> None:
    """Answer one question, with the exact passages it stands on.

    Exit code 0 for an answer and for an honest "the documents do not say".

    Examples:

        policyqa ask "How many containers did the port handle in 2023?"

        policyqa ask "How many new parks are planned for 2024?" --since 2024-01-01 --json

        policyqa ask "What was decided?" --publisher "Town Hall" --folder minutes/2024

        policyqa ask "Who chaired the meeting?" --explain
    """
    from rag.pipeline import build_pipeline
    from rag.wire import answer_to_json
    from ui.cli import settings_for
    from ui.console import print_answer

    filters = replace(
        _filters(document, since, until),
        publishers=tuple(publisher or ()),
        languages=tuple(language or ()),
        folders=tuple(folder or ()),
        tags=tuple(tag or ()),
    )
    text = _read_stdin() if question == "-" else question
    settings = settings_for(index, **({"answer": {"engine": engine}} if engine else {}))
    with with_local_model(settings, local_model) as running, build_pipeline(running) as pipeline:
        _require_documents(pipeline, filters)
        answer = pipeline.ask(text, filters=filters)
    if as_json:
        value = answer_to_json(answer, trace=explain)
        typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
        return
    print_answer(answer)
    if explain:
        _print_explanation(answer, pipeline, settings)


def no_document(name: str) -> str:
    """What to say of a document that the index does not hold."""
    return f"The index holds no document {name!r}; see 'policyqa status' for those it holds."


def _print_explanation(answer: Answer, pipeline: Pipeline, settings: Settings) -> None:
    from rag.confidence import load_models
    from ui.console import print_lines
    from ui.explain import explanation

    documents = {document.id: document for document in pipeline.documents}
    weights = load_models()["answer"].weights
    print_lines(explanation(answer, documents, settings.answer.threshold, weights))


def _read_stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuestionError("The question on stdin is not UTF-8; write it in UTF-8.") from error


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


def _require_documents(pipeline: Pipeline, filters: Filters) -> None:
    from rag.models import Filters
    from rag.selecting import why_none

    for title in filters.documents:
        if not any(Filters(documents=(title,)).admits(d) for d in pipeline.documents):
            raise InputError(no_document(title))
    # Dates that leave nothing are an honest question: the answer says so.
    nowhere = why_none(replace(filters, since=None, until=None), pipeline.documents)
    if nowhere:
        raise InputError(nowhere)
