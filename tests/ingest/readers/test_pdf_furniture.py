from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest.readers.pdf import READER
from rag.errors import SourceError

ROOMS = [("Aster", 14, 310), ("Begonia", 22, 420), ("Clover", 35, 530), ("Dahlia", 41, 640)]


def drawn(pages: int, draw: Callable[[Canvas, int], None]) -> bytes:
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4)
    for page in range(pages):
        canvas.setFont("Helvetica", 10)
        draw(canvas, page)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def room(canvas: Canvas, page: int) -> None:
    name, desks, rent = ROOMS[page]
    canvas.drawString(60, 810, f"Rooms of the school, page {page + 1}")
    canvas.drawString(60, 770, f"{name} room has {desks} desks.")
    lines = [
        f"The walls of the {name} room were painted last year by the staff",
        "of the school, and the windows were cleaned by the pupils too.",
        "The floor is made of wood and the lamps are all new, as are the",
        f"doors of {name}, in which a choir meets on Mondays.",
    ]
    for i, line in enumerate(lines):
        canvas.drawString(60, 730 - 13 * i, line)
    canvas.drawString(60, 600, f"Rent of {name}: {rent} dollars.")


def picture(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(io.BytesIO(b"P6 8 8 255\n" + bytes(192))), 0, 0, 595, 842)


def test_first_and_last_lines_that_say_something_else_on_each_page_are_kept() -> None:
    text = READER.read(drawn(4, room), "a.pdf").text
    for name, desks, rent in ROOMS:
        assert f"{name} room has {desks} desks." in text
        assert f"Rent of {name}: {rent} dollars." in text
    assert "Rooms of the school" not in text


def test_a_line_of_text_that_is_the_same_on_each_page_is_kept() -> None:
    text = READER.read(drawn(4, room), "a.pdf").text
    assert text.count("of the school, and the windows were cleaned by the pupils too.") == 4


def test_a_first_line_that_is_the_same_and_runs_on_is_kept() -> None:
    def draw(canvas: Canvas, page: int) -> None:
        lines = ["Each of the rooms has its own window to the yard and", f"{ROOMS[page][1]} desks."]
        lines += [f"Line {ROOMS[page][0]} {word} goes on" for word in "one two three four".split()]
        for i, line in enumerate(lines):
            canvas.drawString(60, 770 - 13 * i, line)

    text = READER.read(drawn(4, draw), "a.pdf").text
    for _, desks, _ in ROOMS:
        assert f"Each of the rooms has its own window to the yard and {desks} desks." in text


def test_a_scanned_page_with_a_stamp_and_a_number_is_told() -> None:
    def draw(canvas: Canvas, page: int) -> None:
        if page == 0:
            canvas.drawString(60, 700, "Minutes of the board, which met on 4 May.")
            return
        picture(canvas)
        canvas.drawString(400, 20, f"Scan of the office, 2024-05, page {page + 1}")

    reading = READER.read(drawn(4, draw), "a.pdf")
    assert "pages 2, 3, 4 are pictures" in reading.warnings[0]
    assert "Scan of the office" not in reading.text


def test_scanned_pages_that_hold_only_a_stamp_are_refused() -> None:
    def draw(canvas: Canvas, page: int) -> None:
        picture(canvas)
        canvas.drawString(400, 20, f"Scan of the office, 2024-05, page {page + 1}")

    with pytest.raises(SourceError, match="only pictures of pages"):
        READER.read(drawn(3, draw), "a.pdf")


def test_text_over_a_picture_is_no_scan() -> None:
    def draw(canvas: Canvas, page: int) -> None:
        picture(canvas)
        canvas.drawString(60, 700, "The yearly report of the board of the harbour.")

    assert READER.read(drawn(1, draw), "a.pdf").warnings == ()
