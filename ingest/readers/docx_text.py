"""The text of Word's XML elements, as it stands on the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

NAMES = {
    "w": "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "mc": "{http://schemas.openxmlformats.org/markup-compatibility/2006}",
}
W = NAMES["w"]

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


def text_of(element: Any) -> str:
    """The visible text below an element; a reference to a note becomes "[^2]"."""
    return "".join(_pieces(element))


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
        if tag == f"{W}t":
            yield child.text or ""
        elif tag in _SIGNS:
            yield _SIGNS[tag]
        elif tag in _NOTES:
            yield f"[^{label(tag, child)}]"
        elif tag == f"{W}r" and _is_hidden(child):
            continue
        elif isinstance(tag, str) and tag not in _UNSEEN:
            yield from _pieces(child)


def _is_hidden(run: Any) -> bool:
    mark = run.find(f"{W}rPr/{W}vanish")
    return mark is not None and value(mark) not in ("0", "false")


def _is_contents(frame: Any) -> bool:
    """Whether a content control is a table of contents, which only repeats the headings."""
    gallery = frame.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and value(gallery) in _CONTENTS
