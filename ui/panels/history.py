"""The conversations of whoever asks: a button that opens them as a drawer, by day.

Seam for the room that asks (`ui.panels.ask`)::

    shelf = history.build(office)                     # where the two buttons shall stand
    shelf.open_conversation(desk.open, ...)           # event._data["id"]: show this one instead
    shelf.new_conversation(desk.begin_anew, ...)      # show none; the next question begins one

`shelf` is the `gr.HTML` itself. Give it as an output, and for each exchange that was kept (and
whenever another conversation is shown) yield `history.mark(id, number)` for it: the list is read
anew, that conversation is marked as the open one, and the page's address names it (`?c=ID`).
Yield `history.mark(None, 0)` when a new conversation begins. A page that is opened at `?c=ID`
triggers `open_conversation` by itself. Handlers check the person: the id comes from the browser.
The value of `shelf` is never read back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from rag.errors import InputError, PolicyQAError
from ui.keeping.conversations import Conversations
from ui.keeping.days import zone_of
from ui.keeping.listing import frame, listing, trouble
from ui.office import Office
from ui.panels.parts import html
from ui.people.person import Person, Role, person_of, require
from ui.theme import script
from ui.words import words_of


def mark(id_: str | None, number: int) -> str:
    """The value that tells the panel which conversation is open, and how many exchanges it has."""
    return f"{id_} {number}" if id_ else ""


def build(office: Office) -> gr.HTML:
    """Lay out the buttons and the drawer; see the module for the events of what is returned."""

    # Gradio takes functions only; each knows its caller and trusts no argument.
    def history_frame(_: Any, caller: gr.Request) -> str:
        return frame(words_of(caller))

    def history_list(request: Any, caller: gr.Request) -> str:
        return _listed(office, request, caller)

    def history_change(request: Any, caller: gr.Request) -> dict[str, str]:
        return _changed(office, request, caller)

    return html(
        "",
        "history",
        # Without the value: the script fills it, and Gradio would undo that with each new value.
        html_template='<div class="history"></div>',
        js_on_load=script("history.js"),
        server_functions=[history_frame, history_list, history_change],
    )


def _listed(office: Office, request: Any, caller: gr.Request) -> str:
    """The list, of what a `search` finds, by the days of the `zone` of the browser."""
    search, zone = str(_field(request, "search")), zone_of(_field(request, "zone"))
    try:
        found = office.conversations.listed(_reader(caller), search)
    except PolicyQAError as error:
        return trouble(str(error))
    return listing(found, words_of(caller), now=datetime.now(UTC), zone=zone, search=search)


def _changed(office: Office, request: Any, caller: gr.Request) -> dict[str, str]:
    """`do` something to the conversation with the `id`; an `error`, one sentence, or nothing."""
    do, id_ = str(_field(request, "do")), str(_field(request, "id"))
    try:
        person = _reader(caller)
        if do == "rename":
            office.conversations.rename(id_, person, str(_field(request, "title")))
        else:
            _change(office.conversations, do)(id_, person)
        office.audit.note(person, f"{do} conversation", id_)
    except PolicyQAError as error:
        return {"error": str(error)}
    return {}


def _change(kept: Conversations, do: str) -> Callable[[str, Person], object]:
    changes: dict[str, Callable[[str, Person], object]] = {
        "share": kept.share,
        "unshare": kept.unshare,
        "delete": kept.delete,
        "restore": kept.restore,
        "forget": kept.forget,
    }
    if do not in changes:
        raise InputError("The page asked for something unknown; reload it and try again.")
    return changes[do]


def _reader(caller: gr.Request) -> Person:
    person = person_of(caller)
    require(person, Role.READER)
    return person


def _field(request: Any, name: str) -> Any:
    """A field of what a browser sent, whatever it is; empty if it is not there."""
    return request.get(name, "") if isinstance(request, dict) else ""
