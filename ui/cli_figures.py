"""`policyqa figures`: the register of figures, listed, filtered and exported."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO

import typer

from rag.errors import InputError

if TYPE_CHECKING:
    from rag.figures import Figure
    from rag.models import Document
    from rag.register import Selection

_Date = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]
_SHOWN = 40
"""Rows of a table without --limit; JSON and CSV give all."""
COLUMNS = (
    "value", "high", "unit", "kind", "bound", "measure", "change", "direction", "years", "months",
    "status", "text", "quote", "document", "title", "published", "heading", "start", "end",
    "sentence_start", "sentence_end", "passage",
)  # fmt: skip


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

    folder = Generations(settings_for(index).index_dir).current()
    documents = load_documents(folder)
    selection = _selection(measure, year, status, unit, document, since, until, documents)
    found = list(selection.of(load_figures(folder), documents))
    rows = [figure_row(figure, documents[figure.document_id]) for figure in found[:limit]]
    if csv_file:
        _save(csv_file, rows)
        typer.echo(f"{len(rows)} figures -> {csv_file}")
    elif as_json or form == "json":
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif form == "csv":
        _write_csv(rows, sys.stdout)
    else:
        _print_table(found[: limit or _SHOWN], documents, len(found))


def figure_row(figure: Figure, document: Document) -> dict[str, Any]:
    """A figure with its citation, as JSON and CSV give it; offsets are those of `export`."""
    from rag.figures import figure_to_json

    stored = figure_to_json(figure)
    start, end = stored.pop("sentence")
    published = document.published.isoformat() if document.published else None
    told = {
        **stored,
        "document": document.name,
        "title": document.title,
        "published": published,
        "quote": " ".join(document.text[start:end].split()),
        "sentence_start": start,
        "sentence_end": end,
    }
    return {name: told[name] for name in COLUMNS}


def _selection(
    measure: str,
    year: int | None,
    status: str | None,
    unit: str | None,
    titles: list[str] | None,
    since: datetime | None,
    until: datetime | None,
    documents: dict[str, Document],
) -> Selection:
    from rag.models import Filters
    from rag.period import Status
    from rag.register import Selection
    from ui.cli_ask import no_document

    if since and until and since > until:
        raise InputError(f"--since {since:%F} is later than --until {until:%F}; swap the two.")
    for title in titles or ():
        if not any(Filters(documents=(title,)).admits(d) for d in documents.values()):
            raise InputError(no_document(title))
    filters = Filters(
        documents=tuple(titles or ()),
        since=since.date() if since else None,
        until=until.date() if until else None,
    )
    return Selection(filters, measure, year, Status(status) if status else None, unit)


def _save(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    # With a byte order mark, by which spreadsheet programs know UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        _write_csv(rows, file)


def _write_csv(rows: Sequence[dict[str, Any]], file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row[name]) for name in COLUMNS] for row in rows)


def _cell(value: Any) -> Any:
    """Lists in one cell; a text that a spreadsheet would run as a formula is made plain."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = (
            " › ".join(map(str, value))
            if any(" " in str(v) for v in value)
            else " ".join(map(str, value))
        )
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t"):
        return value if value[1:].replace(".", "", 1).isdigit() else f"'{value}"
    return value


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


def period_text(figure: Figure) -> str:
    """The months or years of a figure, or `-`."""
    if figure.months:
        first, last = min(figure.months), max(figure.months)
        told = [f"{year}-{month:02}" for year, month in dict.fromkeys((first, last))]
        return " to ".join(told)
    years = sorted(figure.period.years)
    if len(years) > 2 and years[-1] - years[0] == len(years) - 1:
        return f"{years[0]}-{years[-1]}"
    return ", ".join(map(str, years)) or "-"


def _status(figure: Figure) -> str:
    return figure.period.status.value if figure.period.status else "-"
