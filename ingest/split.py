"""Documents to passages: sections by headings, whole sentences, no passage across a section."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest

from ingest.blocks import Block, Kind
from ingest.clean import plain, skip_spans
from ingest.headings import ARABIC, is_news, is_statement
from ingest.mapped import Mapped
from ingest.markdown import markdown_blocks
from ingest.metadata import describe
from ingest.plaintext import text_blocks
from ingest.sentences import split_sentences
from rag.models import Document, Passage, Sentence, Span
from rag.settings import SPLITTER_VERSION, SplitSettings

_LEAD_IN_WORDS = 40
_INTERRUPTION = 40
"""Characters left out between two of a sentence from which on it is quoted in pieces."""
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(slots=True)
class Section:
    """Sentences under one heading path, still growing while the document is read."""

    heading: tuple[str, ...]
    sentences: list[Sentence] = field(default_factory=list)


def split_document(document: Document, settings: SplitSettings) -> tuple[Passage, ...]:
    """Cut a document into passages, in the order of the text."""
    return tuple(
        _passage(document, section.heading, sentences)
        for section in sections(document)
        for sentences in _pack(section, settings.passage_words)
    )


def sections(document: Document) -> list[Section]:
    """The sentences of a document by section; footnotes make sections of their own."""
    reader = _Reader(document)
    for block, following in _with_next(_demoted(_blocks(document))):
        reader.read(block, following)
    return reader.sections()


def _blocks(document: Document) -> list[Block]:
    skips = skip_spans(document)
    if document.media_type == "text/markdown":
        blocks = markdown_blocks(document, skips)
    else:
        headline = describe(document.text, document.media_type).headline
        blocks = text_blocks(document, skips, headline)
    # Ornaments such as "* * *" hold nothing.
    return [b for b in blocks if b.kind is Kind.BREAK or any(map(str.isalnum, b.twin.text))]


class _Reader:
    """Walks over the blocks and keeps the headings that are open."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._title = plain(document.title)
        self._open: list[Block] = []
        self._lead_in: str | None = None
        self._spent = False
        self._done: list[Section] = []
        self._notes: list[Section] = []

    def read(self, block: Block, following: Block | None) -> None:
        """Take in the next block; `following` shows whether it leads into a list."""
        if block.kind is Kind.HEADING:
            self._enter(block)
        elif block.kind is Kind.BREAK:
            self._leave(ARABIC)
        elif block.kind is Kind.NOTE:
            self._read_note(block, following)
        else:
            self._add(block, following)

    def sections(self) -> list[Section]:
        """All sections that hold a sentence."""
        self._flush_notes()
        return [section for section in self._done if section.sentences]

    def _read_note(self, block: Block, following: Block | None) -> None:
        self._notes.append(Section(self._path(), list(self._sentences(block))))
        # A page ended here, and no new topic begins with a figure: the paragraph goes on.
        if following and following.twin.text[:1].isdigit():
            self._spent = False

    def _leave(self, level: int) -> None:
        """Close the headings that a new one of `level` ends."""
        self._lead_in = None
        self._spent = False
        self._open = [held for held in self._open if held.level < level]
        self._flush_notes()

    def _enter(self, block: Block) -> None:
        self._leave(block.level)
        if plain(block.twin.text) == self._title:
            return
        self._open.append(block)
        if is_statement(block.twin.text):
            self._current().sentences.extend(self._sentences(block))

    def _add(self, block: Block, following: Block | None) -> None:
        listed = block.kind in (Kind.ITEM, Kind.ROW)
        if not listed:
            self._begin_paragraph()
        found = list(self._sentences(block))
        if block.kind is not Kind.TITLE or is_news(block.twin.text):
            self._current().sentences.extend(found)
        if found and not listed and following and following.kind in (Kind.ITEM, Kind.ROW):
            self._lead_in = _lead_in(found[-1].text)

    def _begin_paragraph(self) -> None:
        """End what reached to the end of the paragraph before: a lead-in, a brief heading."""
        self._lead_in = None
        if self._spent:
            self._open = [held for held in self._open if not held.brief]
        self._spent = True

    def _path(self) -> tuple[str, ...]:
        path = tuple(held.label for held in self._open)
        return (*path, self._lead_in) if self._lead_in else path

    def _current(self) -> Section:
        path = self._path()
        if not self._done or self._done[-1].heading != path:
            self._flush_notes()
            self._done.append(Section(path))
        return self._done[-1]

    def _flush_notes(self) -> None:
        self._done.extend(self._notes)
        self._notes = []

    def _sentences(self, block: Block) -> Iterator[Sentence]:
        """Each from its first character to the next one's, so that no mark is left between."""
        if block.kind is Kind.ROW:
            row = Span(block.twin.span.start, block.end)
            yield Sentence(row, block.twin.text, (block.header, row) if block.header else ())
            return
        twin = block.twin.cut(block.skip, len(block.twin.text))
        parts = split_sentences(twin)
        starts = [part.span.start for part in parts]
        for i, part in enumerate(parts):
            limit = starts[i + 1] if i + 1 < len(parts) else block.end
            span = Span(part.span.start, self._end(part, limit, block.end))
            yield Sentence(span, part.text, _pieces(part, span))

    def _end(self, part: Mapped, limit: int, block_end: int) -> int:
        """The end of a sentence with the marks that cling to it, but not those of the next."""
        gap = self._document.text[part.span.end : limit]
        line = gap.split("\n", 1)[0]
        ends_here = line != gap or limit == block_end
        return part.span.end + len(
            line.rstrip() if ends_here else re.sub(r"\s\S*$", "", line).rstrip()
        )


def _pieces(part: Mapped, span: Span) -> tuple[Span, ...]:
    """The stretches of a sentence that something longer than a mark interrupts."""
    breaks = [(a + 1, b) for a, b in pairwise(part.offsets) if b - a > _INTERRUPTION]
    if not breaks:
        return ()
    ends = [*(end for end, _ in breaks), span.end]
    starts = [span.start, *(start for _, start in breaks)]
    return tuple(Span(start, end) for start, end in zip(starts, ends, strict=True))


def _lead_in(sentence: str) -> str | None:
    fits = sentence.endswith((":", "：")) and len(sentence.split()) <= _LEAD_IN_WORDS
    return sentence.rstrip(" :：") if fits else None


def _demoted(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with headings that head nothing made paragraphs: their text stays quotable."""
    return [
        replace(block, kind=Kind.PARAGRAPH, level=0, brief=False, skip=0)
        if block.kind is Kind.HEADING and _heads_nothing(block, following)
        else block
        for block, following in _with_next(blocks)
    ]


def _heads_nothing(heading: Block, following: Block | None) -> bool:
    if following is None or following.kind in (Kind.BREAK, Kind.TITLE):
        return True
    return following.kind is Kind.HEADING and following.level <= heading.level


def _with_next(blocks: Sequence[Block]) -> Iterable[tuple[Block, Block | None]]:
    return zip_longest(blocks, blocks[1:])


def _pack(section: Section, limit: int) -> list[list[Sentence]]:
    """As many whole sentences as fit beside the heading; a longer sentence stands alone."""
    room = max(limit // 2, limit - count_words(" ".join(section.heading)))
    packs: list[list[Sentence]] = []
    used = room + 1
    for sentence in section.sentences:
        size = count_words(sentence.text)
        if used + size > room:
            packs.append([])
            used = 0
        packs[-1].append(sentence)
        used += size
    return [*packs[:-2], *_even(packs[-2:])]


def _even(packs: list[list[Sentence]]) -> list[list[Sentence]]:
    """Move sentences to the last passage while it stays the shorter one, so no scrap is left."""
    if len(packs) < 2:
        return packs
    first, last = list(packs[0]), list(packs[1])
    sizes = _words(first), _words(last)
    while len(first) > 1:
        moved = count_words(first[-1].text)
        sizes = sizes[0] - moved, sizes[1] + moved
        if sizes[1] > sizes[0]:
            break
        last.insert(0, first.pop())
    return [first, last]


def _words(sentences: Sequence[Sentence]) -> int:
    return sum(count_words(sentence.text) for sentence in sentences)


def count_words(text: str) -> int:
    """Words between blanks; of Chinese or Japanese, two characters count as one."""
    return len(text.split()) + len(_HAN.findall(text)) // 2


def _passage(
    document: Document, heading: tuple[str, ...], sentences: Sequence[Sentence]
) -> Passage:
    text = " ".join(sentence.text for sentence in sentences)
    span = Span(sentences[0].span.start, sentences[-1].span.end)
    searchable = " › ".join((*heading, text))
    key = "\0".join((SPLITTER_VERSION, document.id, str(span.start), str(span.end), searchable))
    identity = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return Passage(identity, document.id, span, heading, text, tuple(sentences))
