from __future__ import annotations

from datetime import date
from html.parser import HTMLParser

import pytest

from ingest.catalog import Entry
from ingest.catalog import State as Kept
from rag.models import Document
from ui.library.rows import Column, Row, State, View, rows, seen
from ui.library.table import table
from ui.words import words

ATTACK = "<script>alert(1)</script>\"'<img src=x onerror=alert(1)>"
EN = words("en")


def document(source: str, sha256: str = "1", **fields: object) -> Document:
    return Document(source, source, f"Title of {source}", "Text.", sha256, **fields)  # type: ignore[arg-type]


def entry(source: str, state: Kept = Kept.INDEXED, **fields: object) -> Entry:
    return Entry(source, f"/papers/{source}", state, "4", sha256="1", **fields)  # type: ignore[arg-type]


def states(*found: Row) -> dict[str, State]:
    return {row.source: row.state for row in found}


def test_every_source_has_a_row_with_its_state() -> None:
    entries = [
        entry("a.md", passages=7),
        entry("b.pdf", warning="Page 2 is a picture."),
        entry("c.pdf", Kept.KEPT, error="c.pdf is damaged."),
        entry("d.pdf", Kept.FAILED, error="d.pdf is empty."),
        entry("uploads/e.md"),
        entry("uploads/f.zip/f.md"),
        entry("uploads/gone.pdf", Kept.FAILED, error="gone.pdf is empty."),
    ]
    documents = [
        document(name)
        for name in ("a.md", "b.pdf", "c.pdf", "uploads/e.md", "uploads/f.zip/f.md", "uploads/h.md")
    ]
    found = rows(documents, {e.source: e for e in entries}, {"e.md", "f.zip", "new.md"})
    assert states(*found) == {
        "a.md": State.READY,
        "b.pdf": State.PARTLY,
        "c.pdf": State.OLD,
        "d.pdf": State.FAILED,
        "uploads/e.md": State.READY,
        "uploads/f.zip/f.md": State.READY,
        "uploads/h.md": State.LEAVING,
        "uploads/new.md": State.WAITING,
    }
    by_source = {row.source: row for row in found}
    assert by_source["a.md"].passages == 7
    assert by_source["b.pdf"].told == "Page 2 is a picture."
    assert by_source["d.pdf"].told == "d.pdf is empty."
    assert by_source["uploads/f.zip/f.md"].upload == "f.zip"
    assert by_source["a.md"].upload == ""
    assert [row.source for row in found if not row.id] == ["d.pdf", "uploads/new.md"]


def test_what_the_catalogue_says_of_another_file_is_not_believed() -> None:
    told = entry("a.md", Kept.KEPT, passages=7, error="a.md is damaged.")
    (row,) = rows([document("a.md", sha256="2")], {"a.md": told}, set())
    assert (row.passages, row.state, row.told) == (None, State.READY, "")


def test_rows_are_found_by_words_of_title_file_and_publisher_and_by_state() -> None:
    found = [
        Row("a/x.md", "Harbour report", publisher="Port Office"),
        Row("b.md", "Ferry notice", state=State.PARTLY),
    ]
    assert seen(found, View(search="HARBOUR port")) == found[:1]
    assert seen(found, View(search="b.md")) == found[1:]
    assert seen(found, View(search="harbour ferry")) == []
    assert seen(found, View(state=State.PARTLY)) == found[1:]


@pytest.mark.parametrize("descending", [False, True])
def test_what_is_not_known_comes_last_either_way(descending: bool) -> None:
    found = [
        Row("a", "b", published=date(2024, 1, 1), pages=3),
        Row("b", "a"),
        Row("c", "C", published=date(2023, 1, 1), pages=12),
    ]
    order = [
        row.source for row in seen(found, View(column=Column.PUBLISHED, descending=descending))
    ]
    assert order == (["a", "c", "b"] if descending else ["c", "a", "b"])
    order = [row.source for row in seen(found, View(column=Column.PAGES, descending=descending))]
    assert order == (["c", "a", "b"] if descending else ["a", "c", "b"])
    order = [row.source for row in seen(found, View(descending=descending))]
    assert order == (["c", "a", "b"] if descending else ["b", "a", "c"])


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"search": ""},
        {"search": "", "state": "x", "column": "title", "descending": 0, "limit": 1},
    ],
)
def test_a_view_that_no_page_asks_for_is_refused(request_: dict[str, object]) -> None:
    with pytest.raises((ValueError, KeyError)):
        View.of(request_)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Tags()
    parser.feed(html)
    return parser.found


def test_nothing_in_a_row_becomes_markup() -> None:
    row = Row(ATTACK, ATTACK, ATTACK, ATTACK, None, 1, 1, State.FAILED, ATTACK, ATTACK)
    found = tags(table([row], View(), EN, removable=True))
    assert {tag for tag, _ in found}.isdisjoint({"script", "img"})
    assert not any(name.startswith("on") for _, attributes in found for name in attributes)
    buttons = [attributes for tag, attributes in found if tag == "button"]
    assert [b["data-document"] for b in buttons if "data-document" in b] == [ATTACK]
    assert [b["data-remove"] for b in buttons if "data-remove" in b] == [ATTACK]


def test_only_uploads_can_be_removed_and_only_by_those_who_may() -> None:
    found = [Row("a.md", "A", "1"), Row("uploads/b.md", "B", "2", upload="b.md")]
    assert table(found, View(), EN, removable=True).count("data-remove") == 1
    assert table(found, View(), EN, removable=False).count("data-remove") == 0


def test_many_rows_are_shown_a_hundred_at_a_time() -> None:
    found = [Row(f"{i}.md", f"{i}", f"{i}") for i in range(250)]
    html = table(found, View(), EN, removable=False)
    assert html.count("data-document") == 100
    assert "Show 150 more" in html
    assert "data-more" not in table(found, View(limit=250), EN, removable=False)


def test_the_column_that_sorts_is_told() -> None:
    html = table(
        [Row("a", "A", "1")], View(column=Column.PAGES, descending=True), EN, removable=False
    )
    sorts = [a["aria-sort"] for _, a in tags(html) if "aria-sort" in a]
    assert sorts == ["none", "none", "none", "descending", "none", "none"]
