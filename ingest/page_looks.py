"""How pages of a PDF look: their pictures, and where on them each character stands.

Runs where files are parsed (`ingest.worker`), apart from everything else: pdfium reads what anybody
may have sent.
"""

from __future__ import annotations

import ctypes
import math
import struct
import zlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from rag.errors import SourceError

MAX_PIXELS = 12_000_000
MAX_HEIGHT = 16_000
MAX_CHARACTERS = 20_000
"""Of one page; what stands beyond is not marked."""
WHOLE = 10_000
"""The width and the height of a page, in the units in which places are told."""
_LEAST_POINTS, _MOST_POINTS = 1.0, 20_000.0


def picture(raw: bytes, name: str, number: int, width: int) -> dict[str, Any]:
    """Page `number` (from 1) as a PNG of `width` pixels, or fewer where it is very long.

    Raises:
        SourceError: it cannot be shown.
    """
    with _opened(raw, name) as document:
        page = document[_index(document, name, number)]
        across, down = _size(page.get_size())
        most = min(MAX_HEIGHT / down, math.sqrt(MAX_PIXELS / (across * down)))
        scale = min(width / across, most)
        bitmap = page.render(scale=scale, rev_byteorder=True)
        pixels, stride = bytes(bitmap.buffer), bitmap.stride
        if bitmap.n_channels != 3:
            raise SourceError(f"Page {number} of {name} has no plain colours to show.")
        png = _png(pixels, stride, bitmap.width, bitmap.height)
    return {"png": b64encode(png).decode()}


def layout(raw: bytes, name: str, numbers: Sequence[int]) -> dict[str, Any]:
    """The sizes of all pages in points, and the characters of some pages with their places.

    A place is `[left, top, right, bottom]` in parts of `WHOLE`, as the page is shown.

    Raises:
        SourceError: the file cannot be read.
    """
    with _opened(raw, name) as document:
        sizes = [_size(document.get_page_size(i)) for i in range(len(document))]
        wanted = [n for n in numbers if 1 <= n <= len(sizes)]
        characters = {str(n): _characters(document[n - 1]) for n in wanted}
    return {"sizes": sizes, "characters": characters}


@contextmanager
def _opened(raw: bytes, name: str) -> Iterator[Any]:
    import pypdfium2

    try:
        with closing(pypdfium2.PdfDocument(raw)) as document:
            yield document
    except pypdfium2.PdfiumError as error:
        raise SourceError(f"The pages of {name} cannot be shown; read its text.") from error


def _index(document: Any, name: str, number: int) -> int:
    if not 1 <= number <= len(document):
        raise SourceError(f"{name} has no page {number}; it has {len(document)}.")
    return number - 1


def _size(points: tuple[float, float]) -> tuple[float, float]:
    """A size that can be shown, whatever the file says."""
    width, height = (min(max(side, _LEAST_POINTS), _MOST_POINTS) for side in points)
    return round(width, 2), round(height, 2)


def _characters(page: Any) -> dict[str, Any]:
    """The text of a page, blanks and all, and a place for each character of it."""
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    text = textpage.raw
    box = pdfium.FS_RECTF()
    shown: list[str] = []
    places: list[tuple[int, int, int, int]] = []
    for i in range(min(max(0, pdfium.FPDFText_CountChars(text)), MAX_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(text, i)
        if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
            continue
        pdfium.FPDFText_GetLooseCharBox(text, i, box)
        shown.append(chr(code))
        places.append(_place(pdfium, page, box))
    textpage.close()
    return {"text": "".join(shown), "places": places}


def _place(pdfium: Any, page: Any, box: Any) -> tuple[int, int, int, int]:
    """Where a box of the file's own measure stands on the page as it is turned and cut."""
    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for across, up in ((box.left, box.top), (box.right, box.bottom)):
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, WHOLE, WHOLE, 0, across, up, x, y)
        corners.append((_within(x.value), _within(y.value)))
    (x0, y0), (x1, y1) = corners
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _within(value: int) -> int:
    return min(max(value, 0), WHOLE)


def _png(pixels: bytes, stride: int, width: int, height: int) -> bytes:
    """Rows of red, green and blue as a PNG file."""
    rows = (b"\0" + pixels[y * stride : y * stride + 3 * width] for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
