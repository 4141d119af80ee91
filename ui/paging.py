"""Cursors: where in a sorted list a page ended, so that what is added or removed shifts nothing."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64

from rag.errors import InputError


class BadCursor(InputError):
    """A cursor that was not given out by this server."""

    code = "bad-cursor"


def cursor_after(key: tuple[str, str]) -> str:
    """The cursor of the page that follows the entry with this key."""
    return urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def key_before(cursor: str) -> tuple[str, str]:
    """The key of the entry after which a page begins.

    Raises:
        BadCursor: it is none that was given out.
    """
    try:
        key = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (NoBase64, ValueError, RecursionError):
        key = None
    match key:
        case [str(first), str(second)]:
            return first, second
    raise BadCursor("The cursor is none that was given; ask without one to begin anew.")
