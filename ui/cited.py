"""What a permalink shows as HTML: the words where they stand now, or as they once stood."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rag.locating import Find, Located, locate, standing_instead
from rag.models import Span
from rag.past import PastText, PastTexts
from rag.permalink import Permalink, permalink_to
from ui.reader import document_head, long_date, source

_RENAMED = "Since this was cited, its file {old} was renamed to {new}."
_CHANGED = "These words stood in the document until {day}, but no longer do."
_REMOVED = "This document was in the index until {day}, but no longer is."
_MARKED = "What stands in that place now is marked below."


def cited(
    places: Sequence[Permalink | None], current: int, find: Find, past: PastTexts, level: int = 2
) -> str | None:
    """A document opened at one of its citations; `None` if nothing is known of that one.

    `places` are numbered from 1, as the answer numbers them; `None` stands for a citation of
    another document.
    """
    place = places[current - 1]
    if place is None:
        raise ValueError(f"citation {current} is of another document")
    found = locate(place, find, past)
    if found.document is None:
        return _removed(place.span, found.past, level) if found.past else None
    if found.past is None and found.span is None:
        return source(found.document, places, current, level=level)
    others = [_elsewhere(other, found, find, past) for other in places]
    others[current - 1], said = _now(place, found)
    # Without a place to go to, none of the marks is the one that was asked for.
    number = current if others[current - 1] else 0
    return source(found.document, others, number, level=level, said=said)


def _now(place: Permalink, found: Located) -> tuple[Permalink | None, str]:
    """What to mark for the citation that was asked for, and what to say over the text."""
    document, past = found.document, found.past
    assert document is not None  # noqa: S101  the caller has looked
    if found.span is not None:
        return permalink_to(document, found.span), _renamed(found)
    assert past is not None  # noqa: S101  as above
    instead = standing_instead(document.text, past.document.text, place.span)
    told = _renamed(found) + _as_it_was(_CHANGED, place.span, past, marked=instead is not None)
    return (permalink_to(document, instead) if instead else None), told


def _elsewhere(
    place: Permalink | None, found: Located, find: Find, past: PastTexts
) -> Permalink | None:
    """Another citation, if its words still stand in the document that is shown."""
    if place is None or found.document is None:
        return None
    now = locate(place, find, past)
    same = now.document is not None and now.document.id == found.document.id
    return permalink_to(found.document, now.span) if same and now.span else None


def _renamed(found: Located) -> str:
    document, past = found.document, found.past
    if document is None or past is None or document.id == past.document.id:
        return ""
    told = _RENAMED.format(old=past.document.source, new=document.source)
    return f'<p class="notice">{escape(told)}</p>'


def _removed(span: Span, past: PastText, level: int) -> str:
    head = document_head(past.document, level=level)
    return f'<header class="sheet-head">{head}</header>{_as_it_was(_REMOVED, span, past)}'


def _as_it_was(said: str, span: Span, past: PastText, *, marked: bool = False) -> str:
    """The old words, with a note and the place where they stood."""
    told = said.format(day=long_date(past.until))
    quote = " ".join(past.document.text[span.start : span.end].split())
    more = f" {_MARKED}" if marked else ""
    return (
        f'<p class="notice">{escape(told)}</p><blockquote class="past">{escape(quote)}</blockquote>'
        f'<p class="doc-facts past-place">{escape(_place(span, past))}{more}</p>'
    )


def _place(span: Span, past: PastText) -> str:
    heading = past.heading_at(span.start)
    page = past.document.page_of(span.start)
    where = [
        f"under “{' › '.join(heading)}”" if heading else "",
        f"on page {page}" if page else "",
        f"at characters {span.start:,} to {span.end:,} of {past.document.source}",
    ]
    return f"They stood {', '.join(filter(None, where))}."
