"""What the panels of the page are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from html import escape
from typing import Any

import gradio as gr
from gradio.context import Context

from ui.words import LANGUAGES, words

_MARKER = "__i18n__"
_BROKEN = "_\u2060_i18n_\u2060_"
"""The same to look at, with word joiners in it."""


def html(
    value: str, elem_id: str, *, server_functions: Sequence[Callable[..., Any]] = (), **options: Any
) -> gr.HTML:
    """A block of HTML without Gradio's own style; `value` must be escaped already."""
    return gr.HTML(
        value,
        elem_id=elem_id,
        apply_default_css=False,
        server_functions=[_plain(function) for function in server_functions] or None,
        **{"js_on_load": None, **options},
    )


def whole_page() -> gr.Blocks:
    """The page that is being laid out; its `load` is when a browser has opened it."""
    page = Context.root_block
    assert isinstance(page, gr.Blocks)  # noqa: S101  panels are built only inside of it
    return page


def untranslated(text: str) -> str:
    """Text for the value of a component that Gradio would search for keys of translations."""
    return text.replace(_MARKER, _BROKEN)


def typed(text: str) -> str:
    """What somebody typed into such a component, or left standing in it."""
    return text.replace(_BROKEN, _MARKER)


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of its own, for Gradio marks each one, and a method cannot be marked."""

    @wraps(function)
    def call(*values: Any, **named: Any) -> Any:
        return function(*values, **named)

    return call


def failures(room: str, css_class: str) -> str:
    """What a room says where nothing comes from the server, once in each language; its script
    shows the reader's. The texts are `ROOM.failed` and `ROOM.retry`."""
    return "".join(
        f'<div class="{css_class}" lang="{language}" hidden>'
        f"<p>{escape(words(language)(f'{room}.failed'))}</p>"
        '<button type="button" data-retry>'
        f"{escape(words(language)(f'{room}.retry'))}</button></div>"
        for language in LANGUAGES
    )
