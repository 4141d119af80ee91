"""A paper as a file of each format, by the format's own writer, and where its answer stands."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from eval.office_papers import Paper, Section
from eval.office_pdf import pdf_file


@dataclass(frozen=True, slots=True)
class Format:
    """How a kind of file is written; `write` gives its bytes and the answer's page, if any."""

    name: str
    suffix: str
    write: Callable[[Paper], tuple[bytes, int | None]]
    notes: bool = True
    chinese: bool = True

    def suits(self, paper: Paper) -> bool:
        """Whether this format can tell all of the paper."""
        return (self.notes or paper.form != "note") and (self.chinese or paper.language == "en")


def _text(encoding: str) -> Callable[[Paper], tuple[bytes, int | None]]:
    """Plain text with numbered headings; each figure of a table is a line of its own."""

    def write(paper: Paper) -> tuple[bytes, int | None]:
        parts = [paper.title]
        for number, section in enumerate(paper.sections, start=1):
            # Chinese headings bring their number along.
            parts.append(
                section.heading if paper.language == "zh" else f"{number}. {section.heading}"
            )
            parts += section.paragraphs
            parts += [f"- {item}" for item in section.items]
            header = section.rows[0] if section.rows else ()
            parts += [
                "; ".join([f"- {row[0]}: " + ", ".join(map(_cell, header[1:], row[1:]))]) + "."
                for row in section.rows[1:]
            ]
        return "\n\n".join(parts).encode(encoding), None

    return write


def _cell(column: str, figure: str) -> str:
    return f"{column} {figure}"


def _markdown(paper: Paper) -> tuple[bytes, int | None]:
    language = "" if paper.language == "en" else f"language: {paper.language}\n"
    parts = [f"---\ntitle: '{paper.title}'\n{language}---", f"# {paper.title}"]
    for number, section in enumerate(paper.sections):
        parts.append(f"## {section.heading}")
        notes = section.notes or {}
        for at, text in enumerate(section.paragraphs):
            label = f"{number}-{at}"
            parts.append(text + (f"[^{label}]" if at in notes else ""))
            parts += [f"[^{label}]: {notes[at]}"] if at in notes else []
        parts.append("\n".join(f"- {item}" for item in section.items))
        lines = [f"| {' | '.join(row)} |" for row in section.rows]
        parts.append(
            "\n".join([*lines[:1], "|---" * len(section.rows[0]) + "|", *lines[1:]])
            if lines
            else ""
        )
    return "\n\n".join(filter(None, parts)).encode(), None


_PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title} | The Town Hall</title>
<meta property="og:site_name" content="The Town Hall"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li>
<li><a href="/offices">Offices and opening hours</a></li></ul></nav>
<div class="cookie-banner">This site uses cookies. <button>Accept</button></div>
<main><article><h1>{title}</h1>
{body}
</article></main>
<aside><h2>More from the town hall</h2><p>Tax forms for the coming year are now at hand.</p></aside>
<footer>Imprint. Privacy. Contact.</footer><script>var shown = "never";</script></body></html>
"""


def _html(paper: Paper) -> tuple[bytes, int | None]:
    body = "\n".join(map(_html_section, paper.sections))
    page = _PAGE.format(language=paper.language, title=escape(paper.title), body=body)
    return page.encode(), None


def _html_section(section: Section) -> str:
    parts = [f"<h2>{escape(section.heading)}</h2>"]
    parts += [f"<p>{escape(text)}</p>" for text in section.paragraphs]
    items = "".join(f"<li>{escape(item)}</li>" for item in section.items)
    parts += [f"<ul>{items}</ul>"] if items else []
    rows = [
        "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row)
        for row, tag in zip(section.rows, ["th", *["td"] * len(section.rows)], strict=False)
    ]
    parts += ["<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"] if rows else []
    return "\n".join(parts)


def _docx(paper: Paper) -> tuple[bytes, int | None]:
    from docx import Document

    document = Document()
    document.sections[0].header.paragraphs[0].text = f"Town hall, file {paper.name}"
    document.add_heading(paper.title, 0)
    notes: dict[int, str] = {}
    for section in paper.sections:
        document.add_heading(section.heading, 1)
        for at, text in enumerate(section.paragraphs):
            paragraph = document.add_paragraph(text)
            if section.notes and at in section.notes:
                notes[len(notes) + 1] = section.notes[at]
                _refer(paragraph, len(notes))
        for item in section.items:
            document.add_paragraph(item, style="List Bullet")
        _docx_table(document, section.rows)
    if notes:
        _attach(document, notes)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue(), None


def _docx_table(document: Any, rows: tuple[tuple[str, ...], ...]) -> None:
    if not rows:
        return
    table = document.add_table(len(rows), len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


def _refer(paragraph: Any, number: int) -> None:
    """Put the mark of a footnote at the end of a paragraph; python-docx has no call for it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:footnoteReference")
    mark.set(qn("w:id"), str(number))
    paragraph.add_run()._r.append(mark)


def _attach(document: Any, notes: Mapping[int, str]) -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml.ns import nsdecls

    inside = "".join(
        f'<w:footnote w:id="{number}"><w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p></w:footnote>'
        for number, text in notes.items()
    )
    xml = f"<w:footnotes {nsdecls('w')}>{inside}</w:footnotes>"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, xml.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


FORMATS = (
    Format("PDF", ".pdf", lambda paper: pdf_file(paper, columns=1)),
    Format("PDF, two columns", ".pdf", lambda paper: pdf_file(paper, columns=2)),
    Format("Word", ".docx", _docx),
    Format("HTML", ".html", _html, notes=False),
    Format("Markdown", ".md", _markdown),
    Format("text, UTF-8", ".txt", _text("utf-8"), notes=False),
    Format("text, UTF-8 with mark", ".txt", _text("utf-8-sig"), notes=False),
    Format("text, UTF-16", ".txt", _text("utf-16"), notes=False),
    Format("text, Windows-1252", ".txt", _text("cp1252"), notes=False, chinese=False),
    Format("text, GB 18030", ".txt", _text("gb18030"), notes=False),
)
