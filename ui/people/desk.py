"""What admins change about people; the page and its script are never trusted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rag.errors import InputError, PolicyQAError
from ui.people.access import Access
from ui.people.audit import Audit
from ui.people.leaving import release
from ui.people.person import Person, Role, require
from ui.people.room import PAGE, audit_table, refused, room, users_table
from ui.people.users import folded
from ui.words import Words

_log = logging.getLogger(__name__)
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PeopleDesk:
    """The room of people, for one admin at a time; each method checks who calls."""

    access: Access
    audit: Audit

    def room(self, caller: Person, words: Words) -> str:
        """The whole room; to others than admins, that it is not theirs."""
        if not caller.role.includes(Role.ADMIN):
            return refused(words)
        return room(
            self.access.mode,
            self._table(caller, words),
            self.log({}, caller, words),
            words,
            logs_questions=self.access.settings.audit_questions,
        )

    def log(self, request: Any, caller: Person, words: Words) -> str:
        """A page of the audit log: of what a `search` finds, `before` an entry.

        Raises:
            NotAllowed: the caller is no admin.
        """
        require(caller, Role.ADMIN)
        before = _field(request, "before")
        number = int(before) if before.isdecimal() and len(before) < 18 else None
        entries = self.audit.entries(_field(request, "search"), before=number, limit=PAGE)
        return audit_table(entries, words, first=number is None)

    def change(self, request: Any, caller: Person, words: Words) -> Answer:
        """Do what is asked: what to `say`, whether it is an `error`, and the new table.

        Raises:
            NotAllowed: the caller is no admin.
        """
        require(caller, Role.ADMIN)
        try:
            said = self._do(request, caller, words)
        except PolicyQAError as error:
            return {"said": str(error), "error": True}
        except Exception:  # noqa: BLE001 - the page has to say something; the log keeps the traceback
            _log.exception("A change of people failed.")
            return {"said": words("people.failed"), "error": True}
        own = folded(_field(request, "name")) == caller.name and _field(request, "do") != "add"
        return {"said": said, "table": self._table(caller, words), "again": own}

    def _do(self, request: Any, caller: Person, words: Words) -> str:
        changes: Mapping[str, Callable[[Any, Words], tuple[str, str]]] = {
            "add": self._add,
            "role": self._set_role,
            "password": self._set_password,
            "remove": self._remove,
            "end": self._end,
        }
        change = changes.get(_field(request, "do"))
        if change is None or self.access.mode == "proxy":
            raise InputError("There is no such change; reload the page and try again.")
        action, said = change(request, words)
        self.audit.note(caller, action, folded(_field(request, "name")))
        return said

    def _add(self, request: Any, words: Words) -> tuple[str, str]:
        role = _role(request)
        user = self.access.users.add(_field(request, "name"), role, _field(request, "password"))
        return f"add {role}", words("people.added_done", name=user.name)

    def _set_role(self, request: Any, words: Words) -> tuple[str, str]:
        name, role = _field(request, "name"), _role(request)
        self.access.users.set_role(name, role)
        said = words("people.role_done", name=name, role=words(f"people.{role}"))
        return f"make {role}", said

    def _set_password(self, request: Any, words: Words) -> tuple[str, str]:
        name = _field(request, "name")
        self.access.users.set_password(name, _field(request, "password"))
        return "set password", words("people.password_done", name=name)

    def _remove(self, request: Any, words: Words) -> tuple[str, str]:
        name = _field(request, "name")
        self.access.users.remove(name)
        self.access.sessions.end_of(folded(name))
        release(self.access.office_dir, folded(name))
        return "remove user", words("people.removed_done", name=name)

    def _end(self, request: Any, words: Words) -> tuple[str, str]:
        user = self.access.users.known(_field(request, "name"))
        self.access.sessions.end_of(user.name)
        return "end sessions", words("people.ended_done", name=user.name)

    def _table(self, caller: Person, words: Words) -> str:
        """Everybody, and who is signed in: those whose session still counts."""
        if self.access.mode == "proxy":
            return ""
        users = self.access.users.all()
        seen: dict[str, float] = {}
        for session in self.access.sessions.listed():  # the last used first
            user = users.get(session.name)
            if user and user.stamp == session.stamp:
                seen.setdefault(session.name, session.seen)
        return users_table(users, seen, caller, words)


def _role(request: Any) -> Role:
    try:
        return Role(_field(request, "role"))
    except ValueError:
        raise InputError("There is no such role; reload the page and try again.") from None


def _field(request: Any, name: str) -> str:
    value = request.get(name) if isinstance(request, dict) else None
    return str(value)[:1000] if isinstance(value, str | int) else ""
