"""Where the words of a permalink stand now: at their place, elsewhere, or in an earlier text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from rag.models import Document, Span
from rag.past import PastText, PastTexts
from rag.permalink import Permalink

Find = Callable[[str], Document | None]
"""A document by its id, if the index holds it."""
_MOVES = 20
_AROUND = 300
"""Characters of context, blanks left out, by which one of several places is chosen."""
_PLACES = 1000
_SPACES = np.array([c for c in range(0x3001) if chr(c).isspace()], dtype=np.uint32)
_LETTER = r"[^\W\u3040-\u30ff\u3400-\u9fff]"
_SCALE = (
    r"(?:(?i:hundred|thousand|million|billion|trillion|[mbt]n|per\s?cent)(?!\w)|[%百千万亿萬億])"
)
_BLANK = "[ \u00a0\u2009\u202f]"
_GROUP = "|".join(rf"(?<=(?<!\d)\d{{{digits}}}%s)" for digits in (1, 2, 3))
_GOES_ON = re.compile(
    rf"(?<={_LETTER})(?={_LETTER})|(?<=\d[.,])(?=\d)|(?<=\d)(?=[.,]\d|\s*{_SCALE})|(?<=-)(?=\d)"
    rf"|(?:{_GROUP.replace('%s', '')})(?={_BLANK}\d{{3}}(?!\d))"
    rf"|(?:{_GROUP.replace('%s', _BLANK)})(?=\d{{3}}(?!\d))"
)
"""A place in the middle of a word or a number; words of Chinese have no such middle.

A number also goes on with its scale ("5 million"), and behind a blank that marks thousands.
"""
_ROW_ENDS = re.compile(r"(?:[^\S\n]|\|)*(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Located:
    """What is left of a permalink.

    `document` is the one that now stands for it and `span` where the words stand there; `past` is
    the earlier text with the words, unless they stand where they always stood. All three are
    `None` if nothing is known of the permalink.
    """

    document: Document | None
    span: Span | None = None
    past: PastText | None = None


def locate(place: Permalink, find: Find, past: PastTexts) -> Located:
    """Look for the words in their document, and in what it was renamed to."""
    document = find(place.document_id)
    if document is not None and place.holds(document):
        return Located(document, place.span)
    earlier = past.holding(place)
    if earlier is None:
        return Located(document)
    held = None
    for held in _successors(place.document_id, find, past):
        span = find_words(held.text, earlier.document.text, place.span)
        if span is not None:
            return Located(held, span, earlier)
    return Located(document or held, None, earlier)


def _successors(document_id: str, find: Find, past: PastTexts) -> Iterator[Document]:
    """The document, and what its file was called later, as far as the index holds them."""
    seen: set[str] = set()
    wanted = [document_id]
    while wanted and len(seen) < _MOVES:
        one = wanted.pop(0)
        if one in seen:
            continue
        seen.add(one)
        found = find(one)
        if found is not None:
            yield found
        wanted += [v.moved_to for v in past.versions(one) if v.moved_to]


def find_words(text: str, old: str, span: Span) -> Span | None:
    """Where the words of a stretch of the old text stand in another, however they are spaced.

    Of several places the one with the most equal words around it is taken, then the nearest.
    """
    quote = "".join(old[span.start : span.end].split())
    if not quote:
        return None
    packed = "".join(text.split())
    if quote not in packed:
        return None
    offsets = _offsets(text)
    before, after = _context(old, span)
    found = [
        (_alike(before, packed[max(0, at - _AROUND) : at], after, packed[at + len(quote) :]), here)
        for at in _occurrences(packed, quote)
        if _is_whole(text, here := _span(offsets, at, len(quote)))
    ]
    if not found:
        return None
    return max(found, key=lambda item: (item[0], -abs(item[1].start - span.start)))[1]


def _offsets(text: str) -> np.ndarray:
    """Where each character that is no blank stands."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    return np.flatnonzero(~np.isin(codes, _SPACES))


def _span(offsets: np.ndarray, at: int, length: int) -> Span:
    return Span(int(offsets[at]), int(offsets[at + length - 1]) + 1)


def _occurrences(packed: str, quote: str) -> Iterator[int]:
    at = packed.find(quote)
    for _ in range(_PLACES):
        if at < 0:
            return
        yield at
        at = packed.find(quote, at + 1)


def _context(old: str, span: Span) -> tuple[str, str]:
    before = "".join(old[max(0, span.start - 2 * _AROUND) : span.start].split())
    after = "".join(old[span.end : span.end + 2 * _AROUND].split())
    return before[-_AROUND:], after[:_AROUND]


def _alike(before: str, left: str, after: str, right: str) -> int:
    """How many characters next to the words are the same on both sides."""
    return _equal(before[::-1], left[::-1]) + _equal(after, right[:_AROUND])


def _equal(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def stands_whole(text: str, quote: str) -> bool:
    """Whether a text holds the words, however they are spaced, and no word or number goes on.

    The cells of a table's row must be all of its cells.
    """
    sought = re.compile(r"\s+".join(map(re.escape, quote.split())))
    return bool(quote.split()) and any(
        _is_whole(text, place := Span(*found.span())) and ("|" not in quote or _is_row(text, place))
        for found in sought.finditer(text)
    )


def _is_row(text: str, span: Span) -> bool:
    """Whether a stretch is all of its lines, but for bars at their ends."""
    before = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    return not before.strip("| \t") and bool(_ROW_ENDS.match(text, span.end))


def _is_whole(text: str, span: Span) -> bool:
    """Whether no word or number goes on beyond the stretch: "5." is not in "5.2"."""
    return not (_GOES_ON.match(text, span.start) or _GOES_ON.match(text, span.end))


def standing_instead(text: str, old: str, span: Span) -> Span | None:
    """What stands now where the words stood: between the nearest lines that are still there, and
    of the words' own line without what is still the same before and after them.

    `None` if nothing stands there, or if no such line tells where.
    """
    places = _single_lines(text)
    start, end = _line_around(old, span)
    first = next((places[said] for said in _said(old[:start], -1) if said in places), None)
    last = next((places[said] for said in _said(old[end:], 1) if said in places), None)
    if first is None or last is None or first.end > last.start:
        return None
    found = _stripped(text, Span(first.end, last.start))
    before, after = old[start : span.start].strip(), old[span.end : end].strip()
    now = text[found.start : found.end]
    if len(before) + len(after) <= len(now) and now.startswith(before) and now.endswith(after):
        found = _stripped(text, Span(found.start + len(before), found.end - len(after)))
    return found if len(found) else None


def _line_around(old: str, span: Span) -> tuple[int, int]:
    """Where the lines of a stretch begin and end."""
    end = old.find("\n", span.end)
    return old.rfind("\n", 0, span.start) + 1, end if end >= 0 else len(old)


def _said(text: str, step: int) -> Iterator[str]:
    yield from (line.strip() for line in text.splitlines()[::step])


def _stripped(text: str, span: Span) -> Span:
    within = text[span.start : span.end]
    start = span.start + len(within) - len(within.lstrip())
    return Span(start, start + len(within.strip()))


def _single_lines(text: str) -> dict[str, Span]:
    """The lines that are there once, by what they say."""
    found: dict[str, Span | None] = {}
    at = 0
    for line in text.splitlines(keepends=True):
        said = line.strip()
        if said:
            found[said] = None if said in found else Span(at, at + len(line.rstrip()))
        at += len(line)
    return {said: span for said, span in found.items() if span is not None}
