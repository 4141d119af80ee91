"""The filters of the page: what can be chosen, what was, and both as HTML.

The browser sends a choice; only what the loaded documents have makes a `Filters` of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from rag.errors import InputError
from rag.models import Document, Filters
from ui.words import ENGLISH, Words

KINDS = ("documents", "publishers", "languages", "folders", "tags")
"""Fields of `Filters` of which several values can be chosen."""
MOST_CHOSEN = 100
"""Values of one kind."""
_SEARCHED = 12
"""A list longer than this can be searched."""
NOWHERE = Filters()


@dataclass(frozen=True, slots=True)
class Option:
    """A value that can be chosen, with the number of documents that have it."""

    value: str
    count: int


def options(documents: Sequence[Document]) -> Mapping[str, Sequence[Option]]:
    """What can be chosen, by kind; a kind of which there are not two values is no choice."""
    found = {
        "documents": _named(documents),
        "publishers": _counted(documents, lambda d: [d.publisher] if d.publisher else []),
        "languages": _counted(documents, lambda d: [d.language]),
        "folders": _counted(documents, _folder),
        "tags": _counted(documents, lambda d: d.tags),
    }
    return {kind: some for kind, some in found.items() if len(some) > 1}


def read(chosen: Any, documents: Sequence[Document], words: Words = ENGLISH) -> Filters:
    """The filters that a browser asks for.

    Raises:
        InputError: a value that no document has, or a date that is none; one sentence.
    """
    asked = chosen if isinstance(chosen, Mapping) else {}
    known = {kind: {o.value for o in some} for kind, some in options(documents).items()}
    values = {kind: _known(asked.get(kind), known.get(kind, set()), words) for kind in KINDS}
    since = _day(asked.get("since"), words("ask.bad_since"))
    until = _day(asked.get("until"), words("ask.bad_until"))
    if since and until and since > until:
        raise InputError(words("ask.bad_dates"))
    return Filters(since=since, until=until, **values)


def panel(documents: Sequence[Document], filters: Filters, words: Words = ENGLISH) -> str:
    """The form in which the filters are chosen."""
    lists = "".join(
        _choices(kind, some, getattr(filters, kind), words)
        for kind, some in options(documents).items()
    )
    dates = "".join(_date(kind, getattr(filters, kind), words) for kind in ("since", "until"))
    done, clear = escape(words("ask.where_done")), escape(words("ask.where_clear"))
    return (
        f'<form class="choices"><div class="choices-lists">{lists}'
        f'<fieldset class="dates"><legend>{escape(words("ask.where_dates"))}</legend>{dates}'
        '</fieldset></div><p class="choices-end">'
        f'<button type="button" class="action" data-clear>{clear}</button>'
        f'<button type="button" class="plain" data-done>{done}</button></p></form>'
    )


def summary(documents: Sequence[Document], filters: Filters, words: Words = ENGLISH) -> str:
    """The button that opens the form, the filters as chips, and what remains of the documents."""
    open_ = (
        '<button type="button" class="to-where" aria-expanded="false" aria-controls="where">'
        f"{escape(words('ask.where'))}</button>"
    )
    if filters == NOWHERE:
        return f'{open_}<span class="scope">{escape(words("ask.where_all"))}</span>'
    admitted = sum(map(filters.admits, documents))
    scope = words("ask.where_some", n=admitted, total=len(documents))
    none = "" if admitted else f'<p class="none">{escape(words("ask.none_match"))}</p>'
    chips = "".join(
        f"<li>{_chip(kind, value, label, words)}</li>"
        for kind, value, label in _chosen(filters, words)
    )
    label = escape(words("ask.chips"))
    return (
        f'{open_}<span class="scope">{escape(scope)}</span>'
        f'<ul class="chips" aria-label="{label}">{chips}</ul>{none}'
    )


def _named(documents: Sequence[Document]) -> Sequence[Option]:
    """Documents by title; those that share one by their file names, which `Filters` takes too."""
    titles = Counter(d.title.casefold() for d in documents)
    values = {d.title if titles[d.title.casefold()] == 1 else d.name for d in documents}
    return [Option(value, 1) for value in sorted(values, key=str.casefold)]


def _folder(document: Document) -> list[str]:
    return [document.source.rsplit("/", 1)[0] if "/" in document.source else "."]


def _counted(
    documents: Iterable[Document], values: Callable[[Document], Iterable[str]]
) -> Sequence[Option]:
    count = Counter(value for document in documents for value in values(document))
    return [Option(value, n) for value, n in sorted(count.items())]


def _known(asked: Any, known: set[str], words: Words) -> tuple[str, ...]:
    values = [str(value) for value in asked] if isinstance(asked, list) else []
    for value in values[:MOST_CHOSEN]:
        if value not in known:
            raise InputError(words("ask.bad_choice", what=value[:80]))
    return tuple(dict.fromkeys(values[:MOST_CHOSEN]))


def _day(asked: Any, complaint: str) -> date | None:
    if not asked:
        return None
    try:
        return date.fromisoformat(str(asked))
    except ValueError as error:
        raise InputError(complaint) from error


def _choices(kind: str, some: Sequence[Option], chosen: Sequence[str], words: Words) -> str:
    find = escape(words("ask.where_filter"))
    search = (
        f'<input type="search" class="find-choice" placeholder="{find}" aria-label="{find}">'
        if len(some) > _SEARCHED
        else ""
    )
    items = "".join(_choice(kind, option, option.value in chosen, words) for option in some)
    return (
        f"<fieldset><legend>{escape(words(f'ask.where_{kind}'))}</legend>{search}"
        f'<div class="options">{items}</div></fieldset>'
    )


def _choice(kind: str, option: Option, chosen: bool, words: Words) -> str:
    label, count = escape(_label(kind, option.value, words)), option.count
    return (
        f'<label><input type="checkbox" name="{kind}" value="{escape(option.value)}"'
        f"{' checked' if chosen else ''}> <span>{label}"
        f"{f' <small>{count}</small>' if count > 1 else ''}</span></label>"
    )


def _label(kind: str, value: str, words: Words) -> str:
    """A value as it is shown; the ingested folder has no name."""
    return words("ask.where_top") if (kind, value) == ("folders", ".") else value


def _date(kind: str, chosen: date | None, words: Words) -> str:
    value = chosen.isoformat() if chosen else ""
    return (
        f"<label>{escape(words(f'ask.{kind}'))} "
        f'<input type="date" name="{kind}" value="{value}"></label>'
    )


def _chosen(filters: Filters, words: Words) -> Iterable[tuple[str, str, str]]:
    """Each chosen value as kind, value and what its chip says."""
    for kind in KINDS:
        for value in getattr(filters, kind):
            yield kind, value, _label(kind, value, words)
    for kind in ("since", "until"):
        day = getattr(filters, kind)
        if day:
            yield kind, day.isoformat(), words(f"ask.chip_{kind}", day=words.day(day))


def _chip(kind: str, value: str, label: str, words: Words) -> str:
    remove = escape(words("ask.chip_remove", what=label))
    return (
        f'<button type="button" class="chip" data-kind="{kind}" data-value="{escape(value)}" '
        f'aria-label="{remove}"><span>{escape(label)}</span>'
        '<span aria-hidden="true">×</span></button>'
    )
