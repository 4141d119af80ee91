"""Document + marks -> HTML, cut at offsets so that the marked words are exactly the cited ones.

Each piece of text between two edges (of a line or of a mark) is escaped on its own, so nothing in
a document can become markup.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby, pairwise

from rag.models import Document, Span
from rag.permalink import Permalink
from ui.blocks import Block, blocks, cells, front_matter
from ui.words import ENGLISH, Words


@dataclass(frozen=True, slots=True)
class Mark:
    """Words to highlight, with the number of the citation they belong to."""

    number: int
    span: Span


View = Callable[[Document, Sequence[Mark], int, Words], str]
"""How a document is shown below its head: `(document, marks, number of the current one, words)`."""


def document_facts(document: Document, words: Words = ENGLISH) -> str:
    """Publisher and date of a document, as plain text."""
    publisher = document.publisher or words("reader.publisher_unknown")
    return f"{publisher} · {words.day(document.published)}"


def document_head(document: Document, *, level: int = 2, words: Words = ENGLISH) -> str:
    """Title, publisher and date of a document."""
    return (
        f'<h{level} class="doc-title" lang="{escape(document.language)}">'
        f"{escape(document.title)}</h{level}>"
        f'<p class="doc-facts">{escape(document_facts(document, words))}</p>'
    )


def as_text(document: Document, marks: Sequence[Mark], current: int, words: Words) -> str:
    """The view of a document as text."""
    body = document_body(document, marks, current, words=words)
    return f'<div class="document" lang="{escape(document.language)}">{body}</div>'


def source(
    document: Document,
    places: Sequence[Permalink | None],
    current: int,
    *,
    level: int = 2,
    said: str = "",
    words: Words = ENGLISH,
    view: View = as_text,
) -> str:
    """A document as it is opened at a citation: head, a notice if need be, marked text.

    `places` are numbered from 1, as the answer numbers them; `None` stands for a citation of
    another document. Words that no longer stand where they were cited are not marked. `said` is
    HTML to put over the text.
    """
    numbered = [(i, place) for i, place in enumerate(places, start=1) if place is not None]
    marks = [Mark(i, place.span) for i, place in numbered if place.holds(document)]
    wanted_is_gone = any(i == current for i, _ in numbered) and current not in {
        mark.number for mark in marks
    }
    gone = f'<p class="notice">{escape(words("reader.changed"))}</p>' if wanted_is_gone else ""
    head = document_head(document, level=level, words=words)
    return (
        f'<header class="sheet-head">{head}</header>{said}{gone}'
        f"{view(document, marks, current, words)}"
    )


def document_body(
    document: Document,
    marks: Sequence[Mark] = (),
    current: int | None = None,
    *,
    words: Words = ENGLISH,
) -> str:
    """The text of a document as headings, paragraphs, lists and tables, with the marks in place.

    All words of mark number `current` have the class `current`; the first of them also carry
    `id="cited"`, to scroll to. Where a page begins stands its number.
    """
    writer = _Writer(document, marks, current, words)
    top = front_matter(document)
    head = writer.front_matter(top) if top else ""
    return head + "\n".join(writer.block(block) for block in blocks(document))


class _Writer:
    """Writes pieces of one text, with its marks and the numbers of its pages."""

    def __init__(
        self, document: Document, marks: Sequence[Mark], current: int | None, words: Words
    ) -> None:
        self._text = document.text
        self._marks = marks
        self._current = current
        self._words = words
        self._pages = _page_numbers(document)
        edges = {edge for m in marks for edge in (m.span.start, m.span.end)}
        self._edges = sorted(edges | {start for start, _, _ in self._pages})
        self._anchored = False
        self._numbered = 0

    def block(self, block: Block) -> str:
        """One element; paragraphs keep their line breaks as blanks."""
        over = self._page_marks(block.pieces[0].start)
        if block.kind == "row":
            return over + self._table(block)
        parts = [self._piece(span) for span in block.pieces]
        if block.kind in ("li", "numbered"):
            items = "".join(f"<li>{part}</li>" for part in parts)
            return f'{over}<ul class="{block.kind}">{items}</ul>'
        return f"{over}<{block.kind}>" + "\n".join(parts) + f"</{block.kind}>"

    def front_matter(self, span: Span) -> str:
        """The metadata of a file, folded away unless something in it is marked."""
        inner = self._piece(span)
        state = " open" if "<mark" in inner else ""
        return (
            f'<details class="front"{state}><summary>{escape(self._words("reader.details"))}'
            f"</summary><pre>{inner}</pre></details>"
        )

    def _table(self, block: Block) -> str:
        rows = [cells(self._text, row) for row in block.pieces]
        lines = [
            "".join(f"<{tag}>{self._piece(cell)}</{tag}>" for cell in row)
            for row, tag in zip(rows, ["th", *["td"] * len(rows)], strict=False)
            if row
        ]
        body = "".join(f"<tr>{line}</tr>" for line in lines)
        return f'<div class="table" tabindex="0"><table>{body}</table></div>'

    def _piece(self, span: Span) -> str:
        inner = (edge for edge in self._edges if span.start < edge < span.end)
        cuts = (span.start, *inner, span.end)
        return "".join(
            self._page_marks(start) + self._between(start, end) for start, end in pairwise(cuts)
        )

    def _page_marks(self, offset: int) -> str:
        """The numbers of the pages that begin up to an offset and have not been written yet."""
        written = []
        while self._numbered < len(self._pages) and self._pages[self._numbered][0] <= offset:
            _, first, last = self._pages[self._numbered]
            written.append(self._page_mark(first, last))
            self._numbered += 1
        return "".join(written)

    def _page_mark(self, first: int, last: int) -> str:
        label = (
            self._words("reader.page", n=first)
            if first == last
            else self._words("reader.page_range", first=first, last=last)
        )
        # The label is drawn by the style sheet: it is no part of the text that people copy.
        return (
            f'<span class="page-mark" role="separator" data-page="{last}" '
            f'data-label="{escape(label)}" aria-label="{escape(label)}"></span>'
        )

    def _between(self, start: int, end: int) -> str:
        shown = escape(self._text[start:end])
        numbers = {m.number for m in self._marks if m.span.start <= start and end <= m.span.end}
        return f"<mark{self._attributes(numbers)}>{shown}</mark>" if numbers and shown else shown

    def _attributes(self, numbers: set[int]) -> str:
        cites = f' data-cites="{" ".join(map(str, sorted(numbers)))}"'
        if self._current not in numbers:
            return cites
        anchor = "" if self._anchored else ' id="cited" tabindex="-1"'
        self._anchored = True
        return f'{cites} class="current"{anchor}'


def _page_numbers(document: Document) -> list[tuple[int, int, int]]:
    """Offsets at which text of a page begins, with the first and last page that begin there."""
    numbered = enumerate(document.page_starts, start=1)
    pages = [
        (start, [number for number, _ in group])
        for start, group in groupby(numbered, key=lambda pair: pair[1])
    ]
    return [(start, numbers[0], numbers[-1]) for start, numbers in pages]
