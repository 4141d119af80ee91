"""What stands before every route: it tells who asks, and turns away who may not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import PolicyQAError
from ui.people.access import Access, is_off_by_itself
from ui.people.cookies import token_of
from ui.people.origin import is_foreign, is_our_host
from ui.people.person import LOCAL, STATE_KEY, Person
from ui.people.proxy import Proxies
from ui.problems import problem

SIGN_IN = "/sign-in"
SIGN_OUT = "/sign-out"
_OPEN = {"/healthz", "/readyz", SIGN_IN, SIGN_OUT, "/favicon.ico"}
"""What is shown to anybody."""
_HANDED_ON = {"x-forwarded-for", "x-forwarded-host", "forwarded", "via"}
"""Headers that proxies add."""
_THREADS = 8

Authenticator = Callable[[HTTPConnection], Person | None]
"""Finds who is behind a request, such as by a key in its headers; runs in a thread."""


class Gate:
    """Puts the person behind each request into its scope, or answers in place of the page."""

    def __init__(
        self, app: ASGIApp, access: Access, authenticators: Sequence[Authenticator] = ()
    ) -> None:
        """`authenticators` are asked in turn when there is no session."""
        self._app = app
        self._access = access
        self._authenticators = authenticators
        self._proxies = Proxies.of(access.settings)
        self._limiter = CapacityLimiter(_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with its person, unless it is refused."""
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        named = self._proxies.person(scope)
        answer = self._proxied(scope)  # before the headers of strangers are taken out
        self._proxies.settle(scope)
        answer = answer or self._misdirected(scope)
        if answer is None and scope["path"] not in _OPEN:
            try:
                person = await self._person(scope, named)
            except PolicyQAError as error:
                answer = problem(error.http_status, error.code, str(error))
            else:
                scope[STATE_KEY] = person
                answer = None if person else self._unknown(scope)
        if answer is None:
            return await self._app(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return await answer(scope, receive, send)

    def _proxied(self, scope: Scope) -> Response | None:
        """The refusal of what a proxy hands on, where whoever comes is taken for who sits here."""
        if not is_off_by_itself(self._access.settings, self._access.mode):
            return None
        if _HANDED_ON.isdisjoint(Headers(scope=scope).keys()):
            return None
        said = (
            "This server lets only its own machine in; set access.sign_in to users, proxy or off."
        )
        return problem(403, "proxied", said)

    def _misdirected(self, scope: Scope) -> Response | None:
        """The refusal of what was not meant for us, or was sent by another site's page."""
        if not is_our_host(self._access, scope):
            said = (
                "This program is not reached by that name; use its address, or add the name to "
                "the setting access.hosts."
            )
            return problem(421, "unknown-host", said)
        if is_foreign(self._access, scope):
            return problem(403, "foreign-page", "Another site's page may not do this.")
        return None

    async def _person(self, scope: Scope, named: Person | None) -> Person | None:
        if self._access.mode == "off":
            return LOCAL
        if self._access.mode == "proxy" and named:
            return named
        find = partial(self._known, HTTPConnection(scope))
        return await to_thread.run_sync(find, limiter=self._limiter)

    def _known(self, connection: HTTPConnection) -> Person | None:
        token = token_of(connection) if self._access.mode == "users" else None
        person = self._access.signed_in(token) if token else None
        if person is not None:
            return person
        return next((found for ask in self._authenticators if (found := ask(connection))), None)

    def _unknown(self, scope: Scope) -> Response:
        """To sign-in with whoever opens a page; a program is told what is missing."""
        headers = Headers(scope=scope)
        opens = scope["type"] == "http" and scope["method"] == "GET"
        if self._access.mode == "users" and opens and "text/html" in headers.get("accept", ""):
            query = scope["query_string"].decode("latin-1")
            wanted = quote(scope["path"] + (f"?{query}" if query else ""), safe="/")
            return RedirectResponse(f"{SIGN_IN}?next={wanted}", 303)
        said = "Nobody is signed in; sign in and try again."
        return problem(401, "not-signed-in", said)
