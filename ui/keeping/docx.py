"""A conversation as a DOCX file whose citations are real footnotes."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO

import docx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

from ui.keeping.footnotes import Footnotes
from ui.keeping.telling import Note, Sentence, Telling, Told

_LANGUAGES = {"en": "en-GB", "zh": "zh-CN"}
_SOFT = RGBColor(0x57, 0x5D, 0x65)
# What XML cannot hold: control characters, lone surrogates, and two that are no characters.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def docx_file(told: Telling, owner: str, made: datetime) -> bytes:
    """The whole file. `owner` and `made` stand in its properties."""
    document = docx.Document()
    _describe(document, told, owner, made)
    notes = Footnotes(document)
    document.add_paragraph(_clean(told.title), style="Title")
    for line in told.lines:
        _aside(document.add_paragraph(), line)
    for exchange in told.exchanges:
        _exchange(document, exchange, told.nearest, notes)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _exchange(document: Document, told: Told, nearest: str, notes: Footnotes) -> None:
    document.add_heading(_clean(told.question), level=1)
    for sentence in told.said:
        _sentence(document.add_paragraph(), sentence, notes)
    if told.nearest:
        document.add_paragraph().add_run(_clean(nearest)).bold = True
    for passage in told.nearest:
        _sentence(document.add_paragraph(style="List Bullet"), passage, notes)
    _aside(document.add_paragraph(), " · ".join(told.facts))


def _sentence(paragraph: Paragraph, sentence: Sentence, notes: Footnotes) -> None:
    paragraph.add_run(_clean(sentence.text))
    for number, note in enumerate(sentence.notes):
        if number:
            paragraph.add_run(",").font.superscript = True
        notes.add(paragraph, _note(note), note.link)
    if sentence.remark:
        paragraph.add_run(_clean(f" {sentence.remark}")).italic = True


def _note(note: Note) -> list[tuple[str, bool]]:
    """The texts of a footnote, and which of them are in italics."""
    facts = _clean(", ".join(note.facts))
    return [
        (f"“{_clean(note.quote)}” — ", False),
        (_clean(note.title), True),
        (f", {facts}. ", False),
    ]


def _aside(paragraph: Paragraph, text: str) -> None:
    run = paragraph.add_run(_clean(text))
    run.font.size, run.font.color.rgb = Pt(9), _SOFT


def _describe(document: Document, told: Telling, owner: str, made: datetime) -> None:
    about = document.core_properties
    about.title, about.author, about.last_modified_by = _clean(told.title)[:255], _clean(owner), ""
    about.comments, about.language = "", _LANGUAGES.get(told.language, told.language)
    about.created = about.modified = made.replace(tzinfo=None)
    # What a speller and a screen reader take the text for; the template says American English.
    defaults = document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    if defaults is not None:
        for old in defaults.findall(qn("w:lang")):
            defaults.remove(old)
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), about.language if told.language == "en" else "en-GB")
        language.set(qn("w:eastAsia"), "zh-CN")
        defaults.append(language)


def _clean(text: str) -> str:
    return _NOT_XML.sub("", " ".join(text.split()))
