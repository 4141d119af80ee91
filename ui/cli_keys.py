"""`policyqa key`: keys by which other programs use the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ui.keys.key import Key
    from ui.keys.store import Keys

keys_app = typer.Typer(
    name="key",
    help="Give other programs keys to the API, and take them away.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@keys_app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which program it is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(metavar="SCOPE", help="What it is for: ask, read or metrics; repeatable."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(metavar="N", help="It ends after so many days (default: never).")
    ] = None,
) -> None:
    """Make a key and print it; it is not shown again.

    Examples:

        policyqa key create intranet --scope ask --scope read --days 365

        policyqa key create prometheus --scope metrics > key.txt
    """
    from ui.keys.store import scopes_of

    made, text = _keys().create(name, scopes_of(scope or ()), days)
    _note("create key", made)
    typer.echo(text)
    until = f" until {made.expires:%Y-%m-%d}" if made.expires else ""
    typer.echo(
        f"This key of {made.name} ({', '.join(sorted(made.scopes))}) is good{until} and is not "
        "shown again: keep it as a password, and send it as `Authorization: Bearer KEY`.",
        err=True,
    )


@keys_app.command("list")
def show() -> None:
    """Show all keys that were made, without their secrets."""
    now = datetime.now(UTC)
    for key in _keys().listed():
        ends = f"until {key.expires:%Y-%m-%d}" if key.expires else "without end"
        used = f"used {key.used}" if key.used else "not used"
        fields = (
            key.id,
            key.name,
            " ".join(sorted(key.scopes)),
            key.state(now),
            f"made {key.made:%Y-%m-%d}",
            ends,
            used,
        )
        typer.echo("\t".join(fields))


@keys_app.command()
def revoke(
    which: Annotated[str, typer.Argument(metavar="ID|NAME", help="The key's id or its name.")],
) -> None:
    """Let no program in by a key any more."""
    from ui.cli import settings_for
    from ui.people.leaving import release

    key = _keys().revoke(which)
    _note("revoke key", key)
    release(settings_for().office_dir, key.person.name)
    typer.echo(f"The key {key.id} of {key.name} was revoked; a running server refuses it now.")


def _keys() -> Keys:
    from ui.cli import settings_for
    from ui.keys.store import open_keys

    return open_keys(settings_for().office_dir)


def _note(action: str, key: Key) -> None:
    """Add to the audit log, as whoever sits at the machine."""
    from ui.cli import settings_for
    from ui.people.audit import Audit
    from ui.people.person import LOCAL

    settings = settings_for()
    audit = Audit(
        settings.office_dir / "audit.sqlite3",
        days=settings.access.audit_days,
        entries=settings.access.audit_entries,
    )
    audit.note(LOCAL, action, f"{key.id} {key.name}")
