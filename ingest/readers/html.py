"""Web pages: their main text, without menus, scripts and cookie boxes; nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.decode import decode
from ingest.readers import render
from ingest.readers.html_main import main_of
from ingest.readers.html_meta import meta_of
from ingest.readers.html_tables import is_data, rows_of
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
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_DEEPEST = 200
"""Elements inside each other that are told apart; a page has a dozen, an attack any number."""
_BLOCKS = (
    frozenset(
        "address article aside blockquote body caption center dd details div dl dt fieldset "
        "figcaption figure footer form header hgroup hr html legend li main nav p pre section "
        "summary table tbody td tfoot th thead tr".split()
    )
    | _LISTS
    | frozenset(_HEADINGS)
)


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
        text = render.joined(_Writer().blocks(main_of(tree)))
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
    match = _CHARSET.search(raw[:_SEARCHED])
    return match[1].decode("ascii") if match else None


class _Writer:
    """Walks over elements and gathers the text between the edges of blocks."""

    def __init__(self) -> None:
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
        elif tag not in _BLOCKS:
            yield from self._inside(node, lists, depth)
        else:
            yield from self._ended()
            yield from self._block(node, tag, lists, depth)
            yield from self._ended()

    def _block(self, node: LexborNode, tag: str, lists: int, depth: int) -> Iterator[str]:
        if tag in _HEADINGS:
            text = render.one_line(node.text(deep=True))
            if text:
                yield render.heading(text, _HEADINGS[tag])
        elif tag == "li":
            yield from self._item(node, max(lists, 1), depth)
        elif tag == "dt":
            self._line.append(node.text(deep=True).rstrip(" :：") + ":")
            yield from self._ended()
        elif tag == "table" and is_data(node):
            yield render.table(rows_of(node))
        else:
            yield from self._inside(node, lists + (tag in _LISTS), depth)

    def _item(self, node: LexborNode, lists: int, depth: int) -> Iterator[str]:
        """An item's own text is marked; the lists and paragraphs below its first line follow."""
        marked = False
        for block in _Writer().blocks_of(node, lists, depth):
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
        text = render.paragraph("".join(self._line))
        self._line = []
        if text:
            yield text


READER = HtmlReader()
