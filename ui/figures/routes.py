"""The register of figures for programs: JSON in pages, and CSV."""

from __future__ import annotations

import io
from datetime import date
from itertools import islice
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from rag.errors import InputError
from rag.figures import Figure
from rag.permalink import permalink_to
from ui.figures.book import Book, Books
from ui.figures.rows import CSV_ENCODING, figure_row, write_csv
from ui.figures.selecting import selection_of
from ui.office import Office
from ui.office_forms import FiguresForm
from ui.people.person import Role, person_of, require

MOST = 1000
"""Figures of one page."""
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"description": "The table.", "content": {"text/csv": {"schema": {"type": "string"}}}}
}


class Asked:
    """The parameters that all routes share."""

    def __init__(
        self,
        measure: Annotated[str, Query(max_length=200)] = "",
        year: int | None = None,
        status: Literal["achieved", "planned"] | None = None,
        unit: Annotated[str | None, Query(max_length=100)] = None,
        document: Annotated[list[str] | None, Query(max_length=100)] = None,
        since: date | None = None,
        until: date | None = None,
        sort: Literal["", "measure", "value", "unit", "period", "status", "document"] = "",
        descending: bool = False,
    ) -> None:
        self._measure, self._unit, self._status = measure, unit or None, status
        self._year, self._since, self._until = year, since, until
        self._titles = [title for title in document or () if title]
        self._sort, self._descending = sort, descending

    def found(self, book: Book) -> list[Figure]:
        """The figures asked for; raises `InputError` as `selection_of`."""
        selection = selection_of(
            book.documents,
            measure=self._measure,
            year=self._year,
            status=self._status,
            unit=self._unit,
            titles=self._titles,
            since=self._since,
            until=self._until,
        )
        return list(book.find(selection, self._sort, descending=self._descending).figures)


def router(office: Office) -> APIRouter:
    """The routes `/api/figures` and `/api/figures.csv`."""
    routes = APIRouter(prefix="/api")
    books = Books(office.pipeline)

    @routes.get("/figures", summary="List the figures", response_model=FiguresForm)
    def figures(
        request: Request,
        asked: Annotated[Asked, Depends()],
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
        cursor: Annotated[str, Query(max_length=100)] = "",
    ) -> dict[str, Any]:
        """The figures of the documents, in pages: `next` is the cursor of the page that follows."""
        require(person_of(request), Role.READER)
        book = books.now()
        start = _start(cursor, book)
        found = asked.found(book)
        end = start + limit
        return {
            "figures": [_row(figure, book) for figure in islice(found, start, end)],
            "total": len(found),
            "next": f"{book.version}.{end}" if end < len(found) else None,
            "index_version": book.version,
        }

    @routes.get(
        "/figures.csv",
        summary="Get the figures as a table",
        response_class=Response,
        responses=_CSV,
    )
    def table(request: Request, asked: Annotated[Asked, Depends()]) -> Response:
        """All figures asked for, as a table for a spreadsheet program."""
        require(person_of(request), Role.READER)
        book = books.now()
        file = io.StringIO()
        documents = book.register.documents
        write_csv((figure_row(f, documents[f.document_id]) for f in asked.found(book)), file)
        named = {"Content-Disposition": 'attachment; filename="figures.csv"'}
        return Response(
            file.getvalue().encode(CSV_ENCODING),
            media_type="text/csv; charset=utf-8",
            headers=named,
        )

    return routes


def _start(cursor: str, book: Book) -> int:
    """Where a page begins; raises `InputError` for a cursor of another index, or none of ours."""
    if not cursor:
        return 0
    version, _, start = cursor.rpartition(".")
    if not start.isdecimal():
        raise InputError("The cursor is none that was given; ask without one to begin anew.")
    if version != book.version:
        raise InputError("The documents have changed since; ask without a cursor to begin anew.")
    return int(start)


def _row(figure: Figure, book: Book) -> dict[str, Any]:
    document = book.register.documents[figure.document_id]
    place = str(permalink_to(document, figure.sentence))
    return {**figure_row(figure, document), "permalink": place}
