"""The HTML of the room of people: who may sign in, who is signed in, and the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape

from ui.people.access import Mode
from ui.people.audit import Entry
from ui.people.passwords import LONGEST, SHORTEST
from ui.people.person import Person, Role
from ui.people.users import User
from ui.words import Words

PAGE = 50
"""Entries of the audit log that are shown at once."""


def room(mode: Mode, table: str, log: str, words: Words, *, logs_questions: bool) -> str:
    """The whole room, of a table by `users_table` and a log by `audit_table`."""
    note = f'<p class="people-note">{_text(words, mode)}</p>' if mode != "users" else ""
    people = "" if mode == "proxy" else _people(table, words)
    about = "audit_about_questions" if logs_questions else "audit_about"
    return (
        f"<h2>{_text(words, 'heading')}</h2>{note}"
        f'<p class="people-said" role="status" data-failed="{_text(words, "failed")}"></p>{people}'
        f'<section aria-labelledby="people-audit"><h3 id="people-audit">{_text(words, "audit")}'
        f'</h3><p>{_text(words, about)}</p><form class="people-search" role="search">'
        f'<label>{_text(words, "audit_search")}<input name="search" type="search" maxlength="200">'
        f'</label></form><div class="people-log">{log}</div></section>'
    )


def refused(words: Words) -> str:
    """What somebody sees who is no admin."""
    said = _text(words, "not_allowed")
    return f'<h2>{_text(words, "heading")}</h2><p class="people-note">{said}</p>'


def _people(table: str, words: Words) -> str:
    roles = "".join(
        f"<dt>{_text(words, role)}</dt><dd>{_text(words, f'{role}_may')}</dd>" for role in Role
    )
    hint = escape(words("people.password_hint", shortest=SHORTEST))
    return (
        f'<section aria-labelledby="people-users"><h3 id="people-users">{_text(words, "users")}'
        f'</h3><div class="people-users">{table}</div></section>'
        f'<section aria-labelledby="people-add"><h3 id="people-add">{_text(words, "add")}</h3>'
        f'<form class="people-add" data-do="add" autocomplete="off">'
        f"<label>{_text(words, 'name')}"
        '<input name="name" required maxlength="64" autocapitalize="none" spellcheck="false">'
        f"</label><label>{_text(words, 'role')}{_roles(Role.READER, words)}</label>"
        f"<label>{_text(words, 'password')}{_password(hint)}</label>"
        f'<button class="plain" type="submit">{_text(words, "add_button")}</button></form>'
        f'<dl class="people-roles">{roles}</dl></section>'
    )


def users_table(
    users: Mapping[str, User], seen: Mapping[str, float], caller: Person, words: Words
) -> str:
    """Everybody who may sign in; `seen` tells when those with a session were last seen."""
    if not users:
        return f"<p>{_text(words, 'nobody')}</p>"
    heads = "".join(
        f'<th scope="col">{_text(words, key)}</th>'
        for key in ("name", "role", "signed_in", "added")
    )
    rows = "".join(_row(users[name], seen.get(name), caller, words) for name in sorted(users))
    return (
        f'<table class="people-table"><thead><tr>{heads}<td></td></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _row(user: User, seen: float | None, caller: Person, words: Words) -> str:
    name = escape(user.name)
    you = f" <small>({_text(words, 'you')})</small>" if user.name == caller.name else ""
    label = escape(words("people.role_of", name=user.name))
    return (
        f'<tr data-name="{name}"><th scope="row">{name}{you}</th>'
        f"<td>{_roles(user.role, words, label)}</td>"
        f"<td>{_seen(user, seen, words)}</td><td>{escape(user.added[:10])}</td>"
        f"<td>{_new_password(user, words)}{_removal(user, words)}</td></tr>"
    )


def _seen(user: User, seen: float | None, words: Words) -> str:
    if seen is None:
        return _text(words, "not_signed_in")
    label = escape(words("people.sign_out_of", name=user.name))
    said = escape(words("people.signed_in_now", time=_time(datetime.fromtimestamp(seen, UTC))))
    button = (
        f'<button class="action" type="button" data-do="end" aria-label="{label}">'
        f"{_text(words, 'end_sessions')}</button>"
    )
    return f"{said} {button}"


def _new_password(user: User, words: Words) -> str:
    label = escape(words("people.new_password_of", name=user.name))
    hint = escape(words("people.password_hint", shortest=SHORTEST))
    return (
        f'<details name="people"><summary aria-label="{label}">{_text(words, "new_password")}'
        f'</summary><form data-do="password"><label>{label}{_password(hint)}</label>'
        f'<button class="plain" type="submit">{_text(words, "set_password")}</button>'
        "</form></details>"
    )


def _removal(user: User, words: Words) -> str:
    label = escape(words("people.remove_of", name=user.name))
    sure = escape(words("people.remove_sure", name=user.name))
    return (
        f'<details name="people"><summary aria-label="{label}">{_text(words, "remove")}</summary>'
        f'<p>{sure}</p><button class="plain" type="button" data-do="remove">{label}</button>'
        "</details>"
    )


def _roles(chosen: Role, words: Words, label: str = "") -> str:
    options = "".join(
        f'<option value="{role}"{" selected" if role is chosen else ""}>'
        f"{_text(words, role)}</option>"
        for role in Role
    )
    named = f' aria-label="{label}" data-do="role"' if label else ""
    return f'<select name="role"{named}>{options}</select>'


def _password(hint: str) -> str:
    return (
        f'<input name="password" type="password" required minlength="{SHORTEST}" '
        f'maxlength="{LONGEST}" autocomplete="new-password" placeholder="{hint}">'
    )


def audit_table(entries: Sequence[Entry], words: Words, *, first: bool) -> str:
    """A page of the log; `first` if there is nothing newer."""
    if not entries and first:
        return f"<p>{_text(words, 'audit_none')}</p>"
    keys = ("audit_time", "audit_person", "audit_action", "audit_what")
    heads = "".join(f'<th scope="col">{_text(words, key)}</th>' for key in keys)
    rows = "".join(
        f'<tr><td><time datetime="{entry.at.isoformat()}">{_time(entry.at)}</time></td>'
        f"<td>{escape(entry.person or '–')}</td><td>{escape(entry.action)}</td>"
        f"<td>{escape(entry.what)}</td></tr>"
        for entry in entries
    )
    buttons = ""
    if not first:
        buttons += (
            f'<button class="action" type="button" data-before="">{_text(words, "newest")}</button>'
        )
    if len(entries) == PAGE:
        buttons += (
            f'<button class="action" type="button" data-before="{entries[-1].number}">'
            f"{_text(words, 'older')}</button>"
        )
    return (
        f'<table class="people-table"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        f'<div class="people-pages">{buttons}</div>'
    )


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def _text(words: Words, key: str) -> str:
    return escape(words(f"people.{key}"))
