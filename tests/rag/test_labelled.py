"""A row answers only a question about its own label, in a document about whom it asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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


FEES = """# Swimming pool fees

- Fee: 40 dollars per year.
- Pensioners and students: 20 dollars per year.
- Children under 6: 0 dollars.
"""
WORKS = """# Works

| Street | Length (m) | Cost (thousand dollars) |
|---|---|---|
| Oak Street | 400 | 120 |
| Elm and Ash Streets | 900 | 310 |

# Staff

Labour: 14 workers and 3 apprentices worked on the site.
Machines: 2 rollers were hired.
"""
TRANSIT = """# Transit figures of the city

| City | Riders 2023 (million) | Stations |
|---|---|---|
| Berlin | 1,100 | 175 |
| United Kingdom | 5,200 | 2,500 |
"""
NEWS = "# Weekly news\n\nMrs Brown visited the works on Monday. She met the UK delegation.\n"


@pytest.fixture(scope="module")
def notices(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("notices")
    papers = folder / "papers"
    papers.mkdir()
    texts = {"fees": FEES, "works": WORKS, "transit": TRANSIT, "news": NEWS}
    for name, text in texts.items():
        (papers / f"{name}.md").write_text(text)
    settings = Settings(index_dir=folder / "index")
    ingest([papers], settings, embedder=embedder)
    with build_pipeline(settings) as pipeline:
        yield pipeline


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How much is the fee for pensioners?", "Pensioners and students: 20 dollars"),
        ("How many apprentices worked with the machines?", "3 apprentices"),
        ("Which street was longer than Oak Street?", "Elm and Ash Streets"),
        ("How many riders did the UK have in 2023?", "United Kingdom"),
    ],
)
def test_no_line_is_left_out_that_says_what_the_named_one_does_not(
    notices: Pipeline, question: str, said: str
) -> None:
    assert any(said in one.item.sentence.text for one in notices.screen(question))


def test_of_lines_with_the_same_words_only_the_one_that_is_named_is_looked_at(
    notices: Pipeline,
) -> None:
    found = notices.screen("What is the cost of the Oak Street works?")
    rows = [one.item.sentence.text for one in found if "Street:" in one.item.sentence.text]
    assert len(rows) == 1
    assert "Oak Street" in rows[0]


def test_a_name_in_what_a_document_says_of_itself_is_held_by_it(
    tmp_path: Path, embedder: Embedder
) -> None:
    rows = "| Line | Passengers |\n|---|---|\n| Day line | 410 |\n| Night line | 52 |\n"
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "a.md").write_text(f"---\npublisher: Works of Ulverdene\n---\n# Trams\n\n{rows}")
    other = rows.replace("52", "77")
    (papers / "b.md").write_text(f"# Trams of Harrowby, sold to Ulverdene\n\n{other}")
    settings = Settings(index_dir=tmp_path / "index")
    ingest([papers], settings, embedder=embedder)
    with build_pipeline(settings) as pipeline:
        found = pipeline.screen("How many passengers did the Night line of Ulverdene carry?")
    assert any("52" in one.item.sentence.text for one in found)
