"""A shared conversation as a plain page, to be read and printed by whoever has its link."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from fastapi.responses import HTMLResponse

from ui.keeping.telling import Note, Sentence, Telling, Told
from ui.leaf import plain_page
from ui.words import Words


def shared_page(told: Telling, token: str, words: Words) -> HTMLResponse:
    """The conversation with its notes at the end; `token` is that of its link."""
    exports = " ".join(_export(token, kind, words) for kind in ("md", "docx"))
    lines = "".join(f'<p class="doc-facts">{escape(line)}</p>' for line in told.lines)
    body = (
        f'<header class="leaf-head"><h1 class="doc-title">{escape(told.title)}</h1>{lines}'
        f'<p class="kept-export">{escape(words("history.export"))} {exports}</p></header>'
        f"{''.join(_exchange(exchange, told.nearest) for exchange in told.exchanges)}"
        f"{_notes(told, words)}"
    )
    return _page(told.title, body, words)


def no_page(words: Words) -> HTMLResponse:
    """What an unknown link shows, or one that works no more."""
    title, said = words("history.missing"), words("history.missing_said")
    return _page(
        title, f'<h1 class="doc-title">{escape(title)}</h1><p>{escape(said)}</p>', words, 404
    )


def failed_page(sentence: str, status: int, words: Words) -> HTMLResponse:
    """What is shown where the conversations cannot be read."""
    title = words("history.title")
    return _page(title, _said(title, sentence), words, status)


def _page(title: str, body: str, words: Words, status: int = 200) -> HTMLResponse:
    css = files("ui").joinpath("static", "kept.css").read_text(encoding="utf-8")
    return plain_page(title, body, status=status, words=words, more_css=css)


def _said(title: str, sentence: str) -> str:
    return f'<h1 class="doc-title">{escape(title)}</h1><p>{escape(sentence)}</p>'


def _export(token: str, kind: str, words: Words) -> str:
    name = escape(words(f"history.as_{kind}"))
    return f'<a href="{escape(token)}/export.{kind}" download>{name}</a>'


def _exchange(told: Told, nearest: str) -> str:
    said = "".join(f'<p class="kept-said">{_sentence(sentence)}</p>' for sentence in told.said)
    items = "".join(f"<li>{_sentence(passage)}</li>" for passage in told.nearest)
    near = f"<h3>{escape(nearest)}</h3><ul>{items}</ul>" if items else ""
    facts = f'<p class="doc-facts">{escape(" · ".join(told.facts))}</p>'
    return f'<section class="kept"><h2>{escape(told.question)}</h2>{said}{near}{facts}</section>'


def _sentence(sentence: Sentence) -> str:
    marks = "".join(_mark(note) for note in sentence.notes)
    remark = f" <em>{escape(sentence.remark)}</em>" if sentence.remark else ""
    return f"{escape(sentence.text)}{marks}{remark}"


def _mark(note: Note) -> str:
    n = note.number
    return f'<sup><a id="to-{n}" href="#note-{n}" role="doc-noteref">[{n}]</a></sup>'


def _notes(told: Telling, words: Words) -> str:
    items = "".join(_note(note, words) for note in told.notes)
    if not items:
        return ""
    return (
        f'<section class="kept-notes" role="doc-endnotes"><h2>{escape(words("history.notes"))}</h2>'
        f"<ol>{items}</ol></section>"
    )


def _note(note: Note, words: Words) -> str:
    n, link = note.number, escape(note.link)
    back, place = escape(words("history.back_to_text")), escape(words("history.open_place"))
    return (
        f'<li id="note-{n}">“{escape(note.quote)}” — <cite>{escape(note.title)}</cite>, '
        f"{escape(', '.join(note.facts))}. "
        f'<a class="kept-place" href="{link}">{place}</a> '
        f'<span class="kept-print">{link}</span> '
        f'<a class="kept-back" href="#to-{n}" role="doc-backlink" aria-label="{back}">↑</a></li>'
    )
