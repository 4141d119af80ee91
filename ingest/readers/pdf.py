"""PDF files: their text in reading order, with the pages it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate

from ingest.readers import render
from ingest.readers.pdf_furniture import furniture
from ingest.readers.pdf_headers import has_figures
from ingest.readers.pdf_lines import Segment, columns_of, segments_of
from ingest.readers.pdf_page import Page, read_page
from ingest.readers.pdf_tables import Table, tables_of
from ingest.readers.pdf_text import (
    Joiner,
    TextBlock,
    Type,
    blocks_of,
    joined,
    lines_of,
    note_of,
    notes_apart,
    without_bullet,
)
from ingest.readers.reading import Reading, Structure
from ingest.readers.sniff import is_pdf
from rag.errors import SourceError

MAX_PAGES = 3000
_BLANKS = re.compile(r"\s*")
_PAGE_ENDS = "\x01"
"""Marks the end of a page while blocks are put together; no text of a page holds it."""
_FILE_NAME = re.compile(
    r"\.(?:docx?|xlsx?|pptx?|pdf|indd|odt|rtf|html?)\b|^microsoft |^untitled|anonymous|^\W*$", re.I
)
_FIRST_CHARS = 3000


@dataclass(frozen=True, slots=True)
class PdfReader:
    """Headings are told by their type, tables by their rules or by how their cells stand."""

    kind: str = "a PDF file"
    media_type: str = "application/pdf"
    suffixes: tuple[str, ...] = (".pdf",)
    libraries: tuple[str, ...] = ("pypdfium2", "pypdfium2.raw")

    def recognises(self, raw: bytes) -> bool:
        """A PDF's mark near the beginning."""
        return is_pdf(raw)

    def read(self, raw: bytes, name: str) -> Reading:
        """Read all pages; those that are only a picture are told in the warnings."""
        pages, said = _opened(raw, name)
        if not any(page.words for page in pages):
            raise _wordless(name, pages)
        written = _Writer(pages)
        if len(written.scanned) == len(pages):
            raise _wordless(name, pages)
        text, starts = _paged(render.joined(written.blocks()), len(pages))
        return Reading(
            text,
            Structure.MARKDOWN if written.is_structured else Structure.PLAIN,
            starts,
            title=_title(said, written.title, text),
            warnings=_warnings(name, written.scanned),
        )


def _opened(raw: bytes, name: str) -> tuple[list[Page], str]:
    """All pages, and the title that the file gives itself."""
    import pypdfium2

    try:
        with closing(pypdfium2.PdfDocument(raw)) as document:
            if len(document) > MAX_PAGES:
                raise SourceError(f"{name} has more than {MAX_PAGES} pages; split it into parts.")
            pages = [read_page(document, number) for number in range(len(document))]
            return pages, render.one_line(document.get_metadata_dict().get("Title") or "")
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise SourceError(f"{name} is protected by a password; save it without one.") from error
        # One page that cannot be read spoils the whole: half a document would go unnoticed.
        raise SourceError(f"{name} is a damaged PDF file; get it anew or leave it out.") from error


class _Writer:
    """The blocks of a whole document as Markdown, the ends of pages marked."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = pages
        segments = {page.number: segments_of(page.words) for page in pages}
        self._tables = {p.number: tables_of(p, segments[p.number]) for p in pages}
        loose = {n: self._loose(n, found) for n, found in segments.items()}
        body = Type.of([s for found in loose.values() for s in found]).body
        left_out = furniture(loose, body, {page.number: page.height for page in pages})
        self.scanned = [p.number + 1 for p in pages if self._is_scanned(p, loose, left_out)]
        if not any(s not in left_out for found in loose.values() for s in found):
            # Forms that differ in a number are no running heads.
            left_out = set()
        self._loose_segments = {
            n: [s for s in found if s not in left_out] for n, found in loose.items()
        }
        self._types = Type.of([s for found in self._loose_segments.values() for s in found])
        self._blocks = [self._page(page.number) for page in pages]
        texts = [b for found in self._blocks for b in found if isinstance(b, TextBlock)]
        self._joiner = Joiner([line for block in texts for line in block.lines])
        headings = [b for b in texts if b.level]
        self.is_structured = bool(headings) or any(self._tables.values())
        top = [b for b in headings if b.level == 1 and b.page == texts[0].page]
        self.title = self._text(top[0]) if top else None

    def blocks(self) -> Iterator[str]:
        """Blocks in reading order; a page's end stands behind the last block that begins on it."""
        page = 0
        held = ""
        for block in self._in_order():
            start = block[0] if isinstance(block, tuple) else block.page
            held += _PAGE_ENDS * max(0, start - page)
            if held.strip(_PAGE_ENDS):
                yield held
                held = ""
            page = max(page, start)
            held += self._rendered(block)
            page = max(page, self._last(block))
        if held:
            yield held

    def _loose(self, number: int, segments: Sequence[Segment]) -> list[Segment]:
        return [s for s in segments if not any(t.holds(s) for t in self._tables[number])]

    def _is_scanned(
        self, page: Page, loose: Mapping[int, Sequence[Segment]], left_out: set[Segment]
    ) -> bool:
        """Whether a picture covers a page and no text but a stamp or a number stands on it."""
        shown = sum(s.length for s in loose[page.number] if s not in left_out)
        cells = sum(len(c) for t in self._tables[page.number] for row in t.rows for c in row)
        return page.is_scanned(shown + cells)

    def _page(self, number: int) -> list[TextBlock | tuple[int, Table]]:
        """The blocks of a page: what stands above a table is read before it."""
        left = self._loose_segments[number]
        found: list[TextBlock | tuple[int, Table]] = []
        notes: list[TextBlock] = []
        for table in [*self._tables[number], None]:
            above = [s for s in left if table is None or s.middle < table.top]
            beside = {id(s) for s in above}
            left = [s for s in left if id(s) not in beside]
            blocks = [
                block
                for group in columns_of(above)
                for block in blocks_of(lines_of(group, number), self._types)
            ]
            if table is None:
                blocks, notes = notes_apart(blocks, self._types)
            found += blocks
            if table is not None:
                found.append((number, table))
        return [*found, *notes]

    def _in_order(self) -> Iterator[TextBlock | tuple[int, Table]]:
        """All blocks; a table that goes on on the next page has its header again."""
        run: list[TextBlock] = []
        before: Table | None = None
        for block in (b for found in self._blocks for b in found):
            if isinstance(block, TextBlock):
                run.append(block)
                continue
            yield from joined(run)
            number, table = block
            table = _continued(table, None if run else before)
            run, before = [], table
            yield number, table
        yield from joined(run)

    def _rendered(self, block: TextBlock | tuple[int, Table]) -> str:
        if isinstance(block, tuple):
            return render.table(block[1].rows)
        text = self._text(block)
        if block.note:
            mark, rest = note_of(text)
            return self._marked(render.note(mark, rest) if mark else render.paragraph(text))
        if block.level:
            return self._marked(render.heading(text, block.level))
        if block.bullet:
            return self._marked(render.item(without_bullet(text)))
        return self._marked(render.paragraph(text))

    def _text(self, block: TextBlock) -> str:
        """The lines put together; where a page ends in mid-paragraph, a private sign stands."""
        text = ""
        page = block.page
        broken = False
        for line in block.lines:
            part = render.one_line(line.text)
            if line.page != page:
                # The page begins with its first whole word: a broken one belongs to the last.
                part = _with_sign(part, line.page - page, broken)
                page = line.page
            text = self._joiner.joined(text, part, broken) if text else part
            broken = line.last.broken
        return text

    def _marked(self, text: str) -> str:
        return text.replace(_SIGN, _PAGE_ENDS)

    def _last(self, block: TextBlock | tuple[int, Table]) -> int:
        return block[0] if isinstance(block, tuple) else block.lines[-1].page


_SIGN = "\ufdd0"
"""A code point that is no character, so that no page can hold it as text."""


def _with_sign(part: str, pages: int, broken: bool) -> str:
    at = part.find(" ") + 1 if broken else 0
    return f"{part[:at]}{_SIGN * pages}{part[at:]}"


def _continued(table: Table, before: Table | None) -> Table:
    """A table with the header of the one before, if it goes on with its rows."""
    if before is None or len(table.edges) != len(before.edges):
        return table
    shifted = any(abs(a - b) > 12 for a, b in zip(table.edges, before.edges, strict=True))
    headed = table.rows[0] == before.rows[0] or not has_figures(table.rows[0])
    if shifted or headed or has_figures(before.rows[0]):
        return table
    rows = (before.rows[0], *table.rows)
    return Table(rows, table.top, table.bottom, table.left, table.right, table.edges)


def _paged(text: str, pages: int) -> tuple[str, tuple[int, ...]]:
    """The text without its marks, and where each page begins."""
    parts = text.split(_PAGE_ENDS)
    whole = "".join(parts)
    ends = [0, *accumulate(map(len, parts[:-1]))]
    starts = [end + len(_BLANKS.match(whole, end)[0]) for end in ends]  # type: ignore[index]
    return whole, tuple([*starts, *[len(whole)] * (pages - len(starts))][:pages])


def _title(said: str, shown: str | None, text: str) -> str | None:
    """What the file calls itself, if the reader sees it too; else the largest type."""
    seen = shown is None or said.casefold() in text[:_FIRST_CHARS].casefold()
    if said and seen and not _FILE_NAME.search(said):
        return said
    return shown


def _wordless(name: str, pages: Sequence[Page]) -> SourceError:
    if any(page.covered for page in pages):
        return SourceError(
            f"{name} holds only pictures of pages ({len(pages)}) and no text; run text recognition "
            "(OCR) over it and ingest the result."
        )
    return SourceError(f"{name} holds no text; leave it out.")


def _warnings(name: str, scanned: Sequence[int]) -> tuple[str, ...]:
    if not scanned:
        return ()
    some = ", ".join(map(str, scanned[:10])) + (" and more" if len(scanned) > 10 else "")
    which = f"page {some} is a picture" if len(scanned) == 1 else f"pages {some} are pictures"
    return (
        f"In {name}, {which} without text and cannot be found; run text recognition (OCR) over it.",
    )


READER = PdfReader()
