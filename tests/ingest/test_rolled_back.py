"""A rollback is noted with what the folders held, for as long as they hold it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.pipeline import ingest, rollback
from ingest.rolled_back import is_as_rolled_back, mark
from ingest.roots import Attached
from rag.settings import Settings
from tests.ingest.quick import QuickEmbedder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "papers"
    (made / "sub").mkdir(parents=True)
    (made / "a.txt").write_text("The town opened 12 parks in 2022.")
    (made / "sub" / "b.txt").write_text("The quay has 12 cranes.")
    return made


@pytest.fixture
def settings(folder: Path) -> Settings:
    """The index lies in the folder, as it may."""
    return Settings(index_dir=folder / "index")


@pytest.fixture
def rolled(folder: Path, settings: Settings, tmp_path: Path) -> Path:
    """An index that was rolled back."""
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    attached = Attached("uploads", uploads)
    ingest([folder], settings, embedder=QuickEmbedder(), attach=attached)
    (folder / "a.txt").write_text("The town opened 13 parks in 2022.")
    ingest([folder], settings, embedder=QuickEmbedder())
    rollback(settings)
    return settings.index_dir


CHANGES: dict[str, Callable[[Path], Any]] = {
    "a file changed": lambda p: (p / "sub" / "b.txt").write_text("The quay has 13 cranes."),
    "a file was added": lambda p: (p / "c.txt").write_text("New."),
    "a file was removed": lambda p: (p / "sub" / "b.txt").unlink(),
    "a file was renamed": lambda p: (p / "a.txt").rename(p / "d.txt"),
    "a file was uploaded": lambda p: (p.parent / "uploads" / "e.txt").write_text("New."),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_folders_are_as_they_were_until_something_changes(
    rolled: Path, folder: Path, change: Callable[[Path], Any]
) -> None:
    assert is_as_rolled_back(rolled)
    change(folder)
    assert not is_as_rolled_back(rolled)


def test_the_index_and_hidden_files_change_nothing(rolled: Path, folder: Path) -> None:
    (rolled / "journal.txt").write_text("x")
    (folder / ".a.swp").write_text("x")
    (folder / "~$a.docx").write_text("x")
    assert is_as_rolled_back(rolled)


def test_an_ingest_by_hand_brings_back_what_was_left(
    rolled: Path, folder: Path, settings: Settings
) -> None:
    assert ingest([folder], settings, embedder=QuickEmbedder()).changed == ("a.txt",)
    assert not is_as_rolled_back(rolled)


def test_without_a_rollback_there_is_no_mark(folder: Path, settings: Settings) -> None:
    ingest([folder], settings, embedder=QuickEmbedder())
    assert not is_as_rolled_back(settings.index_dir)


def test_a_mark_that_cannot_be_written_is_told_and_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mark(tmp_path / "nowhere")
    assert "cannot be noted" in caplog.text
