"""Markdown to blocks. The parser says which lines are what; the text is taken from the lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.blocks import Block, Kind
from ingest.lines import Line, content_lines
from ingest.mapped import Mapped
from ingest.normalise import Lexicon, normalise
from rag.models import Document, Span

_QUOTED = re.compile(r"[\s>]*")
_LISTED = re.compile(r"(?:[\s>]|[-*+]\s+|\d{1,9}[.)]\s+|\[[ xX]\]\s)*")
_HEADED = re.compile(r"[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)*#{1,6}\s+")
_HASHES = re.compile(r"\s+#+$")
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})")
_RULE = re.compile(r"[\s>|:=*_-]*$")
_CELL = re.compile(r"(?:\\\||[^|])+")
_NOTE = re.compile(r"\[\^[^\]\s]{1,40}\]:")


def markdown_blocks(document: Document, skips: Sequence[Span]) -> list[Block]:
    """The blocks of a Markdown text in order."""
    return list(_Markdown(document.text, skips).blocks())


class _Markdown:
    """The lines of one document and what the parser says of them."""

    def __init__(self, text: str, skips: Sequence[Span]) -> None:
        self._text = text
        self._skips = skips
        self._lexicon = Lexicon.of(text, markdown=True)
        self._lines = self._lines_by_number()

    def blocks(self) -> Iterator[Block]:
        """Each token with text, and any line that no token claims, so that nothing is lost."""
        parser = MarkdownIt("commonmark").enable("table")
        place = 0
        for first, end, found in self._claims(parser.parse(self._masked())):
            yield from self._paragraphs(place, first)
            yield from found
            place = max(place, end)
        yield from self._paragraphs(place, self._text.count("\n") + 1)

    def _masked(self) -> str:
        """The text with its skipped stretches blanked, line numbers kept."""
        parts: list[str] = []
        done = 0
        for skip in self._skips:
            parts.append(self._text[done : skip.start])
            parts.append(re.sub(r"[^\n]", " ", self._text[skip.start : skip.end]))
            done = skip.end
        return "".join((*parts, self._text[done:]))

    def _lines_by_number(self) -> dict[int, list[Line]]:
        numbered: dict[int, list[Line]] = {}
        number = place = 0
        for line in content_lines(self._text, self._skips):
            number += self._text.count("\n", place, line.span.start)
            place = line.span.start
            numbered.setdefault(number, []).append(line)
        return numbered

    def _claims(self, tokens: Sequence[Token]) -> Iterator[tuple[int, int, list[Block]]]:
        lists = level = 0
        header: list[Span] | None = None
        in_table = False
        for token in tokens:
            if token.type in ("bullet_list_open", "ordered_list_open"):
                lists += 1
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                lists -= 1
            elif token.type == "heading_open":
                level = int(token.tag[1:])
            elif token.type == "heading_close":
                level = 0
            elif token.type in ("table_open", "table_close"):
                in_table, header = token.type == "table_open", None
            elif token.type == "tr_open" and token.map:
                row = self._cells(token.map[0])
                found = [] if header is None else self._row(row, header)
                header = row if header is None else header
                yield token.map[0], token.map[1], found
            elif token.map and not in_table and token.type in _LEAVES:
                yield token.map[0], token.map[1], self._leaf(token, lists > 0, level)

    def _leaf(self, token: Token, listed: bool, level: int) -> list[Block]:
        first, end = token.map or (0, 0)
        if token.type == "inline" and level:
            return self._block(Kind.HEADING, first, end, _HEADED, level)
        if token.type == "inline" and listed:
            return self._block(Kind.ITEM, first, end, _LISTED)
        return list(self._paragraphs(first, end))

    def _paragraphs(self, first: int, end: int) -> Iterator[Block]:
        """Lines `[first, end)` as one paragraph, marks of quotation and fences left out."""
        numbers = [n for n in range(first, end) if n in self._lines]
        kept = [n for n in numbers if not _is_mark(self._lines[n])]
        if kept:
            note = _NOTE.match(self._lines[kept[0]][0].text)
            kind = Kind.NOTE if note else Kind.PARAGRAPH
            yield from self._block(kind, kept[0], kept[-1] + 1, _QUOTED)

    def _block(
        self, kind: Kind, first: int, end: int, opening: re.Pattern[str], level: int = 0
    ) -> list[Block]:
        lines = [x for n in range(first, end) for x in self._lines.get(n, ()) if not _is_mark([x])]
        pieces = [_after(opening if i == 0 else _QUOTED, line) for i, line in enumerate(lines)]
        if level and pieces:
            last = self._text[pieces[-1].start : pieces[-1].end]
            pieces[-1] = Span(pieces[-1].start, pieces[-1].start + len(_HASHES.sub("", last)))
        twin = normalise(Mapped.of(self._text, [p for p in pieces if len(p)]), self._lexicon)
        return [Block(kind, twin, pieces[-1].end, level)] if twin.text else []

    def _cells(self, number: int) -> list[Span]:
        """The cells of a table's row without the blanks around them."""
        cells: list[Span] = []
        for line in self._lines.get(number, ()):
            text = line.text
            start = 1 if text.startswith("|") else 0
            stop = len(text) - 1 if text.endswith("|") and len(text) > 1 else len(text)
            for part in re.split(r"(?<!\\)\|", text[start:stop]):
                blanks = len(part) - len(part.lstrip())
                begin = line.span.start + start
                cells.append(Span(begin + blanks, begin + max(blanks, len(part.rstrip()))))
                start += len(part) + 1
        return cells

    def _row(self, cells: Sequence[Span], header: Sequence[Span]) -> list[Block]:
        """A row whose twin names the column of every cell."""
        text: list[str] = []
        offsets: list[int] = []
        for i, cell in enumerate(cells):
            twin = self._twin(cell)
            if not any(map(str.isalnum, twin.text)):
                continue
            name = self._twin(header[i]).text if i < len(header) else ""
            before = ("; " if text else "") + (f"{name}: " if name else "")
            place = twin.offsets[0] if text else self._begin(cells)
            text += (before, twin.text)
            offsets += [place] * len(before) + list(twin.offsets)
        if not text:
            return []
        top = Span(self._begin(header), header[-1].end)
        return [Block(Kind.ROW, Mapped("".join(text), tuple(offsets)), cells[-1].end, header=top)]

    def _begin(self, cells: Sequence[Span]) -> int:
        """Where a row is quoted from: its bar, if its first cell is empty, since cells count."""
        first = cells[0]
        return first.start if len(first) else self._text.rfind("|", 0, first.start)

    def _twin(self, span: Span) -> Mapped:
        return normalise(Mapped.of(self._text, [span]), self._lexicon)


_LEAVES = frozenset({"inline", "fence", "code_block", "html_block"})


def _is_mark(lines: Sequence[Line]) -> bool:
    """Whether a line holds a fence, a rule or the underline of a heading and nothing else."""
    return all(_FENCE.match(line.text) or _RULE.match(line.text) for line in lines)


def _after(opening: re.Pattern[str], line: Line) -> Span:
    match = opening.match(line.text)
    skipped = match.end() if match else 0
    return Span(line.span.start + skipped, line.span.end)
