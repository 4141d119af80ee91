from __future__ import annotations

import io
import random
from itertools import pairwise

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    FrameBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from ingest.readers import Reading, Structure
from ingest.readers.pdf import READER
from tests.ingest.readers.writers import built

STYLES = getSampleStyleSheet()
TEXT = STYLES["BodyText"]
HEADING = STYLES["Heading2"]
WORDS = "council harbour approves quay of the for budget pilots and dredging in a town".split()
GRID = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]


def sentences(count: int, seed: int = 1) -> list[str]:
    """Sentences that all differ, of words as long as they come."""
    rng = random.Random(seed)
    return [
        f"Sentence {i} of {seed} says {' '.join(rng.choices(WORDS, k=rng.randint(5, 14)))}."
        for i in range(count)
    ]


def read(story: list[object], head: str = "The running head") -> Reading:
    return READER.read(built(story, head), "a.pdf")


def drawn(*lines: tuple[float, float, str], size: float = 10, pages: int = 1) -> Reading:
    """Lines of text at places (x, y from the top) of each page."""
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4)
    for _ in range(pages):
        canvas.setFont("Helvetica", size)
        for x, y, text in lines:
            canvas.drawString(x, A4[1] - y, text)
        canvas.showPage()
    canvas.save()
    return READER.read(made.getvalue(), "a.pdf")


def places(text: str, parts: list[str]) -> list[int]:
    return [text.index(part) for part in parts]


def test_a_paragraph_goes_on_over_the_page_without_head_foot_or_number() -> None:
    said = sentences(150)
    reading = read([Paragraph(" ".join(said), TEXT)])
    assert len(reading.page_starts) >= 2
    assert " ".join(said) in reading.text
    assert "running head" not in reading.text


def test_pages_begin_where_their_first_words_stand() -> None:
    said = sentences(400)
    story = [Paragraph(" ".join(said[i : i + 8]), TEXT) for i in range(0, 400, 8)]
    reading = read([part for p in story for part in (p, Spacer(1, 6))])
    assert len(reading.page_starts) > 4
    assert all(a < b for a, b in pairwise(reading.page_starts))
    for start in reading.page_starts[1:]:
        assert reading.text[start - 1].isspace()
        assert not reading.text[start].isspace()


def test_a_running_head_that_changes_with_the_chapter_is_left_out() -> None:
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4)
    names = ["Of the harbour", "Of pilots", "On dues and fees", "Last things", "Names"]
    for page, name in enumerate(names):
        canvas.setFont("Helvetica", 9)
        canvas.drawString(72, 800, f"{name}   {page + 11}")
        canvas.setFont("Helvetica", 10)
        for i, text in enumerate(sentences(40, page)):
            canvas.drawString(72, 740 - 13 * i, text[:80])
        canvas.showPage()
    canvas.save()
    text = READER.read(made.getvalue(), "a.pdf").text
    assert not any(name in text for name in names)
    assert all(f"Sentence 0 of {page} says" in text for page in range(5))


def test_a_line_that_stands_once_at_the_top_is_no_running_head() -> None:
    reading = read([Paragraph("Only here.", TEXT), Paragraph(" ".join(sentences(90)), TEXT)])
    assert reading.text.startswith("Only here.")


def test_two_columns_are_read_one_after_the_other() -> None:
    made = io.BytesIO()
    frames = [
        Frame(50, 740, 495, 60), Frame(50, 60, 240, 670), Frame(305, 60, 240, 670),
    ]  # fmt: skip
    template = BaseDocTemplate(made, pagesize=A4)
    template.addPageTemplates([PageTemplate(frames=frames)])
    justified = ParagraphStyle("justified", TEXT, alignment=4)
    said = [sentences(8, seed) for seed in range(8)]
    title = Paragraph("Two Columns", STYLES["Title"])
    template.build([title, FrameBreak(), *(Paragraph(" ".join(s), justified) for s in said)])
    text = READER.read(made.getvalue(), "a.pdf").text
    found = places(text, [sentence for part in said for sentence in part])
    assert found == sorted(found)
    assert text.startswith("# Two Columns")


def test_words_broken_by_a_hyphen_are_made_whole_and_others_keep_it() -> None:
    reading = drawn(
        (72, 100, "The council discussed the infra-"),
        (72, 112, "structure and a long-term plan of trans-"),
        (72, 124, "port. The plan is a long-"),
        (72, 136, "term one, and it will stay so for many years."),
    )
    assert "the infrastructure and a long-term plan of transport." in reading.text
    assert "is a long-term one" in reading.text


def test_a_table_over_two_pages_has_its_header_on_both() -> None:
    rows = [["Town", "2023", "2024"]] + [[f"Town {i}", f"{i}.5", f"{i}.9"] for i in range(1, 70)]
    reading = read([Paragraph("Budget of the towns", HEADING), Table(rows, style=GRID)])
    assert reading.text.count("| Town | 2023 | 2024 |") == 2
    assert all(f"| Town {i} | {i}.5 | {i}.9 |" in reading.text for i in range(1, 70))


def test_a_table_without_rules_is_read_by_its_columns() -> None:
    rows = [["Town", "People", "Area"]] + [[f"Town {i}", f"{i},500", f"{i}.9"] for i in range(1, 9)]
    reading = read([Paragraph("Before it.", TEXT), Table(rows), Paragraph("After it.", TEXT)])
    assert "| Town | People | Area |" in reading.text
    assert "| Town 8 | 8,500 | 8.9 |" in reading.text
    assert reading.text.index("Before it.") < reading.text.index("| Town |")
    assert reading.text.index("| Town 8 |") < reading.text.index("After it.")


def test_a_cell_of_several_lines_stays_one_cell() -> None:
    long = Paragraph("Deepening of the northern quay and of the basin before it", TEXT)
    rows = [["Work", "Cost"], [long, "4.2 million"], ["Lights", "0.3 million"]]
    reading = read([Table(rows, colWidths=[120, 120], style=GRID)])
    assert (
        "| Deepening of the northern quay and of the basin before it | 4.2 million |"
        in reading.text
    )
    assert "| Lights | 0.3 million |" in reading.text


def test_headings_are_told_by_their_size_and_by_bold_type() -> None:
    story = []
    for title, style in (("Report", STYLES["Title"]), ("Part one", HEADING), ("Part two", HEADING)):
        story += [Paragraph(title, style), Paragraph(" ".join(sentences(6, len(title))), TEXT)]
    story += [Paragraph("<b>A bold line alone</b>", TEXT), Paragraph("And its text.", TEXT)]
    reading = read(story)
    assert reading.structure is Structure.MARKDOWN
    assert reading.title == "Report"
    lines = [line for line in reading.text.splitlines() if line.startswith("#")]
    assert lines == ["# Report", "## Part one", "## Part two", "### A bold line alone"]


def test_a_text_of_one_size_is_plain_text() -> None:
    reading = read([Paragraph(" ".join(sentences(5, seed)), TEXT) for seed in range(4)])
    assert reading.structure is Structure.PLAIN
    for seed in range(4):
        assert f"\n\n{' '.join(sentences(5, seed))}\n" in reading.text


def test_a_footnote_does_not_part_the_paragraph_that_goes_over_the_page() -> None:
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4)
    lines = [f"{word} goes on and on and on and never comes to its end" for word in WORDS]
    for page in range(2):
        canvas.setFont("Helvetica", 10)
        for i, line in enumerate(lines[page::2]):
            canvas.drawString(72, 770 - 13 * i, line)
        canvas.setFont("Helvetica", 7)
        canvas.drawString(72, 60, f"{page + 1} The note of {WORDS[page]} is small.")
        canvas.showPage()
    canvas.save()
    reading = READER.read(made.getvalue(), "a.pdf")
    assert "[^1]: The note of council is small." in reading.text
    assert f"{lines[-2]} {lines[1]}" in reading.text
    assert reading.text.index("[^1]") < reading.page_starts[1] < reading.text.index("[^2]")


def test_pages_that_are_pictures_are_told_and_the_others_read() -> None:
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4)
    picture = ImageReader(io.BytesIO(b"P6 8 8 255\n" + bytes(192)))
    for number in range(1, 5):
        if number in (2, 3):
            canvas.drawImage(picture, 0, 0, 595, 842)
        else:
            canvas.drawString(72, 700, f"The text of {'_abcd'[number]} is here.")
        canvas.showPage()
    canvas.save()
    reading = READER.read(made.getvalue(), "a.pdf")
    assert len(reading.warnings) == 1
    assert "pages 2, 3 are pictures" in reading.warnings[0]
    starts = reading.page_starts
    assert len(starts) == 4
    assert reading.text[starts[3] :].strip() == "The text of d is here."


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Yearly Report", "Yearly Report"),
        ("Microsoft Word - report.docx", "Harbour Report"),
        ("", "Harbour Report"),
        ("Something else altogether", "Harbour Report"),
    ],
)
def test_the_title_is_what_the_file_calls_itself_if_it_can_be_seen(said: str, title: str) -> None:
    story = [
        Paragraph("Harbour Report", STYLES["Title"]),
        Paragraph("This is the Yearly Report of the harbour. " + " ".join(sentences(5)), TEXT),
    ]
    assert READER.read(built(story, "head", title=said), "a.pdf").title == title


def test_a_contents_list_is_left_out() -> None:
    reading = drawn(
        (72, 100, "1 Introduction ................................ 3"),
        (72, 112, "2 The harbour ................................. 14"),
        (72, 160, "The text itself begins here and it says something of the harbour."),
    )
    assert "....." not in reading.text
    assert "The text itself" in reading.text


def test_bullets_are_items() -> None:
    reading = drawn(
        (72, 100, "The tasks of the year are these and no others, says the council:"),
        (80, 114, "• Build the northern quay and"),
        (90, 126, "deepen the basin before it."),
        (80, 140, "• Replace two cranes."),
        size=11,
    )
    assert "- Build the northern quay and deepen the basin before it.\n- Replace" in reading.text
