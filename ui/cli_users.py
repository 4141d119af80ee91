"""`policyqa user`: who may sign in, and in which role."""

from __future__ import annotations

import sys
from enum import StrEnum
from getpass import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import InputError

if TYPE_CHECKING:
    from ui.people.users import Users

users_app = typer.Typer(
    name="user",
    help="Say who may sign in to the page, and in which role.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class _RoleName(StrEnum):
    """As `ui.people.person.Role`, which would load the web server's libraries."""

    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"


_Name = Annotated[str, typer.Argument(metavar="NAME", help="Whom to change.")]
_SAID = "A running server follows within seconds."


@users_app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name to sign in with.")],
    role: Annotated[
        _RoleName | None, typer.Option(help="What they may do (default: settings).")
    ] = None,
) -> None:
    """Let somebody sign in; the password is asked for, or read from stdin.

    Examples:

        policyqa user add chen --role admin

        pwgen 20 1 | policyqa user add guest
    """
    from ui.cli import settings_for
    from ui.people.person import Role
    from ui.people.users import usable_name

    usable_name(name)  # before a password is asked for
    given = Role(role or settings_for().access.default_role)
    user = _users().add(name, given, _new_password())
    _note(f"add {user.role}", user.name)
    typer.echo(f"{user.name} may sign in as {user.role}.")


@users_app.command("list")
def show() -> None:
    """Show who may sign in."""
    users = _users().all().values()
    for user in sorted(users, key=lambda user: user.name):
        typer.echo(f"{user.name}\t{user.role}\t{user.added[:10]}")


@users_app.command()
def remove(name: _Name) -> None:
    """Let somebody sign in no more; their sessions end."""
    from ui.cli import settings_for
    from ui.people.leaving import release
    from ui.people.users import folded

    _users().remove(name)
    _note("remove user", name)
    release(settings_for().office_dir, folded(name))
    typer.echo(f"{name} was removed. {_SAID}")


@users_app.command()
def role(
    name: _Name, role: Annotated[_RoleName, typer.Argument(metavar="ROLE", help="The new role.")]
) -> None:
    """Give somebody another role; their sessions end."""
    from ui.people.person import Role

    _users().set_role(name, Role(role))
    _note(f"make {role}", name)
    typer.echo(f"{name} is {role} now. {_SAID}")


@users_app.command()
def password(name: _Name) -> None:
    """Give somebody another password, from a prompt or stdin; their sessions end."""
    users = _users()
    users.known(name)
    users.set_password(name, _new_password())
    _note("set password", name)
    typer.echo(f"{name} has a new password. {_SAID}")


def _users() -> Users:
    from ui.cli import settings_for
    from ui.people.users import Users

    return Users(settings_for().access.users_file)


def _note(action: str, name: str) -> None:
    """Add to the audit log, as whoever sits at the machine."""
    from ui.cli import settings_for
    from ui.people.audit import Audit
    from ui.people.person import LOCAL
    from ui.people.users import folded

    settings = settings_for()
    audit = Audit(
        settings.office_dir / "audit.sqlite3",
        days=settings.access.audit_days,
        entries=settings.access.audit_entries,
    )
    audit.note(LOCAL, action, folded(name))


def _new_password() -> str:
    """Never an argument: those are seen by everybody on the machine."""
    from ui.people.passwords import acceptable

    if not sys.stdin.isatty():
        return acceptable(sys.stdin.readline().rstrip("\r\n"))
    try:
        typed = acceptable(getpass("Password: "))
        if getpass("Once more: ") != typed:
            raise InputError("The two passwords differ; type the same one twice.")
    except EOFError:
        raise InputError("No password was typed; run it again and type one.") from None
    return typed
