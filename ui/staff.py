"""The staff page: Gradio `Blocks` around the conversation and the source panel."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

# Read by gradio when it is imported: nothing is ever sent to its makers.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
# After every event gradio would put all earlier ones into a pandas table, for a monitoring page
# that is switched off: about as costly as an answer.
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "100"
import gradio as gr
from fastapi import FastAPI

from rag.errors import PolicyQAError
from rag.live import AnyPipeline, find_document
from rag.models import Answer, Claim, Turn
from rag.past import PastTexts
from rag.permalink import Permalink, parse_permalink
from rag.settings import Settings
from ui import present
from ui.asking import told
from ui.cited import cited
from ui.examples import example_questions
from ui.reader import source
from ui.theme import favicon_path, page_css, script, theme

TITLE = "Ask the documents"
KEPT_EXCHANGES = 20
"""Exchanges that stay on the page; older ones are let go."""
HISTORY_TURNS = 4
"""Earlier exchanges that a follow-up question may refer to."""
MOST_PLACES = 50
"""Citations of one answer that the panel marks."""
_UNKNOWN = "This source is no longer in the index; ask again to see what is."
MAX_WAITING = 64
PARALLEL_ANSWERS = 4

FAILED = "The question could not be answered because of a fault in the program; please try again."
_LOG_TEMPLATE = '<div role="log" aria-live="polite" aria-label="Answers">${value}</div>'
_READER_TEMPLATE = """
<aside class="reader" aria-label="Source">
  <div class="bar">
    <span class="which" aria-live="polite">Documents</span>
    <a class="alone" target="_blank" rel="noopener" hidden>Open on its own page</a>
    <button type="button" class="close" data-close>Close</button>
  </div>
  <div class="sheet" tabindex="0" role="region" aria-label="Text of the source">${value}</div>
</aside>"""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question that was answered, as it is shown and as later questions may refer to it."""

    html: str
    turn: Turn


Memory = tuple[Exchange, ...]
"""The conversation of one browser tab; it lives on the server, so it cannot be forged."""
Update = tuple[str, Memory, Any, Any]


def mount_page(
    app: FastAPI, pipeline: AnyPipeline, settings: Settings, examples: Sequence[str] | None = None
) -> None:
    """Serve the staff page at `/`, below all other routes of the application."""
    _in_event_loop(lambda: _mount(app, pipeline, settings, examples))


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


def _mount(
    app: FastAPI, pipeline: AnyPipeline, settings: Settings, examples: Sequence[str] | None
) -> None:
    gr.mount_gradio_app(
        app,
        build_page(pipeline, PastTexts(settings.index_dir), examples),
        path="/",
        server_name=settings.server.host,
        server_port=settings.server.port,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size="1kb",  # nothing is uploaded here
        favicon_path=favicon_path(),
        ssr_mode=False,
        theme=theme(),
        css=page_css(),
    )


def build_page(
    pipeline: AnyPipeline, past: PastTexts, examples: Sequence[str] | None = None
) -> gr.Blocks:
    """Lay out the page; `examples` default to questions made from the loaded documents."""
    desk = _Desk(pipeline, past)
    documents = pipeline.documents
    starters = example_questions(pipeline) if examples is None else examples

    def open_source(request: Any) -> str:  # gradio wants a function here, not a method
        return desk.open_source(request)

    page: gr.Blocks = gr.Blocks(title=TITLE, fill_width=True, analytics_enabled=False)
    with page:
        memory = gr.State(())
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk"):
                _html(present.introduction(documents), "intro")
                log = _html("", "log", html_template=_LOG_TEMPLATE, js_on_load=script("talk.js"))
                with gr.Row(elem_id="composer"):
                    box, button = _question_box()
                started = _html(
                    present.examples(starters), "examples", js_on_load=script("examples.js")
                )
            _html(
                present.shelf(documents),
                "reader",
                html_template=_READER_TEMPLATE,
                js_on_load=script("reader.js"),
                server_functions=[open_source],
            )
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
    page.queue(max_size=MAX_WAITING)
    return page


def _html(value: str, elem_id: str, **options: Any) -> gr.HTML:
    return gr.HTML(
        value, elem_id=elem_id, apply_default_css=False, **{"js_on_load": None, **options}
    )


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

    def __init__(self, pipeline: AnyPipeline, past: PastTexts) -> None:
        self._pipeline = pipeline
        self._past = past

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

    def open_source(self, request: Any) -> str:
        """The HTML of a source for the panel; the browser calls this, so nothing is trusted."""
        try:
            places = [_place(place) for place in request["places"][:MOST_PLACES]]
            current = int(request["current"])
            if current < 1:
                return source(self._pipeline.document(str(request["document"])), places, 0)
            find = partial(find_document, self._pipeline)
            shown = cited(places, current, find, self._past)
            return shown or present.notice(_UNKNOWN)
        except PolicyQAError as error:
            return present.notice(str(error))
        except (IndexError, ValueError, TypeError, KeyError):
            return present.notice("This source cannot be opened; reload the page and ask again.")


def _place(text: Any) -> Permalink | None:
    return None if text is None else parse_permalink(str(text))


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
