"""What reverse proxies say of a request: believed from those that are trusted, else taken away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from unicodedata import normalize

from starlette.datastructures import Headers
from starlette.types import Scope

from rag.access_settings import AccessSettings
from ui.people.person import KEY_PREFIX, LOCAL, SITE_PREFIX, Person, Role

_LONGEST_NAME = 200
# What servers, and Gradio itself, take a request's origin and its user from.
_TOLD = ("forwarded", "x-real-ip", "x-gradio-server", "x-gradio-user")


@dataclass(frozen=True, slots=True)
class Proxies:
    """The trusted proxies, and the headers in which they name a person."""

    networks: tuple[IPv4Network | IPv6Network, ...]
    user_header: str
    role_header: str
    default_role: Role

    @classmethod
    def of(cls, settings: AccessSettings) -> Proxies:
        """Those that the settings name."""
        return cls(
            tuple(ip_network(address) for address in settings.proxy_addresses),
            settings.proxy_user_header.lower(),
            settings.proxy_role_header.lower(),
            Role(settings.default_role),
        )

    def trusts(self, scope: Scope) -> bool:
        """Whether a request comes from one of them."""
        client: tuple[str, int] | None = scope.get("client")
        return client is not None and self._is_proxy(client[0])

    def settle(self, scope: Scope) -> None:
        """Put into a scope what a trusted proxy says of it; what anybody else says is taken out."""
        if not self.trusts(scope):
            named = {*_TOLD, self.user_header, self.role_header}
            scope["headers"] = [
                (name, value)
                for name, value in scope["headers"]
                if (text := name.decode("latin-1").lower()) not in named
                and not text.startswith("x-forwarded-")
            ]
            return
        headers = Headers(scope=scope)
        if _last(headers.get("x-forwarded-proto")) == "https":
            scope["scheme"] = "wss" if scope["type"] == "websocket" else "https"
        passed = ",".join(headers.getlist("x-forwarded-for")).split(",")
        # From the right: each proxy adds whom it heard from, and what stands left of it is hearsay.
        far = [address.strip() for address in reversed(passed) if address.strip()]
        client = next((address for address in far if not self._is_proxy(address)), None)
        if client:
            scope["client"] = (client, 0)

    def person(self, scope: Scope) -> Person | None:
        """Whom a trusted proxy names; to be asked before `settle`."""
        if not self.trusts(scope):
            return None
        headers = Headers(scope=scope)
        names = headers.getlist(self.user_header)
        if len(names) != 1:  # two might be one of the proxy's and one of the sender's
            return None
        name = _folded(names[0].encode("latin-1"))
        if not name or len(name) > _LONGEST_NAME or not name.isprintable() or _is_ours(name):
            return None
        return Person(name, self._role(headers.getlist(self.role_header)))

    def _role(self, given: Iterable[str]) -> Role:
        """The highest role that is named, among whatever other groups are."""
        named = {part.strip().casefold() for text in given for part in text.split(",")}
        found = [role for role in Role if role.value in named]
        return found[-1] if found else self.default_role

    def _is_proxy(self, text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        # A socket for both families shows IPv4 addresses as IPv6 ones.
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self.networks)


def _folded(raw: bytes) -> str:
    """A name as it is compared; names that differ by more than capitals stay different."""
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        name = raw.decode("latin-1")
    return normalize("NFKC", name).strip().lower()


def _is_ours(name: str) -> bool:
    """Whether this program itself gives that name."""
    return name == LOCAL.name or name.startswith((KEY_PREFIX, SITE_PREFIX))


def _last(header: str | None) -> str:
    return (header or "").rpartition(",")[2].strip().lower()
