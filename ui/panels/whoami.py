"""Who is signed in, and the way out: a small part of the head of the page."""

from __future__ import annotations

from html import escape

import gradio as gr

from ui.office import Office
from ui.panels.parts import html, whole_page
from ui.people.access import Mode
from ui.people.gate import SIGN_OUT
from ui.people.person import Person, person_of
from ui.words import Words, words_of


def build(office: Office) -> gr.HTML:
    """Lay it out where it shall stand; where nobody signs in, nothing is seen of it."""

    def fill(caller: gr.Request) -> str:
        return whoami(office.access.mode, person_of(caller), words_of(caller))

    part = html("", "whoami")
    whole_page().load(
        fill, outputs=part, queue=False, show_progress="hidden", api_visibility="private"
    )
    return part


def whoami(mode: Mode, person: Person, words: Words) -> str:
    """A button with the person's initial, which opens the name, the role and the way out."""
    if mode == "off":
        return ""
    role = words(f"people.{person.role}")
    said = escape(words("people.signed_in_as", name=person.name, role=role))
    leave = (
        f'<form method="post" action="{SIGN_OUT}"><button class="plain" type="submit">'
        f"{escape(words('people.sign_out'))}</button></form>"
    )
    return (
        f'<button type="button" class="whoami" popovertarget="whoami-more" aria-label="{said}" '
        f'title="{said}"><span aria-hidden="true">{escape(person.name[:1].upper())}</span></button>'
        f'<div id="whoami-more" popover><p>{said}</p>{leave if mode == "users" else ""}</div>'
    )
