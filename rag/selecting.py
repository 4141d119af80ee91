"""What to say when filters leave no document to look in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.models import Document, Filters

_NONE = Filters()
_MOST_NAMED = 8


def why_none(filters: Filters, documents: Sequence[Document]) -> str | None:
    """Why the filters admit no document, as one sentence; `None` if they admit any."""
    if filters == _NONE or any(map(filters.admits, documents)):
        return None
    for one, told in _alone(filters):
        if not any(map(one.admits, documents)):
            known = _known(one, documents)
            return f"The index holds no document {told}; {known or 'look in other ones'}."
    return "No document meets all of these filters at once; leave one of them out."


def _alone(filters: Filters) -> Iterator[tuple[Filters, str]]:
    """Each filter on its own, and what it asks of a document."""
    yield replace(_NONE, documents=filters.documents), f"called {_either(filters.documents)}"
    yield replace(_NONE, publishers=filters.publishers), f"by {_either(filters.publishers)}"
    yield (
        replace(_NONE, languages=filters.languages),
        f"in the language {_either(filters.languages)}",
    )
    yield replace(_NONE, folders=filters.folders), f"in a folder {_either(filters.folders)}"
    yield replace(_NONE, tags=filters.tags), f"with the tag {_either(filters.tags)}"
    bounds = ("from", filters.since), ("to", filters.until)
    dates = " ".join(f"{word} {day}" for word, day in bounds if day)
    yield replace(_NONE, since=filters.since, until=filters.until), f"published {dates}"


def _known(one: Filters, documents: Sequence[Document]) -> str:
    """What might be asked for instead, if that is a short list."""
    if one.publishers:
        return _listed("publishers", [d.publisher for d in documents])
    if one.languages:
        return _listed("languages", [d.language for d in documents])
    if one.folders:
        return _listed("folders", [d.source.rpartition("/")[0] for d in documents])
    if one.tags:
        return _listed("tags", [tag for d in documents for tag in d.tags])
    if one.documents:
        return "see 'policyqa status' for those it holds"
    days = sorted(d.published for d in documents if d.published)
    return f"its dates go from {days[0]} to {days[-1]}" if days else "none of them has a date"


def _listed(what: str, found: Sequence[str | None]) -> str:
    names = sorted({name for name in found if name})
    if not names:
        return f"it knows of no {what}"
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"its {what} are {', '.join(names[:_MOST_NAMED])}{more}"


def _either(names: Sequence[str]) -> str:
    return " or ".join(map(repr, names))
