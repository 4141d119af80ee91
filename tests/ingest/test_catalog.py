from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from ingest.catalog import FILE, Catalog, Entry, State
from ingest.stamp import Stamp

FULL = Entry(
    source="reports/上海.pdf",
    path="/office/reports/上海.pdf",
    state=State.INDEXED,
    reading="3/120",
    stamp=Stamp(1_234, 1_700_000_000_123_456_789, 1_700_000_001_000_000_001, 77, 1_800_000_000),
    sha256="ab" * 32,
    text_sha256="cd" * 32,
    title="A report; with 'quotes' and “others”",
    publisher="Town Hall",
    published=date(2024, 2, 29),
    language="zh",
    media_type="application/pdf",
    pages=12,
    characters=34_567,
    passages=89,
    sentences=345,
    twin_of="a.md",
    warning="Page 3 is a scan without text.",
    signature=bytes(range(256)),
)
FAILED = Entry("broken.docx", "/office/broken.docx", State.FAILED, "3/120", error="It is empty.")


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    catalog = Catalog({e.source: e for e in (FULL, FAILED)}, "abc123", ("model", 1, 2, 3, 4))
    catalog.save(tmp_path)
    catalog.save(tmp_path)
    assert Catalog.load(tmp_path) == catalog
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_people_can_ask_it_in_sql(tmp_path: Path) -> None:
    Catalog({e.source: e for e in (FULL, FAILED)}, "abc123").save(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        rows = database.execute("SELECT source, state, error, pages FROM source ORDER BY source")
        assert list(rows) == [
            ("broken.docx", "failed", "It is empty.", 0),
            ("reports/上海.pdf", "indexed", None, 12),
        ]


def test_a_name_that_is_no_utf8_is_written_out(tmp_path: Path) -> None:
    odd = Entry("caf\udce9.txt", "", State.FAILED, "3/120", error="its name is not UTF-8")
    Catalog({odd.source: odd}).save(tmp_path)
    assert list(Catalog.load(tmp_path).entries) == ["caf\\udce9.txt"]


@pytest.mark.parametrize("size", [0, 1, 100, 5_000])
def test_a_catalogue_that_was_cut_off_is_empty_and_can_be_saved_over(
    tmp_path: Path, size: int
) -> None:
    catalog = Catalog({FULL.source: FULL}, "abc123")
    catalog.save(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    assert len(whole) > size
    (tmp_path / FILE).write_bytes(whole[:size])
    assert Catalog.load(tmp_path) == Catalog({})
    catalog.save(tmp_path)
    assert Catalog.load(tmp_path) == catalog


def test_a_catalogue_of_another_layout_is_empty(tmp_path: Path) -> None:
    Catalog({FULL.source: FULL}).save(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        database.execute("UPDATE about SET value = 99 WHERE name = 'layout'")
        database.commit()
    assert Catalog.load(tmp_path) == Catalog({})


def test_one_that_cannot_be_written_is_removed(tmp_path: Path) -> None:
    old = Catalog({FULL.source: FULL}, "old")
    old.save(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        Catalog({}, "new").save(tmp_path)
    assert Catalog.load(tmp_path) == Catalog({})


def test_a_file_is_the_same_only_if_nothing_about_it_changed_and_it_had_settled() -> None:
    second = 10**9
    then = Stamp(10, 5 * second, 5 * second, 7, looked=20 * second)
    assert Stamp(10, 5 * second, 5 * second, 7, looked=99 * second).is_same(then)
    assert not Stamp(11, 5 * second, 5 * second, 7, looked=99 * second).is_same(then)
    assert not Stamp(10, 6 * second, 5 * second, 7, looked=99 * second).is_same(then)
    assert not Stamp(10, 5 * second, 6 * second, 7, looked=99 * second).is_same(then)
    assert not Stamp(10, 5 * second, 5 * second, 8, looked=99 * second).is_same(then)
    fresh = Stamp(10, 5 * second, 5 * second, 7, looked=6 * second)
    assert not Stamp(10, 5 * second, 5 * second, 7, looked=99 * second).is_same(fresh)
    assert not Stamp().is_same(Stamp())
