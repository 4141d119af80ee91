"""Indexes grown by made-up neighbours: what is added, what is measured, what is told."""

from __future__ import annotations

import gzip
import json
from itertools import islice
from pathlib import Path

import pytest

from eval import scale
from eval.dataset import Case
from eval.neighbours import SECTIONS, article_sentences, figure_sentences, write_neighbours
from eval.scale import Indexes, ask_all, main, parts_table, sizes_table
from eval.stopwatch import Stopwatch
from rag.embedding import Embedder
from rag.errors import CaseError
from rag.generations import Generations
from rag.index import Index
from rag.pipeline import load_reader
from rag.settings import Settings

PORT = "# Port\n\nIn 2023 the port handled 49.158 million TEUs.\n\nIt was a record.\n"
TEUS = Case("teus", "How many TEUs did the port handle in 2023?", expect=(("49.158 million",),))
PARTS = ("question", "embed", "dense", "sentence", "lexical", "reader")


@pytest.fixture(autouse=True)
def one_model(monkeypatch: pytest.MonkeyPatch, embedder: Embedder) -> None:
    """The model of the other tests, not loaded again."""
    monkeypatch.setattr(scale, "load_embedder", lambda _settings: embedder)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "port.md").write_text(PORT, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def places(
    tmp_path_factory: pytest.TempPathFactory, documents: Path, embedder: Embedder
) -> list[Settings]:
    """The documents alone, and with neighbours up to 30 passages."""
    work = tmp_path_factory.mktemp("work")
    return Indexes(work, documents, None, Settings(), embedder).all([30])


def test_an_index_grows_to_the_passages_wanted_and_keeps_the_documents(
    places: list[Settings],
) -> None:
    alone, grown = (Index(Generations(place.index_dir).current()) for place in places)
    try:
        assert len(alone.passages) == 1
        assert len(grown.passages) == 30, "each section is one passage"
        assert set(alone.passages) < set(grown.passages)
    finally:
        alone.close()
        grown.close()


def test_a_second_start_leaves_the_indexes_as_they_are(
    places: list[Settings], documents: Path, embedder: Embedder
) -> None:
    before = [Generations(place.index_dir).current() for place in places]
    work = places[0].index_dir.parent.parent
    again = Indexes(work, documents, None, Settings(), embedder).all([30])
    assert [Generations(place.index_dir).current() for place in again] == before


def test_every_part_has_its_time_and_the_answer_is_still_found(
    places: list[Settings], embedder: Embedder
) -> None:
    cases = [TEUS, Case("trams", "How many trams were bought?", absent=True)]
    sizes = [ask_all(place, embedder, load_reader(), cases) for place in places]
    for size in sizes:
        assert [set(parts) for parts in size.parts] == [set(PARTS)] * 2
        for cpu, parts in zip(size.times("cpu_ms"), size.parts, strict=True):
            assert sum(parts.values()) <= cpu * 1.01
        assert size.rows[0].scores["right"].value is True
    table = sizes_table(sizes)
    assert [line[:2] for line in table.lines] == [("1", "100.0%"), ("30", "100.0%")]
    assert [line[0] for line in parts_table(sizes).lines] == [*PARTS, "everything else"]


def test_a_stopwatch_counts_cpu_time_by_part_and_starts_anew_when_taken() -> None:
    watch = Stopwatch()
    for _ in range(2):
        with watch.timing("sum"):
            sum(range(200_000))
    with watch.timing("nothing"):
        pass
    spent = watch.take()
    assert spent["sum"] > spent["nothing"] >= 0
    assert watch.take() == {}


def test_made_up_sentences_are_the_same_every_time_and_end_as_sentences_do() -> None:
    first, second = (list(islice(figure_sentences(), 50)) for _ in range(2))
    assert first == second
    assert len(set(first)) > 40
    assert all(sentence.endswith(".") for sentence in first)


def test_articles_are_given_in_their_order_and_then_in_another(tmp_path: Path) -> None:
    context = " ".join(f"Sentence number {n} stands here." for n in range(20))
    value = {"data": [{"title": "T", "paragraphs": [{"context": context, "qas": []}]}]}
    with gzip.open(tmp_path / "squadshifts_reddit.json.gz", "wt", encoding="utf-8") as file:
        json.dump(value, file)
    drawn = list(islice(article_sentences(tmp_path), 40))
    assert " ".join(drawn[:20]) == context
    assert sorted(drawn[20:]) == sorted(drawn[:20])
    assert drawn[20:] != drawn[:20]


def test_a_folder_without_articles_is_told(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="holds no squadshifts"):
        next(article_sentences(tmp_path))


def test_neighbours_that_are_no_longer_wanted_are_removed(tmp_path: Path) -> None:
    write_neighbours(figure_sentences(), SECTIONS + 10, tmp_path)
    more = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    write_neighbours(figure_sentences(), SECTIONS, tmp_path)
    (left,) = tmp_path.iterdir()
    assert len(more) == 2
    assert left.read_text(encoding="utf-8") == more[left.name]
    assert left.read_text(encoding="utf-8").count("\n## ") == SECTIONS


def test_the_command_prints_and_writes_the_tables(
    tmp_path: Path, documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(
        json.dumps({"id": "teus", "question": TEUS.question, "expect": [["49.158 million"]]}),
        encoding="utf-8",
    )
    order = {"--documents": documents, "--cases": cases, "--sizes": 20, "--work": tmp_path / "w"}
    arguments = [str(part) for pair in order.items() for part in pair]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("1 tuned cases, in ms.\n\n| passages | right | recall@5 |")
    assert (tmp_path / "out" / scale.FILE).read_text(encoding="utf-8") == printed
