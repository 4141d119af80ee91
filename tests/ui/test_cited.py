"""Permalinks over real ingests: a folder changes, and what was cited is asked for again."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest

import ingest.keeping as keeping
from ingest.pipeline import ingest, rollback
from rag.errors import IndexUnwritable
from rag.extractive import cite
from rag.generations import Generations
from rag.index import Index
from rag.models import Document, Span
from rag.past import PastTexts
from rag.permalink import parse_permalink, permalink_to
from rag.settings import Settings
from tests.ingest.quick import QuickEmbedder
from ui.cited import cited
from ui.leaf import leaf

FEE = "A permit costs 5 yuan."
FEES = (
    "# Fees\n\nAll fees are due in May.\n\n## Permits\n\n"
    f"{FEE} It lasts a year.\n\nPay at the desk.\n"
)
PARKS = "# Parks\n\nThe town opened 12 parks in 2022.\n"


class Office:
    """A folder of documents with its index."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "documents"
        self.settings = Settings(index_dir=home / "index")
        self._embedder = QuickEmbedder()

    def write(self, **files: str | None) -> None:
        """Write files (without `.md`) or remove them, and ingest the folder."""
        self.folder.mkdir(exist_ok=True)
        for name, text in files.items():
            path = self.folder / f"{name}.md"
            path.unlink(missing_ok=True)
            if text is not None:
                path.write_text(text, encoding="utf-8")
        ingest([self.folder], self.settings, embedder=self._embedder)

    def documents(self) -> dict[str, Document]:
        with closing(Index(Generations(self.settings.index_dir).current())) as index:
            return dict(index.documents)

    def cite(self, words: str) -> str:
        """The permalink that an answer with the sentence of these words carries."""
        with closing(Index(Generations(self.settings.index_dir).current())) as index:
            for passage in index.passages.values():
                document = index.documents[passage.document_id]
                for sentence in passage.sentences:
                    if document.text[sentence.span.start : sentence.span.end] == words:
                        return cite(document, sentence.span, passage).permalink
        raise AssertionError(f"no sentence says {words!r}")

    def page(self, link: str) -> str:
        response = leaf(parse_permalink(link), self.documents().get, self.past)
        return unescape(bytes(response.body).decode())

    @property
    def past(self) -> PastTexts:
        return PastTexts(self.settings.index_dir)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.write(fees=FEES, parks=PARKS)
    return made


def marked(page: str) -> str | None:
    """The words that the page opens at; each line of them is marked on its own."""
    found = re.findall(r'<mark[^>]* class="current"[^>]*>([^<]*)</mark>', page)
    return " ".join(found) or None


def test_the_words_are_marked_wherever_they_stand_after_a_re_ingest(office: Office) -> None:
    link = office.cite(FEE)
    assert marked(office.page(link)) == FEE
    office.write(fees=f"# A new opening\n\nMuch was added above.\n\n{FEES}")
    page = office.page(link)
    assert marked(page) == FEE
    assert '<p class="notice"' not in page
    office.write(fees=FEES.replace("5 yuan. It", "5\nyuan. It"))
    assert marked(office.page(link)) == FEE


def test_changed_words_are_shown_as_they_were_and_where(office: Office) -> None:
    link = office.cite(FEE)
    office.write(fees=FEES.replace("5 yuan", "8 yuan"))
    page = office.page(link)
    assert "These words stood in the document until" in page
    assert f'<blockquote class="past" lang="en">{FEE}</blockquote>' in page
    start = FEES.index(FEE)
    assert "They stood under “Permits”, at characters" in page
    assert f"characters {start} to {start + len(FEE)} of fees.md." in page
    assert marked(page) == "A permit costs 8 yuan."
    office.write(fees="# All new\n\nNothing is as it was.\n")
    page = office.page(link)
    assert f'<blockquote class="past" lang="en">{FEE}</blockquote>' in page
    assert marked(page) is None


def test_words_that_come_back_are_marked_again(office: Office) -> None:
    link = office.cite(FEE)
    office.write(fees=FEES.replace("5 yuan", "8 yuan"))
    office.write(fees=f"Once more.\n\n{FEES}")
    page = office.page(link)
    assert marked(page) == FEE
    assert "no longer do" not in page


def test_a_renamed_file_is_followed_and_the_reader_told(office: Office) -> None:
    link = office.cite(FEE)
    office.write(fees=None, tariff=FEES)
    page = office.page(link)
    assert marked(page) == FEE
    assert "its file fees.md was renamed to tariff.md" in page
    office.write(tariff=f"First.\n\n{FEES}")
    assert marked(office.page(link)) == FEE


def test_of_a_removed_document_the_words_are_left(office: Office) -> None:
    link = office.cite(FEE)
    office.write(fees=None)
    page = office.page(link)
    assert "This document was in the index until" in page
    assert "<title>Fees</title>" in page
    assert f'<blockquote class="past" lang="en">{FEE}</blockquote>' in page
    assert "in May" not in page


def test_a_forged_permalink_shows_none_of_the_earlier_words(office: Office) -> None:
    link = office.cite(FEE)
    office.write(fees=FEES.replace("5 yuan", "8 yuan"))
    page = office.page(f"{link[:-8]}deadbeef")
    assert "costs 5 yuan" not in page
    assert "has changed since this was cited" in page
    office.write(fees=None)
    assert "There is no document at this address" in office.page(f"{link[:-8]}deadbeef")


def test_words_of_a_generation_that_was_rolled_back_from_are_known(office: Office) -> None:
    office.write(fees=FEES.replace("5 yuan", "8 yuan"))
    link = office.cite("A permit costs 8 yuan.")
    rollback(office.settings)
    page = office.page(link)
    assert '<blockquote class="past" lang="en">A permit costs 8 yuan.</blockquote>' in page
    assert marked(page) is not None
    office.write(parks=None)
    assert "A permit costs 8 yuan." in office.page(link)


def test_a_rollback_needs_no_room(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.write(fees=FEES.replace("5 yuan", "8 yuan"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping.PastTexts, "keep", full)
    rollback(office.settings)
    assert marked(office.page(office.cite(FEE))) == FEE


def test_hostile_words_stay_text(office: Office) -> None:
    words = "<script>alert(1)</script> is what it says."
    office.write(bad=f"# Bad\n\n{words} It goes on.\n\nLast line.\n")
    document = next(d for d in office.documents().values() if d.source == "bad.md")
    start = document.text.index(words)
    link = permalink_to(document, Span(start, start + len(words)))
    office.write(bad=None)
    response = leaf(link, office.documents().get, office.past)
    body = bytes(response.body).decode()
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert(1)" in body


def test_without_room_for_what_was_the_old_index_stays(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = office.cite(FEE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(keeping.PastTexts, "keep", full)
        with pytest.raises(IndexUnwritable, match="No space left"):
            office.write(fees=FEES.replace("5 yuan", "8 yuan"))
    assert marked(office.page(link)) == FEE
    office.write()
    assert f'<blockquote class="past" lang="en">{FEE}</blockquote>' in office.page(link)


def test_several_citations_of_one_document_are_marked_where_they_stand_now(office: Office) -> None:
    links = [parse_permalink(office.cite(words)) for words in (FEE, "Pay at the desk.")]
    office.write(fees=f"New.\n\n{FEES.replace('5 yuan', '8 yuan')}")
    find: Callable[[str], Document | None] = office.documents().get
    html = cited([links[0], None, links[1]], 3, find, office.past)
    assert html is not None
    assert marked(html) == "Pay at the desk."
    assert html.count("<mark") == 1
    gone = cited([links[0], None, links[1]], 1, find, office.past)
    assert gone is not None
    assert f'<blockquote class="past" lang="en">{FEE}</blockquote>' in gone
    assert 'data-cites="3">Pay at the desk.</mark>' in gone
