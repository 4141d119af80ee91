"""A row answers only a question about its own label, in a document about whom it asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.pipeline import ingest
from rag.embedding import Embedder
from rag.pipeline import Pipeline, build_pipeline
from rag.settings import Settings

TOWNS = {
    "Wexcombe": {"Line 1": (410, 423), "Line 2": (387, 391), "Night line": (52, 57)},
    "Aldermouth": {"Line 1": (615, 622), "Line 2": (548, 560), "Night line": (71, 78)},
    "Thrapwick": {"Line 1": (233, 240), "Line 2": (219, 228)},
}


@pytest.fixture(scope="module")
def trams(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("trams")
    papers = folder / "papers"
    papers.mkdir()
    for town, lines in TOWNS.items():
        rows = "\n".join(f"| {line} | {a},000 | {b},000 |" for line, (a, b) in lines.items())
        (papers / f"{town}.md").write_text(
            f"# Tramways of {town}\n\nThe town runs them.\n\n## Passengers by line\n\n"
            f"| Line | Passengers 2021 | Passengers 2022 |\n|---|---|---|\n{rows}\n"
        )
    settings = Settings(index_dir=folder / "index")
    ingest([papers], settings, embedder=embedder)
    with build_pipeline(settings) as pipeline:
        yield pipeline


@pytest.mark.parametrize(("town", "line"), [(t, line) for t in TOWNS for line in TOWNS[t]])
def test_only_the_row_of_the_label_and_the_document_of_the_name_are_cited(
    trams: Pipeline, town: str, line: str
) -> None:
    answer = trams.ask(f"How many passengers did {line} of the tramways of {town} carry in 2022?")
    assert {c.document for c in answer.citations} == {f"{town}.md"}
    assert f"{TOWNS[town][line][1]},000" in answer.text
    assert all(line in claim.text for claim in answer.claims)


def test_a_label_that_no_row_has_is_not_answered_from_the_rows_of_another_town(
    trams: Pipeline,
) -> None:
    answer = trams.ask("How many passengers did the Night line of Thrapwick carry in 2022?")
    assert all(citation.document == "Thrapwick.md" for citation in answer.citations)
    assert "57,000" not in answer.text
    assert "78,000" not in answer.text
