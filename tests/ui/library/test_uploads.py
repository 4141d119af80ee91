from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.errors import InputError, SourceError
from rag.settings import LibrarySettings
from ui.library.uploads import Existing, NameTaken, NoRoom, TooLarge, Uploads


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", LibrarySettings(file_mb=1, total_mb=2, files=3))


def put(
    uploads: Uploads, name: str, text: str = "Words.", existing: Existing = Existing.ASK
) -> str:
    with uploads.incoming(name, len(text)) as file:
        file.path.write_text(text)
        return uploads.place(file, existing)


def left(uploads: Uploads) -> list[Path]:
    return list((uploads.folder / ".incoming").iterdir())


def test_a_file_is_in_the_library_only_once_it_is_placed(uploads: Uploads) -> None:
    with uploads.incoming("a.md", 6) as file:
        file.path.write_text("Words.")
        assert uploads.names() == set()
        uploads.place(file, Existing.ASK)
    assert uploads.names() == {"a.md"}
    assert left(uploads) == []


def test_a_file_that_breaks_off_leaves_nothing(uploads: Uploads) -> None:
    with suppress(SourceError), uploads.incoming("a.md", 6) as file:
        file.path.write_text("Wor")
        raise SourceError("a.md is damaged.")
    assert uploads.names() == set()
    assert left(uploads) == []


def test_an_equal_name_asks_replaces_or_gets_a_number(uploads: Uploads) -> None:
    put(uploads, "a.md", "old")
    with pytest.raises(NameTaken):
        put(uploads, "a.md", "new")
    assert (uploads.folder / "a.md").read_text() == "old"
    assert put(uploads, "a.md", "both", Existing.BOTH) == "a (2).md"
    assert put(uploads, "a.md", "new", Existing.REPLACE) == "a.md"
    assert (uploads.folder / "a.md").read_text() == "new"
    assert uploads.names() == {"a.md", "a (2).md"}


def test_a_name_of_the_office_is_never_replaced(uploads: Uploads) -> None:
    with uploads.incoming("a.md", 6) as file:
        file.path.write_text("Words.")
        with pytest.raises(NameTaken):
            uploads.place(file, Existing.ASK, {"a.md"})
        assert uploads.place(file, Existing.REPLACE, {"a.md"}) == "a (2).md"


def test_what_is_removed_can_be_put_back(uploads: Uploads) -> None:
    put(uploads, "a.md")
    token = uploads.remove("a.md")
    assert uploads.names() == set()
    assert uploads.restore(token) == "a.md"
    assert (uploads.folder / "a.md").read_text() == "Words."
    with pytest.raises(InputError, match="no longer kept"):
        uploads.restore(token)


def test_what_is_put_back_pushes_nothing_out(uploads: Uploads) -> None:
    put(uploads, "a.md", "first")
    token = uploads.remove("a.md")
    put(uploads, "a.md", "second")
    with pytest.raises(NameTaken):
        uploads.restore(token)
    assert (uploads.folder / "a.md").read_text() == "second"


@pytest.mark.parametrize("name", ["../a.md", "/etc/passwd", ".removed", "b.md", "", "."])
def test_only_files_of_the_folder_are_removed(uploads: Uploads, name: str) -> None:
    put(uploads, "a.md")
    (uploads.folder.parent / "a.md").write_text("not an upload")
    with pytest.raises(InputError):
        uploads.remove(name)
    assert (uploads.folder.parent / "a.md").exists()
    assert uploads.names() == {"a.md"}


@pytest.mark.parametrize("token", ["..", "../.removed", "", "."])
def test_a_forged_token_puts_nothing_back(uploads: Uploads, token: str) -> None:
    put(uploads, "a.md")
    uploads.remove("a.md")
    with pytest.raises(InputError):
        uploads.restore(token)


def test_what_was_removed_a_day_ago_is_gone(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(uploads, "a.md")
    token = uploads.remove("a.md")
    clock = SimpleNamespace(time=lambda: uploads.folder.stat().st_mtime + 25 * 3600)
    monkeypatch.setattr("ui.library.uploads.time", clock)
    put(uploads, "b.md")
    with pytest.raises(InputError):
        uploads.restore(token)


def test_limits_are_told_before_and_after_a_file_came(uploads: Uploads) -> None:
    mb = 1 << 20
    with pytest.raises(TooLarge, match="larger than 1 MB"), uploads.incoming("a.md", mb + 1):
        pass
    put(uploads, "a.md", "x" * mb)
    put(uploads, "b.md", "x" * (mb - 10))
    with pytest.raises(NoRoom, match="more than 2 MB"), uploads.incoming("c.md", 11):
        pass
    with uploads.incoming("c.md", 0) as file:
        file.path.write_text("x" * 11)  # its sender said less
        with pytest.raises(NoRoom):
            uploads.place(file, Existing.ASK)
    put(uploads, "c.md", "x")
    with pytest.raises(NoRoom, match="holds 3 uploaded files"), uploads.incoming("d.md", 1):
        pass
    assert uploads.names() == {"a.md", "b.md", "c.md"}


def test_a_full_disk_is_told_before_anything_is_written(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage(uploads.folder.parent)._replace(free=1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(NoRoom, match="disk has no room"), uploads.incoming("a.md", 1):
        pass
    assert not uploads.folder.exists()
