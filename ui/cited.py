"""What a permalink shows as HTML: the words where they stand now, or as they once stood."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rag.locating import Find, Located, locate, standing_instead
from rag.models import Span
from rag.past import PastText, PastTexts
from rag.permalink import Permalink, permalink_to
from ui.reader import View, as_text, document_head, source
from ui.words import ENGLISH, Words


def cited(
    places: Sequence[Permalink | None],
    current: int,
    find: Find,
    past: PastTexts,
    level: int = 2,
    *,
    words: Words = ENGLISH,
    view: View = as_text,
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
        return _removed(place.span, found.past, level, words) if found.past else None
    if found.past is None and found.span is None:
        return source(found.document, places, current, level=level, words=words, view=view)
    others = [_elsewhere(other, found, find, past) for other in places]
    others[current - 1], said = _now(place, found, words)
    # Without a place to go to, none of the marks is the one that was asked for.
    number = current if others[current - 1] else 0
    return source(found.document, others, number, level=level, said=said, words=words, view=view)


def _now(place: Permalink, found: Located, words: Words) -> tuple[Permalink | None, str]:
    """What to mark for the citation that was asked for, and what to say over the text."""
    document, past = found.document, found.past
    assert document is not None  # noqa: S101  the caller has looked
    if found.span is not None:
        return permalink_to(document, found.span), _renamed(found, words)
    assert past is not None  # noqa: S101  as above
    instead = standing_instead(document.text, past.document.text, place.span)
    marked = words("reader.marked_instead") if instead is not None else ""
    was = _as_it_was("reader.said_until", place.span, past, words, marked)
    link = permalink_to(document, instead) if instead is not None else None
    return link, _renamed(found, words) + was


def _elsewhere(
    place: Permalink | None, found: Located, find: Find, past: PastTexts
) -> Permalink | None:
    """Another citation, if its words still stand in the document that is shown."""
    if place is None or found.document is None:
        return None
    now = locate(place, find, past)
    same = now.document is not None and now.document.id == found.document.id
    return permalink_to(found.document, now.span) if same and now.span else None


def _renamed(found: Located, words: Words) -> str:
    document, past = found.document, found.past
    if document is None or past is None or document.id == past.document.id:
        return ""
    told = words("reader.renamed", old=past.document.source, new=document.source)
    return f'<p class="notice">{escape(told)}</p>'


def _removed(span: Span, past: PastText, level: int, words: Words) -> str:
    head = document_head(past.document, level=level, words=words)
    was = _as_it_was("reader.removed", span, past, words)
    return f'<header class="sheet-head">{head}</header>{was}'


def _as_it_was(said: str, span: Span, past: PastText, words: Words, more: str = "") -> str:
    """The old words, with a note and the place where they stood."""
    told = words(said, day=words.day(past.until))
    quote = " ".join(past.document.text[span.start : span.end].split())
    where = f"{_place(span, past, words)} {more}".rstrip()
    return (
        f'<p class="notice">{escape(told)}</p>'
        f'<blockquote class="past" lang="{escape(past.document.language)}">{escape(quote)}'
        f'</blockquote><p class="doc-facts past-place">{escape(where)}</p>'
    )


def _place(span: Span, past: PastText, words: Words) -> str:
    heading = past.heading_at(span.start)
    page = past.document.page_of(span.start)
    source = past.document.source
    where = [
        words("reader.under", heading=" › ".join(heading)) if heading else "",
        words("reader.on_page", n=page) if page else "",
        words("reader.at_characters", start=f"{span.start:,}", end=f"{span.end:,}", source=source),
    ]
    return words("reader.stood", where=", ".join(filter(None, where)))
