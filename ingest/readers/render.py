"""Blocks to the Markdown that is stored for formats that are no text themselves.

Every block is one line, so that a quote is a stretch of a line. Only what would change a block's
kind is escaped: a quote should look like the page it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ingest.normalise import CJK

_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_HAN_BREAK = re.compile(rf"(?<=[{CJK}])[ \t\r]*\n\s*(?=[{CJK}])")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
# What would make a paragraph a heading, quotation, rule, fence, table or link definition.
_MISLEADING = re.compile(r"#{1,6}(?:\s|$)|>|[-+*=_]{2,}\s*$|\[[^\]]+\]:|`{3}|~{3}|\|")
_COMMENT = "<!--"


def one_line(text: str) -> str:
    """The text without control characters, every run of blanks made one.

    A line break between two Chinese characters is no blank.
    """
    text = _HAN_BREAK.sub("", _CONTROL.sub("", text))
    return _BLANKS.sub(" ", text).strip().replace(_COMMENT, "<! --")


def heading(text: str, level: int) -> str:
    """A heading of level 1 to 6."""
    return f"{'#' * max(1, min(level, 6))} {one_line(text)}"


def paragraph(text: str) -> str:
    """A paragraph that no mark at its beginning makes something else."""
    line = one_line(text)
    return f"\\{line}" if _MISLEADING.match(line) else line


def item(text: str, depth: int = 0, mark: str = "-") -> str:
    """An item of a list, `depth` lists deep in another one."""
    return f"{'  ' * depth}{mark} {paragraph(text)}"


def note(label: str, text: str) -> str:
    """A footnote."""
    return f"[^{label}]: {one_line(text)}"


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table whose first row names the columns; short rows are filled up."""
    width = max(map(len, rows), default=0)
    lines = [_row(cells, width) for cells in rows]
    return "\n".join([lines[0], "|" + "---|" * width, *lines[1:]]) if width else ""


def joined(blocks: Iterable[str]) -> str:
    """Blocks below each other, an empty line between them; items of a list stand close."""
    parts: list[str] = []
    last = ""
    for block in filter(str.strip, blocks):
        if parts:
            parts.append("\n" if _is_item(last) and _is_item(block) else "\n\n")
        parts.append(block)
        last = block
    return "".join([*parts, "\n"]) if parts else ""


def _row(cells: Sequence[str], width: int) -> str:
    filled = [*cells, *[""] * (width - len(cells))]
    return "| " + " | ".join(one_line(cell).replace("|", "\\|") for cell in filled) + " |"


_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")


def _is_item(block: str) -> bool:
    return bool(_ITEM.match(block))
