"""A paper as a PDF: one or two columns, running heads, page numbers, footnotes at the foot."""

from __future__ import annotations

import io
from collections.abc import Iterator
from html import escape
from typing import Any

from eval.office_papers import Paper, Section

_HAN_FONT = "STSong-Light"
_MARGIN, _FOOT, _GAP = 56, 90, 18
"""Points: around the page, below the text (where footnotes stand), between two columns."""
_NOTE_LEADING = 9


def pdf_file(paper: Paper, *, columns: int) -> tuple[bytes, int | None]:
    """The bytes of the file, and the page (from 1) on which the answer was drawn."""
    from reportlab.lib.pagesizes import A4, A5
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

    made = io.BytesIO()
    pages = _Pages(paper)
    width, height = size = A5 if columns == 1 else A4
    wide = (width - 2 * _MARGIN - (columns - 1) * _GAP) / columns
    frames = [
        Frame(_MARGIN + i * (wide + _GAP), _FOOT, wide, height - _FOOT - _MARGIN, 0, 0, 0, 0)
        for i in range(columns)
    ]
    template = PageTemplate(frames=frames, onPage=pages.begin, onPageEnd=pages.end)
    document = BaseDocTemplate(made, pagesize=size, pageTemplates=[template], title=paper.title)
    document.build([*pages.story()])
    return made.getvalue(), pages.marked


class _Pages:
    """What is drawn, and what is told of it while it is drawn."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._font = _font(paper.language)
        self._notes: list[str] = []
        self._count = 0
        self.marked: int | None = None

    def begin(self, canvas: Any, _document: Any) -> None:
        """Start a page: nothing is noted on it yet."""
        self._notes = []
        canvas.setNamedCB("answer", self._answer)
        canvas.setNamedCB("note", self._note)

    def end(self, canvas: Any, _document: Any) -> None:
        """Draw the running head, the page number and the footnotes of this page."""
        width, height = canvas._pagesize
        canvas.setFont(self._font, 8)
        canvas.drawString(_MARGIN, height - 40, self._paper.title)
        canvas.drawCentredString(width / 2, 30, str(canvas.getPageNumber()))
        canvas.setFont(self._font, 7)
        for i, text in enumerate(self._notes):
            canvas.drawString(_MARGIN, _FOOT - 30 - i * _NOTE_LEADING, text)
            if self._paper.mark in text:
                self._answer(canvas)

    def _answer(self, canvas: Any, *_: object) -> None:
        self.marked = canvas.getPageNumber()

    def _note(self, _canvas: Any, _kind: object, text: str) -> None:
        self._notes.append(text)

    def story(self) -> Iterator[Any]:
        """What stands in the columns, in order."""
        yield self._paragraph(escape(self._paper.title), 16)
        for section in self._paper.sections:
            yield self._paragraph(escape(section.heading), 12, before=6)
            for at, text in enumerate(section.paragraphs):
                yield self._paragraph(self._marked(text) + self._reference(section, at), 9.5)
            for text in section.items:
                yield self._paragraph(self._marked(text), 9.5, bullet="•")
            if section.rows:
                yield self._table(section.rows)

    def _marked(self, text: str) -> str:
        """The text, calling back where the answer begins in it."""
        if self._paper.form == "table" or self._paper.mark not in text:
            return escape(text)
        before, after = text.split(self._paper.mark, 1)
        said = escape(self._paper.mark + after)
        return f'{escape(before)}<onDraw name="answer" label=""/>{said}'

    def _reference(self, section: Section, at: int) -> str:
        if not section.notes or at not in section.notes:
            return ""
        self._count += 1
        label = escape(f"{self._count} {section.notes[at]}", quote=True)
        return f'<super size="6">{self._count}</super><onDraw name="note" label="{label}"/>'

    def _table(self, rows: tuple[tuple[str, ...], ...]) -> Any:
        from reportlab.lib import colors
        from reportlab.platypus import Table

        asked = self._paper.form == "table"
        cells = [
            [self._cell(text, asked and text == self._paper.mark) for text in row] for row in rows
        ]
        lines = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
        return Table(cells, style=lines, repeatRows=1, spaceBefore=6, spaceAfter=8)

    def _cell(self, text: str, marked: bool) -> Any:
        call = '<onDraw name="answer" label=""/>' if marked else ""
        return self._paragraph(call + escape(text), 8)

    def _paragraph(
        self, markup: str, size: float, *, before: float = 0, bullet: str | None = None
    ) -> Any:
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.platypus import Paragraph

        style = ParagraphStyle(
            "text",
            fontName=self._font,
            fontSize=size,
            leading=1.3 * size,
            spaceBefore=before,
            spaceAfter=6,
            leftIndent=12 if bullet else 0,
            keepWithNext=size > 10,
            wordWrap="CJK" if self._paper.language == "zh" else None,
        )
        return Paragraph(markup, style, bulletText=bullet)


def _font(language: str) -> str:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    if language != "zh":
        return "Helvetica"
    pdfmetrics.registerFont(UnicodeCIDFont(_HAN_FONT))
    return _HAN_FONT
