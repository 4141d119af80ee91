"""Web pages: their main text, without menus, scripts and cookie boxes; nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.decode import decode
from ingest.readers import grids, render
from ingest.readers.html_main import main_of
from ingest.readers.html_meta import meta_of
from ingest.readers.html_tables import grid_of, is_data
from ingest.readers.html_text import BLOCKS, HEADINGS, LISTS, line_of, marks_in, raised_in
from ingest.readers.raised import settled
from ingest.readers.reading import Reading, Structure
from ingest.readers.sniff import kind_of
from rag.errors import SourceError

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_TAG = re.compile(rb"<[A-Za-z!]")
_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:-]{2,40})""", re.IGNORECASE
)
_SEARCHED = 4096
_SUCCESSORS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "shift-jis": "cp932",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
}
_DEEPEST = 200
"""Elements inside each other that are told apart; a page has a dozen, an attack any number."""


@dataclass(frozen=True, slots=True)
class HtmlReader:
    """The main text as Markdown; title, publisher and date from the meta tags."""

    kind: str = "a web page"
    media_type: str = "text/html"
    suffixes: tuple[str, ...] = (".html", ".htm", ".xhtml")
    libraries: tuple[str, ...] = ("selectolax.lexbor",)

    def recognises(self, raw: bytes) -> bool:
        """A page, or a piece of one: text with at least one tag in it."""
        found = kind_of(raw)
        if found is None:
            return bool(_TAG.search(raw.replace(b"\x00", b"")))
        return found.suffix == ".html"

    def read(self, raw: bytes, name: str) -> Reading:
        """Read what is shown of the page."""
        from selectolax.lexbor import LexborHTMLParser

        tree = LexborHTMLParser(decode(raw, name, declared=_declared(raw)))
        about = meta_of(tree)
        text = render.joined(_Writer(marks_in(tree)).blocks(main_of(tree)))
        if not text:
            raise SourceError(
                f"{name} holds no text; it may be drawn by a script: save the page as shown "
                "(as PDF, for instance) or leave it out."
            )
        return Reading(
            text,
            Structure.MARKDOWN,
            title=about.title,
            publisher=about.publisher,
            published=about.published,
            language=about.language,
        )


def _declared(raw: bytes) -> str | None:
    """The encoding that the page names, read as browsers do: old names mean their successors."""
    match = _CHARSET.search(raw[:_SEARCHED])
    name = match[1].decode("ascii").lower() if match else ""
    # A page whose tags are read byte by byte is in no encoding of two or four bytes.
    if name.startswith(("utf-16", "utf-32", "utf16", "utf32", "ucs")):
        return None
    return _SUCCESSORS.get(name.replace("_", "-"), name) or None


class _Writer:
    """Walks over elements and gathers the text between the edges of blocks."""

    def __init__(self, marks: frozenset[str]) -> None:
        self._marks = marks
        self._line: list[str] = []

    def blocks(self, top: LexborNode) -> Iterator[str]:
        """The blocks below an element as Markdown."""
        yield from self._inside(top, 0, 0)
        yield from self._ended()

    def _inside(self, node: LexborNode, lists: int, depth: int) -> Iterator[str]:
        child = node.child
        while child is not None:
            if child.is_text_node:
                self._line.append(child.text_content or "")
            elif depth >= _DEEPEST:
                self._line.append(child.text(deep=True, separator=" "))
            elif child.is_element_node:
                yield from self._element(child, child.tag or "", lists, depth + 1)
            child = child.next

    def _element(self, node: LexborNode, tag: str, lists: int, depth: int) -> Iterator[str]:
        if tag == "br":
            yield from self._broken()
        elif tag == "sup":
            self._line.append(raised_in(node))
        elif tag not in BLOCKS:
            yield from self._inside(node, lists, depth)
        else:
            yield from self._ended()
            yield from self._block(node, tag, lists, depth)
            yield from self._ended()

    def _block(self, node: LexborNode, tag: str, lists: int, depth: int) -> Iterator[str]:
        if tag in HEADINGS:
            text = line_of(node, self._marks)
            if text:
                yield render.heading(text, HEADINGS[tag])
        elif tag == "li":
            yield from self._item(node, max(lists, 1), depth)
        elif tag == "dl":
            yield from self._terms(node, lists, depth)
        elif tag == "table" and is_data(node):
            yield from grids.blocks_of(*grid_of(node, self._marks))
        else:
            yield from self._inside(node, lists + (tag in LISTS), depth)

    def _terms(self, node: LexborNode, lists: int, depth: int) -> Iterator[str]:
        """A list of terms: each before the first paragraph of what is said of it."""
        terms: list[str] = []
        for child in _terms_in(node):
            if child.is_text_node:
                self._line.append(child.text_content or "")
                continue
            if child.tag == "dt":
                terms.append(line_of(child, self._marks).rstrip(" :："))
                continue
            blocks = list(_Writer(self._marks).blocks_of(child, lists, depth))
            named = ", ".join(filter(None, terms))
            if named and blocks and not blocks[0].lstrip().startswith(("- ", "#", "|")):
                yield f"{named}: {blocks.pop(0)}"
            elif named:
                yield render.paragraph(f"{named}:")
            yield from blocks
            terms = []
        if any(terms):
            yield render.paragraph(", ".join(filter(None, terms)))

    def _item(self, node: LexborNode, lists: int, depth: int) -> Iterator[str]:
        """An item's own text is marked; the lists and paragraphs below its first line follow."""
        marked = False
        for block in _Writer(self._marks).blocks_of(node, lists, depth):
            own = not marked and not block.lstrip().startswith(("- ", "#", "|"))
            yield f"{'  ' * (lists - 1)}- {block}" if own else block
            marked = marked or own

    def blocks_of(self, node: LexborNode, lists: int, depth: int) -> Iterator[str]:
        """The blocks below an element that stands `lists` lists deep."""
        yield from self._inside(node, lists, depth)
        yield from self._ended()

    def _broken(self) -> Iterator[str]:
        """Two line breaks in a row end a paragraph, one is a blank."""
        if self._line and self._line[-1] == "\n":
            yield from self._ended()
        else:
            self._line.append("\n")

    def _ended(self) -> Iterator[str]:
        text = render.paragraph(settled("".join(self._line), self._marks))
        self._line = []
        if text:
            yield text


def _terms_in(node: LexborNode, depth: int = 0) -> Iterator[LexborNode]:
    """The parts of a list of terms; a `div` may hold a term and what is said of it."""
    child = node.child
    while child is not None:
        if child.tag == "div" and not depth:
            yield from _terms_in(child, 1)
        elif child.is_element_node or (child.text_content or "").strip():
            yield child
        child = child.next


READER = HtmlReader()
