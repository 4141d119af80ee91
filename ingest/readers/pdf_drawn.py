"""What is drawn on a page of a PDF: its straight lines, and how much of it pictures take up."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_MOST_PATHS = 3000
_MOST_POINTS = 64
_THIN = 3.0
_LONG = 12.0


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


def drawn(page: Any, height: float) -> tuple[list[Rule], float]:
    """The straight lines and the edges of boxes, and the area of all pictures."""
    import pypdfium2.raw as pdfium

    rules: list[Rule] = []
    area = 0.0
    count = pdfium.FPDFPage_CountObjects(page.raw)
    for i in range(min(count, _MOST_PATHS)):
        item = pdfium.FPDFPage_GetObject(page.raw, i)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE or _holds_picture(pdfium, item, kind):
            area += _area(pdfium, item)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            rules.extend(_straight(_points(pdfium, item), height))
    return rules, area


def _holds_picture(pdfium: Any, item: Any, kind: int) -> bool:
    """Whether a drawing that is put in as a whole has a picture in it."""
    if kind != pdfium.FPDF_PAGEOBJ_FORM:
        return False
    count = min(pdfium.FPDFFormObj_CountObjects(item), _MOST_POINTS)
    parts = (pdfium.FPDFFormObj_GetObject(item, i) for i in range(count))
    return any(pdfium.FPDFPageObj_GetType(p) == pdfium.FPDF_PAGEOBJ_IMAGE for p in parts)


def _area(pdfium: Any, item: Any) -> float:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return 0.0
    return max(0.0, right.value - left.value) * max(0.0, top.value - bottom.value)


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
