"""What stands on the page before anything is asked, as HTML. Pure; all that is not markup is
escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rag.models import Document
from ui.words import ENGLISH, Words

_EITHER = ("←", "→")
_KEYS = (
    (("Enter",), "key_enter"),
    (("Shift", "Enter"), "key_newline"),
    (("Esc",), "key_escape"),
    (("Ctrl", "K"), "key_box"),
    (_EITHER, "key_arrows"),
    (("?",), "key_help"),
)


def introduction(documents: Sequence[Document], words: Words = ENGLISH) -> str:
    """What the page is and what it knows of, in two lines."""
    years = sorted({d.published.year for d in documents if d.published})
    when = words("ask.years", first=years[0], last=years[-1]) if len(years) > 1 else ""
    n = len(documents)
    count = words("ask.one_document") if n == 1 else words("ask.documents", n=n)
    return (
        f'<header class="intro" lang="{words.language}">'
        f"<h1>{escape(words('ask.title'))}</h1>"
        f"<p>{escape(words('ask.intro', count=count, when=when))}</p>"
        '<button type="button" class="to-shelf" data-shelf>'
        f"{escape(words('ask.shelf_button', n=n))}</button></header>"
    )


def examples(questions: Sequence[str], words: Words = ENGLISH) -> str:
    """Questions to start from, as buttons."""
    if not questions:
        return ""
    items = "".join(
        f'<li><button type="button" data-ask="{escape(q)}">{escape(q)}</button></li>'
        for q in questions
    )
    return (
        f'<section aria-label="{escape(words("ask.examples"))}">'
        f"<h2>{escape(words('ask.for_example'))}</h2><ul>{items}</ul></section>"
    )


def keyboard(words: Words = ENGLISH) -> str:
    """A button, and the list of keys that it shows."""
    rows = "".join(
        f"<div><dt>{_keys(keys)}</dt><dd>{escape(words(f'ask.{what}'))}</dd></div>"
        for keys, what in _KEYS
    )
    return (
        f'<button type="button" class="to-keys" data-keys aria-keyshortcuts="?">'
        f"{escape(words('ask.keys'))}</button>"
        '<dialog class="keys" aria-labelledby="keys-title">'
        f'<h2 id="keys-title">{escape(words("ask.keys_title"))}</h2><dl>{rows}</dl>'
        '<form method="dialog"><button type="submit" class="plain">'
        f"{escape(words('ask.keys_close'))}</button></form></dialog>"
    )


def _keys(keys: Sequence[str]) -> str:
    between = " " if keys == _EITHER else " + "
    return between.join(f"<kbd>{escape(key)}</kbd>" for key in keys)
