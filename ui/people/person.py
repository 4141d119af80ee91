"""Who a request comes from, and what this person may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from rag.errors import PolicyQAError

if TYPE_CHECKING:
    import gradio as gr

STATE_KEY = "policyqa.person"
"""Where in an ASGI scope the gate (`ui.people.gate`) puts the person."""
KEY_PREFIX = "key:"
"""How the names begin that stand for keys (`ui.keys`); nobody signs in by one."""
SITE_PREFIX = "site:"
"""How the names begin that stand for a site's visitors (`ui.sites`); nobody signs in by one."""


class Role(StrEnum):
    """What somebody may do; each may do all that those before it may."""

    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class Scope(StrEnum):
    """What a key may be used for, whatever the role of its person allows."""

    ASK = "ask"
    READ = "read"
    METRICS = "metrics"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks; `name` is unique, and what is kept belongs to it.

    `scopes` are those of the key that a program came with; `None` is everything the role allows.
    """

    name: str
    role: Role
    scopes: frozenset[Scope] | None = None


LOCAL = Person("local", Role.ADMIN)
"""Whoever sits at this machine, where nobody needs to sign in."""


class NotAllowed(PolicyQAError):
    """The role of the person does not include this."""

    code = "not-allowed"
    http_status = 403


class NotInScope(NotAllowed):
    """The key of the person is not for this."""

    code = "not-in-scope"


def person_of(request: HTTPConnection | gr.Request) -> Person:
    """The person behind a request of Starlette's or of Gradio's (an event or a server function).

    Raises:
        NotAllowed: the request did not come through the gate.
    """
    connection = request if isinstance(request, HTTPConnection) else request.request
    person = connection.scope.get(STATE_KEY) if connection is not None else None
    if not isinstance(person, Person):
        raise NotAllowed("Nobody is signed in; sign in and try again.")
    return person


def require(person: Person, role: Role) -> None:
    """Go on only if the person may.

    Raises:
        NotAllowed: the person may not.
    """
    if not person.role.includes(role):
        raise NotAllowed(f"This needs the role {role}, but {person.name} is {person.role}.")


def require_scope(person: Person, scope: Scope) -> None:
    """Go on only if the person has no key, or one that is for this.

    Raises:
        NotInScope: the key is for something else.
    """
    if person.scopes is not None and scope not in person.scopes:
        raise NotInScope(f"This needs a key with the scope {scope}; ask for one.")
