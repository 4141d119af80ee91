"""Sixty-odd files that no reader can make a document of: each with what its report must say."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from docx import Document
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

TEXT = "The council approved the budget of 3.5 million dollars in March 2024. "
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-'
    'types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


@dataclass(frozen=True)
class Bad:
    """A file's name and bytes, and a pattern that its report must match."""

    name: str
    raw: bytes
    says: str


def pdf(pages: int = 1, text: str = TEXT, encrypt: StandardEncryption | None = None) -> bytes:
    made = io.BytesIO()
    canvas = Canvas(made, encrypt=encrypt)
    for _ in range(pages):
        if text:
            canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def docx(text: str = TEXT) -> bytes:
    made = io.BytesIO()
    document = Document()
    if text:
        document.add_paragraph(text)
    document.save(made)
    return made.getvalue()


def zipped(members: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def replaced(raw: bytes, part: str, content: bytes | str) -> bytes:
    """A Word document with one part replaced, or removed where the content is empty."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members: dict[str, bytes | str] = {n: archive.read(n) for n in archive.namelist()}
    members[part] = content
    return zipped({name: held for name, held in members.items() if held})


def scanned() -> bytes:
    """Two pages that are pictures."""
    from reportlab.lib.utils import ImageReader

    header = b"P6 40 40 255\n" + bytes(random.Random(1).randrange(256) for _ in range(4800))
    made = io.BytesIO()
    canvas = Canvas(made)
    for _ in range(2):
        canvas.drawImage(ImageReader(io.BytesIO(header)), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def deflate_bomb_in_pdf() -> bytes:
    """A page whose content unpacks to 330 MB of drawing."""
    packer = zlib.compressobj(9)
    block = b"1 0 0 RG 0 0 m 9 9 l S " * 50_000
    packed = b"".join(packer.compress(block) for _ in range(300)) + packer.flush()
    return raw_pdf(b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed) + packed)


def raw_pdf(content: bytes, count: int = 1, kids: bytes = b"[3 0 R]") -> bytes:
    """A PDF written by hand; its table of objects is left for the reader to mend."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids %b/Count %d>>" % (kids, count),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<<>>>>",
        content + b"\nendstream",
    ]
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (i, o) for i, o in enumerate(objects, start=1))
    return b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R/Size 5>>\n%%EOF\n"


def zip_bomb(megabytes: int = 256) -> bytes:
    block = bytes(1 << 20)
    made = io.BytesIO()
    packed = zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with packed as archive, archive.open("a.txt", "w", force_zip64=True) as member:
        for _ in range(megabytes):
            member.write(block)
    return made.getvalue()


def lying_zip() -> bytes:
    """A member that unpacks to far more than the archive admits."""
    raw = bytearray(zipped({"a.txt": b"A" * 5_000_000}))
    size = struct.pack("<I", 5_000_000)
    while (at := raw.find(size)) >= 0:
        raw[at : at + 4] = struct.pack("<I", 1000)
    return bytes(raw)


def protected_zip() -> bytes:
    """An archive that says its member is encrypted."""
    raw = bytearray(zipped({"a.txt": TEXT}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(mark)
        raw[at + place] |= 1
    return bytes(raw)


def entity_bomb() -> str:
    lines = ['<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12)]
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return (
        f'<?xml version="1.0"?><!DOCTYPE d [{"".join(lines)}]><w:document xmlns:w="{name}">'
        "<w:body><w:p><w:r><w:t>&a11;</w:t></w:r></w:p></w:body></w:document>"
    )


def truncated(raw: bytes, share: float) -> bytes:
    return raw[: int(len(raw) * share)]


def noise(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


def bad_files() -> Iterator[Bad]:
    yield from _empty()
    yield from _mistyped()
    yield from _pdfs()
    yield from _word()
    yield from _texts()
    yield from _archives()


def _empty() -> Iterator[Bad]:
    for suffix in (".txt", ".md", ".html", ".pdf", ".docx"):
        yield Bad(f"nothing{suffix}", b"", "is empty")
        yield Bad(f"blank{suffix}", b" \n\t\r\n ", "is empty")
    yield Bad("marked.txt", b"\xef\xbb\xbf\n", "is empty")
    yield Bad("tags.html", b"<html><body><script>x()</script></body></html>", "holds no text")
    yield Bad("page.pdf", pdf(text=""), "holds no text")
    yield Bad("page.docx", docx(""), "holds no text")


def _mistyped() -> Iterator[Bad]:
    page = b"<!DOCTYPE html><html><body><p>Not found</p></body></html>"
    yield Bad("page-as.pdf", page, "is a web page, not a PDF file; .*html")
    yield Bad("page-as.docx", page, "is a web page, not a Word document")
    yield Bad("page-as.txt", page, "is a web page, not a text file")
    yield Bad("pdf-as.txt", pdf(), "is a PDF file, not a text file")
    yield Bad("pdf-as.html", pdf(), "is a PDF file, not a web page")
    yield Bad("pdf-as.md", pdf(), "is a PDF file, not a Markdown file")
    yield Bad("pdf-as.docx", pdf(), "is a PDF file, not a Word document")
    yield Bad("word-as.pdf", docx(), "is a Word document, not a PDF file")
    yield Bad("word-as.txt", docx(), "is a Word document, not a text file")
    yield Bad("word-as.html", docx(), "is a Word document, not a web page")
    yield Bad("text-as.pdf", TEXT.encode(), "is not a PDF file")
    yield Bad("text-as.docx", TEXT.encode(), "is not a Word document")
    yield Bad("text-as.html", TEXT.encode(), "is not a web page")
    yield Bad("text-as.zip", TEXT.encode(), "damaged ZIP archive")
    yield Bad("old.docx", OLE + bytes(2000), "is an old Office document")
    protected = OLE + bytes(2000) + "EncryptedPackage".encode("utf-16-le") + bytes(2000)
    yield Bad("protected.docx", protected, "an Office file with a password")
    book = zipped({"[Content_Types].xml": CONTENT_TYPES, "xl/workbook.xml": "<a/>"})
    yield Bad("book.docx", book, "is an Excel workbook")
    yield Bad("slides.docx", zipped({"ppt/presentation.xml": "<a/>"}), "is a PowerPoint file")
    yield Bad("photo.pdf", b"\x89PNG\r\n\x1a\n" + noise(500, 1), "is a PNG image")
    yield Bad("photo.txt", b"\xff\xd8\xff\xe0" + noise(500, 2), "is a JPEG image")
    yield Bad("packed.md", b"\x1f\x8b\x08\x00" + noise(500, 3), "is a gzip archive")
    yield Bad("rich.txt", b"{\\rtf1\\ansi Hello}", "is a rich text file")
    yield Bad("program.txt", b"\x7fELF" + noise(500, 4), "is a program")
    yield Bad("data.txt", b"SQLite format 3\x00" + bytes(500), "is a database")


def _pdfs() -> Iterator[Bad]:
    whole = pdf(pages=3)
    yield Bad("secret.pdf", pdf(encrypt=StandardEncryption("open", "own")), "by a password")
    strong = StandardEncryption("open", "own", strength=128)
    yield Bad("secret-128.pdf", pdf(encrypt=strong), "by a password")
    yield Bad("scan.pdf", scanned(), r"only pictures of pages \(2\)")
    yield Bad("head.pdf", whole[:20], "damaged PDF")
    yield Bad("tenth.pdf", truncated(whole, 0.1), "damaged PDF|holds no text")
    yield Bad("magic.pdf", b"%PDF-1.7\n", "damaged PDF")
    yield Bad("noise.pdf", b"%PDF-1.7\n" + noise(20_000, 5), "damaged PDF")
    yield Bad("zeros.pdf", b"%PDF-1.4\n" + bytes(5000) + b"\n%%EOF", "damaged PDF")
    loop = raw_pdf(b"<</Length 0>>stream\n", 10, b"[2 0 R 2 0 R]")
    yield Bad("loop.pdf", loop, "damaged PDF|holds no text")
    yield Bad("deep.pdf", raw_pdf(b"[" * 200_000), "damaged PDF|holds no text")
    yield Bad("count.pdf", raw_pdf(b"<</Length 0>>stream\n", 50_000), "3000 pages|holds no text")
    yield Bad("many.pdf", pdf(pages=3001, text=""), "3000 pages")


def _word() -> Iterator[Bad]:
    whole = docx()
    main = "word/document.xml"
    yield Bad("half.docx", truncated(whole, 0.9), "damaged")
    yield Bad("tail.docx", whole[:-40], "damaged")
    yield Bad("mainless.docx", replaced(whole, main, b""), "a ZIP archive, not a Word document")
    yield Bad("typeless.docx", replaced(whole, "[Content_Types].xml", b""), "damaged Word document")
    yield Bad("relless.docx", replaced(whole, "_rels/.rels", b""), "damaged")
    yield Bad("xmlless.docx", replaced(whole, main, "no XML at all"), "damaged Word document")
    yield Bad("cut.docx", replaced(whole, main, "<w:document><w:body>"), "damaged Word document")
    yield Bad("entities.docx", replaced(whole, main, entity_bomb()), "damaged|holds no text")
    yield Bad("bodyless.docx", replaced(whole, main, "<a/>"), "damaged")
    yield Bad("big.docx", replaced(whole, "word/media/a.bin", bytes(1 << 27)), "would unpack to")


def _texts() -> Iterator[Bad]:
    yield Bad("noise.txt", noise(5000, 6), "is not a text file")
    yield Bad("nulls.txt", b"text\x00with\x00nulls", "is not a text file")
    yield Bad("pairs.txt", b"\x00\x01" * 500, "is not a text file")
    yield Bad("zeros.md", bytes(3000), "is not a text file")
    yield Bad("controls.txt", b"\x01\x02\x03\x04\x05 abc", "is not a text file")
    yield Bad("cut-16.txt", b"\xff\xfea", "UTF-16")
    yield Bad("cut-8.txt", b"\xef\xbb\xbfabc\xff\xfe", "UTF-8 but is damaged")
    yield Bad("huge.txt", b"x " * (11 << 20), "larger than 20 MB")


def _archives() -> Iterator[Bad]:
    yield Bad("bomb.zip", zip_bomb(), "would unpack to 256 MB")
    yield Bad("half.zip", truncated(zipped({"a.txt": TEXT * 50}), 0.5), "damaged ZIP")
    yield Bad("noise.zip", b"PK\x03\x04" + noise(5000, 7), "damaged ZIP")
    yield Bad("lying.zip", lying_zip(), "damaged in its archive")
    yield Bad("protected.zip", protected_zip(), "by a password")
    yield Bad("climbing.zip", zipped({"../../up.txt": TEXT}), "leads out of the archive")
    yield Bad("rooted.zip", zipped({"/etc/up.txt": TEXT}), "leads out of the archive")
    yield Bad("drive.zip", zipped({"C:\\up.txt": TEXT}), "leads out of the archive")
    yield Bad(
        "nested.zip", zipped({"in.zip": zipped({"a.txt": TEXT})}), "archive inside an archive"
    )
    yield Bad("odd.zip", zipped({"a.exe": b"MZ"}), "does not end in")
    many = zipped({f"{i}.txt": b"" for i in range(10_001)}, zipfile.ZIP_STORED)
    yield Bad("many.zip", many, "more than 10000 files")
    yield Bad("inner.zip", zipped({"a.pdf": b"%PDF-1.7\n"}), "damaged PDF")
