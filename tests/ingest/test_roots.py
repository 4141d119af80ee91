from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.catalog import Catalog
from ingest.load import find_sources
from ingest.pipeline import IngestReport, ingest
from ingest.roots import FILE, Attached, Roots, named_paths
from rag.errors import IndexCorrupt, SourceError
from rag.settings import Settings
from tests.ingest.quick import QuickEmbedder

Run = Callable[..., IngestReport]


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    return made(tmp_path / "papers", "harbour.md", "The harbour handled 5.2 million boxes in 2023.")


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    return made(tmp_path / "office" / "uploads", "ferry.md", "The ferry line opened on 4 May 2023.")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(index_dir=tmp_path / "index")


@pytest.fixture
def run(settings: Settings) -> Run:
    embedder = QuickEmbedder()

    def once(*paths: Path, **how: Any) -> IngestReport:
        return ingest(paths, settings, embedder=embedder, **how)

    return once


def made(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / name).write_text(f"# {name}\n\n{text}\n", encoding="utf-8")
    return folder


def test_an_attached_folder_stays_in_the_index_whatever_paths_are_named(
    run: Run, papers: Path, uploads: Path, settings: Settings, tmp_path: Path
) -> None:
    report = run(papers, attach=Attached("uploads", uploads))
    assert report.added == ("harbour.md", "uploads/ferry.md")
    assert run(papers).unchanged == ("harbour.md", "uploads/ferry.md")
    other = made(tmp_path / "other", "parks.md", "The town opened 12 parks in 2022.")
    report = run(other)
    assert (report.added, report.removed) == (("parks.md",), ("harbour.md",))
    assert set(Catalog.load(settings.index_dir).entries) == {"parks.md", "uploads/ferry.md"}


def test_the_paths_of_the_last_ingest_are_known(
    run: Run,
    papers: Path,
    uploads: Path,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SourceError, match="not known which files"):
        named_paths(settings.index_dir)
    monkeypatch.chdir(tmp_path)
    run(Path("papers"), uploads / "ferry.md")
    assert named_paths(settings.index_dir) == (papers, uploads / "ferry.md")


def test_an_ingest_that_fails_leaves_the_known_paths(
    run: Run, papers: Path, settings: Settings, tmp_path: Path
) -> None:
    run(papers)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError):
        run(tmp_path / "empty")
    assert named_paths(settings.index_dir) == (papers,)


def test_an_attached_folder_that_is_gone_holds_nothing(
    run: Run, papers: Path, uploads: Path
) -> None:
    run(papers, attach=Attached("uploads", uploads))
    (uploads / "ferry.md").unlink()
    uploads.rmdir()
    assert run(papers).removed == ("uploads/ferry.md",)


def test_a_folder_that_is_attached_as_well_as_named_is_read_once(uploads: Path) -> None:
    office = uploads.parent
    found = find_sources([office], attached=[Attached("uploads", uploads)])
    assert [source.name for source in found.sources] == ["uploads/ferry.md"]
    found = find_sources([office.parent], attached=[Attached("uploads", uploads)])
    assert [source.name for source in found.sources] == ["uploads/ferry.md"]


def test_damaged_roots_stop_an_ingest_instead_of_losing_uploads(
    run: Run, papers: Path, settings: Settings
) -> None:
    run(papers)
    for text in ("{", '{"paths": 3}', "[]"):
        (settings.index_dir / FILE).write_text(text)
        with pytest.raises(IndexCorrupt, match="delete it"):
            run(papers)


def test_attaching_again_replaces_the_folder_of_that_prefix(tmp_path: Path) -> None:
    first, second = Attached("uploads", tmp_path / "a"), Attached("uploads", tmp_path / "b")
    assert Roots().attaching(first).attaching(second).attached == (second,)
