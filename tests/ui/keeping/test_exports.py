"""Exports hold every word, number every note, and nothing in them acts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from docx.oxml.ns import qn
from lxml import etree
from markdown_it import MarkdownIt

from ingest.readers.docx import WordReader
from rag.models import Answer, Claim, Verdict
from tests.ui.fake_pipeline import ATTACK, FERRIES, NOTICE, QUAY, RECORD, FakePipeline, cite
from tests.ui.keeping.kept_talks import ANN, BUDGET, CONTAINERS, conversation, store
from ui.keeping.docx import docx_file
from ui.keeping.markdown import _plain, markdown
from ui.keeping.telling import Telling, telling
from ui.words import words

BASE = "http://office.example/p/"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def told(folder: Path, *questions: str, language: str = "en") -> Telling:
    kept = store(folder)
    id_ = conversation(kept, *questions)
    return telling(kept.conversation(id_, ANN), lambda place: BASE + place, words(language))


def told_answer(folder: Path, answer: Answer, question: str = "Why?") -> Telling:
    kept = store(folder)
    id_ = kept.begin(ANN)
    kept.add(id_, ANN, question, answer)
    return telling(kept.conversation(id_, ANN), lambda place: BASE + place, words("en"))


def word_file(telling_: Telling) -> bytes:
    return docx_file(telling_, "ann", datetime(2026, 3, 1, tzinfo=UTC))


def part(content: bytes, name: str) -> Any:
    return etree.fromstring(ZipFile(BytesIO(content)).read(name))


def words_of_part(element: Any) -> str:
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def test_markdown_has_each_question_each_claim_and_a_note_for_each_mark(tmp_path: Path) -> None:
    text = markdown(told(tmp_path, CONTAINERS, BUDGET))
    lines = text.splitlines()
    assert lines[0] == f"# {CONTAINERS}"
    assert f"## {CONTAINERS}" in lines
    assert f"{RECORD}[^1]" in lines
    assert f"{QUAY}[^2][^3]" in lines
    assert "Nothing in the documents is about this." in lines
    assert f"- {FERRIES}[^4]" in lines
    assert re.findall(r"\[\^(\d+)\](?!:)", text) == ["1", "2", "3", "4", "5"]
    assert re.findall(r"^\[\^(\d+)\]:", text, re.MULTILINE) == ["1", "2", "3", "4", "5"]


def test_a_note_has_quote_title_date_page_place_and_permalink(tmp_path: Path) -> None:
    place = replace(cite(NOTICE, FERRIES), page=7, published=date(2024, 2, 7), heading=("Times",))
    claim = Claim(FERRIES, (place,))
    answer = replace(FakePipeline().ask("ferries"), claims=(claim,))
    text = markdown(told_answer(tmp_path, answer))
    assert (
        f"[^1]: “{FERRIES}” — *Notice on ferries*, 7 February 2024, page 7, under “Times”, "
        f"notice.txt. <{BASE}{place.permalink}>"
    ) in text


def test_what_was_not_simply_quoted_says_so(tmp_path: Path) -> None:
    answer = FakePipeline().ask(CONTAINERS)
    first = answer.claims[0]
    claims = (
        replace(first, computed=True),
        replace(first, translated=True),
        Claim("Hearsay.", (), Verdict.UNCITED),
    )
    answer = replace(answer, claims=claims, reason="Of 2024 nothing is said.", model="m-1")
    text = markdown(told_answer(tmp_path, answer))
    assert "[^1] (computed from the cited figures)" in text
    assert "[^2] (translated by the model)" in text
    assert "Hearsay. (not confirmed)" in text
    assert "Of 2024 nothing is said." in text
    assert "Written by m-1, checked" in text


def test_the_words_around_are_in_the_language_of_the_reader(tmp_path: Path) -> None:
    text = markdown(told(tmp_path, CONTAINERS, language="zh"))
    assert "2024年2月7日" in text
    assert "逐字引用" in text
    assert "Asked" not in text
    assert RECORD in text


ACTING = [
    ATTACK,
    "![a](http://evil.example/x.png)",
    "[a](http://evil.example)",
    "<http://evil.example> http://evil.example/x www.evil.example",
    "# heading",
    "1. one",
    "1) one",
    "- item",
    "+ item",
    "* item",
    "> quoted",
    "---",
    "===",
    "***bold*** _it_ `code` ~~struck~~",
    "[^1]",
    "[^1]: “forged”",
    "[a]: http://evil.example",
    "| a | b |",
    "&lt;img&gt; &#33; &amp;",
    "\\",
    "\\*",
    "$x$ ^2^ {.class}",
    "```",
    ": term",
    "12-13 of 3.5 million R&D",
]


@pytest.mark.parametrize("text", ACTING)
def test_in_markdown_nothing_that_was_said_becomes_markup(text: str) -> None:
    renderer = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    (block,) = [token for token in renderer.parse(_plain(text)) if token.type == "inline"]
    kinds = {child.type for child in block.children or ()}
    assert kinds <= {"text", "text_special"}
    assert "".join(child.content for child in block.children or ()) == text
    assert not re.search(r"\w://|www\.", _plain(text))  # no link of a bare address either


@pytest.mark.parametrize("text", ACTING)
def test_what_is_said_stays_in_its_place_in_a_markdown_file(tmp_path: Path, text: str) -> None:
    answer = FakePipeline().ask("ferries")
    place = replace(answer.citations[0], quote=text, title=text, heading=(text,))
    answer = replace(answer, claims=(Claim(text, (place,)),), reason=text)
    file = markdown(told_answer(tmp_path, answer, question=text))
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(file)
    kinds = [token.type for token in tokens if token.type.endswith("_open")]
    assert kinds == [
        "heading_open", "paragraph_open", "paragraph_open", "heading_open",
        *["paragraph_open"] * 4,
    ]  # fmt: skip
    links = [c for t in tokens for c in t.children or () if c.type in {"link_open", "image"}]
    assert [link.attrs["href"] for link in links] == [BASE + place.permalink]


def test_a_word_file_opens_again_with_its_text_in_order(tmp_path: Path) -> None:
    document = docx.Document(BytesIO(word_file(told(tmp_path, CONTAINERS, BUDGET))))
    styles = [(p.style.name, p.text) for p in document.paragraphs if p.style is not None]
    assert styles[0] == ("Title", CONTAINERS)
    assert [text for style, text in styles if style == "Heading 1"] == [CONTAINERS, BUDGET]
    assert ("Normal", RECORD) in styles
    assert ("List Bullet", FERRIES) in styles
    about = document.core_properties
    assert (about.title, about.author, about.comments) == (CONTAINERS, "ann", "")


def test_notes_of_a_word_file_are_footnotes(tmp_path: Path) -> None:
    content = word_file(told(tmp_path, CONTAINERS, BUDGET))
    body, notes = part(content, "word/document.xml"), part(content, "word/footnotes.xml")
    referred = [r.get(f"{W}id") for r in body.iter(f"{W}footnoteReference")]
    by_id = {note.get(f"{W}id"): note for note in notes}
    assert referred == ["1", "2", "3", "4", "5"]
    assert list(by_id) == ["-1", "0", *referred]
    assert by_id["-1"].get(f"{W}type") == "separator"
    assert by_id["0"].get(f"{W}type") == "continuationSeparator"
    for id_ in referred:
        assert len(list(by_id[id_].iter(f"{W}footnoteRef"))) == 1
    said = words_of_part(by_id["2"])
    assert said.startswith(f" “{QUAY}” — Harbour report 2023, 7 February 2024, under “Cargo")
    settings = part(content, "word/settings.xml")
    declared = settings.find(f"{W}footnotePr")
    assert [note.get(f"{W}id") for note in declared] == ["-1", "0"]
    order = [child.tag for child in settings]
    assert order.index(f"{W}footnotePr") + 1 == order.index(f"{W}compat")


def test_the_parts_of_a_word_file_are_named_typed_and_related(tmp_path: Path) -> None:
    content = word_file(told(tmp_path, CONTAINERS))
    archive = ZipFile(BytesIO(content))
    assert archive.testzip() is None
    assert b"wordprocessingml.footnotes+xml" in archive.read("[Content_Types].xml")
    relations = part(content, "word/_rels/document.xml.rels")
    assert [r.get("Target") for r in relations if r.get("Type").endswith("/footnotes")] == [
        "footnotes.xml"
    ]
    targets = {
        r.get("Id"): (r.get("Target"), r.get("TargetMode"))
        for r in part(content, "word/_rels/footnotes.xml.rels")
    }
    links = list(part(content, "word/footnotes.xml").iter(f"{W}hyperlink"))
    assert len(links) == 3
    for link in links:
        assert targets[link.get(qn("r:id"))] == (words_of_part(link), "External")
        assert words_of_part(link).startswith(BASE)


def test_every_style_that_a_word_file_names_is_in_it(tmp_path: Path) -> None:
    content = word_file(told(tmp_path, CONTAINERS, BUDGET))
    styles = part(content, "word/styles.xml")
    known = {style.get(f"{W}styleId") for style in styles.iter(f"{W}style")}
    used = {
        element.get(f"{W}val")
        for name in ("word/document.xml", "word/footnotes.xml")
        for tag in ("pStyle", "rStyle")
        for element in part(content, name).iter(f"{W}{tag}")
    }
    assert {"FootnoteText", "FootnoteReference", "Hyperlink", "Title"} <= used <= known


def test_our_own_reader_finds_the_notes_of_a_word_file(tmp_path: Path) -> None:
    reading = WordReader().read(word_file(told(tmp_path, CONTAINERS)), "talk.docx")
    assert RECORD in reading.text
    assert reading.text.count(QUAY) == 2  # in the answer and in its note
    assert reading.text.count(BASE) == 3


@pytest.mark.parametrize("text", [*ACTING, "a\x00b\x0bc\ufffe", "第二季度 & <集装箱>"])
def test_a_word_file_holds_any_text_as_text(tmp_path: Path, text: str) -> None:
    answer = FakePipeline().ask("ferries")
    place = replace(answer.citations[0], quote=text, title=text)
    answer = replace(answer, claims=(Claim(text, (place,)),))
    content = word_file(told_answer(tmp_path, answer, question=text))
    shown = " ".join(re.sub("[\x00-\x08\x0b\ufffe]", "", " ".join(text.split())).split())
    document = docx.Document(BytesIO(content))
    assert [p.text for p in document.paragraphs].count(shown) == 3  # title, question, claim
    assert f"“{shown}” — {shown}" in words_of_part(part(content, "word/footnotes.xml"))


def test_a_conversation_without_any_citation_has_no_notes(tmp_path: Path) -> None:
    answer = replace(FakePipeline().ask(BUDGET), nearest=())
    talk = told_answer(tmp_path, answer)
    assert "[^" not in markdown(talk)
    notes = part(word_file(talk), "word/footnotes.xml")
    assert len(notes) == 2  # the separators
