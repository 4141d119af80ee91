"""The room of the register of figures: a table to filter and order, and a chart."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.errors import PolicyQAError
from ui.figures.book import Books
from ui.figures.room import Wish, found, room
from ui.office import Office
from ui.panels.parts import failures, html
from ui.people.person import Role, person_of, require
from ui.theme import script
from ui.words import words_of


def build(office: Office) -> None:
    """Lay out the room; it asks for what it shows when its tab is opened."""
    books = Books(office.pipeline)

    def open_figures(_: Any, caller: gr.Request) -> str:
        require(person_of(caller), Role.READER)
        return room(books.now(), words_of(caller))

    def find_figures(request: Any, caller: gr.Request) -> dict[str, str]:
        require(person_of(caller), Role.READER)
        book = books.now()
        try:
            return found(Wish.read(request, book), book, words_of(caller))
        except PolicyQAError as error:
            return {"version": book.version, "error": str(error)}

    html(
        failures("figures", "figures-failed"),
        "figures",
        html_template='<div class="figures-room">${value}</div>',
        js_on_load=script("figures.js"),
        server_functions=[open_figures, find_figures],
    )
