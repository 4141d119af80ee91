"""The staff page: Gradio `Blocks` around its rooms and the source panel, mounted in the server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

# Read by gradio when it is imported: nothing is ever sent to its makers.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
# After every event gradio would put all earlier ones into a pandas table, for a monitoring page
# that is switched off: about as costly as an answer.
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "100"
import gradio as gr
from fastapi import FastAPI

from ui import mcp
from ui.office import Office
from ui.panels import ask, documents, figures, judge, people, quality, reader, shell, whoami
from ui.theme import favicon_path, page_css, theme
from ui.words import ENGLISH, i18n

MAX_WAITING = 64
_LOOK_S = 0.02
"""How often Gradio looks whether its queue holds something. Its own thousand times a second, also
while nobody uses the page, interrupt whatever computes each time."""
_ROOMS = {
    "ask": ask,
    "documents": documents,
    "figures": figures,
    "quality": quality,
    "people": people,
}
"""The rooms of the page, in order; each is a tab."""


def mount_page(app: FastAPI, office: Office) -> None:
    """Serve the staff page at `/`, below all other routes of the application."""
    _in_event_loop(lambda: _mount(app, office))


def _in_event_loop(work: Callable[[], None]) -> None:
    """Work while a loop runs: without one, Gradio leaks a new loop for each of its locks."""

    async def soon() -> None:
        work()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(soon())
    else:
        work()


def _mount(app: FastAPI, office: Office) -> None:
    gr.mount_gradio_app(
        app,
        build_page(office),
        path="/",
        server_name=office.settings.server.host,
        server_port=office.settings.server.port,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size="1kb",  # nothing is uploaded through Gradio
        favicon_path=favicon_path(),
        ssr_mode=False,
        theme=theme(),
        css=page_css(),
        i18n=i18n(),
        mcp_server=True,
    )


def build_page(office: Office) -> gr.Blocks:
    """Lay out the page: its rooms, and the source panel beside them."""
    word = i18n()
    page: gr.Blocks = gr.Blocks(
        title=ENGLISH("rooms.title"), fill_width=True, analytics_enabled=False
    )
    with page:
        mcp.build(office)  # first, so that its tools have their names to themselves
        shell.build()
        whoami.build(office)
        with gr.Tabs(elem_id="rooms"):
            for name, panel in _ROOMS.items():
                with gr.Tab(word(f"rooms.{name}"), id=name, elem_id=f"room-{name}"):
                    panel.build(office)
        reader.build(office)
        judge.build(office)
    page.queue(max_size=MAX_WAITING)
    page._queue.sleep_when_free = _LOOK_S
    return page
