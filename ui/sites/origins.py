"""Origins of web pages as browsers send them: `scheme://host[:port]`, and nothing else."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

import idna

from rag.errors import InputError

_FORM = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[^\[\]:/?#@\\%\s]+)(?::([0-9]{1,5}))?/?", re.I)
_STANDARD = {"http": 80, "https": 443}
_MOST_PORT = 65_535
_LONGEST_HOST = 253
_AT_HOME = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
"""Ends of names that no public name server knows."""


class OriginError(InputError):
    """A text that is no origin of a page, or of one that may not use the widget."""

    code = "bad-origin"


def parse_origin(text: str) -> str:
    """An origin as browsers write it: small letters, punycode, no standard port.

    Requests are compared with this, byte by byte, so nothing of what they send is interpreted.

    Raises:
        OriginError: it is none, or pages there are not protected from being altered on their way.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None or not found[2].isprintable():
        raise OriginError(
            f"{text!r} is no origin of pages; write scheme and host, such as "
            "https://www.example.org, without a path, a user name or an asterisk."
        )
    scheme = found[1].lower()
    host = _host(found[2].lower(), text)
    if scheme == "http" and not is_at_home(host):
        raise OriginError(
            f"Pages of {text!r} can be altered on their way to the reader; use https:// there."
        )
    return f"{scheme}://{host}{_port(scheme, found[3], text)}"


def is_at_home(host: str) -> bool:
    """Whether a host, as `parse_origin` writes it, is this machine or one of a private network."""
    address = _address(host.strip("[]"))
    if address is not None:
        return address.is_private or address.is_loopback
    return "." not in host or host.endswith(_AT_HOME)


def is_unprotected(origin: str) -> bool:
    """Whether the pages of an origin come without encryption."""
    return origin.startswith("http:")


def _host(host: str, text: str) -> str:
    if host.startswith("["):
        address = _address(host[1:-1])
        if not isinstance(address, IPv6Address):
            raise OriginError(f"{text!r} names no address of a machine; correct it.")
        return f"[{address.compressed}]"
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", host.rpartition(".")[2]):
        # Browsers read such a host as a number, in whatever way it is written.
        if not isinstance(_address(host), IPv4Address):
            raise OriginError(f"{text!r} names no address of a machine; correct it.")
        return host
    return _name(host, text)


def _name(host: str, text: str) -> str:
    try:
        # As browsers do: what looks alike becomes one, and deviations are kept apart.
        name = idna.encode(host, uts46=True, std3_rules=True, transitional=False).decode("ascii")
    except idna.IDNAError as error:
        raise OriginError(f"{text!r} names no host ({error}); correct it.") from error
    if name.endswith(".") or len(name) > _LONGEST_HOST or _address(name) is not None:
        raise OriginError(f"{text!r} names no host; write it without a dot at the end.")
    return name


def _port(scheme: str, digits: str | None, text: str) -> str:
    if digits is None:
        return ""
    if not 1 <= int(digits) <= _MOST_PORT:
        raise OriginError(f"{text!r} has no port that there is; take one from 1 to 65535.")
    return "" if int(digits) == _STANDARD[scheme] else f":{int(digits)}"


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
