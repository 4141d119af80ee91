"""A site: whose pages may carry the widget, and what their visitors may ask about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.errors import InputError, PolicyQAError
from ui.people.person import SITE_PREFIX, Person, Role
from ui.sites.origins import parse_origin

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_TEXT = 200
_MOST_SUGGESTIONS = 8
_MOST_ORIGINS = 100
RATE = 10
"""Questions a minute that one visitor may ask, unless the site says otherwise."""
SITE_RATE = 120
"""Questions a minute that all visitors of a site may ask together, unless it says otherwise."""
_MOST_RATE = 100_000


class SiteError(InputError):
    """A site that is unknown or taken, or a value that it cannot have."""

    code = "bad-site"


class NoSite(PolicyQAError):
    """There is no site of this name."""

    code = "no-site"
    http_status = 404


class SiteOff(PolicyQAError):
    """The site has been switched off."""

    code = "site-off"
    http_status = 403


@dataclass(frozen=True, slots=True)
class Site:
    """One site; `origins` are as `parse_origin` writes them.

    `documents` name what its visitors may read (see `ui.sites.documents`); if empty, it is all.
    """

    name: str
    origins: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    rate: int = RATE
    site_rate: int = SITE_RATE
    title: str = ""
    suggestions: tuple[str, ...] = ()
    on: bool = True

    def __post_init__(self) -> None:
        _check(self)

    @property
    def person(self) -> Person:
        """Who asks, for the rest of the program."""
        return Person(f"{SITE_PREFIX}{self.name}", Role.READER)

    def person_of(self, visitor: str) -> Person:
        """Who judges answers; visitors are told apart by a random number only."""
        return Person(f"{self.person.name}/{visitor}", Role.READER)

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Site:
        """The site that `asdict` made a row of; raises TypeError, KeyError or SiteError."""
        lists = {key: _texts(row[key]) for key in ("origins", "documents", "suggestions")}
        _texts([row["name"], row.get("title", "")])
        return cls(**{**row, **lists})


def usable_name(text: str) -> str:
    """A name as it is kept.

    Raises:
        SiteError: it will not do.
    """
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        raise SiteError(
            f"{text!r} cannot name a site; use 1 to 63 letters a to z, digits and hyphens between."
        )
    return name


def _texts(value: Any) -> tuple[str, ...]:
    """A list of texts as it was read; what is none might pass for an empty one, which allows all.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise TypeError(f"{value!r} is not of the form that it should have")
    return tuple(value)


def _check(site: Site) -> None:
    usable_name(site.name)
    if not 1 <= site.rate <= _MOST_RATE or not 1 <= site.site_rate <= _MOST_RATE:
        raise SiteError(f"Questions a minute must be from 1 to {_MOST_RATE:,}; correct the rate.")
    if not all(type(rate) is int for rate in (site.rate, site.site_rate)):
        raise SiteError("Questions a minute are a whole number.")
    if not all(rule.strip("/. ") for rule in site.documents):
        raise SiteError("One of the documents has no name; take it out or name it.")
    if not isinstance(site.on, bool):
        raise SiteError("A site is on or off: true or false.")
    if any(parse_origin(origin) != origin for origin in site.origins):
        raise SiteError("An origin is written in another way than browsers send it.")
    if len(site.origins) > _MOST_ORIGINS:
        raise SiteError(f"A site has at most {_MOST_ORIGINS} origins; make another one.")
    if len(site.suggestions) > _MOST_SUGGESTIONS:
        raise SiteError(f"A site has at most {_MOST_SUGGESTIONS} suggestions; leave some out.")
    for text in (site.title, *site.suggestions):
        if len(text) > _LONGEST_TEXT or not text.isprintable():
            raise SiteError(
                f"A title or suggestion is one line of at most {_LONGEST_TEXT} characters."
            )
