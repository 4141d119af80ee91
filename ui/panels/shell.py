"""What stands over all rooms: help with the keyboard."""

from __future__ import annotations

import gradio as gr

from ui import welcome
from ui.panels.parts import html, whole_page
from ui.theme import script
from ui.words import words_of


def build() -> None:
    """Lay out what belongs to no room."""

    def fill(caller: gr.Request) -> str:
        return welcome.keyboard(words_of(caller))

    bar = html("", "masthead", js_on_load=script("keys.js"))
    whole_page().load(
        fill, outputs=[bar], queue=False, show_progress="hidden", api_visibility="private"
    )
