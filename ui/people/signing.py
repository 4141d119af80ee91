"""Signing in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network
from math import ceil
from typing import Annotated
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from ui.people.access import Access
from ui.people.audit import Audit
from ui.people.cookies import drop_token, keep_token, token_of
from ui.people.gate import SIGN_IN, SIGN_OUT
from ui.people.person import Person, Role
from ui.people.sign_in_page import sign_in_page
from ui.people.users import folded
from ui.words import words_for

_AT_ONCE = 2
"""Passwords checked at the same time: each takes 64 MiB and a good part of a core."""
_LONGEST = 2000
NOBODY = Person("", Role.READER)
"""Whom the audit log names for a sign-in with an unknown name: what was typed may be a password."""


def router(access: Access, audit: Audit) -> APIRouter:
    """The routes of signing in and out."""
    routes = APIRouter(include_in_schema=False)
    limiter = CapacityLimiter(_AT_ONCE)
    desk = _Desk(access, audit)

    @routes.get(SIGN_IN)
    def show(request: Request, wanted: Annotated[str, Query(alias="next")] = "/") -> Response:
        """The form; where nobody signs in, the page itself."""
        if access.mode != "users":
            return RedirectResponse("/", 303)
        return sign_in_page(words_for(request.headers.get("accept-language")), own_address(wanted))

    @routes.post(SIGN_IN)
    async def sign_in(request: Request) -> Response:
        """Sign in, and go on to the wanted page."""
        if access.mode != "users":
            return RedirectResponse("/", 303)
        given = await request.form(max_files=0, max_fields=10)
        fields = {key: value for key, value in given.items() if isinstance(value, str)}
        return await to_thread.run_sync(desk.sign_in, request, fields, limiter=limiter)

    @routes.post(SIGN_OUT)
    def sign_out(request: Request) -> Response:
        """Sign out, here and in the browser."""
        return desk.sign_out(request)

    return routes


@dataclass(frozen=True, slots=True)
class _Desk:
    access: Access
    audit: Audit

    def sign_in(self, request: Request, fields: Mapping[str, str]) -> Response:
        words = words_for(request.headers.get("accept-language"))
        name, wanted = fields.get("name", "")[:200], own_address(fields.get("next", "/"))
        place = request.client.host if request.client else ""
        near = neighbourhood(place)
        keys = (f"{folded(name)} at {near}", f"name {folded(name)}", f"address {near}")
        if wait := self._wait(keys):
            said = words("people.too_many", minutes=ceil(wait / 60))
            refusal = sign_in_page(words, wanted, name, said, 429)
            refusal.headers["retry-after"] = str(ceil(wait))
            return refusal
        user = self.access.users.check(name, fields.get("password", ""))
        if user is None:
            known = self.access.users.get(folded(name))
            self.audit.note(known.person if known else NOBODY, "sign-in refused", f"from {place}")
            return sign_in_page(words, wanted, name, words("people.wrong"), 403)
        self._forgive(keys)
        if old := token_of(request):
            self.access.sessions.end(old)
        token = self.access.sessions.begin(user)
        self.audit.note(user.person, "sign in")
        response = RedirectResponse(wanted, 303)
        keep_token(request, response, token, self.access.sessions.seconds)
        return response

    def sign_out(self, request: Request) -> Response:
        if token := token_of(request):
            person = self.access.signed_in(token)
            self.access.sessions.end(token)
            if person:
                self.audit.note(person, "sign out")
        response = RedirectResponse(SIGN_IN if self.access.mode == "users" else "/", 303)
        response.headers["clear-site-data"] = '"cache"'  # what "back" would show
        drop_token(request, response)
        return response

    def _wait(self, keys: tuple[str, str, str]) -> float:
        """Count an attempt before it is made, so that many at once gain nothing."""
        both, name, address = keys
        all_of, one = self.access.failing_in_all, self.access.failing
        for limit, key in ((all_of, address), (one, both), (all_of, name)):
            if wait := limit.take(key):
                return wait  # who is refused uses up nothing further
        return 0.0

    def _forgive(self, keys: tuple[str, str, str]) -> None:
        both, *each = keys
        self.access.failing.give_back(both)
        for key in each:
            self.access.failing_in_all.give_back(key)


def neighbourhood(address: str) -> str:
    """The address that a limit counts by: of IPv6 the /64, all of which one line has."""
    try:
        found = IPv6Address(address)
    except ValueError:
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), 64), strict=False))


def own_address(wanted: str) -> str:
    """An address of this server to go on to; the start page for whatever else was asked for.

    Browsers take a backslash for a slash and pass over control characters.
    """
    if len(wanted) > _LONGEST or "\\" in wanted or not wanted.isprintable():
        return "/"
    if not wanted.startswith("/") or wanted.startswith("//"):
        return "/"
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc or parts.path.startswith(SIGN_IN) else wanted
