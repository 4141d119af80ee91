"""What of an archive is read, under which names, and what is told of the rest."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ingest.load import Skipped, Unlisted, find_sources, read_document
from tests.ingest.readers.bad_files import zipped


class Unflagged(zipfile.ZipInfo):
    """A member whose name is in another encoding, which its archive does not tell."""

    encoding = "gbk"

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802  of the library
        return self.filename.encode(self.encoding), 0


def written(folder: Path, members: dict[str, str]) -> Path:
    path = folder / "a.zip"
    path.write_bytes(zipped(members))
    return path


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_members_of_one_name_one_is_read_and_the_other_told(
    tmp_path: Path, turned: bool
) -> None:
    members = {"a\\c.txt": "Backslash.", "a/c.txt": "Slash.", "b.txt": "Other."}
    written(tmp_path, dict(reversed(members.items())) if turned else members)
    found = find_sources([tmp_path])
    texts = {source.name: read_document(source).text for source in found.sources}
    assert texts == {"a.zip/a/c.txt": "Slash.", "a.zip/b.txt": "Other."}
    clash = "two files of the archive have this name; rename one"
    assert found.skipped == (Skipped("a.zip/a\\c.txt", clash),)


def test_names_are_read_whichever_way_their_archive_writes_them(tmp_path: Path) -> None:
    names = ("./e.txt", "./sub/f.txt", "g//h.txt", "i\\j.txt")
    written(tmp_path, {name: f"Text of {name}." for name in names})
    found = find_sources([tmp_path])
    texts = {source.name: read_document(source).text for source in found.sources}
    shown = ("a.zip/e.txt", "a.zip/sub/f.txt", "a.zip/g/h.txt", "a.zip/i/j.txt")
    assert texts == {name: f"Text of {own}." for name, own in zip(shown, names, strict=True)}
    assert found.skipped == ()


def test_what_programs_leave_in_archives_is_not_told(tmp_path: Path) -> None:
    names = ("~$x.docx", "sub/Thumbs.db", "desktop.ini", ".DS_Store", "s\\.h.txt", "./.git/x.txt")
    written(tmp_path, {"a.txt": "Text.", "__MACOSX/a.txt": "x", **dict.fromkeys(names, "x")})
    found = find_sources([tmp_path])
    assert [source.name for source in found.sources] == ["a.zip/a.txt"]
    assert found.skipped == ()


def test_a_name_that_leads_out_is_refused_however_it_is_written(tmp_path: Path) -> None:
    names = ("../e.txt", "./../f.txt", "a\\..\\..\\g.txt", "/h.txt")
    written(tmp_path, dict.fromkeys(names, "x"))
    found = find_sources([tmp_path])
    assert found.sources == ()
    assert {s.reason for s in found.skipped} == {"its name leads out of the archive"}
    assert len(found.skipped) == len(names)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("gbk", "报告.txt"),
        ("gb18030", "2024年/朱镕基同志讲话.txt"),
        ("utf-8", "报告.txt"),
        ("utf-8", "Größe.txt"),
        ("cp437", "Größe.txt"),
        ("cp437", "Señor Muñoz über Äpfel.txt"),
        ("cp437", "café à la crème.txt"),
    ],
)
def test_names_in_an_encoding_that_is_not_told_are_told_apart(
    tmp_path: Path, encoding: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Unflagged, "encoding", encoding)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(Unflagged(name), "Text.")
    (source,) = find_sources([tmp_path]).sources
    assert source.name == f"a.zip/{name}"
    assert read_document(source).text == "Text."


def test_an_archive_that_cannot_be_listed_is_told_so(tmp_path: Path) -> None:
    path = written(tmp_path, {"a.txt": "Text."})
    path.write_bytes(path.read_bytes()[:40])
    (told,) = find_sources([tmp_path]).skipped
    assert isinstance(told, Unlisted)
    assert told.name == "a.zip"
