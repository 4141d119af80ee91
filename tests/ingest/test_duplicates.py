"""The same notice twice is one; what differs in a figure, a year or much of its text is not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest

from ingest.duplicates import find_twins, signature
from ingest.pipeline import ingest
from ingest.split import split_document
from rag.generations import Generations
from rag.index import Index
from rag.models import Document, Filters
from rag.pipeline import build_pipeline
from rag.settings import Settings, SplitSettings
from rag.text import terms

NOUNS = "harbour ferry school museum park library bridge market clinic theatre".split()
VERBS = "opened closed counted repaired received planned moved hired".split()


def sentences(count: int, seed: int = 1) -> list[str]:
    draw = random.Random(seed)
    return [
        f"The {draw.choice(NOUNS)} near the {draw.choice(NOUNS)} {draw.choice(VERBS)} "
        f"{draw.randint(100, 99_999)} visitors with its {draw.choice(NOUNS)}."
        for _ in range(count)
    ]


def document(
    source: str, said: Sequence[str], title: str = "Notice", published: date | None = None
) -> Document:
    return Document(source, source, title, " ".join(said), "0" * 64, published=published)


def twins(*documents: Document) -> list[list[str]]:
    passages = {d.id: split_document(d, SplitSettings()) for d in documents}
    signatures = {id_: signature(own) for id_, own in passages.items()}
    return find_twins(documents, passages, signatures)


def test_equal_texts_are_twins_and_so_are_those_with_a_sentence_changed() -> None:
    said = sentences(40)
    other = [*said[:20], "Nobody counted the visitors of the old harbour.", *said[21:]]
    found = twins(document("b.md", said), document("a.md", said), document("c.md", other))
    assert found == [["a.md", "b.md", "c.md"]]


def test_of_chinese_text_characters_count() -> None:
    draw = random.Random(3)
    said = [
        "".join(draw.choices("市政府港口船舶工程教育医院公园桥梁", k=30)) + "。" for _ in range(20)
    ]
    other = [
        "".join(draw.choices("市政府港口船舶工程教育医院公园桥梁", k=30)) + "。" for _ in range(20)
    ]
    found = twins(document("a.md", said), document("b.md", said[1:]), document("c.md", other))
    assert found == [["a.md", "b.md"]]


def test_texts_of_the_same_words_in_another_order_or_of_a_common_half_are_no_twins() -> None:
    said = sentences(40)
    half = [*said[:20], *sentences(20, seed=2)]
    words = " ".join(said).split()
    random.Random(1).shuffle(words)
    assert twins(document("a", said), document("b", half), document("c", [" ".join(words)])) == []


def test_a_digest_that_holds_a_notice_is_no_twin_of_it() -> None:
    said = sentences(10)
    assert twins(document("a", said), document("b", [*said, *sentences(40, seed=2)])) == []


def test_no_chain_of_small_changes_makes_different_texts_twins() -> None:
    said = sentences(60)
    new = sentences(60, seed=2)
    chain = [document(f"{i:02}", [*new[: 4 * i], *said[4 * i :]]) for i in range(15)]
    held = {d.id: set(d.text.split(". ")) for d in chain}
    for group in twins(*chain):
        assert all(len(held[group[0]] & held[id_]) >= 40 for id_ in group)


@pytest.mark.parametrize(
    ("one", "other", "are_twins"),
    [
        ({}, {}, True),
        ({"published": date(2024, 1, 1)}, {"published": date(2024, 1, 9)}, True),
        ({"published": date(2024, 1, 1)}, {}, True),
        ({"published": date(2023, 1, 1)}, {"published": date(2024, 1, 1)}, False),
        ({"title": "Report 2023"}, {"title": "Report 2024"}, False),
        ({"title": "Report 2023"}, {"title": "The report of 2023"}, True),
    ],
)
def test_the_same_words_of_another_year_are_no_twins(
    one: dict[str, object], other: dict[str, object], are_twins: bool
) -> None:
    base = document("a", sentences(30))
    changed = replace(base, id="b", source="b", **other)  # type: ignore[arg-type]
    assert bool(twins(replace(base, **one), changed)) == are_twins  # type: ignore[arg-type]


def test_documents_without_text_are_no_twins() -> None:
    assert twins(document("a", ["# "]), document("b", ["---"])) == []


NOTICE = """# Night ferry notice

The night ferry to Northbank begins on 4 May 2023. It leaves the old harbour at 23:40.

A single ticket costs 18 yuan, and a monthly ticket costs 260 yuan. Children travel free of charge.

Bicycles are carried on the lower deck, where 24 places are kept for them on every crossing.
"""


@pytest.fixture(scope="module")
def two_sites(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("sites")
    (folder / "port.md").write_text(NOTICE, encoding="utf-8")
    (folder / "town.md").write_text(NOTICE + "\nDogs must be kept on a lead.\n", encoding="utf-8")
    (folder / "other.md").write_text("# Parks\n\nThe town has 12 parks.\n", encoding="utf-8")
    settings = Settings(index_dir=folder / "index")
    report = ingest([folder], settings)
    assert report.twins == (("port.md", "town.md"),)
    return settings


def test_what_two_sites_say_is_answered_once_with_both_sources(two_sites: Settings) -> None:
    with build_pipeline(two_sites) as pipeline:
        answer = pipeline.ask("How much does a monthly ticket of the night ferry cost?")
        assert "260 yuan" in answer.text
        assert len(answer.citations) == 1
        (citation,) = answer.citations
        assert {citation.source, *citation.also} == {"port.md", "town.md"}


def test_what_only_one_of_them_says_is_found_and_cited_from_there_alone(
    two_sites: Settings,
) -> None:
    with build_pipeline(two_sites) as pipeline:
        answer = pipeline.ask("How must dogs be kept on the night ferry?")
        assert "lead" in answer.text
        assert [(c.source, c.also) for c in answer.citations] == [("town.md", ())]


@pytest.mark.parametrize("name", ["port.md", "town.md"])
def test_a_question_to_one_of_them_is_answered_from_that_one(
    two_sites: Settings, name: str
) -> None:
    only = Filters(documents=(name,))
    with closing(Index(Generations(two_sites.index_dir).current())) as index:
        for found in (
            index.lexical(terms("monthly ticket"), 9, only),
            index.by_sentence(index.passage_vectors()[0], 9, only),
            index.dense(index.passage_vectors()[0], 9, only),
        ):
            assert {index.documents[s.item.document_id].source for s in found} == {name}
