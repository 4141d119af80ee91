"""The text of one element as one line, its raised parts marked for `ingest.readers.raised`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.readers import render
from ingest.readers.raised import merged, opening_mark, raised, settled

if TYPE_CHECKING:
    from collections.abc import Collection

    from selectolax.lexbor import LexborHTMLParser, LexborNode

HEADINGS = {f"h{level}": level for level in range(1, 7)}
LISTS = frozenset({"ul", "ol", "menu", "dir"})
BLOCKS = (
    frozenset(
        "address article aside blockquote body caption center dd details div dl dt fieldset "
        "figcaption figure footer form header hgroup hr html legend li main nav p pre section "
        "summary table tbody td tfoot th thead tr".split()
    )
    | LISTS
    | frozenset(HEADINGS)
)
_DEEPEST = 200


def line_of(node: LexborNode, marks: Collection[str] = ()) -> str:
    """All that is shown below an element; what stands in different blocks is parted by a blank."""
    return render.one_line(settled("".join(_pieces(node, 0)), marks))


def raised_in(node: LexborNode) -> str:
    """The text of a `sup` element, marked."""
    return raised(node.text(deep=True))


def marks_in(tree: LexborHTMLParser) -> frozenset[str]:
    """The raised marks that paragraphs and items begin with, as the notes of a page do."""
    above = (node.parent for node in tree.css("sup:first-child"))
    found = (opening_mark(_opening(node)) for node in above if node is not None)
    return frozenset(mark for mark in found if mark)


def _opening(node: LexborNode) -> str:
    """The raised parts that an element of the text begins with, or nothing."""
    parts = []
    child = node.child if node.tag in BLOCKS else None
    while child is not None and (child.tag == "sup" or not child.text(deep=True).strip()):
        parts.append(raised_in(child) if child.tag == "sup" else "")
        child = child.next
    return merged("".join(parts))


def _pieces(node: LexborNode, depth: int) -> Iterator[str]:
    child = node.child
    while child is not None:
        if child.is_text_node:
            yield child.text_content or ""
        elif child.tag == "sup":
            yield raised_in(child)
        elif depth >= _DEEPEST:
            yield child.text(deep=True, separator=" ")
        elif child.is_element_node:
            edge = "\n" if child.tag in BLOCKS or child.tag == "br" else ""
            yield edge
            yield from _pieces(child, depth + 1)
            yield edge
        child = child.next
