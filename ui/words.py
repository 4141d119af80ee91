"""The texts of the interface, in the languages of its readers.

They stand in `ui/locales/LANGUAGE/PART.toml`, one `name = "text"` a line; a text is called
`PART.name`, and what is in braces is filled in. Where a language lacks a text the English one is
taken (a test sees to it that none does).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio as gr

LANGUAGES = ("en", "zh")
"""Those there are; the first is the one to fall back on."""


class Words:
    """All texts in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = _texts(language)

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, as plain text, never as HTML; an unknown key is a `KeyError`."""
        text = self._texts.get(key) or _texts(LANGUAGES[0])[key]
        return text.format(**values) if values else text

    def day(self, day: date | None) -> str:
        """A date as readers of this language write it, or that it is not known."""
        if day is None:
            return self("ask.no_date")
        if self.language == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {day:%B %Y}"


@cache
def words(language: str) -> Words:
    """The texts of a language; of the first one if there are none of it."""
    return Words(language if language in LANGUAGES else LANGUAGES[0])


def words_for(accepted: str | None) -> Words:
    """The texts for a reader whose browser sends this `Accept-Language` header (RFC 9110)."""
    wanted = []
    for place, entry in enumerate((accepted or "").split(",")):
        tag, _, weight = entry.strip().partition(";q=")
        try:
            wanted.append((-float(weight or 1), place, tag.split("-")[0].casefold()))
        except ValueError:
            continue  # a malformed weight: as if the language had not been named
    known = [tag for _, _, tag in sorted(wanted) if tag in LANGUAGES]
    return words(known[0] if known else LANGUAGES[0])


def words_of(request: gr.Request) -> Words:
    """The texts for whoever sent a request of Gradio's."""
    return words_for(request.headers.get("accept-language") if request else None)


@cache
def i18n() -> gr.I18n:
    """All texts for the labels of Gradio's own components, which the browser translates."""
    import gradio as gr

    english, chinese = dict(_texts("en")), dict(_texts("zh"))
    return gr.I18n(**{"en": english, "zh": chinese, "zh-CN": chinese, "zh-TW": chinese})


@cache
def _texts(language: str) -> Mapping[str, str]:
    folder = files("ui").joinpath("locales", language)
    found: dict[str, str] = {}
    for part in sorted(folder.iterdir(), key=lambda p: p.name):
        name = part.name.removesuffix(".toml")
        texts = tomllib.loads(part.read_text(encoding="utf-8"))
        found |= {f"{name}.{key}": text for key, text in texts.items()}
    return found


ENGLISH = words("en")
