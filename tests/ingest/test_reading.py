"""What stays in the index while a file, an archive or a folder cannot be read."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ingest.reading as reading
from ingest.catalog import Catalog, Entry, State
from ingest.load import Source
from ingest.pipeline import IngestReport, ingest
from rag.errors import SourceError
from rag.generations import Generations
from rag.index import load_documents
from rag.settings import Settings
from tests.ingest.quick import QuickEmbedder
from tests.ingest.readers.bad_files import zipped

MEMBERS = {"a.txt": "The quay has 12 cranes.", "sub/b.txt": "The ferry has 3 decks."}
Run = Callable[..., IngestReport]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "papers"
    (made / "minutes").mkdir(parents=True)
    (made / "old.zip").write_bytes(zipped(MEMBERS))
    (made / "minutes" / "may.txt").write_text("The board met 4 times in May.")
    (made / "parks.txt").write_text("The town opened 12 parks in 2022.")
    return made


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def run(folder: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr("ingest.stamp._SETTLED_NS", 0)

    def once(**how: Any) -> IngestReport:
        time.sleep(0.02)  # longer than a tick of the clock of files
        return ingest([folder], Settings(index_dir=index), embedder=QuickEmbedder(), **how)

    return once


def held(index: Path) -> set[str]:
    return {d.source for d in load_documents(Generations(index).current()).values()}


def entries(index: Path) -> dict[str, Entry]:
    return dict(Catalog.load(index).entries)


ALL = {"old.zip/a.txt", "old.zip/sub/b.txt", "minutes/may.txt", "parks.txt"}


def test_an_archive_that_is_half_copied_keeps_its_documents_until_it_is_whole(
    run: Run, folder: Path, index: Path
) -> None:
    run()
    whole = (folder / "old.zip").read_bytes()
    (folder / "old.zip").write_bytes(whole[:-30])
    for _ in range(2):
        report = run()
        assert held(index) == ALL
        assert (report.removed, report.changed) == ((), ())
        (told,) = report.skipped
        assert (told.name, "(documents: 2)" in told.reason) == ("old.zip", True)
        kept = entries(index)["old.zip/a.txt"]
        assert (kept.state, "damaged" in str(kept.error)) == (State.KEPT, True)
        assert (kept.passages, kept.title) == (1, "The quay has 12 cranes")
    (folder / "old.zip").write_bytes(zipped({"a.txt": "The quay has 13 cranes."}))
    report = run()
    assert (report.changed, report.removed) == (("old.zip/a.txt",), ("old.zip/sub/b.txt",))
    assert report.skipped == ()
    assert entries(index)["old.zip/a.txt"].state is State.INDEXED


def test_an_archive_that_comes_back_as_it_was_is_no_longer_called_damaged(
    run: Run, folder: Path, index: Path
) -> None:
    run()
    (folder / "old.zip").rename(folder / "aside")
    (folder / "old.zip").write_bytes(b"PK")
    assert run().unchanged
    (folder / "aside").replace(folder / "old.zip")
    assert run().skipped == ()
    assert {e.state for e in entries(index).values()} == {State.INDEXED}


def test_an_archive_that_went_takes_its_documents_along(
    run: Run, folder: Path, index: Path
) -> None:
    run()
    (folder / "old.zip").unlink()
    assert run().removed == ("old.zip/a.txt", "old.zip/sub/b.txt")
    assert held(index) == {"minutes/may.txt", "parks.txt"}


def test_a_folder_that_cannot_be_listed_keeps_its_documents(
    run: Run, folder: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    scan = os.scandir

    def refusing(place: Any = ".") -> Any:
        if Path(place) == folder / "minutes":
            raise PermissionError(errno.EACCES, "Permission denied", str(place))
        return scan(place)

    with monkeypatch.context() as forbidden:
        forbidden.setattr(os, "scandir", refusing)
        report = run()
    assert held(index) == ALL
    assert (report.removed, [s.name for s in report.skipped]) == ((), ["minutes"])
    (folder / "minutes" / "may.txt").unlink()
    assert run().removed == ("minutes/may.txt",)


def test_a_file_that_went_after_it_was_found_does_not_end_the_run(
    run: Run, folder: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    find = reading.find_sources

    def found(*arguments: Any, **how: Any) -> Any:
        sources = find(*arguments, **how)
        (folder / "parks.txt").unlink(missing_ok=True)
        return sources

    with monkeypatch.context() as going:
        going.setattr(reading, "find_sources", found)
        report = run()
    assert [s.name for s in report.skipped] == ["parks.txt"]
    assert held(index) == ALL
    assert run().removed == ("parks.txt",)


def test_a_touched_archive_is_not_read_whole_for_each_of_its_members(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    opened: list[Path] = []
    digest = reading.file_sha256
    monkeypatch.setattr(reading, "file_sha256", lambda p: opened.append(p) or digest(p))
    (folder / "old.zip").touch()
    (folder / "parks.txt").touch()
    report = run()
    assert opened == [folder / "parks.txt"]
    assert (report.read, report.changed) == (2, ())


def test_a_file_that_was_late_twice_waits_for_a_change_or_a_check(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    load = reading.load

    def slow(source: Source) -> Any:
        if source.name != "parks.txt":
            return load(source)
        tried.append(source.name)
        raise SourceError("parks.txt was not read in time.") from TimeoutError()

    monkeypatch.setattr(reading, "load", slow)
    (first,), (second,), (third,) = run().skipped, run().skipped, run().skipped
    assert len(tried) == 2
    assert first.reason == "parks.txt was not read in time."
    assert second == third
    assert second.reason.endswith("It is tried again once it has changed, or with --check.")
    run(check=True)
    assert len(tried) == 3
    run()
    assert len(tried) == 3
    (folder / "parks.txt").write_text("The town opened 13 parks in 2023.")
    run()
    run()
    run()
    assert len(tried) == 5
    monkeypatch.setattr(reading, "load", load)
    assert run(check=True).added == ("parks.txt",)


def test_a_late_file_that_was_read_before_keeps_its_document(
    run: Run, folder: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()

    def slow(source: Source) -> Any:
        raise SourceError(f"{source.name} was not read in time.") from TimeoutError()

    monkeypatch.setattr(reading, "load", slow)
    (folder / "parks.txt").write_text("The town opened 13 parks in 2023.")
    for _ in range(3):
        assert [s.name for s in run().skipped] == ["parks.txt"]
        assert held(index) == ALL
