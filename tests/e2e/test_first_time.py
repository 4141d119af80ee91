"""The five tasks of docs/first-time.md, by somebody who sees the page for the first time.

Such a person knows nothing but what is written on the page: everything is found by its visible
label, and each click, key and text typed is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Download, Locator, Page, expect
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from ingest.pipeline import ingest
from rag.embedding import Embedder
from rag.live import build_live_pipeline
from rag.settings import Settings
from tests.e2e.browsing import Opener
from tests.ui.serving import served

pytestmark = pytest.mark.e2e

MOST = 8
"""Actions that a task may take."""
INGEST_MS = 120_000
REPORT = """---
title: Town report {year}
published: {after}-02-01
---
# Town report {year}

The town opened {parks} parks in {year}. The library lent {books} books in {year}.
"""
PRINTING = "window.print = () => document.body.setAttribute('data-printed', 'yes')"


class Newcomer:
    """Somebody at the page, whose actions are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    def click(self, role: str, label: str | re.Pattern[str], page: Page | None = None) -> None:
        """Click what is labelled so."""
        self._found(role, label, page or self.page).click()
        self.actions += 1

    def type(self, label: str, text: str) -> None:
        """Type into the field that is labelled so."""
        self._only(self.page.get_by_label(label, exact=True)).fill(text)
        self.actions += 1

    def press(self, key: str) -> None:
        """Press a key."""
        self.page.keyboard.press(key)
        self.actions += 1

    def ask(self, question: str) -> None:
        """Type a question, and Enter; until it is answered."""
        self.type("Your question", question)
        self.press("Enter")
        expect(self.page.get_by_text(re.compile("Quoted word for word")).last).to_be_visible()

    def choose(self, label: str, file: Path) -> None:
        """Choose a file in the browser's own window."""
        with self.page.expect_file_chooser() as chooser:
            self.click("button", label)
        chooser.value.set_files(file)
        self.actions += 1

    def open(self, label: str) -> Page:
        """Click a link that opens a page of its own."""
        with self.page.context.expect_page() as opened:
            self.click("link", label)
        return opened.value

    def download(self, label: str) -> Download:
        """Click what gives a file."""
        with self.page.expect_download() as began:
            self.click("link", label)
        return began.value

    def _found(self, role: str, label: str | re.Pattern[str], page: Page) -> Locator:
        exact = isinstance(label, str)
        return self._only(page.get_by_role(role, name=label, exact=exact))  # type: ignore[arg-type]

    @staticmethod
    def _only(found: Locator) -> Locator:
        return found.locator("visible=true").first


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[str]:
    """A server over the reports of two years, which reads what is uploaded."""
    home = tmp_path_factory.mktemp("first-time")
    papers = home / "papers"
    papers.mkdir()
    for year, parks, books in ((2022, 12, "48,000"), (2023, 15, "51,000")):
        told = REPORT.format(year=year, after=year + 1, parks=parks, books=books)
        (papers / f"report-{year}.md").write_text(told)
    settings = Settings(
        index_dir=home / "index", office_dir=home / "office", review_file=home / "review.sqlite3"
    )
    ingest([papers], settings, embedder=embedder)
    with build_live_pipeline(settings) as pipeline, served(pipeline, settings=settings) as at:
        yield at


@pytest.fixture
def newcomer(address: str, open_page: Opener) -> Iterator[Newcomer]:
    somebody = Newcomer(open_page(address))
    somebody.page.context.add_init_script(PRINTING)
    yield somebody
    assert 0 < somebody.actions <= MOST


def test_find_a_figure_and_print_its_page(newcomer: Newcomer) -> None:
    newcomer.click("tab", "Figures")
    newcomer.type("Measure", "books")
    expect(newcomer.page.get_by_text("2 of 4 figures")).to_be_visible()
    newcomer.click("button", re.compile("books.*51,000"))
    page = newcomer.open("Open on its own page")
    expect(page.get_by_text("The library lent 51,000 books in 2023.")).to_be_visible()
    newcomer.click("button", "Print", page)
    expect(page.locator("body[data-printed=yes]")).to_have_count(1)


def test_compare_two_years(newcomer: Newcomer) -> None:
    newcomer.ask("How many parks did the town open in 2023 compared with 2022?")
    page = newcomer.page
    expect(page.get_by_text(re.compile("The difference is 3 parks")).first).to_be_visible()
    newcomer.click("button", re.compile("^Source 1:"))
    marked = page.get_by_label("Text of the source").locator("mark.current").first
    expect(marked).to_contain_text("15 parks in 2023")
    newcomer.click("button", "Next citation")
    expect(marked).to_contain_text("12 parks in 2022")


def test_upload_a_pdf_and_ask_it(newcomer: Newcomer, tmp_path: Path) -> None:
    file = tmp_path / "lighthouse.pdf"
    style = getSampleStyleSheet()
    title, text = "Lighthouse report", "The lighthouse was repaired in 2021 for 4.7 million crowns."
    body = [Paragraph(title, style["Title"]), Paragraph(text, style["Normal"])]
    SimpleDocTemplate(str(file), title=title).build(body)
    newcomer.click("tab", "Documents")
    newcomer.choose("choose files", file)
    row = newcomer.page.get_by_role("row").filter(has_text="Lighthouse report")
    expect(row).to_contain_text("Ready", timeout=INGEST_MS)
    newcomer.click("tab", "Ask")
    newcomer.ask("How much did the repair of the lighthouse cost?")
    expect(newcomer.page.get_by_text(text).first).to_be_visible()


def test_report_a_wrong_answer(newcomer: Newcomer) -> None:
    newcomer.ask("How many books did the library lend in 2022?")
    newcomer.click("button", "Wrong")
    newcomer.click("radio", "Wrong figure")
    newcomer.type("Comment", "The library's own count is 48,112.")
    newcomer.click("button", "Save comment")
    expect(newcomer.page.get_by_text("The comment is saved.")).to_be_visible()


def test_export_a_conversation(newcomer: Newcomer) -> None:
    newcomer.ask("How many parks did the town open in 2022?")
    newcomer.click("button", "Conversations")
    newcomer.click("button", re.compile("^More for “How many parks did the town open in 2022"))
    file = newcomer.download("Export to Word (DOCX)")
    assert file.suggested_filename.endswith(".docx")
    assert Path(file.path()).read_bytes().startswith(b"PK")
