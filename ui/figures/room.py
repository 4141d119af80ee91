"""The room of the figures: its controls, and what they find, as escaped HTML for one reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

from rag.errors import InputError
from rag.period import Status
from rag.register import Selection
from ui.figures.book import SORTED_BY, Book
from ui.figures.chart import chart
from ui.figures.search import is_other
from ui.figures.selecting import selection_of
from ui.figures.table import rows, table
from ui.words import Words

PAGE = 100
"""Rows that are shown at once; as many more come when they are asked for."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the reader of the page asks for."""

    selection: Selection
    sort: str
    descending: bool
    start: int

    @classmethod
    def read(cls, raw: Any, book: Book) -> Wish:
        """What the browser sent, which may be anything.

        Raises:
            InputError: it is no wish.
        """
        try:
            given = {name: str(value).strip() for name, value in raw.items()}
            selection = selection_of(
                book.documents,
                measure=given.get("measure", "")[:200],
                year=int(given["year"]) if given.get("year") else None,
                status=given.get("status") or None,
                unit=given.get("unit") or None,
                titles=[given["document"]] if given.get("document") else [],
            )
            sort, start = given.get("sort", ""), int(given.get("start") or 0)
        except (ValueError, AttributeError):
            raise InputError("This cannot be asked of the figures; reload the page.") from None
        if sort and sort not in SORTED_BY:
            raise InputError(f"The figures cannot be ordered by {sort!r}; choose a column.")
        return cls(selection, sort, given.get("descending") == "true", max(start, 0))


def room(book: Book, words: Words) -> str:
    """The whole room, before anything is chosen in it."""
    head = f"<h2>{escape(words('figures.title'))}</h2>"
    if not book.register.figures:
        return f'{head}<p class="figures-none">{escape(words("figures.empty"))}</p>'
    return (
        f'{head}<p class="figures-about">{escape(words("figures.about"))}</p>'
        f"{_controls(book, words)}"
        '<div class="figures-line"><p class="figures-said" role="status"></p>'
        f'<a class="csv" href="api/figures.csv" download>{escape(words("figures.csv"))}</a></div>'
        f'<section class="figures-chart" aria-label="{escape(words("figures.chart"))}"></section>'
        '<div class="figures-found"></div>'
    )


def found(wish: Wish, book: Book, words: Words) -> dict[str, str]:
    """What a wish finds: the first rows with all around them, or only the rows from `start`."""
    result = book.find(wish.selection, wish.sort, descending=wish.descending)
    shown = result.figures[wish.start : wish.start + PAGE]
    drawn = rows(shown, book.register.documents, words)
    left = len(result.figures) - wish.start - len(shown)
    told = {"version": book.version, "more": _more(wish.start + PAGE, left, words)}
    if wish.start:
        return {**told, "rows": drawn}
    ordered = table(drawn, words, wish.sort, descending=wish.descending)
    none = f'<p class="figures-none">{escape(words("figures.none"))}</p>'
    return {
        **told,
        "table": ordered if shown else none,
        "chart": chart(book.compared(wish.selection), book.register.documents, words),
        "said": _said(wish, result.said, len(result.figures), len(book.register.figures), words),
        "csv": f"api/figures.csv{_query(wish)}",
    }


def _said(wish: Wish, said: str, found: int, total: int, words: Words) -> str:
    """How many were found, and of which words if not those that were typed; plain text."""
    count = words("figures.count", n=found, total=total)
    typed = wish.selection.measure
    if found and is_other(typed, said):
        return f"{words('figures.mended', text=said)} {count}"
    return count


def _query(wish: Wish) -> str:
    chosen = wish.selection
    fields = {
        "measure": chosen.measure,
        "year": chosen.year,
        "status": chosen.status,
        "unit": chosen.unit,
        "document": next(iter(chosen.filters.documents), None),
        "sort": wish.sort,
        "descending": "true" if wish.descending else None,
    }
    told = urlencode({name: value for name, value in fields.items() if value})
    return f"?{told}" if told else ""


def _more(start: int, left: int, words: Words) -> str:
    if left <= 0:
        return ""
    label = escape(words("figures.more", n=min(left, PAGE)))
    return f'<button type="button" class="figures-more" data-start="{start}">{label}</button>'


def _controls(book: Book, words: Words) -> str:
    hint = escape(words("figures.search_hint"))
    documents = {title: title for title in dict.fromkeys(d.title for d in book.documents)}
    choices = (
        _choice("document", documents, words),
        _choice("year", {str(year): str(year) for year in book.years}, words),
        _choice("status", {s.value: words(f"figures.{s.value}") for s in Status}, words),
        _choice("unit", _named(book.units, words), words),
    )
    return (
        f'<form class="figures-form" role="search" aria-label="{escape(words("figures.filters"))}">'
        f'<label class="search">{escape(words("figures.search"))}'
        f'<input type="search" name="measure" maxlength="200" autocomplete="off"'
        f' placeholder="{hint}"></label>{"".join(choices)}'
        f'<button type="reset">{escape(words("figures.clear"))}</button></form>'
    )


def _choice(name: str, options: Mapping[str, str], words: Words) -> str:
    listed = "".join(
        f'<option value="{escape(value)}">{escape(text)}</option>'
        for value, text in {"": words(f"figures.any_{name}"), **options}.items()
    )
    label = escape(words(f"figures.{name}"))
    return f'<label class="{name}">{label}<select name="{name}">{listed}</select></label>'


def _named(units: Iterable[str], words: Words) -> dict[str, str]:
    return {unit: words("figures.points_name") if unit == "pp" else unit for unit in units}
