"""Small pieces of the room's HTML; everything that comes in as text is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from eval.report.tables import name_of
from eval.summary import MEASURES, STAGE
from rag.models import Citation
from ui.words import Words


def table(caption: str, header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table of text; the first cell of a line names it, and it scrolls by itself if wide."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    return (
        f'<div class="q-scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f'<caption class="q-unseen">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(map(_line, lines))}</tbody></table></div>"
    )


def moment(at: datetime) -> str:
    """A time, which the page writes as the reader's own clock and language have it."""
    return f'<time datetime="{at.isoformat(timespec="seconds")}">{at:%Y-%m-%d %H:%M} UTC</time>'


def told(text: str, **parts: str) -> str:
    """A sentence of ours as HTML, with parts that are HTML already in the place of `{name}`."""
    found = escape(text)
    for name, part in parts.items():
        found = found.replace("{" + name + "}", part)
    return found


def stretch(seconds: float, w: Words) -> str:
    """A stretch of time in words."""
    if seconds < 90:
        return w("quality.seconds", n=max(1, round(seconds)))
    return w("quality.minutes", n=round(seconds / 60))


def measure(name: str, w: Words) -> str:
    """What a measure is called; a stage goes by its own name."""
    return w(f"quality.m_{name}") if name in MEASURES else name_of(name).replace("_", " ")


def stage(name: str) -> str:
    """What a stage of an answer is called."""
    return name.removeprefix(STAGE).replace("_", " ")


def lost(place: str, w: Words) -> str:
    """The stage at which a case was lost, in the reader's language."""
    return w(f"quality.lost_{place.replace(' ', '_')}")


def notice(text: str) -> str:
    """A sentence that something went wrong."""
    return f'<p class="error" role="alert">{escape(text)}</p>'


def place(permalink: str, text: str) -> str:
    """A button that opens a place of a document in the source panel."""
    return (
        f'<button type="button" class="q-place" data-open-place="{escape(permalink)}">'
        f"{escape(text)}</button>"
    )


def places(citations: Sequence[Citation], w: Words) -> str:
    """A button for each citation."""
    buttons = (
        place(c.permalink, w("quality.open_cited", n=i, title=c.title))
        for i, c in enumerate(citations, start=1)
    )
    return "".join(buttons)


def _line(cells: Sequence[str]) -> str:
    first, *rest = cells
    others = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
    return f'<tr><th scope="row">{escape(first)}</th>{others}</tr>'
