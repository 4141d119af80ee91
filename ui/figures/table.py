"""The figures as a table: pure functions from figures to escaped HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from rag.figures import Figure
from rag.models import Document
from rag.permalink import permalink_to
from ui.figures.amounts import BARE, amount_text, unit_text
from ui.figures.book import SORTED_BY
from ui.figures.rows import period_text
from ui.words import Words

_ARROWS = {"up": "↑", "down": "↓"}


def table(rows: str, words: Words, sort: str = "", *, descending: bool = False) -> str:
    """The table around its rows, with a button in the head of each column that orders by it.

    Roles are written out, since on a phone the style sheet shows the rows as cards, and browsers
    then take a table for none.
    """
    heads = "".join(_head(name, sort, descending, words) for name in SORTED_BY)
    return (
        f'<table class="figures-table" role="table" aria-label="{escape(words("figures.table"))}">'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table>'
    )


def rows(figures: Iterable[Figure], documents: Mapping[str, Document], words: Words) -> str:
    """The rows of a table; each opens its sentence by the button of its measure."""
    return "".join(_row(figure, documents[figure.document_id], words) for figure in figures)


def place_of(figure: Figure, document: Document) -> str:
    """The permalink of the sentence of a figure, escaped."""
    return escape(str(permalink_to(document, figure.sentence)))


def amount_html(figure: Figure, words: Words) -> str:
    """The amount as people read it; whether it is an increase is told by an arrow, and in words."""
    arrow = _ARROWS.get(figure.direction or "") if figure.change else None
    told = escape(amount_text(figure, words))
    if not arrow:
        return told
    name = escape(words(f"figures.{figure.direction}"))
    return f'<span class="way" role="img" aria-label="{name}" title="{name}">{arrow}</span> {told}'


def _head(name: str, sort: str, descending: bool, words: Words) -> str:
    order = ("descending" if descending else "ascending") if name == sort else "none"
    mark = {"ascending": "▲", "descending": "▼"}.get(order, "")
    return (
        f'<th scope="col" role="columnheader" aria-sort="{order}" class="{name}">'
        f'<button type="button" data-sort="{name}">{escape(words(f"figures.{name}"))}'
        f'<span class="order" aria-hidden="true">{mark}</span></button></th>'
    )


def _row(figure: Figure, document: Document, words: Words) -> str:
    amount = amount_text(figure, words)
    measure = figure.measure or words("figures.unnamed")
    name = escape(words("figures.read", measure=measure, amount=amount))
    status = figure.period.status
    original = escape(_spaced(figure.text))
    cells = {
        "measure": (
            f'<button type="button" data-open-place="{place_of(figure, document)}"'
            f' aria-label="{name}">{escape(measure)}</button>'
        ),
        "value": f'<span title="{original}">{amount_html(figure, words)}</span>',
        "unit": escape(unit_text(figure, words)),
        "period": escape(_period(figure, words)),
        "status": escape(words(f"figures.{status.value}")) if status else "",
        "document": escape(document.title),
    }
    # A card shows no unit apart that stands with the number already.
    again = "unit" if figure.unit in BARE else None
    told = "".join(
        f'<td role="cell" class="{name}{" told" if name == again else ""}">{cells[name]}</td>'
        for name in SORTED_BY
    )
    return f'<tr role="row" class="{status.value if status else "untold"}">{told}</tr>'


def _period(figure: Figure, words: Words) -> str:
    return period_text(figure, words("figures.to")) if figure.period.years else ""


def _spaced(text: str) -> str:
    return " ".join(text.split())
