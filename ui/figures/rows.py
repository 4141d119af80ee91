"""A figure as a row for programs and spreadsheets: JSON fields and CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rag.figures import Figure
    from rag.models import Document

COLUMNS = (
    "value", "high", "unit", "kind", "bound", "measure", "change", "direction", "years", "months",
    "status", "text", "quote", "document", "title", "published", "heading", "start", "end",
    "sentence_start", "sentence_end", "passage",
)  # fmt: skip
CSV_ENCODING = "utf-8-sig"
"""With a byte order mark, by which spreadsheet programs know UTF-8."""


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


def write_csv(rows: Iterable[dict[str, Any]], file: TextIO) -> None:
    """Rows of `figure_row` as CSV, with a line of their names."""
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


def period_text(figure: Figure, to: str = " to ") -> str:
    """The months or years of a figure, or `-`; `to` stands between the ends of several months."""
    if figure.months:
        first, last = min(figure.months), max(figure.months)
        told = [f"{year}-{month:02}" for year, month in dict.fromkeys((first, last))]
        return to.join(told)
    years = sorted(figure.period.years)
    if len(years) > 2 and years[-1] - years[0] == len(years) - 1:
        return f"{years[0]}-{years[-1]}"
    return ", ".join(map(str, years)) or "-"
