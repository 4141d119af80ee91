"""The room of people, for admins: who may sign in, who is signed in, and the audit log."""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.context import Context

from rag.errors import PolicyQAError
from ui.office import Office
from ui.panels.parts import html, whole_page
from ui.people.desk import PeopleDesk
from ui.people.person import Role, person_of
from ui.theme import script
from ui.words import words_of


def build(office: Office) -> None:
    """Lay out the room; its tab is shown to admins only, and its functions check the role too."""
    desk = PeopleDesk(office.access, office.audit)

    def people_room(_: Any, caller: gr.Request) -> str:
        return desk.room(person_of(caller), words_of(caller))

    def people_change(request: Any, caller: gr.Request) -> dict[str, Any]:
        try:
            return desk.change(request, person_of(caller), words_of(caller))
        except PolicyQAError as error:
            return {"said": str(error), "error": True}

    def people_log(request: Any, caller: gr.Request) -> dict[str, str]:
        try:
            return {"log": desk.log(request, person_of(caller), words_of(caller))}
        except PolicyQAError as error:
            return {"said": str(error)}

    html(
        "",
        "people",
        html_template='<div class="people-room"></div>',
        js_on_load=script("people.js"),
        server_functions=[people_room, people_change, people_log],
    )
    tab = Context.block
    if isinstance(tab, gr.Tab):
        tab.visible = False
        whole_page().load(
            _visible, outputs=tab, queue=False, show_progress="hidden", api_visibility="private"
        )


def _visible(caller: gr.Request) -> Any:
    return gr.update(visible=person_of(caller).role.includes(Role.ADMIN))
