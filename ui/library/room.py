"""The room of the documents as HTML: what a reader sees, and what an editor may do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape

from ui.library.names import endings, main_endings
from ui.library.rows import Column, Row, State
from ui.library.table import state_name
from ui.words import Words

_SAID_BY_SCRIPT = (
    *("confirm_remove", "confirm_about", "remove", "keep", "taken", "taken_about", "taken_own"),
    *("replace", "both", "skip", "sending", "checking", "taken_in", "same_as", "not_sent"),
    *("too_large", "left_out", "dismiss", "removed", "undo", "restored", "lost"),
)
"""Texts whose blanks the script fills in, for it alone knows what with."""


def room(w: Words, *, editor: bool, file_mb: int) -> str:
    """The room without its rows."""
    return "".join(
        [
            f'<section class="library" data-words="{escape(_script_words(w))}" '
            f'data-megabytes="{file_mb}">',
            f"<header><h2>{escape(w('documents.title'))}</h2>",
            '<p class="library-count"></p></header>',
            _upload(w, file_mb) if editor else "",
            _progress(w),
            _tools(w, editor=editor),
            '<div class="library-rows"></div>',
            f'<p class="library-own">{escape(w("documents.own"))}</p>' if editor else "",
            '<dialog class="library-ask" aria-labelledby="library-question">'
            '<h3 id="library-question"></h3><p></p><div class="choices"></div></dialog>',
            "</section>",
        ]
    )


def count(found: Sequence[Row], shown: int, w: Words) -> str:
    """How much there is, and how much of it is shown."""
    held = [row for row in found if row.id]
    pages = sum(row.pages or 0 for row in held)
    passages = sum(row.passages or 0 for row in held)
    one = len(held) == 1
    parts = [w("documents.count_one") if one else w("documents.count", n=f"{len(held):,}")]
    if pages:
        parts.append(w("documents.count_pages", n=f"{pages:,}"))
    if passages:
        parts.append(w("documents.count_passages", n=f"{passages:,}"))
    if shown < len(found):
        parts.append(w("documents.count_shown", n=f"{shown:,}", total=f"{len(found):,}"))
    return " · ".join(parts)


def _script_words(w: Words) -> str:
    return json.dumps({key: w(f"documents.{key}") for key in _SAID_BY_SCRIPT}, ensure_ascii=False)


def _upload(w: Words, file_mb: int) -> str:
    kinds = ", ".join(ending.removeprefix(".") for ending in main_endings())
    limits = w("documents.limits", endings=kinds, mb=file_mb)
    return (
        '<div class="library-drop" data-drop>'
        f"<p>{escape(w('documents.drop'))} "
        f'<button type="button" data-choose aria-describedby="library-limits">'
        f"{escape(w('documents.choose'))}</button></p>"
        f'<p class="limits" id="library-limits">{escape(limits)}</p>'
        f'<input type="file" multiple hidden accept="{escape(",".join(endings()))}"></div>'
        f'<ul class="library-files" aria-label="{escape(w("documents.uploads"))}"></ul>'
    )


def _progress(w: Words) -> str:
    return (
        '<div class="library-run"><p class="library-said"></p>'
        f'<progress hidden aria-label="{escape(w("documents.progress"))}"></progress>'
        '<ul class="library-skipped"></ul></div>'
        '<p role="status" class="unseen library-told"></p>'
    )


def _tools(w: Words, *, editor: bool) -> str:
    again = (
        f'<button type="button" data-again title="{escape(w("documents.again_about"))}">'
        f"{escape(w('documents.again'))}</button>"
    )
    return (
        '<form class="library-tools" role="search">'
        f'<label class="find">{escape(w("documents.find"))}<input type="search" name="search" '
        f'autocomplete="off" placeholder="{escape(w("documents.find_hint"))}"></label>'
        f'<label>{escape(w("documents.state"))}<select name="state">'
        f"{''.join(_states(w))}</select></label>"
        f'<label class="sort">{escape(w("documents.order"))}<select name="order">'
        f"{''.join(_orders(w))}</select></label>"
        f"{again if editor else ''}</form>"
    )


def _states(w: Words) -> Iterator[str]:
    yield f'<option value="">{escape(w("documents.any_state"))}</option>'
    for state in State:
        yield f'<option value="{state.value}">{escape(state_name(state, w))}</option>'


def _orders(w: Words) -> Iterator[str]:
    for column in Column:
        name = w(f"documents.column_{column.value}")
        for way in ("ascending", "descending"):
            text = escape(f"{name}, {w(f'documents.{way}')}")
            yield f'<option value="{column.value} {way}">{text}</option>'
