"""One notice, written by each format's own writer."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from docx import Document
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

HAN_FONT = "STSong-Light"


@dataclass(frozen=True)
class Notice:
    """A title and sections, each with paragraphs, items and a table; a section begins a page."""

    title: str
    sections: tuple[Section, ...]
    language: str = "en"


@dataclass(frozen=True)
class Section:
    """What stands under one heading."""

    heading: str
    paragraphs: tuple[str, ...]
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


ENGLISH = Notice(
    "Harbour Report 2024",
    (
        Section(
            "1. The past year",
            (
                "The harbour handled 49.158 million containers in 2023. Dr. Lee of the U.S. office "
                "called it a record. The authority spent $3.5 million on dredging, i.e. less than "
                "it had planned, and the council approved the accounts on 7 March 2024.",
                "Trans-shipment grew by 28.1 percent. No berth was closed for longer than a day.",
            ),
        ),
        Section(
            "2. Tasks",
            ("The authority will build 12 berths by 2027.",),
            ("The northern quay is deepened to 17 metres.", "Two cranes are replaced in June."),
        ),
        Section(
            "3. Budget",
            ("The figures are in million dollars.",),
            rows=(
                ("Department", "2023", "2024"),
                ("Dredging", "3.5", "4.2"),
                ("Pilots", "11.8", "12.6"),
                ("Fire service", "7.1", "7.9"),
            ),
        ),
    ),
)
CHINESE = Notice(
    "港口工作报告",
    (
        Section(
            "一、工作回顾",
            (
                "去年全港集装箱吞吐量达到4915.8万标准箱，增长3.9%。我们说：“好！”全市财政收入稳步增长。",
            ),
        ),
        Section(
            "二、主要任务",
            ("今年新建12个泊位。北岸航道加深到17米。",),
            rows=(
                ("部门", "2023年", "2024年"),
                ("疏浚", "3.5", "4.2"),
                ("引航", "11.8", "12.6"),
                ("消防", "7.1", "7.9"),
            ),
        ),
    ),
    "zh",
)


def as_text(notice: Notice) -> bytes:
    parts = [notice.title]
    for section in notice.sections:
        parts += [section.heading, *section.paragraphs]
        parts += [f"- {item}" for item in section.items]
        parts += [", ".join(row) + "." for row in section.rows]
    return "\n\n".join(parts).encode()


def as_markdown(notice: Notice) -> bytes:
    parts = [f"# {notice.title}"]
    for section in notice.sections:
        parts += [f"## {section.heading}", *section.paragraphs]
        parts += ["\n".join(f"- {item}" for item in section.items)]
        if section.rows:
            lines = ["| " + " | ".join(row) + " |" for row in section.rows]
            lines.insert(1, "|" + "---|" * len(section.rows[0]))
            parts.append("\n".join(lines))
    return "\n\n".join(filter(None, parts)).encode()


def as_html(notice: Notice) -> bytes:
    parts = [f"<h1>{escape(notice.title)}</h1>"]
    for section in notice.sections:
        parts.append(f"<h2>{escape(section.heading)}</h2>")
        parts += [f"<p>{escape(text)}</p>" for text in section.paragraphs]
        if section.items:
            items = "".join(f"<li>{escape(item)}</li>" for item in section.items)
            parts.append(f"<ul>{items}</ul>")
        for i, row in enumerate(section.rows):
            tag = "td" if i else "th"
            cells = "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row)
            parts.append(f"{'' if i else '<table>'}<tr>{cells}</tr>")
        parts.append("</table>" if section.rows else "")
    body = "\n".join(parts)
    return (
        f'<!DOCTYPE html><html lang="{notice.language}"><head><meta charset="utf-8">'
        f"<title>{escape(notice.title)} | The Port</title></head><body>"
        '<nav><a href="/">Home</a> <a href="/news">News</a></nav>'
        '<div class="cookie-banner">We use cookies. <button>Accept</button></div>'
        f"<main>{body}</main><footer>Imprint. Contact us.</footer>"
        "<script>var x = 'never shown';</script></body></html>"
    ).encode()


def as_docx(notice: Notice) -> bytes:
    document = Document()
    document.add_heading(notice.title, 0)
    document.sections[0].header.paragraphs[0].text = "Running head"
    for section in notice.sections:
        document.add_heading(section.heading, 1)
        for text in section.paragraphs:
            document.add_paragraph(text)
        for item in section.items:
            document.add_paragraph(item, style="List Bullet")
        if section.rows:
            table = document.add_table(len(section.rows), len(section.rows[0]))
            for row, texts in zip(table.rows, section.rows, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def as_pdf(notice: Notice) -> bytes:
    """Every section on a page of its own, with a running head and a page number."""
    font = "Helvetica"
    if notice.language == "zh":
        pdfmetrics.registerFont(UnicodeCIDFont(HAN_FONT))
        font = HAN_FONT
    wrap = "CJK" if notice.language == "zh" else None
    styles = getSampleStyleSheet()
    sizes = {"title": 20, "heading": 14, "text": 10}
    style = {
        name: ParagraphStyle(
            name,
            styles["Normal"],
            fontName=font,
            fontSize=size,
            leading=1.3 * size,
            spaceAfter=size,
            wordWrap=wrap,
        )
        for name, size in sizes.items()
    }
    story = [Paragraph(escape(notice.title), style["title"])]
    for i, section in enumerate(notice.sections):
        story += [PageBreak()] if i else []
        story.append(Paragraph(escape(section.heading), style["heading"]))
        story += [Paragraph(escape(text), style["text"]) for text in section.paragraphs]
        bullets = [Paragraph(escape(t), style["text"], bulletText="•") for t in section.items]
        story += bullets
        if section.rows:
            grid = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONT", (0, 0), (-1, -1), font)]
            story.append(Table(section.rows, style=grid))
    return built(story, "Running head of the port")


def built(story: list[object], head: str, **settings: object) -> bytes:
    """A PDF of A4 pages with a running head and page numbers."""

    def decorate(canvas: object, _: object) -> None:
        canvas.setFont("Helvetica", 8)  # type: ignore[attr-defined]
        canvas.drawString(72, A4[1] - 40, head)  # type: ignore[attr-defined]
        number = str(canvas.getPageNumber())  # type: ignore[attr-defined]
        canvas.drawCentredString(A4[0] / 2, 30, number)  # type: ignore[attr-defined]

    made = io.BytesIO()
    template = SimpleDocTemplate(made, pagesize=A4, **settings)
    template.build(story, onFirstPage=decorate, onLaterPages=decorate)
    return made.getvalue()


WRITERS: dict[str, Callable[[Notice], bytes]] = {
    ".txt": as_text,
    ".md": as_markdown,
    ".html": as_html,
    ".docx": as_docx,
    ".pdf": as_pdf,
}
