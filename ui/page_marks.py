"""Where on the picture of a page cited words stand. Pure: characters with places in, boxes out.

The stored text was put together from the page's characters, so they are compared without what that
changes: blanks, hyphens, punctuation, ligatures, capitals. Where the page draws the words in
another order, as between columns, the longest stretches that are the same are marked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from rag.models import Document, Span

_AROUND = 60
"""Letters before and after, by which one of several places is chosen."""
_OCCURRENCES = 200
_ENOUGH = 0.6
"""The share of the words that must be found in pieces, for the pieces to be marked."""
_SHORTEST = 4
"""Letters of a piece: a lone "the" stands anywhere."""
_GAP = 2.5
"""Heights of a line: what stands further apart is in another column or cell."""
_HYPHENS = "-\u00ad\u2010\u2011\u0002\ufffe"
"""What may end a line in the middle of a word; the last two are pdfium's."""

Place = tuple[int, int, int, int]
"""Left, top, right and bottom on a page, in parts of its width and height (`Characters.whole`)."""


@dataclass(frozen=True, slots=True)
class Characters:
    """What stands on a page: `places` has one entry for each character of `text`."""

    text: str
    places: Sequence[Place]


@dataclass(frozen=True, slots=True)
class _Folded:
    """Letters and digits only, and which character each of them comes from."""

    text: str
    origins: Sequence[int]


def part_on_page(document: Document, span: Span, number: int) -> Span | None:
    """What of a stretch stands on page `number` (from 1)."""
    starts = (*document.page_starts, len(document.text))
    start, end = max(span.start, starts[number - 1]), min(span.end, starts[number])
    return Span(start, end) if start < end else None


def pages_of(document: Document, span: Span) -> tuple[int, ...]:
    """The pages (from 1) that a stretch stands on."""
    numbers = range(1, len(document.page_starts) + 1)
    return tuple(n for n in numbers if part_on_page(document, span, n))


def boxes(text: str, span: Span, page: Characters) -> tuple[Place, ...]:
    """A box for each line of the words `text[span]` on a page; none if they are not found there."""
    folded = _folded(page.text)
    quote = _folded(text[span.start : span.end]).text
    if not quote:
        return ()
    before = _folded(text[max(0, span.start - 2 * _AROUND) : span.start]).text[-_AROUND:]
    after = _folded(text[span.end : span.end + 2 * _AROUND]).text[:_AROUND]
    found = _whole(quote, before, after, folded)
    if found:
        return _lines(page, [_with_point(found, text[span.start : span.end], page.text)])
    words = [_folded(word).text for word in text[span.start : span.end].split()]
    return _lines(page, _pieces([word for word in words if word], page.text))


def _folded(text: str) -> _Folded:
    letters: list[str] = []
    origins: list[int] = []
    for i, character in enumerate(text):
        for letter in unicodedata.normalize("NFKD", character).casefold():
            if letter.isalnum():
                letters.append(letter)
                origins.append(i)
    return _Folded("".join(letters), origins)


def _whole(quote: str, before: str, after: str, page: _Folded) -> Span | None:
    """The characters from the first to the last of the words, where they stand in one stretch."""
    best, place = -1, -1
    for at in _occurrences(quote, page.text):
        alike = _equal(before[::-1], page.text[max(0, at - _AROUND) : at][::-1])
        alike += _equal(after, page.text[at + len(quote) : at + len(quote) + _AROUND])
        if alike > best:
            best, place = alike, at
    if place < 0:
        return None
    return Span(page.origins[place], page.origins[place + len(quote) - 1] + 1)


def _with_point(found: Span, quote: str, text: str) -> Span:
    """The stretch with the mark that ends the words: a sentence's point is no letter."""
    last = quote.rstrip()[-1:]
    follows = text[found.end : found.end + 1]
    return Span(found.start, found.end + 1) if last == follows and not last.isalnum() else found


def _occurrences(quote: str, text: str) -> Iterator[int]:
    at = text.find(quote)
    for _ in range(_OCCURRENCES):
        if at < 0:
            return
        yield at
        at = text.find(quote, at + 1)


def _equal(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _pieces(words: Sequence[str], text: str) -> list[Span]:
    """The stretches of a page that make up most of the words, in the order of the words."""
    on_page = list(_words(text))
    matcher = SequenceMatcher(None, words, [word for word, _ in on_page], autojunk=False)
    found = [
        (words[block.a : block.a + block.size], on_page[block.b : block.b + block.size])
        for block in matcher.get_matching_blocks()
    ]
    kept = [(own, places) for own, places in found if sum(map(len, own)) >= _SHORTEST]
    share = sum(len(word) for own, _ in kept for word in own) / max(1, sum(map(len, words)))
    if share < _ENOUGH:
        return []
    return [Span(places[0][1].start, places[-1][1].end) for _, places in kept]


def _words(text: str) -> Iterator[tuple[str, Span]]:
    """The words of a page, letters only; one that a line's end parts is one word."""
    start = 0
    while start < len(text):
        end = start
        while end < len(text) and not (text[end].isspace() and not _is_parted(text, end)):
            end += 1
        word = _folded(text[start:end]).text
        if word:
            yield word, Span(start, end)
        start = end + 1


def _is_parted(text: str, at: int) -> bool:
    """Whether the blank at a place belongs to a line's end in the middle of a word."""
    before = text[:at].rstrip("\r\n")[-1:] if text[at] in "\r\n" else ""
    return bool(before) and before in _HYPHENS


def _lines(page: Characters, spans: Sequence[Span]) -> tuple[Place, ...]:
    """One box for what stands side by side, and a new one where a line or a column begins."""
    groups: list[list[Place]] = []
    for span in spans:
        shown = [
            place
            for place, character in zip(
                page.places[span.start : span.end], page.text[span.start : span.end], strict=True
            )
            if not character.isspace() and place[0] < place[2] and place[1] < place[3]
        ]
        groups += [shown[:1]] if shown else []
        for last, place in pairwise(shown):
            if _goes_on(last, place):
                groups[-1].append(place)
            else:
                groups.append([place])
    return tuple(dict.fromkeys(map(_around, groups)))


def _goes_on(last: Place, place: Place) -> bool:
    """Whether two characters that follow each other stand on one line, side by side."""
    height = min(last[3] - last[1], place[3] - place[1])
    shared = min(last[3], place[3]) - max(last[1], place[1])
    return shared > 0.5 * height and -height < place[0] - last[2] < _GAP * (last[3] - last[1])


def _around(places: Sequence[Place]) -> Place:
    left, top, right, bottom = zip(*places, strict=True)
    return min(left), min(top), max(right), max(bottom)
