"""The room of the documents in a real browser: seen, sent, checked, removed, read again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from ingest.pipeline import ingest
from rag.embedding import Embedder
from rag.live import build_live_pipeline
from rag.settings import LibrarySettings, Settings
from tests.e2e.browsing import (
    DESKTOP,
    PATIENCE_MS,
    PHONE,
    Opener,
    ask,
    assert_accessible,
    go_to_room,
    shot,
)
from tests.ui.fake_pipeline import ATTACK, FakePipeline
from tests.ui.library.conftest import REPORT
from tests.ui.serving import served
from ui.library import runs

pytestmark = pytest.mark.e2e

INGEST_MS = 120_000
"""A process has to load the models, beside a browser and a server."""
PARKS = "# Parks\n\nThe town opened 12 parks in 2022. Three more are planned for 2025.\n"
FERRY = "# Ferry notice\n\nThe ferry line to Northbank opened on 4 May 2023.\n"
ON_DROP = """([selector, name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name, { type: "text/markdown" }));
  const zone = document.querySelector(selector);
  for (const kind of ["dragenter", "dragover", "drop"])
    zone.dispatchEvent(
      new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true })
    );
}"""


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patched:
        yield patched


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office of the fake server, in which ingests do nothing, at once."""
    return tmp_path_factory.mktemp("office")


@pytest.fixture
def quick(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server without an index, whose ingests end at once."""
    monkeypatch.setattr(runs, "_lines", lambda _: iter([{"report": REPORT}]))
    library = LibrarySettings(file_mb=1)
    settings = Settings(office_dir=folder, index_dir=folder / "index", library=library)
    with served(FakePipeline(), settings=settings) as address:
        yield address


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("papers")
    (made / "parks.md").write_text(PARKS)
    return made


@pytest.fixture(scope="module")
def real(
    papers: Path, tmp_path_factory: pytest.TempPathFactory, embedder: Embedder
) -> Iterator[str]:
    """A server over a real index, which it follows, and real ingests."""
    home = tmp_path_factory.mktemp("real")
    settings = Settings(index_dir=home / "index", office_dir=home / "office")
    ingest([papers], settings, embedder=embedder)
    with build_live_pipeline(settings) as pipeline, served(pipeline, settings=settings) as address:
        yield address


def documents(page: Page) -> Locator:
    """Open the room, once the page has all that it asks for when it is opened."""
    page.locator("#intro h1").wait_for()
    page.locator(".to-keys").wait_for()
    go_to_room(page, "Documents")
    room = page.locator(".library")
    room.locator("table").wait_for()
    return room


def send(room: Locator, *paths: Path) -> None:
    with room.page.expect_file_chooser() as chooser:
        room.get_by_role("button", name="choose files").click()
    chooser.value.set_files(list(paths))


def notes(room: Locator) -> Locator:
    """What is said of the files that were sent."""
    return room.locator(".library-files")


def row(room: Locator, title: str) -> Locator:
    return room.locator("tbody tr", has=room.page.get_by_text(title, exact=True))


def pdf(path: Path, *paragraphs: str) -> Path:
    style = getSampleStyleSheet()
    title, *rest = paragraphs
    SimpleDocTemplate(str(path), title=title).build(
        [Paragraph(title, style["Title"]), *(Paragraph(text, style["Normal"]) for text in rest)]
    )
    return path


def test_a_pdf_is_uploaded_asked_about_and_cited(
    real: str, open_page: Opener, tmp_path: Path
) -> None:
    page = open_page(real)
    room = documents(page)
    expect(row(room, "Parks")).to_contain_text("Ready")
    file = pdf(
        tmp_path / "lighthouse.pdf",
        "Lighthouse report",
        "The lighthouse of Skerrow was repaired in 2021 for 4.7 million crowns.",
        "Its lamp is seen from 38 kilometres away.",
    )
    send(room, file)
    expect(notes(room).get_by_text("lighthouse.pdf: uploaded.")).to_be_visible()
    expect(row(room, "Lighthouse report")).to_contain_text("Ready", timeout=INGEST_MS)
    expect(room.locator(".library-said")).to_have_text("Up to date: 1 added.")
    row(room, "Lighthouse report").get_by_role("button", name="Lighthouse report").first.click()
    panel = page.locator("#reader")
    expect(panel.get_by_role("img", name=re.compile("^Picture of page 1 of 1"))).to_be_visible()
    panel.get_by_role("button", name="Text", exact=True).click()
    expect(panel).to_contain_text("lamp is seen from")
    go_to_room(page, "Ask")
    exchange = ask(page, "How much did the repair of the lighthouse of Skerrow cost?")
    expect(exchange).to_contain_text("4.7 million crowns")
    expect(exchange).to_contain_text("Lighthouse report")


def test_a_new_file_of_the_office_is_read_when_an_editor_says_so(
    real: str, open_page: Opener, papers: Path
) -> None:
    page = open_page(real)
    room = documents(page)
    (papers / "ferry.md").write_text(FERRY)
    again = room.get_by_role("button", name="Read the folders again")
    again.focus()
    page.keyboard.press("Enter")
    page.reload()  # what runs is seen after it, too
    page.locator("#question textarea").wait_for()
    room = documents(page)
    expect(row(room, "Ferry notice")).to_contain_text("Ready", timeout=INGEST_MS)
    expect(row(room, "Parks")).to_contain_text("Ready")
    assert row(room, "Ferry notice").get_by_role("button", name="Remove").count() == 0


def test_a_damaged_file_is_told_at_once_and_left_out(
    quick: str, browser: Browser, folder: Path, tmp_path: Path
) -> None:
    page = browser.new_page(viewport=DESKTOP, locale="en-GB")  # its refused requests are wanted
    page.set_default_timeout(PATIENCE_MS)
    page.goto(quick)
    room = documents(page)
    whole = pdf(tmp_path / "whole.pdf", "Whole", "Words.").read_bytes()
    (tmp_path / "broken.pdf").write_bytes(whole[:300])
    (tmp_path / "large.md").write_text("word " * 300_000)
    (tmp_path / "tool.exe").write_bytes(b"MZ")
    send(room, *(tmp_path / name for name in ("broken.pdf", "large.md", "tool.exe")))
    told = room.locator(".library-files li.bad")
    expect(told).to_have_count(3)
    assert [text.split()[0] for text in told.all_inner_texts()] == [
        "broken.pdf",
        "large.md",
        "tool.exe",
    ]
    expect(told.nth(1)).to_contain_text("larger than 1 MB")
    expect(told.nth(2)).to_contain_text("does not end in")
    shot(page, "documents-refused", widths=(1440, 390))
    told.first.get_by_role("button", name="Dismiss").click()
    expect(told).to_have_count(2)
    assert list((folder / "uploads").glob("[!.]*")) == []
    page.context.close()


def test_files_are_dropped_kept_beside_each_other_removed_and_put_back(
    quick: str, open_page: Opener, folder: Path
) -> None:
    page = open_page(quick)
    room = documents(page)
    drop = [".library-drop", "parks.md", PARKS]
    page.evaluate(ON_DROP, drop)
    expect(notes(room).get_by_text("parks.md: uploaded.")).to_be_visible()
    expect(row(room, "parks.md")).to_contain_text("Waiting")
    page.evaluate(ON_DROP, drop)
    question = page.get_by_role("dialog", name="There is a document called parks.md already.")
    expect(question).to_contain_text("parks (2).md")
    shot(page, "documents-asked", widths=(1440, 390))
    question.get_by_role("button", name="Keep both").click()
    expect(notes(room).get_by_text("parks (2).md: uploaded.")).to_be_visible()
    row(room, "parks.md").get_by_role("button", name="Remove parks.md").click()
    page.get_by_role("dialog", name="Remove parks.md from the library?").get_by_role(
        "button", name="Remove", exact=True
    ).click()
    expect(row(room, "parks.md")).to_have_count(0)
    assert [path.name for path in (folder / "uploads").glob("[!.]*")] == ["parks (2).md"]
    expect(room.get_by_role("button", name="Put it back")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row(room, "parks.md")).to_have_count(1)
    page.evaluate(ON_DROP, drop)
    expect(question).to_be_visible()
    page.keyboard.press("Escape")  # nothing is done without an answer
    expect(notes(room).get_by_text("parks.md: not uploaded.")).to_be_visible()
    assert len(list((folder / "uploads").glob("[!.]*"))) == 2


def test_documents_are_found_sorted_and_opened(quick: str, open_page: Opener) -> None:
    page = open_page(quick)
    room = documents(page)
    titles = room.locator("tbody tr:not(.waiting) .doc-title")
    expect(titles).to_have_text(["A very long list", "Harbour report 2023", "Notice on ferries"])
    room.get_by_role("button", name="Title").click()
    expect(titles.first).to_have_text("Notice on ferries")
    expect(room.get_by_role("columnheader", name="Title")).to_have_attribute(
        "aria-sort", "descending"
    )
    room.get_by_label("Sort by").select_option("Publisher, ascending")
    expect(titles.first).to_have_text("A very long list")
    room.get_by_label("Find a document").fill("port office")
    expect(titles).to_have_text(["Harbour report 2023"])
    titles.first.click()
    expect(page.locator("#reader")).to_contain_text("Cargo handled")


def test_the_room_is_accessible_at_every_width_and_in_chinese(
    quick: str, open_page: Opener, folder: Path
) -> None:
    (folder / "uploads").mkdir(exist_ok=True)
    (folder / "uploads" / f"{ATTACK.replace('/', '')}.md").write_text(PARKS)
    page = open_page(quick)
    documents(page)
    shot(page, "documents")
    assert_accessible(page, ".library")
    page.set_viewport_size(PHONE)
    assert_accessible(page, ".library")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("window.hacked") is None
    chinese = open_page(quick, locale="zh-CN")
    chinese.get_by_role("tab", name="文件", exact=True).click()
    expect(chinese.get_by_role("button", name="选择文件")).to_be_visible()
    expect(chinese.locator(".library tbody")).to_contain_text("等待读取")
    expect(chinese.locator(".library-count")).to_contain_text("共 3 份文件")
