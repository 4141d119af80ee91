"""The room in which questions are asked and answered."""

from __future__ import annotations

from functools import partial
from typing import Any

import gradio as gr

from rag.errors import InputError
from rag.models import Filters
from ui import present, welcome, where
from ui.examples import Examples
from ui.office import Office
from ui.panels import history
from ui.panels.desk import Asked, Desk, Parts
from ui.panels.parts import html, whole_page
from ui.people.person import Role, person_of, require
from ui.theme import script
from ui.words import i18n, words_of

PARALLEL_ANSWERS = 16
"""Answers that are made at once; whoever asks beyond that waits in line."""
_NOW = '<div role="log" aria-live="polite">${value}</div>'
_AT_ONCE: dict[str, Any] = {
    "show_progress": "hidden",
    "api_visibility": "private",
    "queue": False,
}


def build(office: Office) -> None:
    """Lay out the conversation, the question box, the filters and the examples."""
    current, asked, filters = gr.State(""), gr.State(Asked()), gr.State(where.NOWHERE)
    with gr.Column(elem_id="talk"):
        shelf = history.build(office)
        intro = html("", "intro", js_on_load=script("intro.js"))
        log = html("", "log")
        now = html("", "now", html_template=_NOW, js_on_load=script("ask.js"))
        with gr.Column(elem_id="composer"):
            editing = html("", "editing")
            with gr.Row(elem_id="asking"):
                box, ask, stop = _question_box()
            scope = _where_to_look(office, filters)
        started = html("", "examples", js_on_load=script("examples.js"))
    parts = Parts(log, now, editing, box, shelf, current, asked)
    desk = Desk(office, parts)
    answering = _answering(desk, parts, [box.submit, ask.click], started, filters)
    # In line, as the answers are: so it is told after whatever was still told of the answer.
    stop.click(
        desk.stop,
        inputs=[asked, box],
        outputs=[now, box, editing],
        cancels=answering,
        show_progress="hidden",
        api_visibility="private",
        concurrency_limit=None,
    )
    now.edit(desk.edit, inputs=[current], outputs=parts.all, **_AT_ONCE)
    now.leave(desk.leave, outputs=parts.all, **_AT_ONCE)
    # An answer on its way would otherwise come up in the conversation that is opened meanwhile.
    anew = {"outputs": parts.all, "cancels": answering, **_AT_ONCE}
    shelf.open_conversation(desk.open, **anew)
    shelf.new_conversation(desk.begin_anew, **anew)
    _fill(office, intro, scope, started)


def _question_box() -> tuple[gr.Textbox, gr.Button, gr.Button]:
    word = i18n()
    box = gr.Textbox(
        label=word("ask.question"),
        placeholder=word("ask.placeholder"),
        lines=1,
        max_lines=6,
        autofocus=True,
        elem_id="question",
    )
    ask = gr.Button(word("ask.ask"), variant="primary", elem_id="ask")
    return box, ask, gr.Button(word("ask.stop"), elem_id="stop")


def _answering(
    desk: Desk, parts: Parts, asks: list[Any], started: gr.HTML, filters: gr.State
) -> list[Any]:
    """Wire what begins an answer; the events, which can be cancelled."""
    wiring: dict[str, Any] = {
        "outputs": parts.all,
        "show_progress": "hidden",
        "api_visibility": "private",
        "concurrency_limit": PARALLEL_ANSWERS,
        "concurrency_id": "answers",
        "trigger_mode": "once",
    }
    typed = [parts.box, parts.current, parts.asked, filters]
    return [
        gr.on(asks, desk.ask, inputs=typed, **wiring),
        started.ask(desk.ask_example, inputs=[parts.current, filters], **wiring),
        parts.now.again(desk.again, inputs=[parts.current, parts.asked, filters], **wiring),
    ]


def _where_to_look(office: Office, filters: gr.State) -> gr.HTML:
    """The control of the filters, and what is chosen, as chips."""

    def choices(chosen: Any, caller: gr.Request) -> str:
        require(person_of(caller), Role.READER)
        documents, words = office.pipeline.documents, words_of(caller)
        try:
            known = where.read(chosen, documents, words)
        except InputError:  # the documents are others by now
            known = where.NOWHERE
        return where.panel(documents, known, words)

    def choose(event: gr.EventData, before: Filters, caller: gr.Request) -> tuple[str, Filters]:
        require(person_of(caller), Role.READER)
        documents, words = office.pipeline.documents, words_of(caller)
        try:
            after = where.read(event._data, documents, words)
        except InputError as error:
            return where.summary(documents, before, words) + present.notice(str(error)), before
        return where.summary(documents, after, words), after

    scope = html("", "scope")
    form = html(
        "",
        "where",
        html_template='<div class="where-form" hidden></div>',
        js_on_load=script("where.js"),
        server_functions=[choices],
    )
    form.choose(choose, inputs=[filters], outputs=[scope, filters], **_AT_ONCE)
    return scope


def _fill(office: Office, intro: gr.HTML, scope: gr.HTML, started: gr.HTML) -> None:
    """Fill in what depends on the reader's language, once the page is open."""
    examples = Examples(office.pipeline, office.examples)
    examples.renew()

    def greet(caller: gr.Request) -> tuple[str, str]:
        require(person_of(caller), Role.READER)
        words, documents = words_of(caller), office.pipeline.documents
        return (
            welcome.introduction(documents, words),
            where.summary(documents, where.NOWHERE, words),
        )

    def suggest(caller: gr.Request) -> str:
        require(person_of(caller), Role.READER)
        return welcome.examples(examples.now(), words_of(caller))

    load = partial(whole_page().load, show_progress="hidden", api_visibility="private")
    load(greet, outputs=[intro, scope], queue=False)
    load(suggest, outputs=[started], concurrency_limit=None)
