"""Rows to HTML: a table whose rows a narrow page shows as cards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from ui.library.rows import Column, Row, State, View
from ui.words import Words

_NUMBERS = {Column.PAGES, Column.PASSAGES}


def table(found: Sequence[Row], view: View, w: Words, *, removable: bool) -> str:
    """The first rows of a view; `removable` gives uploads a button."""
    if not found:
        plain = not view.search and view.state is None
        text = w("documents.empty" if plain else "documents.none")
        return f'<p class="library-none">{escape(text)}</p>'
    shown = found[: view.limit]
    removable = removable and any(row.upload for row in shown)
    heads = "".join(_head(column, view, w) for column in Column)
    if removable:
        name = _unseen(w("documents.column_remove"))
        heads += f'<th role="columnheader" scope="col">{name}</th>'
    body = "".join(_row(row, w, removable=removable) for row in shown)
    return (
        f'<table role="table"><caption class="unseen">{escape(w("documents.table"))}</caption>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>{_more(len(found) - len(shown), w)}'
    )


def _head(column: Column, view: View, w: Words) -> str:
    order, arrow = "none", ""
    if view.column is column:
        order = "descending" if view.descending else "ascending"
        arrow = "↓" if view.descending else "↑"
    return (
        f'<th role="columnheader" scope="col" aria-sort="{order}" class="{column.value}">'
        f'<button type="button" data-sort="{column.value}">'
        f"{escape(w(f'documents.column_{column.value}'))}"
        f'<span class="order" aria-hidden="true">{arrow}</span></button></th>'
    )


def _row(row: Row, w: Words, *, removable: bool) -> str:
    cells = [
        _cell(Column.PUBLISHER, escape(row.publisher or ""), w),
        _cell(Column.PUBLISHED, escape(w.day(row.published) if row.published else ""), w),
        _cell(Column.PAGES, _number(row.pages), w),
        _cell(Column.PASSAGES, _number(row.passages), w),
        _state(row, w),
    ]
    if removable:
        cells.append(f'<td role="cell" class="remove">{_remove(row, w)}</td>')
    return (
        f'<tr role="row" class="{row.state.value}" data-source="{escape(row.source)}">'
        f"{_title(row, w)}{''.join(cells)}</tr>"
    )


def _title(row: Row, w: Words) -> str:
    title = f'<span class="doc-title">{escape(row.title)}</span>'
    if row.id:
        title = (
            f'<button type="button" data-document="{escape(row.id)}" '
            f'data-title="{escape(row.title)}">{title}</button>'
        )
    note = f" · {escape(w('documents.uploaded'))}" if row.upload else ""
    return (
        f'<th role="rowheader" scope="row" class="title">{title}'
        f'<span class="file">{escape(row.source)}{note}</span></th>'
    )


def _state(row: Row, w: Words) -> str:
    told = f'<span class="told">{escape(row.told)}</span>' if row.told else ""
    text = f'<span class="mark">{escape(state_name(row.state, w))}</span>{told}'
    return f'<td role="cell" class="state">{text}</td>'


def state_name(state: State, w: Words) -> str:
    """What a state is called."""
    return w(f"documents.state_{state.value}")


def _cell(column: Column, value: str, w: Words) -> str:
    """A cell; cards show the column's name before what is in it."""
    kind = f"{column.value} number" if column in _NUMBERS else column.value
    if not value:
        unknown = _unseen(w("documents.unknown"))
        return f'<td role="cell" class="{kind} bare">{unknown}</td>'
    name = escape(w(f"documents.column_{column.value}"))
    return f'<td role="cell" class="{kind}" data-name="{name}">{value}</td>'


def _unseen(text: str) -> str:
    """Words for those who listen to the page."""
    return f'<span class="unseen">{escape(text)}</span>'


def _number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _remove(row: Row, w: Words) -> str:
    if not row.upload:
        return ""
    return "".join(_button(row, w))


def _button(row: Row, w: Words) -> Iterator[str]:
    yield f'<button type="button" data-remove="{escape(row.upload)}" '
    yield f'aria-label="{escape(w("documents.remove_named", title=row.title))}">'
    yield f"{escape(w('documents.remove'))}</button>"


def _more(rest: int, w: Words) -> str:
    if rest <= 0:
        return ""
    text = escape(w("documents.more", n=f"{rest:,}"))
    return f'<button type="button" class="library-more" data-more>{text}</button>'
