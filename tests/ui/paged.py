"""PDF files of several layouts, an office over an index of them, and a pipeline that cites them."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    SimpleDocTemplate,
    Table,
)

from ingest.pipeline import ingest
from rag.generations import Generations
from rag.index import Index
from rag.models import Answer, Claim, Document, Filters, Turn
from rag.settings import Settings
from tests.ingest.quick import QuickEmbedder
from tests.ui.fake_pipeline import RECORD, REPORT, FakePipeline, cite

BERTHS = "The authority will build twelve new berths on the northern bank before the end of 2027."
DREDGED = "Dredging of the eastern channel cost 3.5 million crowns and took eleven months."
FILLER = (
    "The paragraphs around it say nothing of weight; they are here because a page without them "
    "would be too easy a page, and because readers scroll. "
)


def several_pages(count: int = 6) -> bytes:
    """One column; the fourth page holds `BERTHS`, the last one `DREDGED`."""
    style = getSampleStyleSheet()
    story: list[Flowable] = []
    for number in range(1, count + 1):
        story += [PageBreak()] if number > 1 else []
        story.append(Paragraph(f"Chapter {number} of the plan", style["Heading1"]))
        story.append(
            Paragraph(f"This is what chapter {number} has to say. " + FILLER * 5, style["Normal"])
        )
        if number == min(4, count):
            story.append(Paragraph(BERTHS, style["Normal"]))
        if number == count:
            story.append(Paragraph(DREDGED, style["Normal"]))
    made = io.BytesIO()
    SimpleDocTemplate(made, pagesize=A4).build(story)
    return made.getvalue()


def two_columns() -> bytes:
    """Two columns, filled one after the other."""
    made = io.BytesIO()
    template = BaseDocTemplate(made, pagesize=A4)
    frames = [Frame(x, 60, 220, 700) for x in (60, 315)]
    template.addPageTemplates([PageTemplate(frames=frames)])
    style = getSampleStyleSheet()["Normal"]
    texts = [FILLER * 4, BERTHS, FILLER * 14, DREDGED, FILLER * 4]
    template.build([Paragraph(text, style) for text in texts])
    return made.getvalue()


def drawn(
    lines: Sequence[tuple[float, float, str]],
    turned: int = 0,
    size: tuple[float, float] = A4,
) -> bytes:
    """Lines of text at places in points from the lower left corner, in the order given."""
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=landscape(size) if turned else size)
    canvas.setFont("Helvetica", 10)
    for left, up, text in lines:
        canvas.drawString(left, up, text)
    if turned:
        canvas.setPageRotation(turned)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def in_a_table() -> bytes:
    """A ruled table under a sentence."""
    style = getSampleStyleSheet()["Normal"]
    rows = [("Measure", "Result", "Target"), ("Containers", "5.2 million", "5.5 million")]
    rows += [("Ferries", "12", "14"), ("Cranes replaced", "31", "40")]
    grid = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
    made = io.BytesIO()
    story = [Paragraph("The figures of the year stand below.", style), Table(rows, style=grid)]
    SimpleDocTemplate(made, pagesize=A4).build(story)
    return made.getvalue()


def paged_settings(home: Path, **files: bytes) -> Settings:
    """The settings of an office whose index holds these PDF files (named without `.pdf`)."""
    folder = home / "documents"
    folder.mkdir()
    for name, raw in files.items():
        (folder / f"{name}.pdf").write_bytes(raw)
    settings = Settings(index_dir=home / "index", office_dir=home / "office")
    ingest([folder], settings, embedder=QuickEmbedder())
    return settings


def documents_of(settings: Settings) -> dict[str, Document]:
    """The documents of an index by their names without `.pdf`."""
    with closing(Index(Generations(settings.index_dir).current())) as index:
        return {d.name.removesuffix(".pdf"): d for d in index.documents.values()}


class PagedPipeline(FakePipeline):
    """Also knows the documents of an index; asked of berths it cites two of them and a report."""

    def __init__(self, documents: Sequence[Document]) -> None:
        super().__init__()
        self._documents |= {document.id: document for document in documents}
        self._plan = next((d for d in documents if BERTHS in " ".join(d.text.split())), None)

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Iterator[str | Claim | Answer]:
        known = super().stream(question, history=history, filters=filters)
        if self._plan is None or "berth" not in question.casefold():
            yield from known
            return
        *_, other = super().stream("containers")
        assert isinstance(other, Answer)
        claims = tuple(
            Claim(quote, (cite(document, quote),))
            for document, quote in ((self._plan, BERTHS), (REPORT, RECORD), (self._plan, DREDGED))
        )
        yield from claims
        yield replace(other, id=uuid.uuid4().hex, question=question, claims=claims)
