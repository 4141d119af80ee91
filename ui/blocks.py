"""Stored text -> the blocks a reader sees (headings, paragraphs, lists, tables), as offsets only.

Line based on purpose: simple Markdown and plain reports need no more, and every block says exactly
which characters it shows, so that a citation can be marked without searching for its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from rag.models import Document, Span

Kind = Literal["h2", "h3", "h4", "h5", "p", "li", "numbered", "row", "blank"]

_FRONT_MATTER = re.compile(r"---[ \t]*\n.*?\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"(#{1,6})[ \t]+(?=\S)")
_BULLET = re.compile(r"[ \t]*[-*+•][ \t]+(?=\S)")
_NUMBER = re.compile(r"[ \t]*\d{1,3}[.)][ \t]+(?=\S)")
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*\Z")
_RULE_ROW = re.compile(r"[ \t]*\|[\s:|-]+\|[ \t]*\Z")
_CELL = re.compile(r"(?<=\|)[^|]*(?=\|)")
# A short numbered line without a closing mark is how plain reports write their headings.
_PLAIN_HEADING = re.compile(
    r"(?:[IVXLC]+|\d{1,2})[.、)]\s*[^\W\d][^\n]{0,110}(?<![.;:,!?。；：，])\Z"
)
# A line of this length that stops inside a sentence was broken by the page it came from.
_WRAPPED_CHARS = 50


@dataclass(frozen=True, slots=True)
class Block:
    """What one HTML element shows: its pieces are lines, list items or table rows."""

    kind: Kind
    pieces: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    kind: Kind
    span: Span
    continues: bool = False


def is_markdown(document: Document) -> bool:
    """Whether the text is to be read as Markdown."""
    return document.media_type == "text/markdown" or document.name.lower().endswith(".md")


def front_matter(document: Document) -> Span:
    """The stretch of metadata at the top of a Markdown file; empty when there is none."""
    found = _FRONT_MATTER.match(document.text) if is_markdown(document) else None
    return Span(0, found.end() if found else 0)


def blocks(document: Document) -> Iterator[Block]:
    """All blocks of a document below its front matter, in order."""
    run = 0
    numbered: list[tuple[int, _Line]] = []
    for line in _lines(document):
        run += not (line.continues and numbered)
        numbered.append((run, line))
    for _, group in groupby(numbered, key=lambda pair: pair[0]):
        members = [line for _, line in group]
        if members[0].kind != "blank":
            yield Block(members[0].kind, tuple(line.span for line in members))


def cells(text: str, row: Span) -> tuple[Span, ...]:
    """The cells of a table row; none for the ruled line under the head."""
    if _RULE_ROW.match(text[row.start : row.end]):
        return ()
    found = _CELL.finditer(text, row.start, row.end)
    return tuple(Span(cell.start(), cell.end()) for cell in found)


def _lines(document: Document) -> Iterator[_Line]:
    text, start = document.text, front_matter(document).end
    classify = _markdown_line if is_markdown(document) else _plain_line
    previous: _Line | None = None
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = classify(text[start:end], start)
        if previous is not None and line.kind == previous.kind:
            line = _Line(line.kind, line.span, _continues(text, previous, is_markdown(document)))
        yield line
        previous, start = line, end + 1


def _continues(text: str, previous: _Line, markdown: bool) -> bool:
    """Whether the next line of the same kind belongs to the same block as `previous`."""
    if previous.kind in ("li", "numbered", "row"):
        return True
    if previous.kind != "p" or markdown:
        return previous.kind == "p"
    shown = text[previous.span.start : previous.span.end].rstrip()
    return len(shown) >= _WRAPPED_CHARS and (shown[-1].isalnum() or shown[-1] == ",")


def _markdown_line(line: str, start: int) -> _Line:
    if heading := _HEADING.match(line):
        kinds: tuple[Kind, ...] = ("h2", "h3", "h4", "h5")
        return _line(kinds[min(len(heading[1]), 4) - 1], line, start, heading.end())
    if _ROW.match(line):
        return _line("row", line, start)
    return _listed(line, start)


def _plain_line(line: str, start: int) -> _Line:
    if _PLAIN_HEADING.match(line.strip()):
        return _line("h3", line, start)
    return _listed(line, start)


def _listed(line: str, start: int) -> _Line:
    if not line.strip():
        return _line("blank", line, start)
    if bullet := _BULLET.match(line):
        return _line("li", line, start, bullet.end())
    return _line("numbered" if _NUMBER.match(line) else "p", line, start)


def _line(kind: Kind, line: str, start: int, lead: int = 0) -> _Line:
    return _Line(kind, Span(start + lead, start + len(line)))
