"""What a web page says about itself in its meta tags and structured data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ingest.dates import DATE, parse_date
from ingest.readers.render import one_line

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_TITLES = ("og:title", "citation_title", "dc.title", "dcterms.title", "articletitle")
_PUBLISHERS = (
    "og:site_name publisher dc.publisher dcterms.publisher citation_publisher contentsource "
    "sitename article:publisher application-name"
).split()
_DATES = (
    "article:published_time datepublished citation_publication_date dcterms.issued dc.date.issued "
    "dcterms.created dcterms.date dc.date pubdate publishdate publish-date publication_date date"
).split()
_DAY = re.compile(DATE, re.IGNORECASE)
_PARTED = re.compile(r"\s+[|–—·»-]\s+|_")
_STRUCTURED_CHARS = 200_000
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class PageMeta:
    """Title, publisher, date and language, as far as the page tells them."""

    title: str | None
    publisher: str | None
    published: date | None
    language: str | None


def meta_of(tree: LexborHTMLParser) -> PageMeta:
    """Read the tags before anything is removed from the tree; addresses are no names."""
    said = _tags(tree)
    things = list(_structured(tree))
    publisher = _first(said, _PUBLISHERS) or _publisher(things)
    return PageMeta(
        _first(said, _TITLES) or _visible_title(tree),
        publisher,
        _day([said.get(key, "") for key in _DATES])
        or _day([str(thing.get("datePublished", "")) for thing in things])
        or _day(_times(tree)),
        _language(tree),
    )


def _tags(tree: LexborHTMLParser) -> dict[str, str]:
    said: dict[str, str] = {}
    for node in tree.css("meta"):
        attributes = node.attributes
        key = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        text = one_line(attributes.get("content") or "")
        if key and text:
            said.setdefault(key.strip().lower(), text)
    return said


def _first(said: Mapping[str, str], keys: Sequence[str]) -> str | None:
    values = (said.get(key, "") for key in keys)
    return next((text for text in values if text and "://" not in text), None)


def _visible_title(tree: LexborHTMLParser) -> str | None:
    """The one big heading, or the title of the window without the site's name."""
    headings = [one_line(node.text(deep=True)) for node in tree.css("h1")]
    if len(headings) == 1 and headings[0]:
        return headings[0]
    found = tree.css_first("title")
    whole = one_line(found.text(deep=True)) if found is not None else ""
    return max(_PARTED.split(whole), key=len).strip() or None


def _times(tree: LexborHTMLParser) -> list[str]:
    nodes = tree.css("[itemprop=datePublished], time[pubdate], time[datetime]")
    values = (node.attributes.get("datetime") or node.attributes.get("content") for node in nodes)
    return [value for value in values if value]


def _day(values: Sequence[str]) -> date | None:
    matches = (_DAY.search(value) for value in values)
    days = (parse_date(match[0]) for match in matches if match)
    return next((day for day in days if day), None)


def _publisher(things: Sequence[Mapping[str, Any]]) -> str | None:
    for thing in things:
        named = thing.get("publisher")
        named = named[0] if isinstance(named, list) and named else named
        name = named.get("name") if isinstance(named, dict) else named
        if isinstance(name, str) and name.strip() and "://" not in name:
            return one_line(name)
    return None


def _structured(tree: LexborHTMLParser) -> Iterator[Mapping[str, Any]]:
    """The objects of the page's JSON-LD; what does not parse says nothing."""
    for node in tree.css('script[type="application/ld+json"]'):
        text = node.text(deep=True)
        if len(text) > _STRUCTURED_CHARS:
            continue
        try:
            yield from _objects(json.loads(text), 0)
        except (ValueError, RecursionError):
            continue


def _objects(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
        yield from _objects(value.get("@graph"), depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        for inner in value:
            yield from _objects(inner, depth + 1)


def _language(tree: LexborHTMLParser) -> str | None:
    root = tree.css_first("html")
    lang = (root.attributes.get("lang") or root.attributes.get("xml:lang")) if root else None
    return lang.strip().split("-")[0].lower() or None if lang else None
