"""The widget's HTTP: tickets, questions, opinions, and the end of an answer."""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import Response

from rag.errors import InputError
from rag.models import Answer, Claim
from ui.asking import PARALLEL_STEPS, EventStream, in_threads, told
from ui.judging.opinion import Opinion
from ui.metrics import Door
from ui.office import Office
from ui.sites.asked import AskedTable, Key
from ui.sites.cors import BELOW, site_of
from ui.sites.documents import filters_of
from ui.sites.events import site_events
from ui.sites.forms import (
    TELLS,
    AskedBody,
    Bearer,
    OpinionBody,
    StopBody,
    VisitBody,
    VisitForm,
    page_of,
)
from ui.sites.page import PAGES, address_of_page
from ui.sites.site import Site, SiteOff
from ui.sites.suggesting import Suggesting
from ui.sites.tickets import Claims, TicketExpired, TicketInvalid, client_of
from ui.sites.troubles import VisitorsRoute

PUBLIC = (BELOW, PAGES)
"""What the paths begin with that the gate leaves open."""
_LATE_S = 60 * 60
"""Seconds after its end that a ticket still tells who the visitor was."""
_MOST_DIGITS = 9


class OtherQuestion(InputError):
    """An id that was used for another question."""

    code = "bad-request"


def router(office: Office) -> APIRouter:
    """The routes below `/api/widget/{site}`; `ui.sites.cors.SiteDoor` stands before them."""
    routes = APIRouter(
        prefix=f"{BELOW}{{name}}", route_class=VisitorsRoute, dependencies=[Depends(page_of)]
    )
    counter = _Counter(office)

    @routes.post("/visit", summary="Get a ticket", response_model=VisitForm)
    async def visit(request: Request, body: VisitBody) -> dict[str, Any]:
        """A ticket for a visitor, and what the widget shows first."""
        return await to_thread.run_sync(counter.visit, request, body)

    @routes.post(
        "/ask",
        summary="Ask as a visitor",
        status_code=200,
        response_class=EventStream,
        responses=TELLS,
    )
    async def ask(
        request: Request,
        body: AskedBody,
        authorization: Bearer = "",
        last_event_id: Annotated[str, Header()] = "",
    ) -> EventStream:
        """The events of an answer, begun or joined."""
        return await counter.ask(request, body, _bearer(authorization), _number(last_event_id))

    @routes.post("/stop", summary="Stop an answer", status_code=204)
    async def stop(request: Request, body: StopBody, authorization: Bearer = "") -> Response:
        """End the work of an answer."""
        counter.stop(request, body, _bearer(authorization))
        return Response(status_code=204)

    @routes.post("/feedback", summary="Judge an answer as a visitor", status_code=204)
    def feedback(request: Request, body: OpinionBody, authorization: Bearer = "") -> Response:
        """Keep what a visitor thinks of an answer; said again, it counts once."""
        counter.judge(request, body, _bearer(authorization))
        return Response(status_code=204)

    return routes


class _Counter:
    """Where visitors are served."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._desk = office.sites
        self._suggesting = Suggesting(office.pipeline)
        self._asked = AskedTable()
        self._limiter = CapacityLimiter(PARALLEL_STEPS)

    def visit(self, request: Request, body: VisitBody) -> dict[str, Any]:
        """Give a ticket out."""
        site, origin = site_of(request.scope)
        address, tickets = client_of(request.scope), self._desk.tickets
        self._desk.limits.may_visit(site, address)
        visitor = self._known(site, origin, address, body) or tickets.new_visitor()
        return {
            "ticket": tickets.give(site.name, origin, visitor, address),
            "expires_in": tickets.seconds,
            "visitor": visitor,
            "title": site.title or None,
            "suggestions": list(self._suggesting.now(site)),
            "index_version": self._office.pipeline.index_version,
        }

    async def ask(self, request: Request, body: AskedBody, ticket: str, after: int) -> EventStream:
        """Begin an answer, unless that was done before; its events after those that are known."""
        site, claims = self._admitted(request, ticket)
        key: Key = (site.name, claims.visitor, body.ask)
        asked = self._asked.find(key, site.documents)
        if asked is None:
            self._desk.limits.may_ask(site, claims.visitor, client_of(request.scope))
            steps = in_threads(self._events(site, claims.visitor, body.question), self._limiter)
            asked = self._asked.begin(key, body.question, site.documents, steps)
            after = 0  # what is known is of an answer that is no more
        elif asked.question != body.question:
            raise OtherQuestion("This id was used for another question; take a new one.")
        else:
            self._desk.limits.may_repeat(site, claims.visitor)
        await self._asked.begun(key, asked)
        return EventStream(self._asked.read(key, asked, after))

    def stop(self, request: Request, body: StopBody, ticket: str) -> None:
        """End an answer of this visitor."""
        site, claims = self._admitted(request, ticket)
        self._asked.stop((site.name, claims.visitor, body.ask))

    def judge(self, request: Request, body: OpinionBody, ticket: str) -> None:
        """Keep an opinion; only now is anything of the answer written to the disk."""
        site, claims = self._admitted(request, ticket)
        self._desk.limits.may_repeat(site, claims.visitor)
        person = site.person_of(claims.visitor)
        given = self._desk.visits.given((site.name, claims.visitor), body.answer)
        if given is not None:
            self._office.judging.remember(person, *given)
        verdict = "right" if body.helpful else "wrong"
        self._office.judging.judge(person, body.answer, Opinion(verdict))

    def _admitted(self, request: Request, ticket: str) -> tuple[Site, Claims]:
        site, origin = site_of(request.scope)
        claims = self._desk.tickets.take(ticket, site.name, origin, client_of(request.scope))
        return site, claims

    def _known(self, site: Site, origin: str, address: str, body: VisitBody) -> str | None:
        """Who this is, if the last ticket says the same."""
        if not body.ticket or not body.visitor:
            return None
        try:
            claims = self._desk.tickets.take(body.ticket, site.name, origin, address, late=_LATE_S)
        except (TicketExpired, TicketInvalid):
            return None
        return claims.visitor if claims.visitor == body.visitor else None

    def _events(self, site: Site, visitor: str, question: str) -> Generator[str]:
        """What one answer sends; raises `TooOften` and the like before anything is sent."""
        history = self._desk.visits.turns((site.name, visitor))
        filters = filters_of(site, self._office.pipeline)
        told_of = told(
            self._office,
            site.person,
            question,
            history=history,
            filters=filters,
            door=Door.WIDGET,
        )
        watched = self._watched(site, visitor, told_of)
        return site_events(watched, lambda place: self._address(site, place))

    def _watched(
        self, site: Site, visitor: str, told_of: Generator[str | Claim | Answer]
    ) -> Generator[str | Claim | Answer]:
        """The events of an answer while its site is on; the answer is remembered for the visit."""
        try:
            for event in told_of:
                now = self._desk.sites.get(site.name)
                if now is None or not now.on or now.documents != site.documents:
                    raise SiteOff("Questions are not taken here at the moment.")
                if isinstance(event, Answer):
                    self._desk.visits.add((site.name, visitor), event)
                yield event
        finally:
            told_of.close()

    def _address(self, site: Site, permalink: str) -> str:
        return address_of_page(self._desk.tickets, site.name, permalink)


def _bearer(authorization: str) -> str:
    scheme, _, ticket = authorization.partition(" ")
    if scheme.lower() != "bearer" or not ticket:
        raise TicketInvalid("A ticket is missing; get one.")
    return ticket.strip()


def _number(event_id: str) -> int:
    """The number of an event; one that is none is before the first."""
    plain = event_id.isascii() and event_id.isdigit() and len(event_id) <= _MOST_DIGITS
    return int(event_id) if plain else 0
