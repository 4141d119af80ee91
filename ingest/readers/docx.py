"""Word documents: headings, lists with their numbers, tables, footnotes, in the order of the page.

The text is taken from the XML below python-docx's paragraphs, which know nothing of tracked
changes, content controls and text boxes: what was inserted is text, what was deleted is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from ingest.readers import grids, render
from ingest.readers.archive import DAMAGE, opened
from ingest.readers.docx_numbers import Numbering
from ingest.readers.docx_text import (
    NAMES,
    W,
    children,
    label,
    marks_in,
    notes_in,
    text_of,
    value,
)
from ingest.readers.reading import Reading, Structure
from ingest.readers.sniff import kind_of
from rag.errors import SourceError

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_NOTE_PARTS = ("footnotes", "endnotes")
_CONTENTS = "toc"
_DEEPEST = 6
_WIDEST = 64


@dataclass(frozen=True, slots=True)
class WordReader:
    """Headings are told by their style; running heads and feet, comments and fields are left."""

    kind: str = "a Word document"
    media_type: str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    suffixes: tuple[str, ...] = (".docx",)
    libraries: tuple[str, ...] = ("docx",)

    def recognises(self, raw: bytes) -> bool:
        """A ZIP archive with a Word document's main part."""
        found = kind_of(raw)
        return found is not None and found.suffix == ".docx"

    def read(self, raw: bytes, name: str) -> Reading:
        """Read the body, and the title from the paragraph of that style or the properties."""
        document = _open(raw, name)
        body = _Body(document)
        text = render.joined(body.blocks())
        if not text:
            raise SourceError(f"{name} holds no text; give it some or leave it out.")
        core = document.core_properties
        return Reading(
            text,
            Structure.MARKDOWN,
            title=body.title or render.one_line(core.title or "") or None,
            language=(core.language or "")[:2].lower() or None,
        )


def _open(raw: bytes, name: str) -> WordDocument:
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import XMLSyntaxError

    with opened(raw, name):
        pass  # only its sizes are of interest here
    try:
        return docx.Document(BytesIO(raw))
    except (PackageNotFoundError, XMLSyntaxError, KeyError, AttributeError, *DAMAGE) as error:
        raise SourceError(
            f"{name} is a damaged Word document; open and save it anew, or leave it out."
        ) from error


@dataclass
class _Body:
    """Walks over one document's body; `title` is known once the blocks have been read."""

    document: Any
    title: str | None = None
    _notes: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbering = Numbering.of(self.document)
        self._marks = marks_in(self.document.element.body)
        self._styles = {style.style_id: style for style in self.document.styles}
        for part in self.document.part.rels.values():
            kind = part.reltype.rsplit("/", 1)[-1]
            if kind in _NOTE_PARTS and not part.is_external:
                self._notes.update(notes_in(part.target_part.blob, kind))

    def blocks(self) -> Iterator[str]:
        """The body's blocks as Markdown."""
        yield from self._blocks(self.document.element.body)

    def _blocks(self, parent: Any, depth: int = 0) -> Iterator[str]:
        for child in children(parent):
            if child.tag == f"{W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{W}tbl" and depth < _DEEPEST:
                yield from self._table(child, depth)

    def _paragraph(self, paragraph: Any) -> Iterator[str]:
        style = self._style(paragraph)
        text = render.one_line(text_of(paragraph, self._marks))
        if text and not style.startswith(_CONTENTS):
            yield self._rendered(paragraph, style, text)
        for box in paragraph.iterfind(f".//{W}txbxContent"):
            if not any(above.tag == f"{NAMES['mc']}Fallback" for above in box.iterancestors()):
                yield from self._blocks(box, 1)
        yield from self._notes_of(paragraph)

    def _rendered(self, paragraph: Any, style: str, text: str) -> str:
        level = _level(paragraph, style, self._styles)
        number = self._numbering.next_of(paragraph)
        if style == "title":
            self.title = self.title or text
            return render.heading(text, 1)
        if level:
            return render.heading(f"{number.text} {text}" if number else text, level + 1)
        if number and number.listed:
            return render.item(text, number.depth, number.text or "-")
        if number:
            return render.paragraph(f"{number.text} {text}")
        return render.item(text) if style.startswith("list bullet") else render.paragraph(text)

    def _notes_of(self, element: Any) -> Iterator[str]:
        for kind in _NOTE_PARTS:
            tag = f"{W}{kind[:-1]}Reference"
            for reference in element.iter(tag):
                text = self._notes.get((kind, value(reference, "id") or ""))
                if text:
                    yield render.note(label(tag, reference), text)

    def _style(self, paragraph: Any) -> str:
        found = paragraph.find(f"{W}pPr/{W}pStyle")
        style = self._styles.get(value(found) or "") if found is not None else None
        return (style.name or "").lower() if style is not None else ""

    def _table(self, table: Any, depth: int) -> Iterator[str]:
        """A table, or what stands in it where it only frames text."""
        rows = list(children(table, "tr"))
        grid = [list(children(row, "tc")) for row in rows]
        if max(map(len, grid), default=0) < 2 or len(rows) < 2:
            for cells in grid:
                for cell in cells:
                    yield from self._blocks(cell, depth + 1)
            return
        yield from grids.blocks_of(_texts(rows, self._marks), _marked(rows))
        yield from self._notes_of(table)


def _texts(rows: list[Any], marks: frozenset[str], depth: int = 0) -> list[list[str]]:
    """The text of every cell; one that spans columns or rows stands in each of them."""
    texts: list[list[str]] = []
    for place in rows:
        row = [""] * _count(place.find(f"{W}trPr/{W}gridBefore"), 0)
        for cell in children(place, "tc"):
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            goes_on = merged is not None and value(merged) in (None, "continue")
            above = texts[-1][len(row)] if texts and len(row) < len(texts[-1]) else ""
            text = above if goes_on else _cell_text(cell, marks, depth)
            row.extend([text] * _count(cell.find(f"{W}tcPr/{W}gridSpan"), 1))
        texts.append(row)
    return texts


def _count(element: Any, otherwise: int) -> int:
    """How many columns an element says, of which there may be any number in an attack."""
    text = (value(element) or "") if element is not None else ""
    return min(int(text), _WIDEST) if text.isdecimal() else otherwise


def _cell_text(cell: Any, marks: frozenset[str], depth: int) -> str:
    """A cell as one line; a table inside it is told row by row."""
    texts = []
    for child in children(cell):
        if child.tag == f"{W}tbl" and depth < _DEEPEST:
            rows = list(children(child, "tr"))
            texts.append(grids.said(_texts(rows, marks, depth + 1), _marked(rows)))
        else:
            texts += [render.one_line(text_of(p, marks)) for p in child.iter(f"{W}p")]
    return " ".join(filter(None, texts))


def _marked(rows: list[Any]) -> int:
    """How many rows Word repeats on every page."""
    marks = (row.find(f"{W}trPr/{W}tblHeader") is None for row in rows)
    return next((count for count, missing in enumerate(marks) if missing), len(rows))


def _level(paragraph: Any, style: str, styles: dict[str, Any]) -> int:
    """The outline level from 1, of the paragraph itself or of a style it builds upon; 0: none."""
    own = paragraph.find(f"{W}pPr/{W}outlineLvl")
    if own is not None:
        return _outline(own)
    if style.startswith("heading ") and style[8:].isdigit():
        return min(int(style[8:]), _DEEPEST - 1)
    found = paragraph.find(f"{W}pPr/{W}pStyle")
    place = styles.get(value(found) or "") if found is not None else None
    for _ in range(_DEEPEST):
        if place is None:
            return 0
        level = place.element.find(f"{W}pPr/{W}outlineLvl")
        if level is not None:
            return _outline(level)
        place = place.base_style
    return 0


def _outline(element: Any) -> int:
    level = int(value(element) or 9)
    return level + 1 if level < _DEEPEST - 1 else 0


READER = WordReader()
