"""What stands before the widget's routes: which page asks, and for which site.

It is outside every other part that may refuse a request, so that the script on a listed page can
read each refusal. An origin is compared as it was sent, byte by byte.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import PolicyQAError
from ui.problems import answer_to, problem
from ui.sites.site import NoSite, Site, SiteOff
from ui.sites.store import Sites
from ui.sites.troubles import for_visitors

BELOW = "/api/widget/"
SITE_KEY = "policyqa.site"
"""Where in an ASGI scope the site is, and the page's origin, once both have been let through."""
_PREFLIGHT = {
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "authorization, content-type, last-event-id",
    "access-control-max-age": "600",
}


class SiteDoor:
    """Lets the pages of a site through to its routes, and nobody else."""

    def __init__(self, app: ASGIApp, sites: Sites) -> None:
        self._app = app
        self._sites = sites

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its site, or refuse it."""
        if scope["type"] != "http" or not scope["path"].startswith(BELOW):
            return await self._app(scope, receive, send)
        try:
            site = self._sites.known(scope["path"].removeprefix(BELOW).partition("/")[0])
        except PolicyQAError as error:
            return await answer_to(for_visitors(error))(scope, receive, _marked(send, None))
        origins = Headers(scope=scope).getlist("origin")
        origin = origins[0] if len(origins) == 1 and origins[0] in site.origins else None
        answer = self._answer(scope, site, origin)
        if answer is not None:
            return await answer(scope, receive, _marked(send, origin))
        scope[SITE_KEY] = site, origin
        return await self._app(scope, receive, _marked(send, origin))

    def _answer(self, scope: Scope, site: Site, origin: str | None) -> Response | None:
        if origin is None:
            said = "This page may not use the widget of this site; its origin is not listed."
            return problem(403, "unlisted-origin", said)
        if scope["method"] == "OPTIONS":
            return Response(status_code=204, headers=_PREFLIGHT)
        if not site.on:
            return answer_to(SiteOff("Questions are not taken here at the moment."))
        return None


def site_of(scope: Scope) -> tuple[Site, str]:
    """The site of a request, and the origin of the page that made it.

    Raises:
        NoSite: the request did not come through the door.
    """
    found = scope.get(SITE_KEY)
    if found is None:
        raise NoSite("There is no such site here.")
    site, origin = found
    return site, origin


def _marked(send: Send, origin: str | None) -> Send:
    """Adds to a response who may read it."""

    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.add_vary_header("Origin")
            headers["cache-control"] = "no-store"
            if origin is not None:
                headers["access-control-allow-origin"] = origin
                headers["access-control-expose-headers"] = "Retry-After, X-Request-Id"
                headers["cross-origin-resource-policy"] = "cross-origin"
        await send(message)

    return marked
