"""Where a key reaches: each scope opens some addresses, and nothing else is open to keys.

The staff page is not among them, nor are its websockets, whatever a key's scopes are: a key has no
conversations, uploads nothing and sees no list of people.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import Scope as Connection

from ui.people.person import NotInScope, Person, Scope, require_scope

_OPEN: Mapping[Scope, tuple[str, ...]] = {
    Scope.ASK: ("/api/ask", "/api/feedback", "/v1", "/gradio_api/mcp"),
    Scope.READ: ("/api/documents", "/p", "/openapi.json", "/docs"),
    Scope.METRICS: ("/metrics",),
}
"""These addresses and what lies below them."""
_LOOKS = ("GET", "HEAD")


def check_reach(person: Person, connection: Connection) -> None:
    """Go on only if the person may come here; who signed in may go anywhere as far as this goes.

    Raises:
        NotInScope: a key does not open this.
    """
    if person.scopes is None:
        return
    needed = needed_scope(connection)
    if needed is None:
        raise NotInScope("Keys do not open this address; sign in to use it.")
    require_scope(person, needed)


def needed_scope(connection: Connection) -> Scope | None:
    """The scope that opens an address to keys; none if no scope does."""
    if connection["type"] != "http":
        return None
    path = connection["path"]
    found = next((scope for scope, places in _OPEN.items() if _lies_at(path, places)), None)
    changes = connection["method"] not in _LOOKS
    return None if changes and found is not Scope.ASK else found


def _lies_at(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)
