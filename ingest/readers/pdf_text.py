"""Lines of a PDF to blocks: headings by their type, paragraphs over columns and pages, notes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.headings import HEADING_WORDS, read_mark
from ingest.lines import is_closed
from ingest.normalise import CJK
from ingest.readers.pdf_lines import Segment

_LARGER = 1.08
_SMALLER = 0.92
_LEVELS = 5
_BOLD_WORDS = 14
_INDENT = 0.8
_SHORT = 0.82
_SPREAD = 0.35
_HEADING_GAP = 1.45
_NOTE = re.compile(r"(\d{1,3}|[*†‡])[.)]?\s?(?=\S)")
_HAN_EDGE = re.compile(rf"[{CJK}]\Z")
_HAN_START = re.compile(rf"[{CJK}]")
_BULLET = re.compile(r"[•·‣▪◦●○■□\uf0b7\uf0a7*–—-]\s+(?=\S)")
_CONTENTS = re.compile(r"(?:\.\s?){5,}\s*\d{1,4}\s*$|…{2,}\s*\d{1,4}\s*$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_TAIL = re.compile(r"([^\W\d_]+)-\Z")
_HEAD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Line:
    """Segments of one height in one column, whose sides are `left` and `right`."""

    segments: tuple[Segment, ...]
    left: float
    right: float
    page: int

    @property
    def first(self) -> Segment:
        """Its first segment."""
        return self.segments[0]

    @property
    def last(self) -> Segment:
        """Its last segment."""
        return self.segments[-1]

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(segment.text for segment in self.segments)


@dataclass
class TextBlock:
    """A heading (level from 1), a paragraph or a note; `parts` are (page, line) in order."""

    level: int
    lines: list[Line] = field(default_factory=list)
    note: bool = False
    bullet: bool = False

    @property
    def page(self) -> int:
        """The page it begins on."""
        return self.lines[0].page


@dataclass(frozen=True, slots=True)
class Type:
    """The sizes of a document: of its text, and of its headings from the largest on."""

    body: float
    larger: tuple[float, ...]
    bold_heads: bool

    @classmethod
    def of(cls, segments: Sequence[Segment]) -> Type:
        """The size in which most characters are set; larger ones that recur or stand alone."""
        counts: Counter[float] = Counter()
        bold = 0
        for segment in segments:
            counts[segment.size] += segment.length
            bold += segment.length if segment.bold else 0
        if not counts:
            return cls(10.0, (), False)
        body = counts.most_common(1)[0][0]
        larger = sorted((s for s in counts if s > body * _LARGER), reverse=True)
        return cls(body, tuple(larger), bold < 0.3 * sum(counts.values()))

    def level(self, line: Line) -> int:
        """The level of a line that is set as a heading; 0 for text."""
        size = line.first.size
        if size in self.larger:
            return min(self.larger.index(size) + 1, _LEVELS)
        text = line.text
        alone = self.bold_heads and all(s.bold for s in line.segments)
        if alone and size >= self.body * _SMALLER and len(text.split()) <= _BOLD_WORDS:
            return 0 if is_closed(text) else min(len(self.larger) + 1, _LEVELS)
        return 0


def lines_of(group: Sequence[Segment], page: int) -> list[Line]:
    """The lines of one column from top to bottom."""
    left, right = min(s.left for s in group), max(s.right for s in group)
    rows: list[list[Segment]] = []
    for segment in sorted(group, key=lambda s: (s.middle, s.left)):
        if rows and abs(rows[-1][0].middle - segment.middle) < 0.5 * segment.size:
            rows[-1].append(segment)
        else:
            rows.append([segment])
    ordered = (tuple(sorted(row, key=lambda s: s.left)) for row in rows)
    return [Line(row, left, right, page) for row in ordered if not _is_contents(row)]


def _is_contents(row: Sequence[Segment]) -> bool:
    """Whether a line belongs to a table of contents: dots lead to a page's number."""
    return bool(_CONTENTS.search(" ".join(segment.text for segment in row)))


def blocks_of(lines: Sequence[Line], types: Type) -> list[TextBlock]:
    """The blocks that neighbouring lines of one column make."""
    blocks: list[TextBlock] = []
    for line in lines:
        level = types.level(line)
        if blocks and _goes_on(blocks[-1], line, level):
            blocks[-1].lines.append(line)
        else:
            blocks.append(TextBlock(level, [line], bullet=bool(_BULLET.match(line.text))))
    for block in blocks:
        words = sum(len(line.text.split()) for line in block.lines)
        if block.level and words > HEADING_WORDS:
            block.level = 0
    return blocks


def _goes_on(block: TextBlock, line: Line, level: int) -> bool:
    last = block.lines[-1]
    size = max(last.first.size, line.first.size)
    if level != block.level or abs(last.first.size - line.first.size) > 0.06 * size:
        return False
    gap = line.first.middle - last.first.middle
    if level:
        return gap <= _HEADING_GAP * size and read_mark(line.text) is None
    usual = 1.0
    if len(block.lines) > 1:
        usual = (last.first.middle - block.lines[0].first.middle) / (len(block.lines) - 1) / size
    if gap > (max(usual, 1.0) + _SPREAD + (0.35 if len(block.lines) == 1 else 0.0)) * size:
        return False
    if last.last.broken:
        return True
    if _begins_item(line, last):
        return False
    indented = line.first.left - last.first.left > _INDENT * size
    outdented = last.first.left - line.first.left > _INDENT * size
    if indented and not block.bullet and len(block.lines) > 1:
        return False
    if outdented and len(block.lines) > 1:
        return False
    short = last.last.right - last.left < _SHORT * (last.right - last.left)
    return not (short and is_closed(last.text))


def _begins_item(line: Line, last: Line) -> bool:
    """Whether a line begins with a bullet, or with a number after one that came to its end."""
    bullet = _BULLET.match(line.text)
    if bullet and not bullet[0].startswith(("-", "*", "–", "—")):
        return True
    mark = bullet or read_mark(line.text)
    ended = is_closed(last.text) or last.last.right < last.left + 0.7 * (last.right - last.left)
    return mark is not None and ended


def notes_apart(blocks: list[TextBlock], types: Type) -> tuple[list[TextBlock], list[TextBlock]]:
    """The text of a page and its footnotes: small type below it that begins with a mark."""
    count = 0
    for block in reversed(blocks):
        small = all(line.first.size < types.body * _SMALLER for line in block.lines)
        if block.level or not small:
            break
        count += 1
    tail = blocks[len(blocks) - count :]
    while tail and not _NOTE.match(tail[0].lines[0].text):
        tail = tail[1:]
    if len(tail) == len(blocks):
        return blocks, []
    for block in tail:
        block.note = True
    return blocks[: len(blocks) - len(tail)], tail


def joined(blocks: Sequence[TextBlock]) -> Iterator[TextBlock]:
    """Paragraphs that go over a column or a page made one.

    The notes of the page on which such a paragraph begins go before it, so that they stand on
    their page; others follow the paragraph that they stand below.
    """
    held: list[TextBlock] = []
    notes: list[TextBlock] = []
    for block in blocks:
        if block.note:
            notes.append(block)
        elif held and _crosses(held[0], block):
            yield from (note for note in notes if note.page == held[0].page)
            notes = [note for note in notes if note.page != held[0].page]
            held[0].lines.extend(block.lines)
        else:
            yield from (*held, *notes)
            held, notes = [block], []
    yield from (*held, *notes)


def _crosses(held: TextBlock, block: TextBlock) -> bool:
    """Whether a paragraph stopped only because its column did."""
    if held.level or block.level or held.note or block.note or block.bullet:
        return False
    last, first = held.lines[-1], block.lines[0]
    moved = (last.page, last.left, last.right) != (first.page, first.left, first.right)
    if not moved or abs(last.first.size - first.first.size) > 0.06 * last.first.size:
        return False
    if last.last.broken or first.text[0].islower():
        return not is_closed(last.text)
    full = last.last.right - last.left > _SHORT * (last.right - last.left)
    return full and not is_closed(last.text) and read_mark(first.text) is None


class Joiner:
    """Puts lines together; knows the document's words, to tell a hyphen from a broken word."""

    def __init__(self, lines: Sequence[Line]) -> None:
        found = Counter(w.casefold() for line in lines for w in _WORD.findall(line.text))
        self._words = found

    def joined(self, held: str, line: str, broken: bool) -> str:
        """Two lines as one."""
        tail, head = _TAIL.search(held), _HEAD.match(line)
        if tail and head and (broken or head[0][0].islower()):
            whole, parted = f"{tail[1]}{head[0]}".casefold(), f"{tail[1]}-{head[0]}".casefold()
            keeps = self._words[parted] > self._words[whole] or not head[0][0].islower()
            return f"{held}{line}" if keeps else f"{held[:-1]}{line}"
        if held.endswith("-") and line[:1].isdigit():
            return f"{held}{line}"
        if _HAN_EDGE.search(held) and _HAN_START.match(line):
            return f"{held}{line}"
        return f"{held} {line}"


def without_bullet(text: str) -> str:
    """An item's text."""
    return _BULLET.sub("", text, count=1)


def note_of(text: str) -> tuple[str, str]:
    """A footnote's mark and text; what goes on with the note before has no mark."""
    match = _NOTE.match(text)
    return (match[1], text[match.end() :]) if match else ("", text)
