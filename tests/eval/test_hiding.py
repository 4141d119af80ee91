"""Hidden passages are as good as not there, and come back when they are shown again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eval.hiding import HidingIndex
from ingest.pipeline import ingest
from rag.embedding import Embedder
from rag.generations import Generations
from rag.models import Filters
from rag.pipeline import assemble
from rag.settings import Settings

PORT = "# Port\n\nThe port handled 49 million crates.\n\n# Zoo\n\nThe zoo bought an ocelot.\n"
PARKS = "# Parks\n\nThe city opened 120 parks. The port is near.\n"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Settings:
    folder = tmp_path_factory.mktemp("hiding")
    (folder / "docs").mkdir()
    (folder / "docs" / "port.md").write_text(PORT, encoding="utf-8")
    (folder / "docs" / "parks.md").write_text(PARKS, encoding="utf-8")
    settings = Settings(index_dir=folder / "index")
    ingest([folder / "docs"], settings, embedder=embedder)
    return settings


@pytest.fixture
def index(settings: Settings) -> Iterator[HidingIndex]:
    opened = HidingIndex(Generations(settings.index_dir).current())
    yield opened
    opened.close()


def saying(index: HidingIndex, words: str) -> str:
    return next(id_ for id_, passage in index.passages.items() if words in passage.text)


def test_no_search_finds_a_hidden_passage_and_as_many_others_are_found(
    index: HidingIndex, embedder: Embedder
) -> None:
    crates = saying(index, "crates")
    vector = embedder.embed(["How many crates did the port handle?"]).reshape(-1)

    def searches(k: int) -> list[list[str]]:
        found = (
            index.dense(vector, k, Filters()),
            index.by_sentence(vector, k, Filters()),
            index.lexical(["port", "crate"], k, Filters()),
        )
        return [[scored.item.id for scored in ranking] for ranking in found]

    assert all(ranking[0] == crates for ranking in searches(2))
    before = searches(3)
    index.hide([crates])
    assert searches(2) == [ranking[1:] for ranking in before]
    index.hide([])
    assert searches(3) == before


def test_a_term_that_only_hidden_passages_hold_is_not_known(index: HidingIndex) -> None:
    index.hide([saying(index, "ocelot")])
    assert not index.knows("ocelot")
    assert index.knows("port"), "others hold it"
    assert not index.knows("giraff"), "nobody ever did"
    index.hide([])
    assert index.knows("ocelot")


def test_a_document_lists_what_is_shown(index: HidingIndex) -> None:
    ocelot = saying(index, "ocelot")
    document = index.passages[ocelot].document_id
    everything = [passage.id for passage in index.passages_of(document)]
    index.hide([ocelot])
    shown = [passage.id for passage in index.passages_of(document)]
    assert ocelot in everything
    assert shown == [id_ for id_ in everything if id_ != ocelot]


def test_the_pipeline_is_less_sure_of_what_is_hidden(
    index: HidingIndex, settings: Settings, embedder: Embedder
) -> None:
    with assemble(index, embedder, None, settings) as pipeline:
        question = "How many crates did the port handle?"
        shown = pipeline.ask(question)
        index.hide([saying(index, "crates")])
        hidden = pipeline.ask(question)
    assert "49 million" in shown.text
    assert "49 million" not in hidden.text
    assert hidden.confidence < shown.confidence
