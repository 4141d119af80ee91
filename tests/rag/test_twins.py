"""A twin is named as another source only of what it says in the same whole words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.pipeline import ingest
from rag.embedding import Embedder
from rag.models import Answer, Citation, Claim, Document, Filters, Passage, Span
from rag.pipeline import Pipeline, build_pipeline
from rag.settings import Settings
from rag.twins import Twins

TEXT = """# Market of the old town

The market takes place on the square in front of the town hall every week from spring to autumn.
It offers bread, fruit, cheese and flowers from farms of the region around the lake.
The town cleans the square on the next morning with two machines that were bought last year.

## Stalls

| Goods | Stalls | Fee in 2023 |
|---|---|---|
| Bread | 14 | 41 |
| Cheese | 15 | {fee} |
"""
QUESTION = "With how many machines does the town clean the square of the market?"


@pytest.fixture(scope="module")
def markets(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("markets")
    for site, fee in (("north", 5), ("south", 52)):
        (folder / "papers" / site).mkdir(parents=True)
        (folder / "papers" / site / "market.md").write_text(TEXT.format(fee=fee))
    settings = Settings(index_dir=folder / "index")
    report = ingest([folder / "papers"], settings, embedder=embedder)
    assert report.twins == (("north/market.md", "south/market.md"),)
    with build_pipeline(settings) as pipeline:
        yield pipeline


def test_a_row_that_only_begins_alike_is_not_named_as_another_source(markets: Pipeline) -> None:
    answer = markets.ask("What was the fee for cheese in 2023?")
    rows = [c for c in answer.citations if "Cheese" in c.quote]
    assert rows
    assert all(row.also == () for row in rows)


def test_a_document_that_the_filters_leave_out_is_named_nowhere(markets: Pipeline) -> None:
    both = markets.ask(QUESTION)
    assert [{c.source, *c.also} for c in both.citations] == [{"north/market.md", "south/market.md"}]
    filters = Filters(folders=("south",))
    *_, claim, answer = markets.stream(QUESTION, filters=filters)
    assert isinstance(answer, Answer)
    assert isinstance(claim, Claim)
    places: list[Citation] = [*answer.citations, *claim.citations]
    places += [found.item for found in markets.look_up(QUESTION, 5, filters)]
    places += markets.ask("Who bakes on the moon?", filters=filters).nearest
    assert len(places) > 2
    assert {(place.source, place.also) for place in places} == {("south/market.md", ())}


def test_the_text_of_a_twin_is_held_once_however_many_name_it() -> None:
    names = [f"d{number}" for number in range(5)]
    documents = {n: Document(n, f"{n}.md", n, "The same words. " * 9, "0" * 64) for n in names}
    passages = [Passage(f"p{n}", n, Span(0, 4), (), "The same", ()) for n in names]
    linked = Twins([names], passages).linked(documents)
    for document in linked.values():
        assert {twin.document_id for twin in document.twins} == set(names) - {document.id}
        assert all(twin.text is documents[twin.document_id].text for twin in document.twins)
    assert len({id(twin) for document in linked.values() for twin in document.twins}) == 5
