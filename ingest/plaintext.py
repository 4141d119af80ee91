"""Plain text to blocks: lines joined, footnotes lifted, headings told from paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.blocks import Block, Kind
from ingest.clean import is_salutation
from ingest.footnotes import Footnote, lift_footnotes
from ingest.headings import (
    ARABIC,
    HEADING_WORDS,
    UNNUMBERED,
    Mark,
    in_sequence,
    is_gerund_title,
    label_end,
    read_mark,
)
from ingest.lines import Layout, Line, content_lines, is_closed
from ingest.mapped import Mapped
from ingest.normalise import Lexicon, normalise
from ingest.sentences import split_sentences
from rag.models import Document, Span

_BLANKS = re.compile(r"\s*")
_SHORT_TITLE_WORDS = 15
_STOP_TITLE_WORDS = 20
_BODY_WORDS = 40


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Lines joined to one block, with what is needed to tell what it is."""

    block: Block
    mark: Mark | None
    spaced: bool
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return self.block.twin.text

    @property
    def words(self) -> int:
        return len(self.text.split())


def text_blocks(document: Document, skips: Sequence[Span], headline: Span | None) -> list[Block]:
    """The blocks of a plain text in order; a footnote follows the paragraph it interrupts."""
    lifted = lift_footnotes(document.text, content_lines(document.text, skips))
    lexicon = Lexicon.of(document.text, lifted.numbers)
    groups = _join(lifted.lines)
    paragraphs = [_paragraph(document.text, group, mark, lexicon) for group, mark in groups]
    kinds = _Classifier(paragraphs, headline).blocks()
    notes = _notes(document.text, lifted.footnotes, lexicon)
    marks = _breaks(document.text, skips)
    return [
        block
        for paragraph, found in zip(paragraphs, kinds, strict=True)
        for block in _in_place(found, paragraph, notes, marks)
    ]


def _join(lines: Sequence[Line]) -> list[tuple[tuple[Line, ...], Mark | None]]:
    """Lines to groups; one that begins with an enumerator or bullet begins a new group."""
    layout = Layout.of(lines)
    marks = in_sequence([read_mark(line.text) for line in lines])
    groups: list[tuple[list[Line], Mark | None]] = []
    for line, mark in zip(lines, marks, strict=True):
        if groups and mark is None and _goes_on(layout, groups[-1], line):
            groups[-1][0].append(line)
        else:
            groups.append(([line], mark))
    return [(tuple(group), mark) for group, mark in groups]


def _goes_on(layout: Layout, group: tuple[list[Line], Mark | None], line: Line) -> bool:
    lines, mark = group
    last = lines[-1]
    if mark and mark.bullet:
        deeper = line.indent > lines[0].indent and not line.spaced
        return deeper or (line.text[0].islower() and layout.continues(last, line))
    if mark and mark.level < ARABIC and not is_closed(last.text) and not line.text[0].islower():
        return False
    return layout.continues(last, line)


def _paragraph(
    text: str, lines: tuple[Line, ...], mark: Mark | None, lexicon: Lexicon
) -> _Paragraph:
    pieces = [line.span for line in lines]
    skip = mark.length if mark else 0
    if mark and (mark.bullet or mark.level < 0):
        # A bullet or a row of hashes is a mark, not text; "1." is shown in a heading's path.
        pieces[0] = Span(pieces[0].start + skip, pieces[0].end)
        skip = 0
    twin = normalise(Mapped.of(text, pieces), lexicon)
    block = Block(Kind.PARAGRAPH, twin, pieces[-1].end, skip=skip)
    return _Paragraph(block, mark, lines[0].spaced, lines)


def _notes(text: str, footnotes: Sequence[Footnote], lexicon: Lexicon) -> list[tuple[int, Block]]:
    """Footnote blocks, each with the offset of the line it stood behind."""
    found: list[tuple[int, Block]] = []
    for note in footnotes:
        twin = normalise(Mapped.of(text, [line.span for line in note.lines]), lexicon)
        found.append((note.after.span.start, Block(Kind.NOTE, twin, note.lines[-1].span.end)))
    return found


def _breaks(text: str, skips: Sequence[Span]) -> frozenset[int]:
    """Where the lines begin that follow an address to the audience."""
    addresses = (s for s in skips if is_salutation(text[s.start : s.end].strip()))
    return frozenset(s.end + len(_BLANKS.match(text, s.end)[0]) for s in addresses)  # type: ignore[index]


def _in_place(
    blocks: Sequence[Block],
    paragraph: _Paragraph,
    notes: Sequence[tuple[int, Block]],
    breaks: frozenset[int],
) -> Iterator[Block]:
    """A paragraph's blocks with the break before and the footnotes behind them."""
    if paragraph.lines[0].span.start in breaks:
        yield Block(Kind.BREAK, Mapped("", ()), paragraph.lines[0].span.start)
    yield from blocks
    anchors = {line.span.start for line in paragraph.lines}
    yield from (note for anchor, note in notes if anchor in anchors)


class _Classifier:
    """Tells headings from paragraphs by their shape and by what stands around them."""

    def __init__(self, paragraphs: Sequence[_Paragraph], headline: Span | None) -> None:
        self._all = paragraphs
        self._headline = headline
        self._accepted = self._accepted_numbers()

    def blocks(self) -> list[list[Block]]:
        """For each paragraph the one or two blocks it makes."""
        return [self._classify(i) for i in range(len(self._all))]

    def _classify(self, i: int) -> list[Block]:
        paragraph = self._all[i]
        if not paragraph.text:
            return []
        if Span(paragraph.lines[0].span.start, paragraph.block.end) == self._headline:
            return [replace(paragraph.block, kind=Kind.TITLE)]
        mark = paragraph.mark
        if mark is None:
            return self._unnumbered(i)
        if mark.bullet or (mark.level == ARABIC and i not in self._accepted):
            return [replace(paragraph.block, kind=Kind.ITEM, skip=0)]
        return self._numbered(paragraph, mark)

    def _numbered(self, paragraph: _Paragraph, mark: Mark) -> list[Block]:
        """A whole line, or its first sentence where the text follows at once."""
        if mark.number is None:
            return [replace(paragraph.block, kind=Kind.HEADING, level=mark.level)]
        first = split_sentences(paragraph.block.twin)[:1]
        end = first[0].span.end if first else 0
        at = sum(offset < end for offset in paragraph.block.twin.offsets)
        if at >= len(paragraph.text):
            return [replace(paragraph.block, kind=Kind.HEADING, level=mark.level)]
        if len(paragraph.text[:at].split()) > HEADING_WORDS:
            return [replace(paragraph.block, skip=0)]
        return list(paragraph.block.cut(at, Kind.HEADING, mark.level, brief=False))

    def _unnumbered(self, i: int) -> list[Block]:
        paragraph = self._all[i]
        block = paragraph.block
        if self._is_section_title(i):
            return [replace(block, kind=Kind.HEADING, level=UNNUMBERED)]
        if self._is_paragraph_title(i):
            return [replace(block, kind=Kind.HEADING, level=UNNUMBERED + 1, brief=True)]
        at = self._run_in_end(paragraph)
        if at:
            return list(block.cut(at, Kind.HEADING, UNNUMBERED + 1, brief=True))
        return [block]

    def _is_section_title(self, i: int) -> bool:
        """A short line without a stop, with something below it."""
        paragraph = self._all[i]
        return (
            paragraph.words <= _SHORT_TITLE_WORDS
            and not is_closed(paragraph.text)
            and paragraph.text[-1] not in ",;，；"
            and not paragraph.text[0].islower()
            and self._is_followed(i)
        )

    def _is_followed(self, i: int) -> bool:
        return i + 1 < len(self._all)

    def _is_paragraph_title(self, i: int) -> bool:
        """A short line that ends in a stop or colon, directly above a long paragraph."""
        paragraph = self._all[i]
        if i + 1 >= len(self._all) or paragraph.words > _STOP_TITLE_WORDS:
            return False
        below = self._all[i + 1]
        if below.mark is not None or not _is_body(below):
            return False
        if paragraph.text[-1] in ":：":
            return label_end(paragraph.text + " A") > 0
        single = len(split_sentences(paragraph.block.twin)) == 1
        return single and (not below.spaced or is_gerund_title(paragraph.text))

    def _run_in_end(self, paragraph: _Paragraph) -> int:
        """Where a heading that shares its line with the text ends; 0 without one."""
        sentences = split_sentences(paragraph.block.twin)
        if len(sentences) < 2:
            return 0
        at = label_end(paragraph.text)
        if at:
            return at
        first = sentences[0].text
        return len(first) if is_gerund_title(first) else 0

    def _accepted_numbers(self) -> set[int]:
        """Numbered lines that are headings: at least half of their run have text below them."""
        accepted: set[int] = set()
        run: list[int] = []
        for i, paragraph in enumerate([*self._all, None]):
            mark = paragraph.mark if paragraph else Mark(0, 1, 0)
            if mark is None or mark.bullet or (mark.level > ARABIC):
                continue
            if mark.level != ARABIC or mark.number == 1:
                accepted.update(self._vote(run))
                run = []
            if mark.level == ARABIC:
                run.append(i)
        return accepted

    def _vote(self, run: Sequence[int]) -> Sequence[int]:
        return run if 2 * sum(map(self._has_text_below, run)) >= len(run) else ()

    def _has_text_below(self, i: int) -> bool:
        if len(split_sentences(self._all[i].block.twin)) > 1:
            return True
        return i + 1 < len(self._all) and self._all[i + 1].mark is None


def _is_body(paragraph: _Paragraph) -> bool:
    return paragraph.words >= _BODY_WORDS and bool(re.search(r"[.。]", paragraph.text))
