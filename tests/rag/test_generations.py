from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rag.generations
from rag.checking import require_intact
from rag.embedding import ModelIdentity
from rag.errors import IndexCorrupt, IndexLocked, NoIndex
from rag.generations import Content, Generations, content_version
from rag.index import Index
from rag.models import Filters

HOLD_THE_LOCK = """
import sys
from pathlib import Path
from rag.generations import Generations
with Generations(Path(sys.argv[1])).lock():
    print("held", flush=True)
    sys.stdin.read()
"""


def build_and_switch(root: Path, content: Content) -> Path:
    generations = Generations(root)
    with generations.lock():
        folder = generations.build(content)
        generations.switch(folder)
    return folder


def names(root: Path) -> list[str]:
    return sorted(f.name for f in (root / "generations").iterdir())


def of_text(toy: Any, text: str) -> Content:
    document = toy.document("d", text)
    built: Content = toy.contents([document], [toy.passage(document)])
    return built


def test_before_the_first_build_there_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(NoIndex, match="policyqa ingest"):
        Generations(tmp_path / "nowhere").current()


def test_a_built_generation_serves_only_once_it_is_switched_to(toy: Any, tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    folder = generations.build(toy.content)
    with pytest.raises(NoIndex):
        generations.current()
    generations.switch(folder)
    assert generations.current() == folder
    assert folder.name == f"000001-{toy.content.version}"


def test_a_switched_generation_opens_with_its_manifest(toy: Any, toy_generation: Path) -> None:
    index = Index(toy_generation)
    index.close()
    manifest = index.manifest
    assert (manifest.documents, manifest.passages, manifest.sentences) == (3, 3, 8)
    assert (manifest.model, manifest.splitter) == (toy.content.model, toy.content.splitter)
    assert manifest.version == toy.content.version


def test_the_previous_generation_is_kept_and_older_ones_go(toy: Any, tmp_path: Path) -> None:
    folders = [
        build_and_switch(tmp_path, of_text(toy, f"Fact {i} is here.")).name for i in range(4)
    ]
    assert names(tmp_path) == folders[2:]
    assert [f[:6] for f in folders] == ["000001", "000002", "000003", "000004"]
    assert Generations(tmp_path).current().name == folders[3]


def test_a_reader_of_the_previous_generation_goes_on_reading(toy: Any, tmp_path: Path) -> None:
    reader = Index(build_and_switch(tmp_path, toy.content))
    try:
        build_and_switch(tmp_path, of_text(toy, "Something else."))
        vector = toy.unit(toy.passages[0].searchable)
        assert reader.dense(vector, 1, Filters())[0].item == toy.passages[0]
    finally:
        reader.close()


def test_an_unfinished_generation_is_ignored_and_cleaned(toy: Any, tmp_path: Path) -> None:
    first = build_and_switch(tmp_path, toy.content)
    unfinished = tmp_path / "generations" / "000002-abcdefabcdef"
    unfinished.mkdir()
    (unfinished / "documents.jsonl").write_text("{", encoding="utf-8")
    (tmp_path / "current.new").write_text("000002-abc", encoding="utf-8")
    assert Generations(tmp_path).current() == first
    second = build_and_switch(tmp_path, of_text(toy, "Something else."))
    assert second.name[:6] == "000003"
    assert names(tmp_path) == [first.name, second.name]


def test_a_finished_generation_that_was_never_switched_to_is_cleaned(
    toy: Any, tmp_path: Path
) -> None:
    first = build_and_switch(tmp_path, toy.content)
    generations = Generations(tmp_path)
    orphan = generations.build(of_text(toy, "Never named."))
    assert generations.current() == first
    generations.clean()
    assert not orphan.exists()
    assert names(tmp_path) == [first.name]


@pytest.mark.parametrize("name", ["", "\n", "000009-gone", "../../etc"])
def test_a_current_that_names_nothing_is_corrupt(toy: Any, tmp_path: Path, name: str) -> None:
    build_and_switch(tmp_path, toy.content)
    (tmp_path / "current").write_text(name, encoding="utf-8")
    with pytest.raises(IndexCorrupt, match="policyqa ingest"):
        Generations(tmp_path).current()


def test_a_generation_that_does_not_find_its_own_passages_is_refused(
    toy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build_and_switch(tmp_path, toy.content)
    monkeypatch.setattr(Index, "dense", lambda *_: [])
    with pytest.raises(IndexCorrupt, match="the old one stays in use"):
        Generations(tmp_path).build(of_text(toy, "Something else."))
    assert Generations(tmp_path).current() == first


def test_a_rollback_lets_the_generation_before_serve_and_back_again(
    toy: Any, tmp_path: Path
) -> None:
    first, second = (build_and_switch(tmp_path, of_text(toy, t)) for t in ("Fact 1.", "Fact 2."))
    generations = Generations(tmp_path)
    assert generations.earlier() == first
    assert generations.rollback() == first
    assert (generations.current(), generations.earlier()) == (first, second)
    generations.clean()
    assert names(tmp_path) == [first.name, second.name]
    third = build_and_switch(tmp_path, of_text(toy, "Fact 3."))
    assert names(tmp_path) == [first.name, third.name]
    assert generations.earlier() == first


def test_nothing_is_rolled_back_to_that_is_missing_or_damaged(toy: Any, tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    with pytest.raises(NoIndex):
        generations.rollback()
    first = build_and_switch(tmp_path, of_text(toy, "Fact 1."))
    with pytest.raises(NoIndex, match="no earlier generation"):
        generations.rollback()
    second = build_and_switch(tmp_path, of_text(toy, "Fact 2."))
    vectors = first / "passages.npy"
    vectors.write_bytes(vectors.read_bytes()[:-4] + b"abcd")
    with pytest.raises(IndexCorrupt, match=r"damaged \(passages.npy\)"):
        generations.rollback()
    assert generations.current() == second


@pytest.mark.parametrize("array", ["passages.npy", "sentences.npy"])
def test_a_vector_that_is_not_what_was_made_is_refused(
    toy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, array: str
) -> None:
    write = rag.generations.write_generation

    def altered(content: Content, folder: Path) -> None:
        write(content, folder)
        rows = np.load(folder / array)
        rows[-1] *= -1
        np.save(folder / array, rows)

    monkeypatch.setattr(rag.generations, "write_generation", altered)
    with pytest.raises(IndexCorrupt, match=f"other vectors in {array}"):
        Generations(tmp_path).build(toy.content)


def test_a_vector_store_of_other_vectors_is_refused(
    toy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = [*toy.contents(toy.documents, toy.passages).passage_vectors]
    swapped = replace(toy.content, passage_vectors=np.asarray([two[1], two[0], *two[2:]]))
    write = rag.generations.write_generation
    monkeypatch.setattr(
        rag.generations, "write_generation", lambda _, folder: write(swapped, folder)
    )
    with pytest.raises(IndexCorrupt, match="stays in use"):
        Generations(tmp_path).build(toy.content)


def test_passages_that_the_word_index_holds_otherwise_are_refused(
    toy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = rag.generations.write_generation

    def altered(content: Content, folder: Path) -> None:
        write(content, folder)
        (folder / "bm25" / "passages.json").write_text("[]", encoding="utf-8")

    monkeypatch.setattr(rag.generations, "write_generation", altered)
    with pytest.raises(IndexCorrupt, match="other passages in its word index"):
        Generations(tmp_path).build(toy.content)


def test_the_same_passage_twice_is_refused(toy: Any, tmp_path: Path) -> None:
    twice = toy.contents(toy.documents, [*toy.passages, toy.passages[0]])
    with pytest.raises(IndexCorrupt, match="a passage twice"):
        Generations(tmp_path).build(twice)


def test_reading_leaves_a_generation_intact_and_any_cut_does_not(toy: Any, tmp_path: Path) -> None:
    folder = build_and_switch(tmp_path, toy.content)
    require_intact(folder)
    index = Index(folder)
    index.dense(toy.unit("x"), 1, Filters())
    index.close()
    require_intact(folder)
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size):
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(IndexCorrupt, match="run 'policyqa ingest'"):
            require_intact(folder)
        path.write_bytes(whole)
    require_intact(folder)


def test_too_few_sentence_vectors_are_refused(toy: Any, tmp_path: Path) -> None:
    short = replace(toy.content, sentence_vectors=toy.content.sentence_vectors[:-1])
    with pytest.raises(IndexCorrupt, match="8 sentences instead of 7"):
        Generations(tmp_path).build(short)


def test_the_lock_keeps_another_process_out_and_goes_with_it(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(IndexLocked, match="Another process"), Generations(tmp_path).lock():
            pytest.fail("the lock was given twice")
        holder.kill()
        holder.wait(10)
    with Generations(tmp_path).lock():
        assert (tmp_path / "lock").exists()


def test_the_lock_is_given_back_after_an_error(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    with pytest.raises(RuntimeError), generations.lock():
        raise RuntimeError
    with generations.lock():
        pass


def test_the_version_changes_with_documents_model_and_splitter_only(toy: Any) -> None:
    model = toy.content.model
    base = content_version(toy.documents, model, "1/120")
    changed = replace(toy.documents[0], sha256="1" * 64)
    assert base == toy.content.version
    assert base == content_version(toy.documents[::-1], model, "1/120")
    others = {
        content_version(toy.documents[1:], model, "1/120"),
        content_version([changed, *toy.documents[1:]], model, "1/120"),
        content_version(toy.documents, ModelIdentity("toy", "cd" * 32, 16), "1/120"),
        content_version(toy.documents, model, "2/120"),
    }
    assert base not in others
    assert len(others) == 4


@pytest.mark.slow
def test_more_passages_than_chroma_takes_at_once_are_built(toy: Any, tmp_path: Path) -> None:
    facts = [f"Fact number {i} of the list." for i in range(5_600)]
    document = toy.document("long", " ".join(facts))
    starts = np.cumsum([0, *(len(fact) + 1 for fact in facts)])
    passages = [
        toy.passage(document, int(start), int(start) + len(fact))
        for start, fact in zip(starts, facts, strict=False)
    ]
    index = Index(Generations(tmp_path).build(toy.contents([document], passages)))
    try:
        assert index.manifest.passages == 5_600
        for passage in (passages[0], passages[4_999], passages[5_000], passages[-1]):
            assert index.dense(toy.unit(passage.searchable), 1, Filters())[0].item == passage
    finally:
        index.close()
