"""Document + marks -> HTML, cut at offsets so that the marked words are exactly the cited ones.

Each piece of text between two edges (of a line or of a mark) is escaped on its own, so nothing in
a document can become markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import pairwise

from rag.models import Document, Span
from rag.permalink import Permalink
from ui.blocks import Block, blocks, cells, front_matter

CHANGED = "The document has changed since this was cited, so the cited words cannot be marked."


@dataclass(frozen=True, slots=True)
class Mark:
    """Words to highlight, with the number of the citation they belong to."""

    number: int
    span: Span


def long_date(day: date | None) -> str:
    """A date as people write it: `7 February 2024`, or `date unknown`."""
    return f"{day.day} {day:%B %Y}" if day else "date unknown"


def document_head(document: Document, *, level: int = 2) -> str:
    """Title, publisher and date of a document."""
    facts = f"{document.publisher or 'publisher unknown'} · {long_date(document.published)}"
    return (
        f'<h{level} class="doc-title">{escape(document.title)}</h{level}>'
        f'<p class="doc-facts">{escape(facts)}</p>'
    )


def source(
    document: Document,
    places: Sequence[Permalink | None],
    current: int,
    *,
    level: int = 2,
    said: str = "",
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
    return (
        f'<header class="sheet-head">{document_head(document, level=level)}</header>{said}'
        + (f'<p class="notice">{CHANGED}</p>' if wanted_is_gone else "")
        + f'<div class="document">{document_body(document, marks, current)}</div>'
    )


def document_body(
    document: Document, marks: Sequence[Mark] = (), current: int | None = None
) -> str:
    """The text of a document as headings, paragraphs, lists and tables, with the marks in place.

    All words of mark number `current` have the class `current`; the first of them also carry
    `id="cited"`, to scroll to.
    """
    writer = _Writer(document.text, marks, current)
    top = front_matter(document)
    head = writer.front_matter(top) if top else ""
    return head + "\n".join(writer.block(block) for block in blocks(document))


class _Writer:
    """Writes pieces of one text, with its marks."""

    def __init__(self, text: str, marks: Sequence[Mark], current: int | None) -> None:
        self._text = text
        self._marks = marks
        self._current = current
        self._edges = sorted({edge for m in marks for edge in (m.span.start, m.span.end)})
        self._anchored = False

    def block(self, block: Block) -> str:
        """One element; paragraphs keep their line breaks as blanks."""
        if block.kind == "row":
            return self._table(block)
        parts = [self._piece(span) for span in block.pieces]
        if block.kind in ("li", "numbered"):
            items = "".join(f"<li>{part}</li>" for part in parts)
            return f'<ul class="{block.kind}">{items}</ul>'
        return f"<{block.kind}>" + "\n".join(parts) + f"</{block.kind}>"

    def front_matter(self, span: Span) -> str:
        """The metadata of a file, folded away unless something in it is marked."""
        inner = self._piece(span)
        state = " open" if "<mark" in inner else ""
        return (
            f'<details class="front"{state}><summary>File details</summary>'
            f"<pre>{inner}</pre></details>"
        )

    def _table(self, block: Block) -> str:
        rows = [cells(self._text, row) for row in block.pieces]
        lines = [
            "".join(f"<{tag}>{self._piece(cell)}</{tag}>" for cell in row)
            for row, tag in zip(rows, ["th", *["td"] * len(rows)], strict=False)
            if row
        ]
        body = "".join(f"<tr>{line}</tr>" for line in lines)
        return f'<div class="table"><table>{body}</table></div>'

    def _piece(self, span: Span) -> str:
        inner = (edge for edge in self._edges if span.start < edge < span.end)
        cuts = (span.start, *inner, span.end)
        return "".join(self._between(start, end) for start, end in pairwise(cuts))

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
