from __future__ import annotations

import string
from html import escape
from importlib.resources import files
from pathlib import Path
from tomllib import loads
from typing import Any

import pytest

from rag.models import Document
from tests.ui.fake_pipeline import ATTACK, FERRIES, NOTICE, RECORD, REPORT, cite
from tests.ui.paged import BERTHS, PagedPipeline, documents_of, paged_settings, several_pages
from ui.office import Office, open_office
from ui.panels.reader import opened
from ui.words import ENGLISH, words

Desk = tuple[Office, Document]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    home = tmp_path_factory.mktemp("office")
    settings = paged_settings(home, plan=several_pages())
    plan = documents_of(settings)["plan"]
    return open_office(PagedPipeline([plan]), settings), plan


def wish(document: Document, quote: str, view: str = "text") -> dict[str, Any]:
    place = cite(document, quote).permalink
    return {"document": document.id, "places": [None, place], "current": 2, "view": view}


def test_a_document_of_pages_is_shown_as_wanted(desk: Desk) -> None:
    office, plan = desk
    text = opened(office, wish(plan, BERTHS), ENGLISH)
    assert (text["view"], text["paged"], text["held"]) == ("text", True, True)
    assert f">{BERTHS}</mark>" in text["html"]
    pages = opened(office, wish(plan, BERTHS, "pages"), ENGLISH)
    assert (pages["view"], pages["paged"], pages["held"]) == ("pages", True, True)
    assert pages["html"].count("<figure") == 6
    assert 'class="box current" data-cites="2"' in pages["html"]


def test_other_documents_are_text_whatever_is_wanted(
    desk: Desk,
) -> None:
    office, _ = desk
    told = opened(office, wish(REPORT, RECORD, "pages"), words("zh"))
    assert (told["view"], told["paged"]) == ("text", False)
    assert "2024年2月7日" in told["html"]
    assert 'class="note"' not in told["html"]
    whole = opened(office, {"document": NOTICE.id, "places": [], "current": 0}, ENGLISH)
    assert escape(FERRIES) in whole["html"]
    assert ATTACK not in whole["html"]


@pytest.mark.parametrize(
    "request_",
    [
        None,
        "text",
        [],
        {},
        {"places": None, "current": 1},
        {"places": [], "current": 1},
        {"places": ["nonsense"], "current": 1},
        {"places": [None], "current": 1},
        {"places": [f"gone.{0}.{1}.deadbeef"], "current": 1},
        {"places": [], "current": 0, "document": {"$": 1}},
        {"places": [], "current": "x", "document": ATTACK, "view": ATTACK},
        {"places": [], "current": 0, "document": ATTACK},
    ],
)
def test_whatever_a_browser_sends_it_gets_one_sentence(desk: Desk, request_: Any) -> None:
    told = opened(desk[0], request_, ENGLISH)
    assert told["html"].startswith('<p class="notice" role="alert">')
    assert "<img" not in told["html"]
    assert (told["view"], told["paged"], told["held"]) == ("text", False, False)


def test_a_file_that_changed_is_shown_as_text_and_it_is_said_why(tmp_path: Path) -> None:
    settings = paged_settings(tmp_path, plan=several_pages())
    plan = documents_of(settings)["plan"]
    office = open_office(PagedPipeline([plan]), settings)
    file = tmp_path / "documents" / "plan.pdf"
    file.write_bytes(several_pages(2))
    told = opened(office, wish(plan, BERTHS, "pages"), ENGLISH)
    assert (told["view"], told["paged"], told["held"]) == ("text", False, True)
    assert ENGLISH("reader.not_drawn") in told["html"]
    assert f">{BERTHS}</mark>" in told["html"]
    file.unlink()
    assert ENGLISH("reader.no_file") in opened(office, wish(plan, BERTHS, "pages"), ENGLISH)["html"]


def test_the_texts_of_the_panel_have_the_same_blanks_in_both_languages() -> None:
    def blanks(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    told = [
        loads(files("ui").joinpath("locales", language, "reader.toml").read_text("utf-8"))
        for language in ("en", "zh")
    ]
    assert told[0].keys() == told[1].keys()
    assert all(blanks(told[0][key]) == blanks(told[1][key]) for key in told[0])
