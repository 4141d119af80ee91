"""How an office lets people in: its mode, its users and sessions, and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from rag.access_settings import AccessSettings
from rag.errors import InputError
from rag.settings import Settings
from ui.people.limits import Limit, TooOften
from ui.people.person import LOCAL, SITE_PREFIX, Person
from ui.people.sessions import Sessions
from ui.people.users import Users

Mode = Literal["off", "users", "proxy"]

_ATTEMPTS_S = 15 * 60.0
_MANY = 10
"""How many times the failed sign-ins of one name at one address all names of an address have, and
all addresses of a name: a whole office may come by one address, and anybody may fail for a name."""


class AccessError(InputError):
    """Settings by which nobody, or anybody, could come in."""

    code = "bad-access"


@dataclass(frozen=True, slots=True)
class Access:
    """What the gate and the sign-in page work with."""

    mode: Mode
    settings: AccessSettings
    host: str
    office_dir: Path
    users: Users
    sessions: Sessions
    asking: Limit
    asking_by_key: Limit
    failing: Limit
    failing_in_all: Limit

    def signed_in(self, token: str) -> Person | None:
        """Who has this session; one from before a change of role or password is ended."""
        session = self.sessions.find(token)
        if session is None:
            return None
        user = self.users.get(session.name)
        if user is None or user.stamp != session.stamp:
            self.sessions.end(token)
            return None
        return user.person

    def may_ask(self, person: Person) -> None:
        """Count one question; whoever works without sign-in has no limit, and the visitors of sites
        have limits of their own (`ui.sites.limits`).

        Raises:
            TooOften: these are too many.
        """
        if person == LOCAL or person.name.startswith(SITE_PREFIX):
            return
        who, limit, most = "You have", self.asking, self.settings.questions_per_minute
        if person.scopes is not None:
            who, limit = "This key has", self.asking_by_key
            most = self.settings.key_questions_per_minute
        if wait := limit.take(person.name):
            raise TooOften(
                f"{who} asked more than {most} questions a minute; wait {max(1, round(wait))} s "
                "and ask again.",
                wait,
            )


def open_access(settings: Settings) -> Access:
    """The access of an office by its settings."""
    access = settings.access
    return Access(
        mode=mode_of(settings),
        settings=access,
        host=settings.server.host,
        office_dir=settings.office_dir,
        users=Users(access.users_file),
        sessions=Sessions(
            settings.office_dir / "sessions.sqlite3",
            hours=access.session_hours,
            idle_hours=access.idle_hours,
        ),
        asking=Limit(access.questions_per_minute, 60.0),
        asking_by_key=Limit(access.key_questions_per_minute, 60.0),
        failing=Limit(access.sign_in_attempts, _ATTEMPTS_S),
        failing_in_all=Limit(access.sign_in_attempts * _MANY, _ATTEMPTS_S),
    )


def mode_of(settings: Settings) -> Mode:
    """Who is let in; `auto` goes by the address that is listened on."""
    if settings.access.sign_in != "auto":
        return settings.access.sign_in
    return "off" if is_loopback(settings.server.host) else "users"


def check_access(settings: Settings) -> None:
    """Go on only if the server may start.

    Raises:
        AccessError: people have to sign in, but there is nobody who could; or nobody has to,
            though others seem to reach this server.
        UsersUnusable: the file of users cannot be read.
    """
    access, file = settings.access, settings.access.users_file
    if is_off_by_itself(access, mode_of(settings)) and (access.hosts or access.proxy_addresses):
        raise AccessError(
            "access.hosts or access.proxy_addresses is set, so others reach this server; set "
            "access.sign_in to users, proxy or off."
        )
    if mode_of(settings) != "users" or Users(file).all():
        return
    raise AccessError(
        f"People have to sign in at {settings.server.host}, but {file} names nobody; add somebody "
        "with `policyqa user add NAME --role admin`, or set access.sign_in to off to let anybody "
        "in who reaches this address."
    )


def is_off_by_itself(access: AccessSettings, mode: Mode) -> bool:
    """Whether nobody signs in only because just this machine is thought to reach the server."""
    return access.sign_in == "auto" and mode == "off"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host.rstrip(".").casefold() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]").partition("%")[0]).is_loopback
    except ValueError:
        return False
