"""The people who may sign in: a JSON file that the server follows without a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any
from unicodedata import normalize

from rag.errors import InputError, PolicyQAError
from ui.people.passwords import acceptable, hashed, is_outdated, matches
from ui.people.person import LOCAL, Person, Role
from ui.row_file import RowFile

_LONGEST_NAME = 64


class UserError(InputError):
    """A name that is unknown, taken or not usable, or a change that would lock everybody out."""

    code = "bad-user"


class UsersUnusable(PolicyQAError):
    """The file of users cannot be read or written."""

    exit_code = 3
    http_status = 503
    code = "users-unusable"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in; `stamp` changes with the role and the password."""

    name: str
    role: Role
    password: str
    stamp: str
    added: str

    @property
    def person(self) -> Person:
        """Whom the rest of the program sees."""
        return Person(self.name, self.role)


Everybody = Mapping[str, User]


class Users:
    """The file of users; safe from any thread and process."""

    def __init__(self, path: Path) -> None:
        repair = "add people with `policyqa user add`"
        self._file = RowFile(path, "users", _user, asdict, UsersUnusable, repair)

    def all(self) -> Everybody:
        """Everybody by name, as the file is now; nobody if there is no file.

        Raises:
            UsersUnusable: the file cannot be read, or is none of users.
        """
        return self._file.all()

    def get(self, name: str) -> User | None:
        """Who has this name."""
        return self.all().get(name)

    def known(self, name: str) -> User:
        """Who has this name.

        Raises:
            UserError: nobody has.
        """
        return _known(self.all(), name)

    def check(self, name: str, password: str) -> User | None:
        """Who signs in; it takes as long for a name that nobody has."""
        user = self.get(folded(name))
        if not matches(user.password if user else None, password) or user is None:
            return None
        if is_outdated(user.password):
            self._renew(user, hashed(password))
        return user

    def _renew(self, user: User, kept: str) -> None:
        """Keep the same password in another way, unless it was changed in the meantime."""

        def change(users: Everybody) -> Everybody:
            same = users.get(user.name) == user
            return _with(users, replace(user, password=kept)) if same else users

        self._file.change(change)

    def add(self, name: str, role: Role, password: str) -> User:
        """Let somebody new sign in.

        Raises:
            UserError: the name is taken or not usable.
            PasswordError: the password will not do.
        """
        name = usable_name(name)
        added = datetime.now(UTC).isoformat(timespec="seconds")
        user = User(name, role, hashed(acceptable(password)), token_hex(8), added)

        def change(users: Everybody) -> Everybody:
            if name in users:
                raise UserError(f"There is a user {name!r} already; take another name.")
            return _with(users, user)

        self._file.change(change)
        return user

    def remove(self, name: str) -> None:
        """Let somebody sign in no more.

        Raises:
            UserError: there is nobody of this name, or it is the last admin.
        """

        def change(users: Everybody) -> Everybody:
            gone = _known(users, name)
            left = {key: user for key, user in users.items() if key != gone.name}
            return _with_admin(left, gone)

        self._file.change(change)

    def set_role(self, name: str, role: Role) -> None:
        """Give somebody another role.

        Raises:
            UserError: there is nobody of this name, or it is the last admin.
        """

        def change(users: Everybody) -> Everybody:
            before = _known(users, name)
            if before.role is role:
                return users
            return _with_admin(_with(users, replace(before, role=role, stamp=token_hex(8))), before)

        self._file.change(change)

    def set_password(self, name: str, password: str) -> None:
        """Give somebody another password.

        Raises:
            UserError: there is nobody of this name.
            PasswordError: the password will not do.
        """
        kept = hashed(acceptable(password))

        def change(users: Everybody) -> Everybody:
            return _with(users, replace(_known(users, name), password=kept, stamp=token_hex(8)))

        self._file.change(change)


def _user(row: Any) -> User:
    return User(**{**row, "role": Role(row["role"])})


def folded(name: str) -> str:
    """A name as it is compared."""
    return normalize("NFKC", name).strip().casefold()


def usable_name(name: str) -> str:
    """A name as it is kept.

    Raises:
        UserError: it will not do.
    """
    kept = folded(name)
    if not 1 <= len(kept) <= _LONGEST_NAME or not all(c.isalnum() or c in "._-@+" for c in kept):
        raise UserError(
            f"A name has 1 to {_LONGEST_NAME} letters, digits or any of . _ - @ +; write another."
        )
    if kept == LOCAL.name:
        raise UserError(f"{kept!r} is whoever works without sign-in; take another name.")
    return kept


def _known(users: Everybody, name: str) -> User:
    user = users.get(folded(name))
    if user is None:
        raise UserError(f"There is no user {name!r}; `policyqa user list` shows who there is.")
    return user


def _with(users: Everybody, user: User) -> Everybody:
    return {**users, user.name: user}


def _with_admin(users: Everybody, changed: User) -> Everybody:
    if changed.role is Role.ADMIN and not any(u.role is Role.ADMIN for u in users.values()):
        raise UserError(f"{changed.name} is the only admin; make somebody else admin first.")
    return users
