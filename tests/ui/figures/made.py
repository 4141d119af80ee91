"""Made-up reports with results and targets, as a register and as a pipeline to serve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache

from ingest.split import split_document
from rag.figures import Figure, figures_of
from rag.models import Document
from rag.register import Register
from rag.settings import SplitSettings
from tests.ui.fake_pipeline import FakePipeline

RESULT = "Unemployment in the valley was 4.5% in 2023."
TARGET = "Unemployment in the valley will be at most 5% in 2024."
VALLEY = """# Valley report

## Last year

Unemployment in the valley was 4.5% in 2023. The valley exported 1,250,000 tons of salt in 2023.
The town has 7 <b>halls</b>. Rents fell by 3% in 2023.

## Plans

Unemployment in the valley will be at most 5% in 2024.
The valley will build between 30 and 40 bridges in 2024.
"""
ISLAND = """# Island report

Rainfall on the island was 900 mm in 2022. The island spent 4.72 trillion yuan on dams in 2022.
"""


def document(text: str, title: str, published: date | None = date(2024, 2, 1)) -> Document:
    """A document of its own, as it would be loaded."""
    id_ = f"{title.lower().replace(' ', '-')}.md"
    return Document(
        id_, id_, title, text, "0" * 64, published=published, media_type="text/markdown"
    )


def register_of(*documents: Document, version: str = "made-1") -> Register:
    """The register of documents."""
    figures = (
        figure
        for told in documents
        for passage in split_document(told, SplitSettings())
        for figure in figures_of(passage, told)
    )
    return Register(version, tuple(figures), {d.id: d for d in documents})


@cache
def made_register() -> Register:
    """The register of the valley and the island."""
    return register_of(
        document(VALLEY, "Valley report"), document(ISLAND, "Island report", date(2023, 2, 1))
    )


class FigurePipeline(FakePipeline):
    """The fake pipeline with the reports of the valley and the island, and a register of them.

    `times` repeats the register, so that there are many rows.
    """

    def __init__(self, register: Register | None = None, times: int = 1) -> None:
        super().__init__()
        self._register = register or made_register()
        self._documents = dict(self._register.documents)
        self._times = times

    @property
    def index_version(self) -> str:
        return self._register.version

    @property
    def register(self) -> Register:
        return replace(self._register, figures=tuple(self._register.figures) * self._times)

    def becomes(self, register: Register) -> None:
        """From now on the index is another one."""
        self._register = register
        self._documents = dict(register.documents)


def texts(figures: Iterable[Figure]) -> list[str]:
    """How figures stand in the text."""
    return [" ".join(figure.text.split()) for figure in figures]
