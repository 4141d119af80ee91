"""The look of the page: two palettes, a quiet Gradio theme made of them, and the style sheets.

Colour pairs meet WCAG AA; only fonts that are on the reader's machine are named.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio as gr

LIGHT = {
    "paper": "#f6f4ee",
    "sheet": "#fffefb",
    "ink": "#22262b",
    "soft": "#575d65",
    "line": "#dcd7ca",
    "field": "#8b8779",
    "accent": "#1d5a7a",
    "accent-ink": "#ffffff",
    "accent-wash": "#e4eef3",
    "mark": "#ffdf80",
    "mark-ink": "#22262b",
    "mark-light": "#fbf2d3",
    "good": "#2b6a44",
    "doubt": "#744600",
    "doubt-wash": "#fbf1de",
    "doubt-line": "#c98f2d",
    "bad": "#8f2424",
    "bad-wash": "#fbebe9",
}
DARK = {
    "paper": "#16181b",
    "sheet": "#1d2024",
    "ink": "#e6e3db",
    "soft": "#a9acb0",
    "line": "#363a40",
    "field": "#747a82",
    "accent": "#8cc4e0",
    "accent-ink": "#10202a",
    "accent-wash": "#20313b",
    "mark": "#7a5a00",
    "mark-ink": "#fff8e4",
    "mark-light": "#3a321a",
    "good": "#86cfa2",
    "doubt": "#f0c683",
    "doubt-wash": "#2a2416",
    "doubt-line": "#a37a2c",
    "bad": "#f2a7a0",
    "bad-wash": "#341f1e",
}
SANS = "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Helvetica Neue", "Arial", "sans-serif"
SERIF = "Charter", "Iowan Old Style", "Georgia", "Cambria", "Liberation Serif", "serif"
MONO = "ui-monospace", "Consolas", "Liberation Mono", "monospace"

# Gradio's names for what the palettes already say.
_ROLES = {
    "body_background_fill": "paper",
    "body_text_color": "ink",
    "body_text_color_subdued": "soft",
    "background_fill_primary": "sheet",
    "background_fill_secondary": "paper",
    "border_color_primary": "line",
    "border_color_accent": "accent",
    "block_background_fill": "paper",
    "block_label_text_color": "ink",
    "block_title_text_color": "ink",
    "input_background_fill": "sheet",
    "input_background_fill_focus": "sheet",
    "input_border_color": "field",
    "input_border_color_focus": "accent",
    "input_placeholder_color": "soft",
    "button_primary_background_fill": "accent",
    "button_primary_background_fill_hover": "accent",
    "button_primary_text_color": "accent-ink",
    "link_text_color": "accent",
    "loader_color": "accent",
}


def theme() -> gr.themes.Base:
    """The Gradio theme."""
    import gradio as gr

    base = gr.themes.Base(font=list(SANS), font_mono=list(MONO), radius_size="sm")
    colours = {role: LIGHT[name] for role, name in _ROLES.items()}
    colours |= {f"{role}_dark": DARK[name] for role, name in _ROLES.items()}
    return base.set(**colours, block_border_width="0px", block_shadow="none", layout_gap="0px")


_PAGE_SHEETS = (
    "document.css",
    "page.css",
    "reader.css",
    "history.css",
    "judge.css",
    "figures.css",
    "documents.css",
    "quality.css",
    "people.css",
)


@cache
def page_css() -> str:
    """The style sheet of the staff page; Gradio puts `dark` on the body when dark is wanted."""
    palettes = [_variables("body", LIGHT), _variables("body.dark", DARK)]
    return "\n".join([*palettes, *map(_static, _PAGE_SHEETS)])


@cache
def leaf_css() -> str:
    """The style sheet of the plain pages (`/p/…`), which follow the browser's colour scheme."""
    dark = f"@media screen and (prefers-color-scheme: dark) {{ {_variables('body', DARK)} }}"
    return "\n".join(
        [_variables("body", LIGHT), dark, _static("document.css"), _static("leaf.css")]
    )


def script(name: str) -> str:
    """A script of the page, by file name."""
    return _static(name)


def favicon_path() -> str:
    """Where the icon of the page lies."""
    return str(files("ui").joinpath("static", "favicon.png"))


def _variables(selector: str, palette: dict[str, str]) -> str:
    fonts = {"sans": SANS, "serif": SERIF, "mono": MONO}
    rules = [f"--{name}: {colour};" for name, colour in palette.items()]
    rules += [f"--{name}: {_stack(stack)};" for name, stack in fonts.items()]
    return f"{selector} {{ {' '.join(rules)} }}"


def _stack(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' if " " in name else name for name in names)


def _static(name: str) -> str:
    return files("ui").joinpath("static", name).read_text(encoding="utf-8")
