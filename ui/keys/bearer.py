"""Who calls by a key: `Authorization: Bearer pqk_ID_SECRET`, and nothing else, is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from starlette.requests import HTTPConnection

from ui.keys.key import PREFIX, Key
from ui.keys.store import BadKey, Keys
from ui.people.audit import Audit
from ui.people.limits import Limit, TooOften
from ui.people.person import Person
from ui.people.signing import NOBODY, neighbourhood

_ATTEMPTS_S = 15 * 60.0


@dataclass(frozen=True, slots=True)
class KeyAuthenticator:
    """Finds the person of a key, for the gate; see `key_authenticator`."""

    keys: Keys
    audit: Audit
    failing: Limit

    def __call__(self, connection: HTTPConnection) -> Person | None:
        """The person of the key; none where no key was sent.

        Raises:
            BadKey: the key is not taken.
            TooOften: neither is this one, after many such from the same address.
            StoreUnusable: the keys cannot be read.
        """
        sent = connection.headers.getlist("authorization")
        if not any(_token(header).startswith(PREFIX) for header in sent):
            return None
        try:
            return self._only(sent).person
        except BadKey as error:
            self._count(connection, error)
            raise

    def _only(self, sent: list[str]) -> Key:
        if len(sent) > 1:  # which of them counts would be a matter of taste
            raise BadKey("The request has more than one Authorization header; send one.")
        return self.keys.check(_token(sent[0]))

    def _count(self, connection: HTTPConnection, error: BadKey) -> None:
        """Only what fails is counted: a good key is never held up by whoever shares its address."""
        place = connection.client.host if connection.client else ""
        if wait := self.failing.take(neighbourhood(place)):
            minutes = ceil(wait / 60)
            raise TooOften(
                f"Too many wrong keys came from this address; wait {minutes} min, or send a good "
                "one.",
                wait,
            ) from error
        whose = error.key.person if error.key else NOBODY
        self.audit.note(whose, "sign-in refused", f"key from {place}")


def key_authenticator(keys: Keys, audit: Audit, attempts: int) -> KeyAuthenticator:
    """One that puts up with so many wrong keys from an address in a quarter of an hour."""
    return KeyAuthenticator(keys, audit, Limit(attempts, _ATTEMPTS_S))


def _token(header: str) -> str:
    """What follows `Bearer`; nothing of another scheme."""
    scheme, _, token = header.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
