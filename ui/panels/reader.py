"""The source panel, beside whatever room of the page is open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from rag.errors import PolicyQAError, SourceError
from rag.live import find_document
from rag.models import Document
from rag.permalink import Permalink, parse_permalink
from ui import present
from ui.cited import cited
from ui.office import Office
from ui.panels.parts import html
from ui.people.person import Role, person_of, require
from ui.pictured import as_pages, wanted_pages
from ui.reader import Mark, View, as_text, source
from ui.theme import script
from ui.words import ENGLISH, Words, words_of

MOST_PLACES = 50
"""Citations of one answer that the panel marks."""
_SAID = (
    *("panel", "sheet", "documents", "document", "source", "close", "alone", "nth", "next"),
    *("previous", "views", "text", "pages", "find", "find_open", "find_close", "find_next"),
    *("find_previous", "found", "found_none", "not_loaded", "large", "page"),
)
"""The texts of the panel itself, which its script needs, too."""


def build(office: Office) -> None:
    """Lay out the panel; whatever on the page names a place or a document opens it in there."""

    def open_source(request: Any, caller: gr.Request) -> dict[str, Any]:
        require(person_of(caller), Role.READER)
        return opened(office, request, words_of(caller))

    def furnish_reader(_: Any, caller: gr.Request) -> dict[str, Any]:
        require(person_of(caller), Role.READER)
        words = words_of(caller)
        return {"words": _said(words), "shelf": present.shelf(office.pipeline.documents, words)}

    html(
        "",
        "reader",
        html_template=_template(ENGLISH),
        js_on_load="\n".join(map(script, ("reader.js", "reader_pages.js", "reader_find.js"))),
        server_functions=[open_source, furnish_reader],
    )


def opened(office: Office, request: Any, words: Words) -> dict[str, Any]:
    """A source for the panel; the browser asks for it, so nothing in `request` is trusted.

    `html` is the sheet, `view` what it shows ("text" or "pages"), `paged` whether the document
    can be shown in both ways, `held` whether the panel need not ask for it again.
    """
    shelf = _Shelf(office, words, wants_pages=_wants_pages(request))
    try:
        sheet = _sheet(office, request, words, shelf.view)
        held = sheet is not None
        sheet = sheet or present.notice(words("reader.gone"))
    except PolicyQAError as error:
        held, sheet = False, present.notice(str(error))
    except (IndexError, ValueError, TypeError, KeyError):
        held, sheet = False, present.notice(words("reader.not_opened"))
    return {"html": sheet, "view": shelf.shown, "paged": shelf.paged, "held": held}


def _sheet(office: Office, request: Any, words: Words, view: View) -> str | None:
    places = [_place(place) for place in request["places"][:MOST_PLACES]]
    current = int(request["current"])
    if current < 1:
        document = office.pipeline.document(str(request["document"]))
        return source(document, places, 0, words=words, view=view)
    find = partial(find_document, office.pipeline)
    return cited(places, current, find, office.past, words=words, view=view)


class _Shelf:
    """Shows documents as pages where they have any and those are wanted; remembers what it did."""

    def __init__(self, office: Office, words: Words, *, wants_pages: bool) -> None:
        self._pages = office.pages
        self._words = words
        self._wants_pages = wants_pages
        self.shown = "text"
        self.paged = False

    def view(self, document: Document, marks: Sequence[Mark], current: int, words: Words) -> str:
        """A view as `ui.reader` wants it."""
        self.paged = self._pages.has(document)
        if self.paged and self._wants_pages:
            try:
                layout = self._pages.layout(document, wanted_pages(document, marks))
            except SourceError:
                self.paged = False
                return self._in_words("reader.not_drawn", document, marks, current)
            self.shown = "pages"
            return as_pages(layout)(document, marks, current, words)
        if document.page_starts and self._wants_pages:
            return self._in_words("reader.no_file", document, marks, current)
        return as_text(document, marks, current, words)

    def _in_words(self, why: str, document: Document, marks: Sequence[Mark], current: int) -> str:
        said = self._words("reader.no_pages", why=self._words(why))
        text = as_text(document, marks, current, self._words)
        return f'<p class="note">{escape(said)}</p>{text}'


def _wants_pages(request: Any) -> bool:
    return isinstance(request, dict) and request.get("view") == "pages"


def _place(text: Any) -> Permalink | None:
    return None if text is None else parse_permalink(str(text))


def _said(words: Words) -> dict[str, str]:
    return {key: words(f"reader.{key}") for key in _SAID}


def _template(words: Words) -> str:
    """The frame of the panel; its script puts its texts into the reader's language."""

    def label(key: str) -> str:
        return f'data-label="{key}" aria-label="{escape(words(f"reader.{key}"))}"'

    def said(key: str) -> str:
        return f'data-say="{key}">{escape(words(f"reader.{key}"))}'

    return f"""
<aside class="reader" aria-label="{escape(words("reader.panel"))}"
    data-words="{escape(json.dumps(_said(words), ensure_ascii=False))}">
  <div class="bar">
    <span class="which" aria-live="polite" {said("documents")}</span>
    <a class="alone" target="_blank" rel="noopener" hidden {said("alone")}</a>
    <button type="button" class="close" data-close {said("close")}</button>
  </div>
  <div class="tools">
    <div class="steps" hidden>
      <button type="button" data-step="-1" {label("previous")}>‹</button>
      <span class="nth" aria-live="polite"></span>
      <button type="button" data-step="1" {label("next")}>›</button>
    </div>
    <div class="views" role="group" {label("views")} hidden>
      <button type="button" data-view="text" aria-pressed="true" {said("text")}</button>
      <button type="button" data-view="pages" aria-pressed="false" {said("pages")}</button>
    </div>
    <button type="button" data-large aria-pressed="false" hidden {said("large")}</button>
    <button type="button" class="to-find" data-find aria-expanded="false"
      {said("find_open")}</button>
  </div>
  <div class="find" role="search" hidden>
    <input type="search" autocomplete="off" spellcheck="false" enterkeyhint="search"
      {label("find")}>
    <span class="count" role="status"></span>
    <button type="button" data-hit="-1" {label("find_previous")}>↑</button>
    <button type="button" data-hit="1" {label("find_next")}>↓</button>
    <button type="button" data-find-close {label("find_close")}>×</button>
  </div>
  <div class="sheet" tabindex="0" role="region" {label("sheet")}>${{value}}</div>
</aside>"""
