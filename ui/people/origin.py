"""Where a request was sent to and which page sent it, so that no other site works this one."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from ui.people.access import Access, is_loopback

_OWN_SITE = ("", "same-origin", "none")
"""What browsers say of a request that this site or the reader made; old ones say nothing."""


def is_our_host(access: Access, scope: Scope) -> bool:
    """Whether a request was meant for us, and not for a name that somebody pointed at us.

    By such a name (DNS rebinding) a foreign page would pass for ours. Nobody can do this with a
    bare address, and where people sign in it would gain nothing: their cookies go by the name, and
    what a proxy says comes only from the proxy.
    """
    host = _host(Headers(scope=scope).get("host", ""))
    if host in _named(access, scope) or is_loopback(host):
        return True
    if is_loopback(access.host):
        return False
    return _is_address(host) or (access.mode != "off" and not access.settings.hosts)


def is_foreign(access: Access, scope: Scope) -> bool:
    """Whether another site's page made a request, other than by a plain link to ours."""
    headers = Headers(scope=scope)
    if (origin := headers.get("origin")) is not None and not _is_our_origin(access, scope, origin):
        return True
    if headers.get("sec-fetch-site", "") in _OWN_SITE:
        return False
    reads = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
    return not (reads and headers.get("sec-fetch-mode") == "navigate")


def _is_our_origin(access: Access, scope: Scope, origin: str) -> bool:
    headers = Headers(scope=scope)
    sent_to = [headers.get("host", ""), headers.get("x-forwarded-host", "")]
    try:
        site = urlsplit(origin)
    except ValueError:
        return False
    if site.scheme not in ("http", "https"):
        return False  # "null" among others
    known = {_place(place) for place in sent_to if place}
    return _place(site.netloc) in known or _host(site.netloc) in _names(access)


def _named(access: Access, scope: Scope) -> set[str]:
    """The names we go by, and the address that the connection came in at."""
    server = scope.get("server")
    return _names(access) | {access.host.casefold(), str(server[0]).casefold() if server else ""}


def _names(access: Access) -> set[str]:
    return {host.casefold() for host in access.settings.hosts}


def _place(netloc: str) -> str:
    """Host and port as one text, the same with and without a scheme's own port."""
    return netloc.casefold().removesuffix(":80").removesuffix(":443")


def _host(netloc: str) -> str:
    try:
        return (urlsplit(f"//{netloc}").hostname or "").casefold()
    except ValueError:
        return ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
