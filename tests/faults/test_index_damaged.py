"""A damaged index is refused in one line that says to ingest, and an ingest mends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.town import CONTAINERS, OLD_FIGURE, Town, build_town, current
from tests.faults.warm import Warm, warm_process


@pytest.fixture(scope="module")
def warm() -> Warm:
    return warm_process()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Town:
    return build_town(tmp_path_factory.mktemp("town"), warm)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scramble(path: Path) -> None:
    path.write_bytes(bytes(255 - byte for byte in path.read_bytes()))


def assert_mended(warm: Warm, town: Town, index: Path) -> None:
    mended = warm.policyqa("ingest", town.old, "--index", index, cwd=index.parent)
    assert mended.code == 0
    # Of what cannot be read any more, nothing can be kept for old permalinks: it is said.
    assert all(
        line.startswith("Earlier texts are ") or "are not kept" in line
        for line in mended.err.splitlines()
    )
    asked = warm.policyqa("ask", CONTAINERS, "--index", index, cwd=index.parent)
    assert (asked.code, asked.err) == (0, "")
    assert OLD_FIGURE in asked.out


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        ("manifest.json", cut),
        ("documents.jsonl", scramble),
        ("passages.jsonl", Path.unlink),
        ("sentences.npy", cut),
        ("vocabulary.json", Path.unlink),
        ("bm25/data.csc.index.npy", scramble),
        ("chroma/chroma.sqlite3", cut),
    ],
)
def test_a_damaged_file_is_refused_in_one_line_and_mended_by_an_ingest(
    tmp_path: Path, warm: Warm, town: Town, part: str, damage: Callable[[Path], None]
) -> None:
    index = town.index_in(tmp_path)
    damage(index / "generations" / current(index) / part)
    done = warm.policyqa("ask", CONTAINERS, "--index", index, cwd=tmp_path)
    assert (done.code, done.out) == (3, "")
    assert done.line.startswith("policyqa: ")
    assert "run 'policyqa ingest' to build a new one" in done.line
    assert_mended(warm, town, index)


@pytest.mark.parametrize("damage", [cut, Path.unlink])
def test_vectors_that_only_an_ingest_reads_are_made_anew_when_they_are_damaged(
    tmp_path: Path, warm: Warm, town: Town, damage: Callable[[Path], None]
) -> None:
    index = town.index_in(tmp_path)
    damage(index / "generations" / current(index) / "passages.npy")
    assert_mended(warm, town, index)


@pytest.mark.parametrize("name", ["", "000007-nowhere"])
def test_a_current_that_names_no_generation_is_refused_and_mended(
    tmp_path: Path, warm: Warm, town: Town, name: str
) -> None:
    index = town.index_in(tmp_path)
    (index / "current").write_text(name, encoding="utf-8")
    done = warm.policyqa("status", "--index", index, cwd=tmp_path)
    assert done.code == 3
    assert "run 'policyqa ingest' to build a new one" in done.line
    assert_mended(warm, town, index)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"splitter": "1/50"}, "splitter 1/50"),
        ({"format": 1}, "format 1"),
        ({"model": {"name": "other", "sha256": "0" * 64, "dimension": 384}}, "the model other"),
    ],
)
def test_an_index_of_another_model_or_splitter_is_refused_and_rebuilt(
    tmp_path: Path, warm: Warm, town: Town, change: dict[str, object], says: str
) -> None:
    index = town.index_in(tmp_path)
    manifest = index / "generations" / current(index) / "manifest.json"
    before = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(before | change | {"version": "f" * 12}), encoding="utf-8")
    done = warm.policyqa("ask", CONTAINERS, "--index", index, cwd=tmp_path)
    assert (done.code, done.out) == (3, "")
    assert says in done.line
    assert "run 'policyqa ingest' to rebuild it" in done.line
    assert_mended(warm, town, index)


def test_other_split_settings_refuse_the_index(tmp_path: Path, warm: Warm, town: Town) -> None:
    env = {"POLICYQA_SPLIT__PASSAGE_WORDS": "60"}
    done = warm.policyqa("ask", CONTAINERS, "--index", town.index, cwd=tmp_path, env=env)
    assert (done.code, done.out) == (3, "")
    assert "/60" in done.line
