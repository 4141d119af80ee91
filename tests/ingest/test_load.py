from __future__ import annotations

import errno
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest import decode
from ingest.load import Source, Unlisted, find_sources, read_document
from rag.errors import SourceError
from rag.models import Document
from tests.ingest.readers.bad_files import zipped


def read(folder: Path, content: bytes | str, name: str = "a.txt") -> Document:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_document(Source(path, name))


def test_a_folder_gives_its_text_files_in_order_and_says_what_it_skips(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "sub/c.markdown", ".hidden.txt", ".git/x.txt", "d.xls"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("text")
    found = find_sources([tmp_path])
    assert [source.name for source in found.sources] == ["a.txt", "b.md", "sub/c.markdown"]
    assert [skipped.name for skipped in found.skipped] == ["d.xls"]


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (inside / "link.txt").symlink_to(outside / "secret.txt")
    (inside / "folder").symlink_to(outside)
    (inside / "dead.txt").symlink_to(inside / "nothing.txt")
    found = find_sources([inside])
    assert found.sources == ()
    assert {skipped.name for skipped in found.skipped} == {"link.txt", "folder", "dead.txt"}


def test_the_same_file_twice_is_one_source_and_two_of_one_name_are_an_error(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(folder)
    one = tmp_path / "x" / "a.txt"
    assert len(find_sources([one, one]).sources) == 1
    with pytest.raises(SourceError, match="both be called"):
        find_sources([tmp_path / "x", tmp_path / "y"])


def test_a_folder_named_in_two_ways_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "a.txt").write_text("Text.")
    (folder / "b.zip").write_bytes(zipped({"c.txt": "Text."}))
    (folder / "d.xls").write_text("x")
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.chdir(tmp_path)
    found = find_sources([Path("x"), folder, Path("link")])
    assert [source.name for source in found.sources] == ["a.txt", "b.zip/c.txt"]
    assert [skipped.name for skipped in found.skipped] == ["d.xls"]


def test_what_programs_leave_in_folders_is_not_told(tmp_path: Path) -> None:
    for name in ("~$x.docx", "Thumbs.db", "desktop.ini", ".DS_Store", "sub/Desktop.ini", "a.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("text")
    found = find_sources([tmp_path])
    assert [source.name for source in found.sources] == ["a.txt"]
    assert found.skipped == ()


def forbid(monkeypatch: pytest.MonkeyPatch, folder: Path, code: int = errno.EACCES) -> None:
    """The system refuses to list one folder; permissions would not stop an administrator."""
    scan = os.scandir

    def refusing(place: Any = ".") -> Any:
        if Path(place) == folder:
            raise OSError(code, os.strerror(code), str(place))
        return scan(place)

    monkeypatch.setattr(os, "scandir", refusing)


@pytest.mark.parametrize("code", [errno.EACCES, errno.ENOENT, errno.EIO])
def test_a_folder_inside_that_cannot_be_listed_is_told_and_the_rest_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.txt").write_text("Text.")
    forbid(monkeypatch, tmp_path / "a", code)
    found = find_sources([tmp_path])
    assert [source.name for source in found.sources] == ["b/x.txt"]
    (told,) = found.skipped
    assert isinstance(told, Unlisted)
    assert (told.name, os.strerror(code) in told.reason) == ("a", True)


def test_a_folder_that_was_named_and_cannot_be_listed_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid(monkeypatch, tmp_path)
    with pytest.raises(SourceError, match="cannot be read: Permission denied"):
        find_sources([tmp_path])


def test_a_file_that_went_while_its_folder_was_listed_is_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Text.")
    walk = os.walk

    def going(*arguments: Any, **how: Any) -> Any:
        for found in walk(*arguments, **how):
            (tmp_path / "a.txt").unlink()
            yield found

    monkeypatch.setattr(os, "walk", going)
    found = find_sources([tmp_path])
    assert [source.name for source in found.sources] == ["b.txt"]
    assert found.skipped == ()


@pytest.mark.parametrize(
    ("name", "says"), [("none.txt", "no file or folder"), ("a.xls", "ends in")]
)
def test_a_path_that_cannot_be_read_is_an_error(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "a.xls").write_text("x")
    with pytest.raises(SourceError, match=says):
        find_sources([tmp_path / name])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"text\x00with\x00nulls", "not a text file"),
        (b"\x01\x02\x03\x04\x05\x06\x07 abc", "not a text file"),
        (b"\xff\xfea", "UTF-16"),
    ],
)
def test_what_is_no_text_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, says: str
) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        read(tmp_path, content)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("a.txt")


def test_a_text_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "MAX_BYTES", 10)
    with pytest.raises(SourceError, match="larger than"):
        decode.decode(b"x" * 11, "a.txt")


def test_pipes_and_links_out_of_the_folder_are_not_opened(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    os.mkfifo(inside / "pipe.txt")
    (tmp_path / "secret.zip").write_bytes(zipped({"a.txt": "secret"}))
    (inside / "link.zip").symlink_to(tmp_path / "secret.zip")
    (inside / "own.txt").write_text("Own.")
    (inside / "again.txt").symlink_to(inside / "own.txt")
    found = find_sources([inside])
    assert [source.name for source in found.sources] == ["again.txt", "own.txt"]
    assert {skipped.name for skipped in found.skipped} == {"pipe.txt", "link.zip"}


HAN = (
    "上海市人民政府工作报告：过去一年，全市生产总值增长百分之五，财政收入稳步增长。我们说：“好！”\n"
)
CYRILLIC = "Совет утвердил бюджет на 2024 год. Расходы на порт выросли на пять процентов.\n"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [HAN * 4, CYRILLIC, "Plain words. And more of them.\n"])
def test_wide_encodings_without_a_mark_are_read(tmp_path: Path, encoding: str, text: str) -> None:
    assert read(tmp_path, text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("big5", "去年全港集裝箱吞吐量達到歷史新高，財政收入穩步增長，市民生活水平不斷提高。" * 4),
        ("shift_jis", "昨年の港のコンテナ取扱量は過去最高となり、財政収入も着実に増加した。" * 4),
        ("cp1251", CYRILLIC * 4),
    ],
)
def test_encodings_of_other_scripts_are_read(tmp_path: Path, encoding: str, text: str) -> None:
    assert read(tmp_path, text.encode(encoding)).text == text


def test_a_page_is_read_in_the_encoding_that_it_names(tmp_path: Path) -> None:
    page = f'<html><head><meta charset="gb2312"></head><body><p>{HAN}</p></body></html>'
    assert read(tmp_path, page.encode("gb2312"), "a.html").text.strip() == HAN.strip()


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", "Größe und Maß"),
        ("utf-16", "Größe und Maß"),
        (
            "gb18030",
            "上海市人民政府工作报告：过去一年，全市生产总值增长百分之五，财政收入稳步增长。" * 4,
        ),
        ("cp1252", "Le café est fermé à cause de la grève générale, a déclaré le député. " * 4),
    ],
)
def test_other_encodings_are_read(tmp_path: Path, encoding: str, text: str) -> None:
    assert read(tmp_path, text.encode(encoding)).text == text


def test_line_endings_are_made_one_before_anything_counts(tmp_path: Path) -> None:
    assert read(tmp_path, b"One.\r\nTwo.\rThree.\n").text == "One.\nTwo.\nThree.\n"


def test_the_id_comes_from_the_name_and_the_hash_from_the_bytes(tmp_path: Path) -> None:
    first, second = read(tmp_path, "One."), read(tmp_path, "Two.")
    assert first.id == second.id
    assert first.sha256 != second.sha256
    assert first.id != read(tmp_path, "One.", "b.txt").id


FRONT = """---
title: "A plan: 2024"
publisher: City
date: 2024-02-07
language: fr
---
# Another headline

Text.
"""


def test_front_matter_wins(tmp_path: Path) -> None:
    found = read(tmp_path, FRONT, "a.md")
    assert (found.title, found.publisher, found.published, found.language) == (
        "A plan: 2024",
        "City",
        date(2024, 2, 7),
        "fr",
    )
    assert found.text == FRONT


@pytest.mark.parametrize(
    "block", ["---\n: [\n---\n", "---\nno mapping\n---\n", "---\nnever closed\n"]
)
def test_a_block_that_is_no_front_matter_is_text(tmp_path: Path, block: str) -> None:
    assert read(tmp_path, block + "Text.", "a.md").publisher is None


@pytest.mark.parametrize(
    ("text", "title", "publisher", "published"),
    [
        (" date 2023-05-06 The town will grow.\n", "The town will grow", None, date(2023, 5, 6)),
        (
            "Annual Report Release time: 2024-01-02Source: TOWN OFFICE\nDear members,\nWe grew.",
            "Annual Report",
            "TOWN OFFICE",
            date(2024, 1, 2),
        ),
        ("Mayor opens bridge\n\nThe bridge is open.\n", "Mayor opens bridge", None, None),
        (
            "Bridge\nPublished: 7 February 2024\n\nYes.\n\nTown News reported , all right reserved",
            "Bridge",
            "Town News",
            date(2024, 2, 7),
        ),
        ("工作报告\n发布时间：2024年2月7日\n\n内容。", "工作报告", None, date(2024, 2, 7)),
        (
            "Notes\n\nText.\n\n© 2023 Example Media Ltd. All rights reserved.",
            "Notes",
            "Example Media Ltd",
            None,
        ),
        (
            "It began on date 2023-05-06 and ended.\n",
            "It began on date 2023-05-06 and ended",
            None,
            None,
        ),
        ("A plan\nDate: 2024-13-45\n\nText.", "A plan", None, None),
    ],
)
def test_title_publisher_and_date_are_found_in_the_text(
    tmp_path: Path, text: str, title: str, publisher: str | None, published: date | None
) -> None:
    found = read(tmp_path, text)
    assert (found.title, found.publisher, found.published) == (title, publisher, published)


def test_a_first_sentence_serves_as_title_up_to_a_comma(tmp_path: Path) -> None:
    text = "The city will build a new port in the north within the next five years, said the mayor."
    assert read(tmp_path, text).title == text.split(",")[0] + " …"


def test_the_language_follows_the_script(tmp_path: Path) -> None:
    assert read(tmp_path, "全市生产总值增长5%左右。").language == "zh"
    assert read(tmp_path, "GDP grew, 国内生产总值, by 5% in the year.").language == "en"
