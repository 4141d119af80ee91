from __future__ import annotations

from dataclasses import replace

from rag.models import Answer, Filters
from tests.ui.fake_pipeline import FakePipeline
from tests.ui.sites.visiting import TOWN
from ui.sites.suggesting import Suggesting

PATIENCE_S = 20.0


class Counting(FakePipeline):
    def __init__(self) -> None:
        super().__init__()
        self.version = "1"
        self.bounds: list[Filters | None] = []

    @property
    def index_version(self) -> str:
        return self.version

    def quoted(self, question: str, filters: Filters | None = None) -> Answer:
        self.bounds.append(filters)
        return super().quoted(question, filters)


def test_what_a_site_suggests_itself_is_not_made() -> None:
    pipeline = Counting()
    assert Suggesting(pipeline).now(TOWN) == TOWN.suggestions
    assert pipeline.bounds == []


def test_suggestions_are_tried_within_the_documents_of_the_site() -> None:
    pipeline = Counting()
    site = replace(TOWN, suggestions=(), documents=("/reports/",))
    Suggesting(pipeline, PATIENCE_S).now(site)
    assert set(pipeline.bounds) == {Filters(sources=("reports/",))}


def test_they_are_made_once_and_anew_for_another_index_or_other_documents() -> None:
    pipeline = Counting()
    suggesting = Suggesting(pipeline, PATIENCE_S)
    site = replace(TOWN, suggestions=(), documents=("/reports/",))
    first = suggesting.now(site)
    tried = len(pipeline.bounds)
    assert suggesting.now(site) == first
    assert len(pipeline.bounds) == tried
    pipeline.version = "2"
    suggesting.now(site)
    assert len(pipeline.bounds) == 2 * tried
    suggesting.now(replace(site, documents=()))
    assert pipeline.bounds[-1] is None


def test_a_site_without_documents_suggests_nothing() -> None:
    site = replace(TOWN, suggestions=(), documents=("/nowhere/",))
    assert list(Suggesting(Counting(), PATIENCE_S).now(site)) == []
