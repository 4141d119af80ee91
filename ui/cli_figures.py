"""`policyqa figures`: the register of figures, listed, filtered and exported."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from rag.errors import InputError
from ui.figures.rows import CSV_ENCODING, figure_row, period_text, write_csv

if TYPE_CHECKING:
    from rag.figures import Figure
    from rag.models import Document

_Date = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]
_SHOWN = 40
"""Rows of a table without --limit; JSON and CSV give all."""


def figures(
    measure: Annotated[
        str, typer.Option(metavar="WORDS", help="Words the measure must hold, in any form.")
    ] = "",
    year: Annotated[int | None, typer.Option(help="Only figures of this year.")] = None,
    status: Annotated[
        Literal["achieved", "planned"] | None,
        typer.Option(metavar="STATUS", help="achieved (results) or planned (targets)."),
    ] = None,
    unit: Annotated[
        str | None, typer.Option(metavar="UNIT", help="Only this unit: %, yuan, hectares ...")
    ] = None,
    document: Annotated[
        list[str] | None,
        typer.Option(metavar="TITLE", help="Only this document, by title or file; repeatable."),
    ] = None,
    since: _Date = None,
    until: _Date = None,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="At most N figures.")
    ] = None,
    form: Annotated[
        Literal["table", "csv", "json"],
        typer.Option("--format", metavar="FORM", help="table, csv or json."),
    ] = "table",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write all of them here as CSV.")
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option("--index", metavar="DIR", help="The index directory (default: settings)."),
    ] = None,
) -> None:
    """List the figures of the documents: value, measure, period, result or plan, and the place.

    --since and --until ask for documents published then, as in `policyqa ask`.

    Examples:

        policyqa figures --measure "container throughput"

        policyqa figures --status planned --year 2024 --unit % --json

        policyqa figures --csv figures.csv
    """
    from rag.generations import Generations
    from rag.index import load_documents, load_figures
    from ui.cli import settings_for
    from ui.figures.selecting import selection_of

    folder = Generations(settings_for(index).index_dir).current()
    documents = load_documents(folder)
    selection = selection_of(
        documents.values(),
        measure=measure,
        year=year,
        status=status,
        unit=unit,
        titles=document or (),
        **_dated(since, until),
    )
    found = list(selection.of(load_figures(folder), documents))
    rows = [figure_row(figure, documents[figure.document_id]) for figure in found[:limit]]
    if csv_file:
        _save(csv_file, rows)
        typer.echo(f"{len(rows)} figures -> {csv_file}")
    elif as_json or form == "json":
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif form == "csv":
        write_csv(rows, sys.stdout)
    else:
        _print_table(found[: limit or _SHOWN], documents, len(found))


def _dated(since: datetime | None, until: datetime | None) -> dict[str, date | None]:
    if since and until and since > until:
        raise InputError(f"--since {since:%F} is later than --until {until:%F}; swap the two.")
    return {"since": since.date() if since else None, "until": until.date() if until else None}


def _save(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    with path.open("w", encoding=CSV_ENCODING, newline="") as file:
        write_csv(rows, file)


def _print_table(shown: Sequence[Figure], documents: dict[str, Document], total: int) -> None:
    from rich import box
    from rich.table import Table

    from ui.console import line_of, print_any

    if not total:
        typer.echo("No figure is like this; ask for less, or see 'policyqa figures'.")
        return
    table = Table(box=box.SIMPLE, show_edge=False)
    for name in ("figure", "measure", "period", "status", "document"):
        table.add_column(name, overflow="fold")
    for figure in shown:
        name = documents[figure.document_id].name
        cells = (_figure(figure), figure.measure, period_text(figure), _status(figure))
        table.add_row(*map(line_of, (*cells, f"{name} {figure.span.start}")))
    print_any(table)
    if total > len(shown):
        typer.echo(f"{len(shown)} of {total} figures; --limit, --json or --csv FILE give more.")


def _figure(figure: Figure) -> str:
    arrow = {"up": "↑ ", "down": "↓ "}.get(figure.direction or "", "") if figure.change else ""
    return arrow + " ".join(figure.text.split())


def _status(figure: Figure) -> str:
    return figure.period.status.value if figure.period.status else "-"
