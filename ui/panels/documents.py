"""The room of the documents: what is loaded, uploads, removals, and reading the folders again."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui.library.room import count, room
from ui.library.rows import View, seen
from ui.library.table import table
from ui.office import Office
from ui.panels.parts import failures, html
from ui.people.person import Role, person_of, require
from ui.theme import script
from ui.words import words_of


def build(office: Office) -> None:
    """Lay out the room; it asks for what it shows when its tab is opened."""
    library = office.library

    def open_library(_: Any, caller: gr.Request) -> str:
        person = person_of(caller)
        require(person, Role.READER)
        editor = person.role.includes(Role.EDITOR)
        return room(words_of(caller), editor=editor, file_mb=office.settings.library.file_mb)

    def list_documents(request: Any, caller: gr.Request) -> dict[str, str]:
        person = person_of(caller)
        require(person, Role.READER)
        try:
            view = View.of(request)
        except (ValueError, TypeError, KeyError):
            view = View()
        w, found = words_of(caller), library.rows()
        chosen = seen(found, view)
        removable = person.role.includes(Role.EDITOR)
        return {
            "version": library.version,
            "rows": table(chosen, view, w, removable=removable),
            "count": count(found, len(chosen), w),
        }

    html(
        failures("documents", "library-failed"),
        "documents",
        html_template='<div class="documents-room">${value}</div>',
        js_on_load=script("documents.js"),
        server_functions=[open_library, list_documents],
    )
