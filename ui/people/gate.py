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
from ui.keys.key import PREFIX
from ui.keys.reach import check_reach
from ui.keys.store import BadKey
from ui.people.access import Access, is_off_by_itself
from ui.people.cookies import token_of
from ui.people.limits import TooOften
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
_NO_KEY = f"This is no key of this server, which begin with {PREFIX}; send one of those."

Authenticator = Callable[[HTTPConnection], Person | None]
"""Finds who is behind a request, such as by a key in its headers; runs in a thread."""


class Gate:
    """Puts the person behind each request into its scope, or answers in place of the page."""

    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        authenticators: Sequence[Authenticator] = (),
        open_below: tuple[str, ...] = (),
    ) -> None:
        """`authenticators` are asked in turn of requests with an Authorization header; what they
        find comes before a session, and a key that they refuse is refused however else one came in.

        What `open_below` paths begin with is shown to anybody, other sites' pages too; whoever
        comes there is no person.
        """
        self._app = app
        self._access = access
        self._authenticators = authenticators
        self._open_below = open_below
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
        if answer is None and not self._is_open(scope):
            try:
                person = await self._person(scope, named)
            except PolicyQAError as error:
                answer = _refusal(error)
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
        if not self._is_public(scope) and is_foreign(self._access, scope):
            return problem(403, "foreign-page", "Another site's page may not do this.")
        return None

    def _is_open(self, scope: Scope) -> bool:
        return scope["path"] in _OPEN or self._is_public(scope)

    def _is_public(self, scope: Scope) -> bool:
        """Whether other sites' pages may come here; no websocket is for them."""
        path: str = scope["path"]
        return scope["type"] == "http" and path.startswith(self._open_below)

    async def _person(self, scope: Scope, named: Person | None) -> Person | None:
        """Who comes, if this one may come here.

        Raises:
            PolicyQAError: a key is refused, or does not open this; or nobody can tell who comes.
        """
        connection = HTTPConnection(scope)
        person = None
        if self._authenticators and "authorization" in connection.headers:
            person = await self._found(self._by_header, connection)
        if person is not None:
            check_reach(person, scope)
            return person
        if self._access.mode == "off":
            return LOCAL
        if self._access.mode == "proxy":
            return named
        return await self._found(self._by_session, connection)

    async def _found(self, find: Authenticator, connection: HTTPConnection) -> Person | None:
        return await to_thread.run_sync(partial(find, connection), limiter=self._limiter)

    def _by_header(self, connection: HTTPConnection) -> Person | None:
        return next((found for ask in self._authenticators if (found := ask(connection))), None)

    def _by_session(self, connection: HTTPConnection) -> Person | None:
        token = token_of(connection)
        return self._access.signed_in(token) if token else None

    def _unknown(self, scope: Scope) -> Response:
        """To sign-in with whoever opens a page; a program is told what is missing."""
        headers = Headers(scope=scope)
        if headers.get("authorization", "").lower().startswith("bearer "):
            return _unauthorized(BadKey.code, _NO_KEY)
        opens = scope["type"] == "http" and scope["method"] == "GET"
        if self._access.mode == "users" and opens and "text/html" in headers.get("accept", ""):
            query = scope["query_string"].decode("latin-1")
            wanted = quote(scope["path"] + (f"?{query}" if query else ""), safe="/")
            return RedirectResponse(f"{SIGN_IN}?next={wanted}", 303)
        return _unauthorized("not-signed-in", "Nobody is signed in; sign in and try again.")


def _unauthorized(code: str, said: str) -> Response:
    response = problem(401, code, said)
    response.headers["www-authenticate"] = "Bearer"
    return response


def _refusal(error: PolicyQAError) -> Response:
    if error.http_status == 401:
        return _unauthorized(error.code, str(error))
    response = problem(error.http_status, error.code, str(error))
    if isinstance(error, TooOften):
        response.headers["retry-after"] = str(error.seconds)
    return response
