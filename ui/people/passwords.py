"""Passwords: which will do, and how they are kept (argon2id, RFC 9106)."""

from __future__ import annotations

from functools import cache
from secrets import token_urlsafe
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rag.errors import InputError

SHORTEST = 12
LONGEST = 200
"""Characters; more would only cost time."""
# The second recommendation of RFC 9106: 64 MiB, three passes, four lanes.
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)


class PasswordError(InputError):
    """A password that will not do."""

    code = "bad-password"


def acceptable(password: str) -> str:
    """A password that somebody may take.

    Raises:
        PasswordError: it is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordError(
            f"The password has {len(password)} characters; take {SHORTEST} to {LONGEST}, such as "
            "four words that do not belong together."
        )
    return password


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(_normal(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed; with `None`, as slow, and false."""
    try:
        right = _HASHER.verify(kept or _nobodys(), _normal(password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


def is_outdated(kept: str) -> bool:
    """Whether it was hashed with other parameters than would be taken now."""
    return _HASHER.check_needs_rehash(kept)


def _normal(password: str) -> bytes:
    """One form for what keyboards and systems write in several (NIST SP 800-63B)."""
    return normalize("NFKC", password).encode(errors="surrogatepass")


@cache
def _nobodys() -> str:
    return _HASHER.hash(token_urlsafe())
