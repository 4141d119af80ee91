"""One page of a PDF: its words and ruled lines, with their places, as pdfium tells them.

Places are in points; `top` and `bottom` are measured downwards from the top of the page.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NamedTuple

from ingest.normalise import CJK
from ingest.readers import pdf_marks
from ingest.readers.pdf_drawn import Rule, drawn

_WORD = re.compile(r"[^\s\x00-\x08\x0e-\x1f\ufffe]+[\x02\ufffe]?")
_HAN = re.compile(f"[{CJK}]")
_LINE = re.compile(r"[^\r\n]+")
_BROKEN = "\x02\ufffe"
"""What pdfium puts for a hyphen at the end of a line."""
_SAME = 0.01
_SMALL = 0.85
"""The share of the size before it under which a raised character is a mark."""
_ABOVE = 0.12
_ABOVE_BOX = 0.25
_CLOSE = 0.25
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_FONT_NAME_BYTES = 128
_MOST = 0.5
_STAMP_CHARS = 20


class Word(NamedTuple):
    """Characters that stand together. `broken`: a hyphen at its end parts a longer word.

    A tuple, as a document has a hundred thousand of them.
    """

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    middle: float
    bold: bool
    broken: bool = False


@dataclass(frozen=True)
class Page:
    """What stands on a page, in no order."""

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    rules: tuple[Rule, ...]
    covered: float
    """The share of it that pictures take up."""

    def is_scanned(self, characters: int) -> bool:
        """Whether a picture is all there is but for a stamp; `characters` of its text count."""
        return self.covered > (_MOST if characters else 0) and characters < _STAMP_CHARS


def read_page(document: Any, number: int) -> Page:
    """Page `number` (from 0) of an open `pypdfium2.PdfDocument`."""
    page = document[number]
    try:
        width, height = page.get_size()
        text = page.get_textpage()
        try:
            words = tuple(_Text(text, height).words())
        finally:
            text.close()
        rules, area = drawn(page, height)
        return Page(number, width, height, words, tuple(rules), area / max(1.0, width * height))
    finally:
        page.close()


class _Text:
    """Asks pdfium for the characters of one page; few questions, as each costs a microsecond."""

    def __init__(self, text: Any, height: float) -> None:
        import pypdfium2.raw as pdfium

        self._pdfium = pdfium
        self._text = text.raw
        self._height = height
        self._box = pdfium.FS_RECTF()
        self._matrix = pdfium.FS_MATRIX()
        self._name = ctypes.create_string_buffer(_FONT_NAME_BYTES)

    def words(self) -> Iterator[Word]:
        """The words in the order in which the file draws them, without footnotes' marks."""
        last: Word | None = None
        placed = list(self._placed())
        for word, follower in zip_longest(placed, placed[1:]):
            if last is not None and _is_mark_of(last, word):
                both = last.text + word.text
                after = follower.text if follower else ""
                text = pdf_marks.resolved(both, range(len(last.text), len(both)), after)
                last = last._replace(text=text, right=word.right)
                continue
            if last is not None:
                yield last
            last = word
        if last is not None:
            yield last

    def _placed(self) -> Iterator[Word]:
        text = self._characters()
        for line in _LINE.finditer(text):
            places = [
                place
                for match in _WORD.finditer(text, *line.span())
                for place in self._stretches(match[0], match.start())
            ]
            # Bold at both ends is bold all through; a bold label begins many a plain line.
            bold = bool(places) and self._is_bold(places[0][0]) and self._is_bold(places[-1][0])
            height, size = 0.0, 0.0
            for start, end in places:
                left, right, top, bottom = self._place(start)
                if abs(bottom - top - height) > _SAME * height:
                    height, size = bottom - top, self._size(start)
                if end - start > 1:
                    _, right, _, _ = self._place(end - 1)
                shown = self._resolved(text[start:end], start, size, text[end : end + 4])
                broken = shown[-1] in _BROKEN
                shown = f"{shown[:-1]}-" if broken else shown
                middle = (top + bottom) / 2
                if size > 0 and 0 <= middle <= self._height:
                    yield Word(
                        shown, left, max(left, right), top, bottom, size, middle, bold, broken
                    )

    def _characters(self) -> str:
        """The page's text, exactly one character for each that pdfium counts."""
        count = max(0, self._pdfium.FPDFText_CountChars(self._text))
        buffer = (ctypes.c_ushort * (count + 1))()
        written = self._pdfium.FPDFText_GetText(self._text, 0, count, buffer)
        text = bytes(buffer)[: 2 * count].decode("utf-16-le", "replace")
        if written == count + 1 and len(text) == count and "\ufffd" not in text:
            return text
        codes = (self._pdfium.FPDFText_GetUnicode(self._text, i) for i in range(count))
        return "".join(chr(c) if 0 < c < 0xD800 or 0xE000 <= c < 0x110000 else " " for c in codes)

    def _stretches(self, text: str, start: int) -> Iterator[tuple[int, int]]:
        """A run of characters, parted where Chinese ones stand an em or more apart."""
        end = start + len(text)
        if len(text) < 2 or text.isascii() or not _HAN.search(text):
            yield start, end
            return
        last = None
        begin = start
        size = self._size(start)
        for place in range(start, end):
            left, right, _, _ = self._place(place)
            if last is not None and left - last > size:
                yield begin, place
                begin = place
            last = right
        yield begin, end

    def _resolved(self, text: str, start: int, size: float, after: str) -> str:
        """A word without marks; only characters that may be one are looked at."""
        if len(text) < 2 or not pdf_marks.MARK.search(text, 1):
            return text
        places = [i for i in range(1, len(text)) if pdf_marks.MARK.match(text, i)]
        small = [i for i in places if self._size(start + i) < _SMALL * size]
        if small:
            line = self._base(start) + _ABOVE * size
            small = [i for i in small if self._base(start + i) > line]
        coded = [i for i in places if text[i] in pdf_marks.RAISED and _follows_digit(text, i)]
        if not small and not coded:
            return text
        return pdf_marks.resolved(text, {*small, *coded}, after.lstrip())

    def _base(self, index: int) -> float:
        """The height of the line that a character stands on, from the bottom of the page."""
        x, y = ctypes.c_double(), ctypes.c_double()
        self._pdfium.FPDFText_GetCharOrigin(self._text, index, x, y)
        return float(y.value)

    def _place(self, index: int) -> tuple[float, float, float, float]:
        box = self._box
        self._pdfium.FPDFText_GetLooseCharBox(self._text, index, box)
        return box.left, box.right, self._height - box.top, self._height - box.bottom

    def _size(self, index: int) -> float:
        """The size of type as it is shown: the font's size by the text's scale."""
        size = self._pdfium.FPDFText_GetFontSize(self._text, index)
        matrix = self._matrix
        if not self._pdfium.FPDFText_GetMatrix(self._text, index, matrix):
            return float(size)
        return float(size) * math.hypot(matrix.c, matrix.d)

    def _is_bold(self, index: int) -> bool:
        flags = ctypes.c_int()
        length = self._pdfium.FPDFText_GetFontInfo(
            self._text, index, self._name, _FONT_NAME_BYTES, flags
        )
        name = self._name.raw[: max(0, min(length - 1, _FONT_NAME_BYTES))]
        return bool(_BOLD.search(name.decode("ascii", "replace")))


def _follows_digit(text: str, index: int) -> bool:
    before = text[:index].rstrip(pdf_marks.RAISED)[-1:]
    return before.isascii() and before.isdigit()


def _is_mark_of(last: Word, word: Word) -> bool:
    """Whether a word is only a mark, small and raised close behind another one."""
    if word.size >= _SMALL * last.size or not pdf_marks.ALONE.fullmatch(word.text):
        return False
    raised = last.bottom - word.bottom > _ABOVE_BOX * last.size and word.bottom > last.top
    return raised and -_CLOSE < (word.left - last.right) / last.size < _CLOSE
