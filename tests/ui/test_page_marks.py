from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph

from ingest.load import Source, read_document
from ingest.page_looks import layout
from rag.models import Document, Span
from tests.ingest.readers.writers import CHINESE, as_pdf, built
from tests.ui.paged import (
    BERTHS,
    DREDGED,
    FILLER,
    drawn,
    in_a_table,
    several_pages,
    two_columns,
)
from ui.page_marks import Characters, Place, boxes, pages_of, part_on_page


class Sheet:
    """A PDF file as it was ingested, and as it looks."""

    def __init__(self, folder: Path, raw: bytes) -> None:
        (folder / "plan.pdf").write_bytes(raw)
        self.document: Document = read_document(Source(folder / "plan.pdf", "plan.pdf"))
        numbers = range(1, len(self.document.page_starts) + 1)
        told = layout(raw, "plan.pdf", list(numbers))
        self.pages = {
            int(number): Characters(page["text"], page["places"])
            for number, page in told["characters"].items()
        }

    def span_of(self, words: str) -> Span:
        """Where words stand in the stored text, however they are spaced."""
        text = self.document.text
        start = text.index(words)
        return Span(start, start + len(words))

    def boxes(self, words: str, number: int = 1) -> tuple[Place, ...]:
        return boxes(self.document.text, self.span_of(words), self.pages[number])

    def inside(self, places: tuple[Place, ...], number: int = 1) -> str:
        """The letters and digits whose middle lies in one of the boxes, in no certain order."""
        page = self.pages[number]
        held = [
            character.casefold()
            for character, (left, top, right, bottom) in zip(page.text, page.places, strict=True)
            if any(
                a <= (left + right) / 2 <= c and b <= (top + bottom) / 2 <= d
                for a, b, c, d in places
            )
        ]
        return letters("".join(held))


def letters(text: str) -> str:
    return "".join(sorted(c for c in text.casefold() if c.isalnum()))


@pytest.mark.parametrize("words", [BERTHS, DREDGED, "3.5 million crowns", "twelve"])
def test_the_boxes_hold_the_cited_words_and_no_others(tmp_path: Path, words: str) -> None:
    sheet = Sheet(tmp_path, two_columns())
    found = sheet.boxes(words)
    assert found
    assert sheet.inside(found) == letters(words)


def test_each_line_has_a_box_of_its_own(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path, two_columns())
    found = sheet.boxes(BERTHS)
    assert 2 <= len(found) <= 4
    tops = [top for _, top, _, _ in found]
    assert tops == sorted(tops)
    assert all(right < 5000 for _, _, right, _ in found)  # within the left column


def test_words_that_columns_part_are_marked_in_both(tmp_path: Path) -> None:
    lines = [f"Line {i} of the left column goes on like" for i in range(30)]
    left = [(60.0, 760 - 14 * i, text) for i, text in enumerate(lines)]
    right = [(320.0, 760 - 14 * i, f"Row {i} of the right column says so") for i in range(30)]
    alternating = [line for pair in zip(left, right, strict=True) for line in pair]
    sheet = Sheet(tmp_path, drawn(alternating))
    words = " ".join(lines[4:7])
    found = sheet.boxes(words)
    assert sheet.inside(found) == letters(words)
    assert len(found) == 3


def test_a_word_that_a_line_parts_is_found_whole(tmp_path: Path) -> None:
    lines = [
        "The ministry pays for the infra-",
        "structure of the harbour, and the town",
        "for long-",
    ]
    lines += ["term care in the old quarter near the sea."]
    sheet = Sheet(tmp_path, drawn([(60, 700 - 14 * i, text) for i, text in enumerate(lines)]))
    assert "infrastructure" in sheet.document.text
    words = sheet.document.text.strip()
    assert sheet.inside(sheet.boxes(words)) == letters("".join(lines))
    assert len(sheet.boxes("infrastructure")) == 2


def test_a_row_of_a_table_is_marked_cell_by_cell(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path, in_a_table())
    found = sheet.boxes("| Cranes replaced | 31 | 40 |")
    assert sheet.inside(found) == letters("Cranes replaced 31 40")
    assert len({top for _, top, _, _ in found}) == 1


def test_of_equal_words_those_with_the_same_neighbours_are_marked(tmp_path: Path) -> None:
    lines = ["In 2021 the fee was 5 crowns.", "In 2022 the fee was 5 crowns.", "It will rise."]
    sheet = Sheet(tmp_path, drawn([(60, 700 - 30 * i, text) for i, text in enumerate(lines)]))
    text = sheet.document.text
    second = text.index("the fee was 5 crowns", text.index("2022"))
    span = Span(second, second + len("the fee was 5 crowns"))
    (box,) = boxes(text, span, sheet.pages[1])
    (whole,) = sheet.boxes("In 2022 the fee was 5 crowns.")
    assert (box[1], box[3]) == (whole[1], whole[3])


def test_words_are_found_on_a_page_that_is_turned(tmp_path: Path) -> None:
    lines = [(60.0, 500 - 16 * i, f"Row {i} of a page that lies on its side.") for i in range(12)]
    upright, turned = tmp_path / "upright", tmp_path / "turned"
    upright.mkdir()
    turned.mkdir()
    plain, rotated = Sheet(upright, drawn(lines)), Sheet(turned, drawn(lines, turned=90))
    words = "Row 7 of a page that lies on its side."
    (box,) = plain.boxes(words)
    assert box[2] - box[0] > box[3] - box[1]
    found = boxes(rotated.document.text, rotated.span_of("Row 7"), rotated.pages[1])
    assert rotated.inside(found) == letters("Row 7")


def test_ligatures_and_accents_do_not_keep_words_from_being_found() -> None:
    page = Characters(
        "The o\ufb03ce in Z\u00fcrich", [(100 * i, 10, 100 * i + 90, 90) for i in range(20)]
    )
    text = "Said: the office in Zu\u0308rich."
    assert boxes(text, Span(6, len(text)), page) == ((0, 10, 1790, 90),)


def test_words_of_two_pages_have_a_part_on_each(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path, several_pages())
    document = sheet.document
    third, fourth = document.page_starts[2:4]
    span = Span(third - 20, fourth + 30)
    assert pages_of(document, span) == (2, 3, 4)
    assert part_on_page(document, span, 3) == Span(third, fourth)
    assert part_on_page(document, span, 5) is None
    assert pages_of(document, sheet.span_of(BERTHS)) == (4,)
    assert sheet.inside(sheet.boxes(BERTHS, 4), 4) == letters(BERTHS)


def test_what_does_not_stand_on_a_page_has_no_box(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path, several_pages())
    assert sheet.boxes(BERTHS, 2) == ()
    text = "The moon has the largest airport of all, and nobody lands there."
    assert boxes(text, Span(0, len(text)), sheet.pages[1]) == ()
    assert boxes("-- | --", Span(0, 7), sheet.pages[1]) == ()


def test_chinese_words_are_marked_to_the_character(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path, as_pdf(CHINESE))
    words = CHINESE.sections[0].paragraphs[0][:12]
    number = pages_of(sheet.document, sheet.span_of(words))[0]
    found = sheet.boxes(words, number)
    assert sheet.inside(found, number) == letters(words)


def test_a_running_head_between_the_lines_is_not_marked(tmp_path: Path) -> None:
    style = getSampleStyleSheet()["Normal"]
    raw = built([Paragraph(FILLER * 45, style), Paragraph(BERTHS, style)], "Head of the port")
    sheet = Sheet(tmp_path, raw)
    number = pages_of(sheet.document, sheet.span_of(BERTHS))[0]
    assert sheet.inside(sheet.boxes(BERTHS, number), number) == letters(BERTHS)
