from __future__ import annotations

import io

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, Spacer, Table

from ingest.readers.pdf import READER
from tests.ingest.readers.writers import built

STYLES = getSampleStyleSheet()
TEXT = STYLES["BodyText"]
HEADING = STYLES["Heading2"]
GRID = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
LINES = [
    ("LINEABOVE", (0, 0), (-1, 0), 1, colors.black),
    ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
    ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black),
]
BUSES = [["Line", "Trips 2022", "Trips 2023"], ["One", "4,100", "4,900"], ["Two", "5,100", "5,200"]]
STAFF = [["Line", "Staff", "Cost"], ["One", "41", "99"], ["Two", "52", "88"]]
VANS = [["Van", "Driver", "Trips", "Fuel"], ["Van A", "Ann", "301", "700"]]
SHARES = [["Region", "Share"], ["North", "5"], ["South", "7"]]
BETWEEN = "Trams run on Sundays as well, as the board said in May of that year."


def read(story: list[object]) -> str:
    return READER.read(built(story, "The running head"), "a.pdf").text


def written(rows: list[list[str]]) -> str:
    """The lines of a table that is read as it was made."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


@pytest.mark.parametrize("style", [GRID, LINES], ids=["grid", "lines"])
@pytest.mark.parametrize(
    "tables",
    [[BUSES, STAFF], [BUSES, VANS, STAFF], [BUSES, VANS, SHARES, STAFF]],
    ids=["two", "three", "four"],
)
@pytest.mark.parametrize("widths", [None, 400], ids=["as wide as their cells", "equally wide"])
def test_tables_of_one_page_are_read_apart(
    style: list[object], tables: list[list[list[str]]], widths: int | None
) -> None:
    story: list[object] = []
    for i, rows in enumerate(tables):
        columns = [widths / len(rows[0])] * len(rows[0]) if widths else None
        story += [Paragraph(f"Part {'ABCD'[i]}", HEADING), Paragraph(BETWEEN, TEXT)]
        story.append(Table(rows, colWidths=columns, style=style))
    text = read(story)
    for i, rows in enumerate(tables):
        assert f"# Part {'ABCD'[i]}\n\n{BETWEEN}\n\n{written(rows)}" in text


def test_tables_with_only_a_blank_between_are_read_apart() -> None:
    text = read([Table(BUSES, style=GRID), Spacer(1, 6), Table(STAFF, style=GRID)])
    assert f"{written(BUSES)}\n\n{written(STAFF)}" in text


@pytest.mark.parametrize("first", [0, 1])
def test_a_table_with_every_second_row_shaded_is_one_table(first: int) -> None:
    rows = [*BUSES, *[[f"L{i}", f"{i},300", f"{i},400"] for i in range(1, 8)]]
    shades = [("BACKGROUND", (0, i), (-1, i), colors.lightgrey) for i in range(first, 10, 2)]
    assert written(rows) in read([Paragraph(BETWEEN, TEXT), Table(rows, style=shades)])


def test_a_grid_without_sides_keeps_its_first_and_last_column() -> None:
    inner = [("INNERGRID", (0, 0), (-1, -1), 0.5, colors.black), *LINES]
    rows = [["Van", "Driver", "Trips", "Fuel"], ["A", "Ann", "301", "700"], ["B", "Bob", "3", "7"]]
    assert written(rows) in read([Table(rows, style=inner)])


def test_columns_of_text_between_rules_are_no_table() -> None:
    left = [f"The council said in its report {word}" for word in "one two three four five".split()]
    right = [f"that many people came to see {word}" for word in "six seven eight nine ten".split()]
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(60, 812, "Gazette 7/2024")
    for x, y, to in ((60, 808, 540), (60, 690, 160), (60, 40, 540)):
        canvas.line(x, y, to, y)
    canvas.drawString(60, 680, "1 The reserve is 2 million dollars.")
    canvas.setFont("Helvetica", 10)
    for x, column in ((60, left), (320, right)):
        for i, line in enumerate(column):
            canvas.drawString(x, 780 - 14 * i, line)
    canvas.save()
    text = READER.read(made.getvalue(), "a.pdf").text
    assert " ".join(left) in text
    assert " ".join(right) in text
    assert "|" not in text


def test_a_header_of_two_rows_names_every_column() -> None:
    rows = [["Town", "People", "", "Area", ""], ["", "2022", "2023", "Land", "Water"]]
    rows += [[f"Town {'abc'[i]}", f"{i}10", f"{i}20", f"{i}3", f"{i}4"] for i in range(3)]
    spans = [("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (2, 0)), ("SPAN", (3, 0), (4, 0))]
    named = [["Town", "People 2022", "People 2023", "Area Land", "Area Water"], *rows[2:]]
    assert written(named) in read([Table(rows, style=[*GRID, *spans])])


def test_a_header_of_two_rows_without_a_grid_names_every_column() -> None:
    rows = [["", "People", "", "Guests", ""], ["Town", "2022", "2023", "2022", "2023"]]
    rows += [[f"Town {'abc'[i]}", f"{i}10", f"{i}20", f"{i}3", f"{i}4"] for i in range(3)]
    spans = [
        ("SPAN", (1, 0), (2, 0)),
        ("SPAN", (3, 0), (4, 0)),
        ("ALIGN", (0, 0), (-1, -1), "LEFT"),
    ]
    named = [["Town", "People 2022", "People 2023", "Guests 2022", "Guests 2023"], *rows[2:]]
    assert written(named) in read([Table(rows, colWidths=[80] * 5, style=spans)])


def test_a_first_row_of_words_is_no_second_header() -> None:
    rows = [["", "Opens", "Closes"], ["Library", "early", "late"], ["Pool", "at 7", "at 22"]]
    assert written(rows) in read([Table(rows, style=GRID)])


def test_a_cell_of_two_lines_does_not_end_a_table_without_rules() -> None:
    rows = [["", "2022", "2023"], ["Wages\nand pensions", "1,200", "1,300"], ["Fuel", "3", "4"]]
    text = read([Paragraph(BETWEEN, TEXT), Table(rows), Paragraph("After it.", TEXT)])
    assert "|  | 2022 | 2023 |" in text
    assert "| and pensions | 1,200 | 1,300 |" in text
