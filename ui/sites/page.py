"""`/s/{site}/{permalink}`: a document on a page of its own, for the visitors of a site.

A whole document is shown to whoever has its address; that is what giving it to a site means. Words
that stand in it no longer are shown only to whoever has the link that this server once gave out,
which is signed: by trying links letter by letter anybody else could read what was taken out of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import HTMLResponse

from rag.live import find_document
from rag.models import Document, Filters
from rag.past import PastText, PastTexts
from rag.permalink import parse_permalink
from ui.leaf import leaf, missing_leaf
from ui.office import Office
from ui.replies import readable
from ui.sites.documents import filters_of
from ui.sites.tickets import Tickets, client_of
from ui.sites.troubles import VisitorsRoute
from ui.words import words_for

PAGES = "/s/"
_PURPOSE = "page"


def address_of_page(tickets: Tickets, site: str, permalink: str) -> str:
    """Where the page of a permalink is, signed as given out by this server."""
    signature = tickets.signature(_PURPOSE, f"{site} {permalink}")
    return f"{PAGES}{site}/{quote(permalink)}?k={signature}"


def router(office: Office) -> APIRouter:
    """The route of the pages."""
    routes = APIRouter(route_class=VisitorsRoute)
    desk = office.sites

    @readable(routes, PAGES + "{name}/{permalink:path}", include_in_schema=False)
    def page(
        request: Request,
        name: str,
        permalink: str,
        k: Annotated[str, Query(max_length=64)] = "",
        accept_language: Annotated[str, Header()] = "",
    ) -> HTMLResponse:
        """A document with the words of the permalink marked; 404 if it is not the site's."""
        desk.limits.may_open(client_of(request.scope))
        words = words_for(accept_language)
        site = desk.sites.get(name)
        try:
            place = parse_permalink(permalink)
        except ValueError:
            place = None
        if site is None or not site.on or place is None:
            return missing_leaf(words, public=True)
        filters = filters_of(site, office.pipeline)
        is_ours = desk.tickets.holds(_PURPOSE, f"{name} {permalink}", k)
        past = _Past(office.past, filters) if is_ours else _NoPast()
        find = partial(_find, office, filters)
        address = str(request.url.replace(fragment=""))
        return leaf(place, find, past, words=words, address=address, public=True)

    return routes


def _find(office: Office, filters: Filters | None, document_id: str) -> Document | None:
    found = find_document(office.pipeline, document_id)
    return found if found is not None and _is_admitted(found, filters) else None


def _is_admitted(document: Document, filters: Filters | None) -> bool:
    return filters is None or filters.admits(document)


class _Past(PastTexts):
    """Of the earlier texts only those that are admitted."""

    def __init__(self, past: PastTexts, filters: Filters | None) -> None:
        self._past = past
        self._filters = filters

    def versions(self, document_id: str) -> Iterator[PastText]:
        kept = self._past.versions(document_id)
        return (version for version in kept if _is_admitted(version.document, self._filters))


class _NoPast(PastTexts):
    """No earlier text, and none is read: that takes time, which would tell that there is one."""

    def __init__(self) -> None:
        # Not super().__init__(): that is of a folder.
        pass

    def versions(self, _: str) -> Iterator[PastText]:
        return iter(())
