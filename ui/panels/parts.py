"""What the panels of the page are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import gradio as gr
from gradio.context import Context


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


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of its own, for Gradio marks each one, and a method cannot be marked."""

    @wraps(function)
    def call(*values: Any, **named: Any) -> Any:
        return function(*values, **named)

    return call
