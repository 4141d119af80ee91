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


class Role(StrEnum):
    """What somebody may do; each may do all that those before it may."""

    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks; `name` is unique, and what is kept belongs to it."""

    name: str
    role: Role


LOCAL = Person("local", Role.ADMIN)
"""Whoever sits at this machine, where nobody needs to sign in."""


class NotAllowed(PolicyQAError):
    """The role of the person does not include this."""

    code = "not-allowed"
    http_status = 403


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
