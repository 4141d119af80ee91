"""One key: what it may do, how long, and the text that its holder sends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from secrets import token_hex, token_urlsafe

from ui.people.person import KEY_PREFIX, Person, Role, Scope

PREFIX = "pqk_"
"""What every key begins with, so that scanners for leaked secrets and people know it by sight."""
_ID = re.compile(r"[0-9a-f]{12}")
_FORM = re.compile(rf"{PREFIX}({_ID.pattern})_[A-Za-z0-9_-]{{43}}")


class State(StrEnum):
    """Whether a key is taken."""

    GOOD = "good"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key; not its secret. Times are in UTC, `used` is the last day of use."""

    id: str
    name: str
    scopes: frozenset[Scope]
    made: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    used: date | None = None

    def state(self, now: datetime) -> State:
        """Whether it is taken at a time."""
        if self.revoked is not None:
            return State.REVOKED
        return State.EXPIRED if self.expires is not None and now >= self.expires else State.GOOD

    @property
    def person(self) -> Person:
        """Whom the rest of the program sees; of this name there is no user."""
        return Person(f"{KEY_PREFIX}{self.name}", Role.READER, self.scopes)


def new_text(id_: str) -> str:
    """The text of a new key, with 256 random bits."""
    return f"{PREFIX}{id_}_{token_urlsafe(32)}"


def new_id() -> str:
    """What a key is called for good, and is no secret."""
    return token_hex(6)


def is_id(text: str) -> bool:
    """Whether a text has the form of an id."""
    return _ID.fullmatch(text) is not None


def id_in(text: str) -> str | None:
    """The id in the text of a key; none if it is no key's."""
    found = _FORM.fullmatch(text)
    return found[1] if found else None


def digest(text: str) -> bytes:
    """What is kept of the text of a key.

    No slow hash is needed: nobody can try 2^256 secrets. The id is part of what is hashed, so that
    a secret is good with its own id only.
    """
    return sha256(text.encode()).digest()
