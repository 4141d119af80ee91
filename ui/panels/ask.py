"""The room in which questions are asked and answered."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.errors import PolicyQAError
from rag.live import AnyPipeline
from rag.models import Answer, Claim, Turn
from ui import present
from ui.asking import told
from ui.examples import example_questions
from ui.office import Office
from ui.panels.parts import html
from ui.theme import script

KEPT_EXCHANGES = 20
"""Exchanges that stay on the page; older ones are let go."""
HISTORY_TURNS = 4
"""Earlier exchanges that a follow-up question may refer to."""
PARALLEL_ANSWERS = 4

FAILED = "The question could not be answered because of a fault in the program; please try again."
_LOG_TEMPLATE = '<div role="log" aria-live="polite" aria-label="Answers">${value}</div>'

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question that was answered, as it is shown and as later questions may refer to it."""

    html: str
    turn: Turn


Memory = tuple[Exchange, ...]
"""The conversation of one browser tab; it lives on the server, so it cannot be forged."""
Update = tuple[str, Memory, Any, Any]


def build(office: Office) -> None:
    """Lay out the conversation, the question box and the examples."""
    desk = _Desk(office.pipeline)
    documents = office.pipeline.documents
    examples = example_questions(office.pipeline) if office.examples is None else office.examples

    memory = gr.State(())
    with gr.Column(elem_id="talk"):
        html(present.introduction(documents), "intro")
        log = html("", "log", html_template=_LOG_TEMPLATE, js_on_load=script("talk.js"))
        with gr.Row(elem_id="composer"):
            box, button = _question_box()
        started = html(present.examples(examples), "examples", js_on_load=script("examples.js"))
    wiring = {
        "outputs": [log, memory, box, button],
        "show_progress": "hidden",
        "api_visibility": "private",
        "concurrency_limit": PARALLEL_ANSWERS,
        "concurrency_id": "answers",
        "trigger_mode": "once",
    }
    gr.on([box.submit, button.click], desk.ask, inputs=[box, memory], **wiring)
    started.ask(desk.ask_example, inputs=[memory], **wiring)


def _question_box() -> tuple[gr.Textbox, gr.Button]:
    box = gr.Textbox(
        label="Your question",
        placeholder="A figure, a plan, a date …",
        lines=1,
        max_lines=4,
        autofocus=True,
        elem_id="question",
    )
    return box, gr.Button("Ask", variant="primary", elem_id="ask")


class _Desk:
    """What the page asks of the server."""

    def __init__(self, pipeline: AnyPipeline) -> None:
        self._pipeline = pipeline

    def ask_example(self, event: gr.EventData, memory: Memory) -> Iterator[Update]:
        """Ask the example that was clicked."""
        yield from self.ask(str(event._data.get("question", "")), memory)

    def ask(self, question: str, memory: Memory) -> Iterator[Update]:
        """Answer step by step: what is known so far, and in the end the whole exchange."""
        try:
            yield from self._answer(question, memory)
        except PolicyQAError as error:
            yield _failed(question, memory, str(error))
        except Exception:  # noqa: BLE001 - the page has to say something; the log keeps the traceback
            _log.exception("A question failed.")
            yield _failed(question, memory, FAILED)

    def _answer(self, question: str, memory: Memory) -> Iterator[Update]:
        history = [exchange.turn for exchange in memory[-HISTORY_TURNS:]]
        claims: list[Claim] = []
        status = "Searching the documents"
        yield _busy(memory, present.exchange(question, status=status), box="")
        # Gradio closes this generator when the page is left, and so the model's work ends.
        with closing(told(self._pipeline, question, history=history)) as events:
            for event in events:
                if isinstance(event, Answer):
                    memory = _remember(memory, question, event)
                    yield _done(memory)
                    continue
                if isinstance(event, Claim):
                    claims.append(event)
                else:
                    status = event
                yield _busy(memory, present.exchange(question, claims=claims, status=status))


def _remember(memory: Memory, question: str, answer: Answer) -> Memory:
    html = present.exchange(question, answer=answer)
    return (*memory, Exchange(html, Turn(question, answer.text)))[-KEPT_EXCHANGES:]


def _shown(memory: Memory, *more: str) -> str:
    return "".join([*(exchange.html for exchange in memory), *more])


def _busy(memory: Memory, exchange: str, box: str | None = None) -> Update:
    """The box is emptied once, at the start: somebody may be typing the next question by now."""
    cleared = gr.update() if box is None else box
    return _shown(memory, exchange), memory, cleared, gr.update(interactive=False)


def _done(memory: Memory) -> Update:
    return _shown(memory), memory, gr.update(), gr.update(interactive=True)


def _failed(question: str, memory: Memory, message: str) -> Update:
    """The question goes back into its box, to be corrected."""
    html = _shown(memory, present.exchange(question, error=message))
    return html, memory, question, gr.update(interactive=True)
