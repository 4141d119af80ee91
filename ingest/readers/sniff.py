"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO

_PDF_SEARCHED = 1024
"""A PDF may begin with a little rubbish; all viewers look for its mark in so many bytes."""
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_HTML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROTECTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A kind of file in words, and the ending that files of it have."""

    kind: str
    suffix: str


_MAGIC = {
    b"\x89PNG": Sniffed("a PNG image", ".png"),
    b"\xff\xd8\xff": Sniffed("a JPEG image", ".jpg"),
    b"GIF8": Sniffed("a GIF image", ".gif"),
    b"II*\x00": Sniffed("a TIFF image", ".tif"),
    b"MM\x00*": Sniffed("a TIFF image", ".tif"),
    b"\x1f\x8b": Sniffed("a gzip archive", ".gz"),
    b"BZh": Sniffed("a bzip2 archive", ".bz2"),
    b"\xfd7zXZ": Sniffed("an xz archive", ".xz"),
    b"\x7fELF": Sniffed("a program", ""),
    b"MZ\x90": Sniffed("a program", ".exe"),
    b"Rar!": Sniffed("a RAR archive", ".rar"),
    b"7z\xbc\xaf": Sniffed("a 7-Zip archive", ".7z"),
    b"{\\rtf": Sniffed("a rich text file", ".rtf"),
    b"SQLite format 3": Sniffed("a database", ".db"),
    b"%!PS": Sniffed("a PostScript file", ".ps"),
}
_OFFICE = {
    "word/document.xml": Sniffed("a Word document", ".docx"),
    "xl/workbook.xml": Sniffed("an Excel workbook", ".xlsx"),
    "ppt/presentation.xml": Sniffed("a PowerPoint file", ".pptx"),
    "content.xml": Sniffed("an OpenDocument file", ".odt"),
    "META-INF/container.xml": Sniffed("an e-book", ".epub"),
}


def kind_of(raw: bytes) -> Sniffed | None:
    """What the bytes are, or `None` when they may be text or nothing known."""
    for magic, found in _MAGIC.items():
        if raw.startswith(magic):
            return found
    if is_pdf(raw) and not _is_mentioned(raw):
        return Sniffed("a PDF file", ".pdf")
    if raw.startswith(_OLE):
        protected = _PROTECTED in raw
        kind = "an Office file with a password" if protected else "an old Office document"
        return Sniffed(kind, ".doc")
    if is_zip(raw):
        return _zipped(raw)
    return Sniffed("a web page", ".html") if is_html(raw) else None


def is_pdf(raw: bytes) -> bool:
    """Whether a PDF's mark stands near the beginning."""
    return b"%PDF-" in raw[:_PDF_SEARCHED]


def _is_mentioned(raw: bytes) -> bool:
    """Whether a PDF's mark stands in a text about such files, behind words and before words."""
    return not raw.startswith(b"%PDF-") and not _CONTROL.search(raw[: 2 * _PDF_SEARCHED])


def is_zip(raw: bytes) -> bool:
    """Whether the bytes begin as a ZIP archive does, an empty one included."""
    return raw.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_html(raw: bytes) -> bool:
    """Whether the bytes begin as a whole web page does."""
    return bool(_HTML.match(raw[:4096].replace(b"\x00", b"")))


def _zipped(raw: bytes) -> Sniffed:
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        # Cut off: the names still stand before the members that are left.
        names = {member for member in _OFFICE if member.encode() in raw}
    kinds = (found for member, found in _OFFICE.items() if member in names)
    return next(kinds, Sniffed("a ZIP archive", ".zip"))
