from __future__ import annotations

import pytest

from ingest.readers.sniff import Sniffed, kind_of

PDF = Sniffed("a PDF file", ".pdf")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"%PDF-1.7\n1 0 obj", PDF),
        (b"\x00\x01rubbish\n%PDF-1.7\n1 0 obj", PDF),
        (b"Some words\n%PDF-1.7\n%\x00\x01\x02\x03\n1 0 obj", PDF),
        (b"# Formats\n\nWhat begins with %PDF-1.7 is a PDF.", None),
        ("以%PDF-1.7开头的文件。".encode(), None),
        (b"<html><p>What begins with %PDF- is a PDF.", Sniffed("a web page", ".html")),
    ],
)
def test_a_text_about_pdf_files_is_none(raw: bytes, kind: Sniffed | None) -> None:
    assert kind_of(raw) == kind
