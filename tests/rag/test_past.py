from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import rag.past
from rag.models import Document, Passage, Span
from rag.past import PastText, PastTexts, past_texts
from rag.permalink import permalink_to

DAY = date(2024, 5, 2)
PAPER = Document(
    "a",
    "x/a.pdf",
    "A paper",
    "Top. 上海\n\U0001f6a2 Middle. End.",
    "0" * 64,
    publisher="Town Hall",
    published=date(2023, 1, 1),
    language="zh",
    media_type="application/pdf",
    page_starts=(0, 8),
)


def passage(start: int, end: int, *heading: str) -> Passage:
    return Passage(f"p{start}", "a", Span(start, end), heading, "", ())


def texts(past: PastTexts, document_id: str = "a") -> list[str]:
    return [version.document.text for version in past.versions(document_id)]


def version(text: str) -> PastText:
    return PastText(replace(PAPER, text=text), (), DAY)


def test_a_text_comes_back_as_it_went_in(tmp_path: Path) -> None:
    kept = PastText.of(PAPER, [passage(5, 9, "A", "B"), passage(0, 4)], DAY, "b")
    PastTexts(tmp_path).keep([kept])
    assert list(PastTexts(tmp_path).versions("a")) == [kept]
    assert [kept.heading_at(at) for at in (0, 4, 5, 99)] == [(), (), ("A", "B"), ("A", "B")]


def test_what_is_kept_already_is_not_written_again(tmp_path: Path) -> None:
    past = PastTexts(tmp_path)
    past.keep([version("one"), version("two")])
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.gz")}
    past.keep([version("one")])
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.gz")} == before
    assert texts(past) == ["two", "one"]


def test_an_id_from_outside_names_no_path(tmp_path: Path) -> None:
    past = PastTexts(tmp_path / "index")
    past.keep([PastText(replace(PAPER, id="../../x"), (), DAY)])
    assert texts(past, "../../x") == [PAPER.text]
    assert [p.name for p in tmp_path.iterdir()] == ["index"]
    assert texts(past, "\x00") == texts(past, "a" * 9999) == []


def test_a_damaged_version_is_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    past = PastTexts(tmp_path)
    past.keep([version("one"), version("two"), version("three")])
    files = sorted(tmp_path.rglob("*.gz"))
    files[1].write_bytes(files[1].read_bytes()[:30])
    files[2].write_bytes(b"")
    assert texts(past) == ["one"]
    assert "passed over" in caplog.text


def test_the_oldest_versions_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rag.past, "MAX_VERSIONS", 3)
    past = PastTexts(tmp_path)
    for number in range(6):
        past.keep([version(f"text {number}")])
    assert texts(past) == ["text 5", "text 4", "text 3"]
    size = sum(p.stat().st_size for p in tmp_path.rglob("*.gz"))
    monkeypatch.setattr(rag.past, "MAX_BYTES", size)
    past.keep([PastText(replace(PAPER, id="b"), (), DAY)])
    assert sum(p.stat().st_size for p in tmp_path.rglob("*.gz")) <= size
    assert texts(past, "b") == [PAPER.text]
    assert "text 3" not in texts(past)


def test_only_what_is_lost_is_kept() -> None:
    def doc(name: str, text: str) -> Document:
        return replace(PAPER, id=name, text=text)

    before = [doc("same", "1"), doc("edited", "2"), doc("gone", "3"), doc("moved", "4")]
    after = [replace(doc("same", "1"), title="New"), doc("edited", "2b"), doc("new", "4")]
    found = past_texts(before, {"edited": [passage(0, 1, "H")]}, after, {"moved": "new"}, DAY)
    assert [(t.document.id, t.moved_to, t.heading_at(0)) for t in found] == [
        ("edited", None, ("H",)),
        ("gone", None, ()),
        ("moved", "new", ()),
    ]


def test_words_are_found_in_the_version_that_has_them(tmp_path: Path) -> None:
    past = PastTexts(tmp_path)
    past.keep([version("Free of charge."), version("Costs 5 yuan.")])
    place = permalink_to(version("Free of charge.").document, Span(0, 4))
    found = past.holding(place)
    assert found is not None
    assert found.document.text == "Free of charge."
    assert past.holding(replace(place, digest="00000000")) is None
