from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from ingest.metadata import describe
from ingest.readers import Reading
from ingest.readers.docx import READER


def read(document: Any) -> Reading:
    made = io.BytesIO()
    document.save(made)
    return READER.read(made.getvalue(), "a.docx")


def with_footnotes(document: Any, notes: dict[int, str]) -> None:
    inside = "".join(
        f'<w:footnote w:id="{i}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote>'
        for i, text in notes.items()
    )
    separator = (
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    )
    xml = f"<w:footnotes {nsdecls('w')}>{separator}{inside}</w:footnotes>"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, xml.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def reference(paragraph: Any, number: int) -> None:
    mark = OxmlElement("w:footnoteReference")
    mark.set(qn("w:id"), str(number))
    paragraph.add_run()._r.append(mark)


def test_footnotes_follow_the_paragraph_that_refers_to_them() -> None:
    document = Document()
    paragraph = document.add_paragraph("The dues rise in March")
    reference(paragraph, 2)
    paragraph.add_run(".")
    document.add_paragraph("Next.")
    with_footnotes(document, {2: "By resolution 14 of the council."})
    assert read(document).text == (
        "The dues rise in March[^2].\n\n[^2]: By resolution 14 of the council.\n\nNext.\n"
    )


def test_what_was_inserted_is_text_and_what_was_deleted_or_hidden_is_not() -> None:
    document = Document()
    paragraph = document.add_paragraph("The budget is ")
    for tag, text in (("ins", "4.2 million"), ("del", "3.5 million")):
        leaf = "delText" if tag == "del" else "t"
        paragraph._p.append(
            parse_xml(f"<w:{tag} {nsdecls('w')}><w:r><w:{leaf}>{text}</w:{leaf}></w:r></w:{tag}>")
        )
    paragraph.add_run(" in all.")
    paragraph.add_run(" Secret.").font.hidden = True
    assert read(document).text == "The budget is 4.2 million in all.\n"


def test_paragraphs_in_content_controls_and_text_boxes_are_read_and_the_contents_are_not() -> None:
    document = Document()
    body = document.element.body
    inside = "<w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p></w:sdtContent>"
    plain = f"<w:sdt {nsdecls('w')}>{inside}</w:sdt>"
    kind = '<w:docPartGallery w:val="Table of Contents"/>'
    gallery = f"<w:sdtPr><w:docPartObj>{kind}</w:docPartObj></w:sdtPr>"
    contents = plain.replace("<w:sdtContent>", f"{gallery}<w:sdtContent>")
    body.insert(0, parse_xml(plain))
    body.insert(1, parse_xml(contents))
    paragraph = document.add_paragraph("Beside a box.")
    inside = "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
    box = f"<w:r {nsdecls('w')}><w:pict>{inside}</w:pict></w:r>"
    paragraph._p.append(parse_xml(box))
    assert read(document).text == "In a control.\n\nBeside a box.\n\nIn a box.\n"


def test_headings_keep_their_levels_and_the_title_is_the_title() -> None:
    document = Document()
    document.core_properties.title = "A property"
    document.add_heading("The Report", 0)
    document.add_heading("Part", 1)
    document.add_heading("Chapter", 2)
    own = document.styles.add_style("Own heading", WD_STYLE_TYPE.PARAGRAPH)
    own.base_style = document.styles["Heading 2"]
    document.add_paragraph("Another chapter", style=own)
    document.add_paragraph("Text.")
    reading = read(document)
    assert reading.title == "The Report"
    assert reading.text.splitlines()[::2] == [
        "# The Report", "## Part", "### Chapter", "### Another chapter", "Text.",
    ]  # fmt: skip


def test_without_a_title_on_the_page_the_property_counts() -> None:
    document = Document()
    document.core_properties.title = "A property"
    document.add_paragraph("Text.")
    assert read(document).title == "A property"


def test_merged_cells_stand_in_every_row_and_column_that_they_span() -> None:
    document = Document()
    table = document.add_table(4, 3)
    texts = [
        "Department",
        "Budget",
        "",
        "",
        "2023",
        "2024",
        "Pilots",
        "3.5",
        "4.2",
        "",
        "5.1",
        "6.3",
    ]
    for cell, text in zip((c for row in table.rows for c in row.cells), texts, strict=True):
        cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(2, 0).merge(table.cell(3, 0))
    for row in table.rows[:2]:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    assert read(document).text.splitlines() == [
        "| Department | Budget 2023 | Budget 2024 |",
        "|---|---|---|",
        "| Pilots | 3.5 | 4.2 |",
        "| Pilots | 5.1 | 6.3 |",
    ]


def test_a_table_of_one_cell_only_frames_its_text() -> None:
    document = Document()
    document.add_table(1, 1).cell(0, 0).text = "A framed paragraph."
    assert read(document).text == "A framed paragraph.\n"


@pytest.mark.parametrize(
    ("form", "pattern", "lines"),
    [
        ("decimal", "%1.", ["1. One.", "2. Two.", "3. Three."]),
        ("decimal", "Article %1", ["Article 1 One.", "", "Article 2 Two.", "", "Article 3 Three."]),
        ("lowerLetter", "(%1)", ["(a) One.", "", "(b) Two.", "", "(c) Three."]),
        ("upperRoman", "%1.", ["I. One.", "", "II. Two.", "", "III. Three."]),
        ("chineseCounting", "第%1条", ["第一条 One.", "", "第二条 Two.", "", "第三条 Three."]),
        ("bullet", "•", ["- One.", "- Two.", "- Three."]),
    ],
)
def test_automatic_numbers_are_written_out(form: str, pattern: str, lines: list[str]) -> None:
    document = Document()
    numbering = document.part.numbering_part.element
    level = (
        f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
    )
    own = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="99">{level}</w:abstractNum>'
    numbering.insert(0, parse_xml(own))
    link = f'<w:num {nsdecls("w")} w:numId="99"><w:abstractNumId w:val="99"/></w:num>'
    numbering.append(parse_xml(link))
    for text in ("One.", "Two.", "Three."):
        paragraph = document.add_paragraph(text)
        place = '<w:numPr {}><w:ilvl w:val="0"/><w:numId w:val="99"/></w:numPr>'
        paragraph._p.get_or_add_pPr().append(parse_xml(place.format(nsdecls("w"))))
    assert read(document).text.splitlines() == lines


def test_a_paragraph_that_looks_like_a_mark_stays_a_paragraph() -> None:
    document = Document()
    for text in ("# not a heading", "[1]: not a link", "Text <!-- not hidden --> here.", "a|b"):
        document.add_paragraph(text)
    text = read(document).text
    assert text.startswith("\\# not a heading\n\n\\[1]: not a link\n\n")
    assert "<!--" not in text
    assert "not hidden" in text


def test_a_document_from_a_template_without_numbers_or_styles_is_read() -> None:
    made = io.BytesIO()
    document = Document()
    document.add_paragraph("Bare.")
    document.save(made)
    with zipfile.ZipFile(made) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    slim = io.BytesIO()
    with zipfile.ZipFile(slim, "w") as archive:
        for name, raw in parts.items():
            if name == "word/_rels/document.xml.rels":
                raw = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
            if name not in ("word/styles.xml", "word/numbering.xml"):
                archive.writestr(name, raw)
    assert READER.read(slim.getvalue(), "a.docx").text == "Bare.\n"


def test_powers_and_marks_are_no_part_of_a_figure() -> None:
    document = Document()
    for before, up, after in (
        ("Revenue was 45", "3", " thousand."), ("The tank holds 10", "6", " litres."),
        ("The floor has 300 m", "2", "."), ("There are 8", "4", " buses."), ("", "4", " Old ones."),
    ):  # fmt: skip
        paragraph = document.add_paragraph(before)
        paragraph.add_run(up).font.superscript = True
        paragraph.add_run(after)
    assert read(document).text.split("\n\n") == [
        "Revenue was 45[^3] thousand.", "The tank holds 10^6 litres.",
        "The floor has 300 m².", "There are 8[^4] buses.", "4 Old ones.\n",
    ]  # fmt: skip


def test_a_figure_keeps_its_year_though_no_row_is_called_a_header() -> None:
    document = Document()
    table = document.add_table(3, 3)
    texts = ["Site", "Lift trips", "", "", "2022", "2023", "Mill", "2,350", "2,489"]
    for cell, text in zip((c for row in table.rows for c in row.cells), texts, strict=True):
        cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    assert read(document).text.splitlines() == [
        "| Site | Lift trips 2022 | Lift trips 2023 |", "|---|---|---|",
        "| Mill | 2,350 | 2,489 |",
    ]  # fmt: skip


def test_a_table_of_pairs_has_no_header() -> None:
    document = Document()
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ["Price", "12 dollars", "Rooms", "31"], strict=True):
        cell.text = text
    assert read(document).text == "Price: 12 dollars\n\nRooms: 31\n"


def test_a_row_that_begins_further_right_stands_below_its_own_names() -> None:
    document = Document()
    table = document.add_table(3, 3)
    texts = ["Depot", "Old", "New", "East", "14", "25", "Total", "", ""]
    for cell, text in zip(table._cells, texts, strict=True):
        cell.text = text
    last = table.rows[2]._tr
    for cell in last.findall(qn("w:tc"))[1:]:
        last.remove(cell)
    last.insert(0, parse_xml(f'<w:trPr {nsdecls("w")}><w:gridBefore w:val="2"/></w:trPr>'))
    assert read(document).text.splitlines()[-1] == "|  |  | Total |"


def test_a_table_inside_a_cell_is_told_with_its_names() -> None:
    document = Document()
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ["Building", "Details", "Annex", ""], strict=True):
        cell.text = text
    inner = table.cell(1, 1).add_table(2, 2)
    for cell, text in zip(inner._cells, ["Floors", "Rooms", "7", "133"], strict=True):
        cell.text = text
    assert read(document).text.splitlines()[-1] == "| Annex | Floors: 7; Rooms: 133 |"


def test_the_figures_of_a_formula_are_read() -> None:
    document = Document()
    paragraph = document.add_paragraph("The area is ")
    name = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    run = "<m:r><m:t>{}</m:t></m:r>".format
    power = f"<m:sSup><m:e>{run('10')}</m:e><m:sup>{run('3')}</m:sup></m:sSup>"
    paragraph._p.append(parse_xml(f'<m:oMath xmlns:m="{name}">{run("5.2·")}{power}</m:oMath>'))
    paragraph.add_run(" square metres.")
    assert read(document).text == "The area is 5.2·10^3 square metres.\n"


def test_a_title_has_no_mark_of_a_heading() -> None:
    assert describe("## Depot stock\n\nIt is large.\n", "text/markdown").title == "Depot stock"
