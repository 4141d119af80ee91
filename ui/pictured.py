"""A document as pictures of its pages, with the cited words marked on them. Pure HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from ingest.page_looks import WHOLE
from rag.models import Document
from ui.page_marks import Place, boxes, pages_of, part_on_page
from ui.pages import Layout
from ui.reader import Mark, View
from ui.words import Words

_NEIGHBOURS = 1
"""Pages around those that words are said to stand on: a table or a broken word may shift them."""
VERSION_CHARS = 12


def wanted_pages(document: Document, marks: Iterable[Mark]) -> list[int]:
    """The pages whose characters are needed to mark these words."""
    own = {number for mark in marks for number in pages_of(document, mark.span)}
    around = {n + step for n in own for step in range(-_NEIGHBOURS, _NEIGHBOURS + 1)}
    return sorted(n for n in around if 1 <= n <= len(document.page_starts))


def as_pages(layout: Layout) -> View:
    """The view of a document as its pages, when they look like this."""

    def view(document: Document, marks: Sequence[Mark], current: int, words: Words) -> str:
        found = {mark.number: marked_boxes(document, mark, layout) for mark in marks}
        quote_of = {m.number: document.text[m.span.start : m.span.end] for m in marks}
        writer = _Writer(document, layout, found, current, quote_of.get(current, ""), words)
        figures = "".join(writer.figure(n) for n in range(1, len(layout.sizes) + 1))
        return f'<div class="document as-pages">{figures}</div>'

    return view


Boxes = dict[int, tuple[Place, ...]]
"""By number of the page; no boxes at all on a page mean that the words are somewhere on it."""


def marked_boxes(document: Document, mark: Mark, layout: Layout) -> Boxes:
    """Where the words of a mark stand on the pages."""
    found: Boxes = {}
    for number in pages_of(document, mark.span):
        part = part_on_page(document, mark.span, number)
        if part is None:
            continue
        for n in sorted(range(number - _NEIGHBOURS, number + 2), key=lambda n: abs(n - number)):
            page = layout.characters.get(n)
            places = boxes(document.text, part, page) if page else ()
            if places:
                found[n] = (*found.get(n, ()), *places)
                break
        else:
            found.setdefault(number, ())
    return found


class _Writer:
    """Writes the pages of one document."""

    def __init__(
        self,
        document: Document,
        layout: Layout,
        found: dict[int, Boxes],
        current: int,
        quoted: str,
        words: Words,
    ) -> None:
        self._quoted = quoted
        self._document = document
        self._layout = layout
        self._found = found
        self._current = current
        self._words = words
        self._anchored = False

    def figure(self, number: int) -> str:
        """A page: its number, the place for its picture, and the marks on it."""
        width, height = self._layout.sizes[number - 1]
        count = len(self._layout.sizes)
        alt = escape(self._words("reader.page_picture", n=number, all=count))
        marks = "".join(
            self._marks(cited, places[number])
            for cited, places in self._found.items()
            if number in places
        )
        return (
            f'<figure class="page" data-page="{number}">'
            f"<figcaption>{escape(self._words('reader.page_of', n=number, all=count))}</figcaption>"
            f"{self._note(number)}"
            f'<div class="picture" style="aspect-ratio: {width:g} / {height:g}">'
            f'<img alt="{alt}" data-src="{escape(self._address(number))}" '
            f'data-failed="{escape(self._words("reader.page_failed"))}" draggable="false">'
            f"{marks}</div></figure>"
        )

    def _address(self, number: int) -> str:
        """Where its picture is, without the width; a changed file has another address."""
        version = self._document.sha256[:VERSION_CHARS]
        return f"api/documents/{quote(self._document.id)}/pages/{number}.png?v={version}"

    def _note(self, number: int) -> str:
        places = self._found.get(self._current, {})
        if places.get(number) != ():
            return ""
        return f'<p class="notice">{escape(self._words("reader.page_unmarked"))}</p>'

    def _marks(self, cited: int, places: Sequence[Place]) -> str:
        if not places:
            return self._mark(cited, (0, 0, WHOLE, WHOLE), "box whole")
        return "".join(self._mark(cited, place, "box") for place in places)

    def _mark(self, cited: int, place: Place, kind: str) -> str:
        left, top, right, bottom = (side * 100 / WHOLE for side in place)
        anchor = inner = ""
        if cited == self._current:
            kind += " current"
            if not self._anchored:
                anchor, self._anchored = ' id="cited" tabindex="-1"', True
                inner = f'<span class="unseen">{escape(self._quoted)}</span>'
        return (
            f'<mark class="{kind}" data-cites="{cited}"{anchor} style="left: {left:g}%; '
            f'top: {top:g}%; width: {right - left:g}%; height: {bottom - top:g}%">{inner}</mark>'
        )
