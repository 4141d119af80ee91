"""The text of Word's XML elements, as it stands on the page."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from ingest.readers.raised import merged, opening_mark, raised, settled

NAMES = {
    "w": "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "m": "{http://schemas.openxmlformats.org/officeDocument/2006/math}",
    "mc": "{http://schemas.openxmlformats.org/markup-compatibility/2006}",
}
W = NAMES["w"]
_M = NAMES["m"]

_FRAMES = frozenset({f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}moveTo", f"{W}customXml"})
"""Elements that only hold others: content controls, tracked insertions."""
_UNSEEN = frozenset(
    {f"{W}del", f"{W}moveFrom", f"{W}instrText", f"{W}pPr", f"{W}txbxContent", f"{W}rt"}
    | {f"{NAMES['mc']}Fallback"}
)
_SIGNS = {
    f"{W}tab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
    f"{W}ptab": "\t",
}
_FORMULA = {f"{_M}sup": "^", f"{_M}den": "/"}
"""What a formula's parts are written behind: "10^6", "1/2"."""
_NOTES = {f"{W}footnoteReference": "", f"{W}endnoteReference": "e"}
_CONTENTS = ("Table of Contents", "Bibliography")


def value(element: Any, name: str = "val") -> str | None:
    """An element's attribute of Word's own name space."""
    found = element.get(f"{W}{name}")
    return None if found is None else str(found)


def children(parent: Any, *names: str) -> Iterator[Any]:
    """The paragraphs and tables (or elements of `names`) in an element, frames looked through."""
    wanted = {f"{W}{name}" for name in names or ("p", "tbl")}
    for child in parent:
        if child.tag in wanted:
            yield child
        elif child.tag in _FRAMES and not _is_contents(child):
            yield from children(child, *names)


def text_of(element: Any, marks: Collection[str] = ()) -> str:
    """The visible text below an element; a reference to a note becomes "[^2]".

    `marks` are those of notes that somebody wrote by hand.
    """
    return settled(merged("".join(_pieces(element))), marks)


def marks_in(body: Any) -> frozenset[str]:
    """The raised marks that paragraphs begin with: "³ Without tax." is a note, written by hand."""
    seen = {}
    for place in body.iter(f"{W}vertAlign"):
        above = next(place.iterancestors(f"{W}p"), None)
        if above is not None and value(place) == "superscript":
            seen[id(above)] = above
    found = (opening_mark(merged("".join(_pieces(paragraph)))) for paragraph in seen.values())
    return frozenset(mark for mark in found if mark)


def label(tag: str, reference: Any) -> str:
    """What a note is called; footnotes and endnotes are both counted from 1."""
    return f"{_NOTES[tag]}{value(reference, 'id')}"


def notes_in(blob: bytes, kind: str) -> dict[tuple[str, str], str]:
    """The notes of a part by (kind, id), separators left out."""
    from docx.oxml import parse_xml

    notes: dict[tuple[str, str], str] = {}
    for note in parse_xml(blob):
        if value(note, "type") in (None, "normal"):
            text = " ".join(text_of(paragraph) for paragraph in note.iter(f"{W}p"))
            notes[kind, value(note, "id") or ""] = text
    return {key: text for key, text in notes.items() if text.strip()}


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if tag in (f"{W}t", f"{_M}t"):
            yield child.text or ""
        elif tag in _SIGNS:
            yield _SIGNS[tag]
        elif tag in _NOTES:
            yield f"[^{label(tag, child)}]"
        elif tag == f"{W}r" and _is_hidden(child):
            continue
        elif tag == f"{W}r" and _is_raised(child):
            yield raised("".join(_pieces(child)))
        elif tag in _FORMULA:
            yield _FORMULA[tag] + "".join(_pieces(child))
        elif isinstance(tag, str) and tag not in _UNSEEN:
            yield from _pieces(child)


def _is_hidden(run: Any) -> bool:
    mark = run.find(f"{W}rPr/{W}vanish")
    return mark is not None and value(mark) not in ("0", "false")


def _is_raised(run: Any) -> bool:
    """Whether a run stands higher than its line, as powers and marks do; Word's own are named."""
    place = run.find(f"{W}rPr/{W}vertAlign")
    own = any(run.find(tag) is not None for tag in _NOTES)
    return place is not None and value(place) == "superscript" and not own


def _is_contents(frame: Any) -> bool:
    """Whether a content control is a table of contents, which only repeats the headings."""
    gallery = frame.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and value(gallery) in _CONTENTS
