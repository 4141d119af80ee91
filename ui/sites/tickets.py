"""Tickets: for a short time they let one visitor of one site ask, from one page and address.

A ticket is `claims.signature`, both in base64 without padding. The claims are JSON: the site, the
page's origin, the visitor's random number, when it ends, and a keyed hash of the address it was
given to, which tells nobody else the address. Nothing is kept of it here, so a restart changes
nothing; the key lies in a file of its own that only the server's user may read.
"""

from __future__ import annotations

import hmac
import json
import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from tempfile import NamedTemporaryFile

from starlette.types import Scope

from rag.errors import PolicyQAError
from ui.sites.store import SitesUnusable

SECRET_FILE = "sites.secret"  # noqa: S105  a file's name
_SECRET_BYTES = 32
_VISITOR_BYTES = 16
_LONGEST = 1024
_CLOCK_STEPS_S = 60
"""By how much a clock may be set back before tickets from its future are taken for ended ones."""
_HOME_PREFIX = 64
"""Bits of an IPv6 address that one household has; it changes the rest as it likes."""


class TicketInvalid(PolicyQAError):
    """A ticket that was not given to this visitor of this site, on this page and address."""

    code = "ticket-invalid"
    http_status = 401


class TicketExpired(PolicyQAError):
    """A ticket that was good once."""

    code = "ticket-expired"
    http_status = 401


@dataclass(frozen=True, slots=True)
class Claims:
    """What a ticket says; `ends` counts seconds since 1970."""

    site: str
    origin: str
    visitor: str
    address: str
    ends: int


class Tickets:
    """Gives tickets out and takes them."""

    def __init__(self, path: Path, seconds: int, *, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._secret: bytes | None = None
        self.seconds = seconds

    def new_visitor(self) -> str:
        """A random number for somebody new: 22 characters."""
        return token_urlsafe(_VISITOR_BYTES)

    def give(self, site: str, origin: str, visitor: str, address: str) -> str:
        """A ticket for a visitor."""
        ends = int(self._clock()) + self.seconds
        hashed = self._mac("address", household(address))[:16]
        said = [site, origin, visitor, _text(hashed), ends]
        claims = _text(json.dumps(said, separators=(",", ":")).encode())
        return f"{claims}.{_text(self._mac('ticket', claims))}"

    def take(self, ticket: str, site: str, origin: str, address: str, late: int = 0) -> Claims:
        """What a ticket says, if it is good here, and ended at most `late` seconds ago.

        Raises:
            TicketExpired: it has ended, or would be good for longer than any that is given now.
            TicketInvalid: it is none of ours, or it is somebody else's.
        """
        claims = self._read(ticket)
        hashed = _text(self._mac("address", household(address))[:16])
        if (claims.site, claims.origin, claims.address) != (site, origin, hashed):
            raise TicketInvalid("This ticket was given to somebody else; get a new one.")
        now = self._clock()
        if not now - late < claims.ends <= now + self.seconds + _CLOCK_STEPS_S:
            raise TicketExpired("This ticket has ended; get a new one.")
        return claims

    def signature(self, purpose: str, text: str) -> str:
        """A signature of a text for another purpose: 22 characters."""
        return _text(self._mac(purpose, text)[:16])

    def holds(self, purpose: str, text: str, signature: str) -> bool:
        """Whether `signature` made this."""
        told = signature.encode("utf-8", "replace")
        return hmac.compare_digest(self.signature(purpose, text).encode(), told)

    def _read(self, ticket: str) -> Claims:
        claims, _, signature = ticket.partition(".")
        told = signature.encode("utf-8", "replace")
        wanted = _text(self._mac("ticket", claims)).encode()
        if len(ticket) > _LONGEST or not hmac.compare_digest(wanted, told):
            raise TicketInvalid("This is no ticket of this server; get a new one.")
        try:
            return Claims(*json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4))))
        except (ValueError, TypeError, Base64Error) as error:
            raise TicketInvalid("This ticket is of another version; get a new one.") from error

    def _mac(self, purpose: str, text: str) -> bytes:
        """What only this server can make; purposes are apart, so that none serves for another."""
        if self._secret is None:
            self._secret = _secret(self._path)
        key = hmac.digest(self._secret, purpose.encode(), sha256)
        return hmac.digest(key, text.encode("utf-8", "replace"), sha256)


def client_of(scope: Scope) -> str:
    """The address that a request comes from, once the gate has settled it."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def household(address: str) -> str:
    """What of a client's address stays the same while somebody reads a page."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((found, _HOME_PREFIX), strict=False).network_address)
    return str(found)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _secret(path: Path) -> bytes:
    """The key of this server; made when it is first needed, by whichever process is first."""
    try:
        if not path.exists():
            _make(path)
        kept = bytes.fromhex(path.read_text(encoding="ascii"))
    except OSError as error:
        raise SitesUnusable(
            f"{path} cannot be used ({error.strerror or error}); check its permissions."
        ) from error
    except ValueError:
        kept = b""
    if len(kept) != _SECRET_BYTES:
        raise SitesUnusable(f"{path} is damaged; remove it, and a new one is made.")
    return kept


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="ascii") as new:
        try:
            new.write(token_bytes(_SECRET_BYTES).hex())
            new.flush()
            os.fsync(new.fileno())
            os.link(new.name, path)  # made with 0600; whole, and never in place of another
        except FileExistsError:
            pass  # another process was quicker
        finally:
            Path(new.name).unlink(missing_ok=True)
