"""What the panels of the page are made of."""

from __future__ import annotations

from typing import Any

import gradio as gr


def html(value: str, elem_id: str, **options: Any) -> gr.HTML:
    """A block of HTML without Gradio's own style; `value` must be escaped already."""
    return gr.HTML(
        value, elem_id=elem_id, apply_default_css=False, **{"js_on_load": None, **options}
    )
