from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.embedding import ModelIdentity
from rag.errors import IndexCorrupt, IndexMismatch
from rag.generations import Generations
from rag.index import Index
from rag.models import Filters
from rag.text import terms

PARTS = [
    "manifest.json",
    "documents.jsonl",
    "passages.jsonl",
    "figures.jsonl",
    "twins.json",
    "passages.npy",
    "sentences.npy",
    "vocabulary.json",
    "bm25/data.csc.index.npy",
    "bm25/indices.csc.index.npy",
    "bm25/indptr.csc.index.npy",
    "bm25/params.index.json",
    "bm25/vocab.index.json",
    "chroma/chroma.sqlite3",
]
ONLY_INGEST_READS = {"seal.json", "bm25/passages.json"}


def found(results: list[Any]) -> list[str]:
    return [r.item.document_id for r in results]


def test_every_file_of_a_generation_is_among_those_damaged_below(toy_generation: Path) -> None:
    files = {str(f.relative_to(toy_generation)) for f in toy_generation.rglob("*") if f.is_file()}
    assert {f for f in files if not f.endswith(".bin")} == {*PARTS, *ONLY_INGEST_READS}


def test_documents_and_passages_come_back_as_they_went_in(toy: Any, toy_index: Index) -> None:
    assert tuple(toy_index.documents.values()) == toy.documents
    assert tuple(toy_index.passages.values()) == toy.passages
    assert toy_index.passages_of("port") == [toy.passage_of("port")]
    assert toy_index.passages_of("nowhere") == []


def test_text_of_any_kind_survives_the_files(toy: Any, tmp_path: Path) -> None:
    text = "Line\u2028separator, \x85 and “quotes”, tab\t, 上海, \x00 and \U0001f6a2. End."
    document = replace(toy.document("odd", text, date(2024, 2, 29)), page_starts=(0, 5))
    generations = Generations(tmp_path)
    index = Index(generations.build(toy.contents([document], [toy.passage(document)])))
    try:
        assert index.documents["odd"] == document
    finally:
        index.close()


def test_dense_search_finds_a_passage_by_its_own_vector(toy: Any, toy_index: Index) -> None:
    for passage in toy.passages:
        best = toy_index.dense(toy.unit(passage.searchable), 3, Filters())
        assert best[0].item == passage
        assert best[0].score == pytest.approx(1.0, abs=1e-5)
        scores = [b.score for b in best]
        assert scores == sorted(scores, reverse=True)


def test_a_dense_score_is_the_cosine(toy: Any, toy_index: Index) -> None:
    vector = toy.unit("anything")
    for result in toy_index.dense(vector, 3, Filters()):
        cosine = float(vector @ toy.unit(result.item.searchable))
        assert result.score == pytest.approx(cosine, abs=1e-5)


def test_lexical_search_finds_by_stem_number_and_label(toy_index: Index) -> None:
    def best(query: str) -> list[str]:
        return found(toy_index.lexical(terms(query), 3, Filters()))

    assert best("rental home")[0] == "housing"
    assert best("49.158") == ["port"]
    assert best("R&D") == ["housing"]
    assert best("January") == ["port"]
    assert best("volcano") == []
    assert best("") == []


def test_lexical_scores_fall_and_are_above_zero(toy_index: Index) -> None:
    scores = [r.score for r in toy_index.lexical(terms("2023 report growth"), 3, Filters())]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


@pytest.mark.parametrize(
    ("filters", "admitted"),
    [
        (Filters(), {"port", "housing", "notes"}),
        (Filters(documents=("Port",)), {"port"}),
        (Filters(documents=("housing.txt", "NOTES")), {"housing", "notes"}),
        (Filters(since=date(2024, 1, 1)), {"port"}),
        (Filters(until=date(2023, 12, 31)), {"housing"}),
        (Filters(since=date(2000, 1, 1)), {"port", "housing"}),
        (Filters(documents=("Notes",), since=date(2000, 1, 1)), set()),
        (Filters(documents=("Unheard of",)), set()),
    ],
)
def test_both_searches_stay_within_the_filters(
    toy: Any, toy_index: Index, filters: Filters, admitted: set[str]
) -> None:
    assert set(found(toy_index.dense(toy.unit("x"), 9, filters))) == admitted
    everywhere = terms("report 2023 2024 plan")
    assert set(found(toy_index.lexical(everywhere, 9, filters))) == admitted


def test_no_more_than_k_come_back(toy: Any, toy_index: Index) -> None:
    assert len(toy_index.dense(toy.unit("x"), 2, Filters())) == 2
    assert len(toy_index.lexical(terms("report"), 2, Filters())) == 2
    assert len(toy_index.dense(toy.unit("x"), 99, Filters())) == 3


def test_sentence_vectors_stand_beside_their_sentences(toy: Any, toy_index: Index) -> None:
    for passage in toy.passages:
        vectors = toy_index.sentence_vectors(passage)
        assert vectors.shape == (len(passage.sentences), 16)
        for sentence, vector in zip(passage.sentences, vectors, strict=True):
            assert float(vector @ toy.unit(sentence.text)) == pytest.approx(1, abs=2e-3)


def test_passage_vectors_come_back_exactly(toy: Any, toy_index: Index) -> None:
    assert np.array_equal(toy_index.passage_vectors(), toy.content.passage_vectors)


def test_the_vocabulary_counts_passages(toy_index: Index) -> None:
    assert toy_index.vocabulary["report"] == 3
    assert toy_index.vocabulary["teus"] == 1
    assert toy_index.vocabulary["january"] == 1
    assert "volcano" not in toy_index.vocabulary


def test_a_rare_term_weighs_more_than_a_common_one_and_an_unknown_most(toy_index: Index) -> None:
    (common,), (rare,) = terms("report"), terms("rental")
    assert toy_index.knows(common)
    assert not toy_index.knows("volcano")
    weights = [toy_index.weight(t) for t in (common, rare, "volcano")]
    assert weights == sorted(weights)
    assert weights[0] == pytest.approx(math.log(1 + 0.5 / 3.5))
    assert weights[2] == pytest.approx(math.log(1 + 3.5 / 0.5))


def test_another_model_splitter_or_format_is_refused(toy_index: Index) -> None:
    manifest = toy_index.manifest
    manifest.require(manifest.model, manifest.splitter)
    with pytest.raises(IndexMismatch, match="model toy"):
        manifest.require(ModelIdentity("toy", "cd" * 32, 16), manifest.splitter)
    with pytest.raises(IndexMismatch, match="model toy"):
        manifest.require(replace(manifest.model, dimension=8), manifest.splitter)
    with pytest.raises(IndexMismatch, match="splitter"):
        manifest.require(manifest.model, "2/120")
    with pytest.raises(IndexMismatch, match="format 99"):
        replace(manifest, format=99).require(manifest.model, manifest.splitter)


def remove(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scramble(path: Path) -> None:
    path.write_bytes(b"\xff\x00garbage" * (path.stat().st_size // 9 + 1))


def use_all(folder: Path) -> None:
    """Open a generation and read all of it, as `ask` and `ingest` do between them."""
    index = Index(folder)
    try:
        index.dense(index.passage_vectors()[0], 3, Filters())
        index.lexical(["report"], 3, Filters())
        assert index.vocabulary
        assert index.figures
    finally:
        index.close()


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("damage", [remove, empty, halve, scramble])
def test_a_damaged_file_is_an_index_corrupt_in_one_sentence(
    toy_generation: Path, tmp_path: Path, part: str, damage: Callable[[Path], None]
) -> None:
    folder = tmp_path / "000001-copy"
    shutil.copytree(toy_generation, folder)
    damage(folder / part)
    with pytest.raises(IndexCorrupt) as caught:
        use_all(folder)
    message = str(caught.value)
    assert "policyqa ingest" in message
    assert "\n" not in message
    assert "Traceback" not in message


@pytest.mark.parametrize("part", ["documents.jsonl", "passages.jsonl"])
def test_a_lost_line_is_noticed(toy_generation: Path, tmp_path: Path, part: str) -> None:
    folder = tmp_path / "000001-copy"
    shutil.copytree(toy_generation, folder)
    lines = (folder / part).read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / part).write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(IndexCorrupt, match="holds 2"):
        Index(folder)


@pytest.mark.parametrize(
    ("part", "row"),
    [
        ("documents.jsonl", {"id": "x"}),
        ("documents.jsonl", []),
        ("passages.jsonl", {"id": "x", "span": [9, 3]}),
        ("passages.jsonl", 7),
    ],
)
def test_a_line_of_another_shape_is_noticed(
    toy_generation: Path, tmp_path: Path, part: str, row: object
) -> None:
    folder = tmp_path / "000001-copy"
    shutil.copytree(toy_generation, folder)
    (folder / part).write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(IndexCorrupt, match=part):
        Index(folder)


def test_a_generation_opens_again_once_it_is_repaired(toy_generation: Path, tmp_path: Path) -> None:
    folder = tmp_path / "000001-copy"
    shutil.copytree(toy_generation, folder)
    shutil.rmtree(folder / "chroma")
    with pytest.raises(IndexCorrupt):
        Index(folder)
    shutil.rmtree(folder)
    shutil.copytree(toy_generation, folder)
    use_all(folder)


def test_reading_changes_nothing_of_ours(toy_generation: Path, tmp_path: Path) -> None:
    folder = tmp_path / "000001-copy"
    shutil.copytree(toy_generation, folder)

    def contents() -> dict[str, bytes]:
        return {
            str(f.relative_to(folder)): f.read_bytes()
            for f in folder.rglob("*")
            if f.is_file() and "chroma" not in f.relative_to(folder).parts
        }

    before = contents()
    use_all(folder)
    use_all(folder)
    assert contents() == before


def test_two_readers_see_the_same(toy: Any, toy_generation: Path) -> None:
    one, other = Index(toy_generation), Index(toy_generation)
    try:
        vector = toy.unit("x")
        expected = one.dense(vector, 3, Filters())
        assert other.dense(vector, 3, Filters()) == expected
        one.close()
        assert other.dense(vector, 3, Filters()) == expected
    finally:
        one.close()
        other.close()
