"""One page of a PDF: its words and ruled lines, with their places, as pdfium tells them.

Places are in points; `top` and `bottom` are measured downwards from the top of the page.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from ingest.normalise import CJK

_WORD = re.compile(r"[^\s\x00-\x08\x0e-\x1f\ufffe]+[\x02\ufffe]?")
_HAN = re.compile(f"[{CJK}]")
_LINE = re.compile(r"[^\r\n]+")
_BROKEN = "\x02\ufffe"
"""What pdfium puts for a hyphen at the end of a line."""
_SAME = 0.01
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_FONT_NAME_BYTES = 128
_MOST_PATHS = 3000
_MOST_POINTS = 64
_THIN = 3.0
_LONG = 12.0


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


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line from (left, top) to (right, bottom), one of them hardly apart."""

    left: float
    right: float
    top: float
    bottom: float

    @property
    def lies(self) -> bool:
        """Whether it runs from left to right."""
        return self.bottom - self.top <= _THIN


@dataclass(frozen=True)
class Page:
    """What stands on a page, in no order."""

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    rules: tuple[Rule, ...]
    pictured: bool

    @cached_property
    def is_scanned(self) -> bool:
        """Whether a picture is all there is."""
        return self.pictured and not self.words


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
        rules, pictured = _drawn(page, height)
        return Page(number, width, height, words, tuple(rules), pictured)
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
        """The words in the order in which the file draws them."""
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
                shown = text[start:end]
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


def _drawn(page: Any, height: float) -> tuple[list[Rule], bool]:
    """The straight lines and the edges of boxes, and whether there is a picture."""
    import pypdfium2.raw as pdfium

    rules: list[Rule] = []
    pictured = False
    count = pdfium.FPDFPage_CountObjects(page.raw)
    for i in range(min(count, _MOST_PATHS)):
        drawn = pdfium.FPDFPage_GetObject(page.raw, i)
        kind = pdfium.FPDFPageObj_GetType(drawn)
        pictured = pictured or kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            rules.extend(_straight(_points(pdfium, drawn), height))
    return rules, pictured


def _points(pdfium: Any, path: Any) -> list[tuple[float, float, bool]]:
    """The corners of a path on the page, each with whether the pen is down on the way to it."""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(path, matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    found: list[tuple[float, float, bool]] = []
    for i in range(min(pdfium.FPDFPath_CountSegments(path), _MOST_POINTS)):
        segment = pdfium.FPDFPath_GetPathSegment(path, i)
        if not pdfium.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        down = pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_LINETO
        across = matrix.a * x.value + matrix.c * y.value + matrix.e
        up = matrix.b * x.value + matrix.d * y.value + matrix.f
        found.append((across, up, down))
    return found


def _straight(points: list[tuple[float, float, bool]], height: float) -> Iterator[Rule]:
    xs, ys = [x for x, _, _ in points], [y for _, y, _ in points]
    if points and min(max(xs) - min(xs), max(ys) - min(ys)) <= _THIN:
        # A thin box is how many writers draw a line.
        yield from _long(min(xs), max(xs), height - max(ys), height - min(ys))
        return
    for (x0, y0, _), (x1, y1, down) in pairwise(points):
        if down and min(abs(x0 - x1), abs(y0 - y1)) <= 0.5:
            yield from _long(min(x0, x1), max(x0, x1), height - max(y0, y1), height - min(y0, y1))


def _long(left: float, right: float, top: float, bottom: float) -> Iterator[Rule]:
    if max(right - left, bottom - top) >= _LONG:
        yield Rule(left, right, top, bottom)
