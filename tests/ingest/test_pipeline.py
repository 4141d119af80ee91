from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import ingest.pipeline as pipeline
import ingest.reading as reading
from ingest.catalog import Catalog, State
from ingest.pipeline import IngestReport, ingest, rollback
from rag.errors import IndexUnwritable, NoIndex
from rag.generations import Generations
from rag.index import Index
from rag.settings import Settings
from tests.ingest.quick import QuickEmbedder

HARBOUR = "# Harbour report\n\nThe harbour handled 5.2 million boxes in 2023. It was a record.\n"
FERRY = "# Ferry notice\n\nThe ferry line to Northbank opened on 4 May 2023.\n"
PARKS = "# Parks\n\nThe town opened 12 parks in 2022. Three more are planned for 2025.\n"

Run = Callable[..., IngestReport]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "documents"
    made.mkdir()
    for name, text in {"harbour.md": HARBOUR, "ferry.md": FERRY, "parks.md": PARKS}.items():
        (made / name).write_text(text, encoding="utf-8")
        settle(made / name)
    return made


def settle(path: Path) -> None:
    """Make a file look as if it had been written a while ago, but for its change of state."""
    os.utime(path, ns=(time.time_ns() - 10**10,) * 2)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(index_dir=tmp_path / "index")


@pytest.fixture
def embedder() -> QuickEmbedder:
    return QuickEmbedder()


@pytest.fixture
def run(folder: Path, settings: Settings, embedder: QuickEmbedder) -> Run:
    def once(**how: Any) -> IngestReport:
        return ingest([folder], settings, embedder=embedder, **how)

    return once


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the sources that are parsed."""
    names: list[str] = []
    load = reading.load

    def noted(source: Any, *arguments: Any) -> Any:
        names.append(source.name)
        return load(source, *arguments)

    monkeypatch.setattr(reading, "load", noted)
    return names


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as settled at once, so that a test need not wait two seconds."""
    monkeypatch.setattr("ingest.stamp._SETTLED_NS", 0)


def test_what_nobody_touched_is_neither_parsed_nor_opened(
    run: Run, loaded: list[str], trusting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run().added == ("ferry.md", "harbour.md", "parks.md")
    assert len(loaded) == 3
    monkeypatch.setattr(reading, "file_sha256", lambda _: pytest.fail("a file was opened"))
    again = run()
    assert again.unchanged == ("ferry.md", "harbour.md", "parks.md")
    assert (again.read, again.embedded, len(loaded)) == (0, 0, 3)


def test_a_file_that_may_have_changed_within_a_tick_of_the_clock_is_opened_again(
    run: Run, loaded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    opened: list[Path] = []
    digest = reading.file_sha256
    monkeypatch.setattr(reading, "file_sha256", lambda p: opened.append(p) or digest(p))
    assert run().read == 0
    assert len(opened) == 3
    assert len(loaded) == 3


def test_an_edit_that_keeps_size_and_time_is_noticed(
    run: Run, folder: Path, trusting: None
) -> None:
    run()
    path = folder / "harbour.md"
    times = path.stat().st_mtime_ns
    path.write_text(HARBOUR.replace("5.2", "6.4"), encoding="utf-8")
    os.utime(path, ns=(times, times))
    assert run().changed == ("harbour.md",)


def test_a_check_opens_every_file(
    run: Run, trusting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    opened: list[Path] = []
    monkeypatch.setattr(reading, "file_sha256", lambda p: opened.append(p) or "none")
    assert run(check=True).read == 3
    assert len(opened) == 3


def test_of_a_changed_file_only_new_passages_and_sentences_are_embedded(
    run: Run, folder: Path, embedder: QuickEmbedder, loaded: list[str], trusting: None
) -> None:
    run()
    embedder.texts.clear()
    loaded.clear()
    (folder / "harbour.md").write_text(HARBOUR.replace("5.2", "6.4"), encoding="utf-8")
    report = run()
    assert (report.changed, loaded) == (("harbour.md",), ["harbour.md"])
    assert sorted(embedder.texts) == [
        "The harbour handled 6.4 million boxes in 2023.",
        "The harbour handled 6.4 million boxes in 2023. It was a record.",
    ]


def test_renamed_added_and_removed_files_are_told_apart_by_content(run: Run, folder: Path) -> None:
    run()
    (folder / "archive").mkdir()
    (folder / "ferry.md").rename(folder / "archive" / "ferry.md")
    (folder / "parks.md").unlink()
    (folder / "quay.md").write_text("# Quay\n\nA quay was built.\n", encoding="utf-8")
    report = run()
    assert report.renamed == (("ferry.md", "archive/ferry.md"),)
    assert (report.added, report.removed) == (("quay.md",), ("parks.md",))
    assert report.unchanged == ("harbour.md",)
    assert report.embedded == 1  # its passage is one sentence


def test_a_copy_is_a_twin_and_nothing_is_embedded_for_it(
    run: Run, folder: Path, settings: Settings
) -> None:
    run()
    shutil.copy(folder / "harbour.md", folder / "copy.md")
    report = run()
    assert report.added == ("copy.md",)
    assert report.twins == (("copy.md", "harbour.md"),)
    assert report.embedded == 0
    entries = Catalog.load(settings.index_dir).entries
    assert (entries["harbour.md"].twin_of, entries["copy.md"].twin_of) == ("copy.md", None)
    with closing(Index(Generations(settings.index_dir).current())) as index:
        (twin,) = next(d for d in index.documents.values() if d.source == "copy.md").twins
        assert twin.source == "harbour.md"


def test_the_catalogue_says_what_became_of_every_source(
    run: Run, folder: Path, settings: Settings
) -> None:
    (folder / "empty.md").touch()
    run()
    (folder / "ferry.md").write_text("", encoding="utf-8")
    report = run()
    entries = Catalog.load(settings.index_dir).entries
    assert {e.source: e.state for e in entries.values()} == {
        "empty.md": State.FAILED,
        "ferry.md": State.KEPT,
        "harbour.md": State.INDEXED,
        "parks.md": State.INDEXED,
    }
    assert entries["ferry.md"].title == "Ferry notice"
    assert "empty" in str(entries["empty.md"].error)
    parks = entries["parks.md"]
    assert (parks.title, parks.passages, parks.sentences) == ("Parks", 1, 2)
    assert parks.characters == len(PARKS)
    assert sorted(s.name for s in report.skipped) == ["empty.md", "ferry.md"]


def test_a_source_that_failed_is_not_tried_again_until_it_is_touched(
    run: Run, folder: Path, loaded: list[str], trusting: None
) -> None:
    (folder / "late.md").touch()
    first = run()
    loaded.clear()
    assert run().skipped == first.skipped
    assert loaded == []
    (folder / "late.md").write_text(FERRY.replace("ferry", "tram"), encoding="utf-8")
    assert run().added == ("late.md",)


@pytest.mark.parametrize("damage", [Path.unlink, lambda p: p.write_bytes(b"SQLite?" * 99)])
def test_a_lost_or_damaged_catalogue_is_written_anew(
    run: Run, settings: Settings, damage: Callable[[Path], Any]
) -> None:
    run()
    before = Catalog.load(settings.index_dir)
    damage(settings.index_dir / "catalog.sqlite3")
    assert len(run().unchanged) == 3
    after = Catalog.load(settings.index_dir)
    assert after.index_version == before.index_version
    for source, entry in before.entries.items():
        assert after.entries[source].signature == entry.signature
        assert after.entries[source].title == entry.title


def test_a_rollback_serves_the_generation_before_and_the_next_ingest_catches_up(
    run: Run, folder: Path, settings: Settings, trusting: None
) -> None:
    first = run().index_version
    (folder / "harbour.md").write_text(HARBOUR.replace("5.2", "6.4"), encoding="utf-8")
    second = run().index_version
    assert rollback(settings) == first
    assert rollback(settings) == second
    assert rollback(settings) == first
    report = run()
    assert (report.changed, report.index_version) == (("harbour.md",), second)
    assert rollback(settings) == first


def test_there_is_nothing_to_roll_back_to_after_one_ingest(run: Run, settings: Settings) -> None:
    with pytest.raises(NoIndex, match="policyqa ingest"):
        rollback(settings)
    run()
    with pytest.raises(NoIndex, match="no earlier generation"):
        rollback(settings)


def test_too_little_room_is_said_before_anything_is_embedded(
    run: Run, embedder: QuickEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage("/")._replace(free=100_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(IndexUnwritable, match=r"needs up to 2\.\d MB, and 0\.1 MB are free"):
        run()
    assert embedder.texts == []


def test_an_index_of_other_weights_is_built_anew(
    run: Run, settings: Settings, folder: Path
) -> None:
    first = run().index_version
    other = QuickEmbedder()
    other.identity = type(other.identity)("other", "ef" * 32, 16)
    report = ingest([folder], settings, embedder=other)
    assert report.index_version != first
    assert report.embedded > 0


def test_weights_that_nobody_touched_are_not_loaded_to_see_that_nothing_changed(
    folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ingest([folder], settings)
    monkeypatch.setattr(pipeline, "load_embedder", lambda _: pytest.fail("the model was loaded"))
    assert ingest([folder], settings).index_version == first.index_version


def test_progress_is_told_in_bytes(run: Run, folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    run(progress=lambda *step: told.append(step))
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert [(done, total) for stage, done, total in told if stage == "reading"][-1] == (size, size)
