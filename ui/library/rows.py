"""What is loaded: the documents of the current generation, with what the catalogue knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from ingest.catalog import Entry
from ingest.catalog import State as Kept
from rag.models import Document

PREFIX = "uploads"
"""The folder that uploads stand under in the index."""
PAGE_ROWS = 100
"""Rows that are shown at once."""


class State(StrEnum):
    """How a document stands.

    `PARTLY`: something of it could not be read; `OLD`: its file cannot be read any more, so an
    earlier version answers; `WAITING` and `LEAVING`: the next ingest takes it in, or out.
    """

    READY = "ready"
    PARTLY = "partly"
    OLD = "old"
    FAILED = "failed"
    WAITING = "waiting"
    LEAVING = "leaving"


class Column(StrEnum):
    """What rows can be sorted by."""

    TITLE = "title"
    PUBLISHER = "publisher"
    PUBLISHED = "published"
    PAGES = "pages"
    PASSAGES = "passages"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Row:
    """A document; `id` is empty if there is nothing to open, `upload` names the uploaded file."""

    source: str
    title: str
    id: str = ""
    publisher: str | None = None
    published: date | None = None
    pages: int | None = None
    passages: int | None = None
    state: State = State.READY
    told: str = ""
    upload: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What a reader wants to see: rows that hold all words of `search`, sorted."""

    search: str = ""
    state: State | None = None
    column: Column = Column.TITLE
    descending: bool = False
    limit: int = PAGE_ROWS

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> View:
        """The view that a page asks for; raises `ValueError`, `TypeError` or `KeyError`."""
        return cls(
            search=str(request["search"])[:200],
            state=State(request["state"]) if request["state"] else None,
            column=Column(request["column"]),
            descending=bool(request["descending"]),
            limit=min(10_000, max(PAGE_ROWS, int(request["limit"]))),
        )


def rows(
    documents: Sequence[Document], entries: Mapping[str, Entry], uploads: Set[str]
) -> list[Row]:
    """Everything that is loaded or should be, in the order of the sources' names.

    `uploads` names the uploaded files that are there; those not in the index yet are `WAITING`.
    """
    found = [_of_document(d, entries.get(d.source), uploads) for d in documents]
    loaded = {row.source for row in found}
    failed = [e for s, e in entries.items() if s not in loaded and e.state is Kept.FAILED]
    found += [_of_failed(entry) for entry in failed if _is_there(entry.source, uploads)]
    known = {row.upload for row in found}
    found += [_waiting(name) for name in uploads - known]
    return sorted(found, key=lambda row: row.source)


def seen(found: Sequence[Row], view: View) -> list[Row]:
    """Those of a view, all of them, in its order; what is not known comes last either way."""
    wanted = [row for row in found if view.state in (None, row.state) and _holds(row, view.search)]
    by_name = sorted(wanted, key=lambda row: (row.title.casefold(), row.source))
    known = [row for row in by_name if _key(row, view.column) is not None]
    rest = [row for row in by_name if _key(row, view.column) is None]
    return [
        *sorted(known, key=lambda row: _key(row, view.column), reverse=view.descending),
        *rest,
    ]


def upload_of(source: str) -> str:
    """The uploaded file that a source is, or is in; empty for one of the office's folders."""
    prefix, _, rest = source.partition("/")
    return rest.split("/")[0] if prefix == PREFIX else ""


def _of_document(document: Document, entry: Entry | None, uploads: Set[str]) -> Row:
    row = Row(
        document.source,
        document.title,
        document.id,
        document.publisher,
        document.published,
        len(document.page_starts) or None,
    )
    if entry is not None and entry.sha256 == document.sha256:
        told = entry.error or entry.warning or ""
        row = replace(row, passages=entry.passages, state=_state(entry), told=told)
    upload = upload_of(document.source)
    if upload and upload not in uploads:
        return replace(row, state=State.LEAVING, told="")
    return replace(row, upload=upload)


def _state(entry: Entry) -> State:
    if entry.state is Kept.KEPT:
        return State.OLD
    return State.PARTLY if entry.warning else State.READY


def _of_failed(entry: Entry) -> Row:
    name = entry.source.rsplit("/", 1)[-1]
    told = entry.error or ""
    return Row(entry.source, name, state=State.FAILED, told=told, upload=upload_of(entry.source))


def _is_there(source: str, uploads: Set[str]) -> bool:
    upload = upload_of(source)
    return not upload or upload in uploads


def _waiting(name: str) -> Row:
    return Row(f"{PREFIX}/{name}", name, state=State.WAITING, upload=name)


def _holds(row: Row, search: str) -> bool:
    text = " ".join(filter(None, (row.title, row.source, row.publisher))).casefold()
    return all(word in text for word in search.casefold().split())


def _key(row: Row, column: Column) -> Any:
    value = getattr(row, column.value)
    if column is Column.STATE:
        return list(State).index(value)
    return value.casefold() if isinstance(value, str) else value
