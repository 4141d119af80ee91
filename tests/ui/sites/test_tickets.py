from __future__ import annotations

import json
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.sites.store import SitesUnusable
from ui.sites.tickets import (
    SECRET_FILE,
    Claims,
    TicketExpired,
    TicketInvalid,
    Tickets,
    household,
)

ORIGIN = "https://town.example"
VISITOR = "v" * 22
ADDRESS = "203.0.113.7"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tickets(tmp_path: Path, clock: Clock) -> Tickets:
    return Tickets(tmp_path / "office" / SECRET_FILE, 600, clock=clock)


def given_ticket(tickets: Tickets) -> str:
    return tickets.give("town", ORIGIN, VISITOR, ADDRESS)


def test_a_ticket_is_good_where_it_was_given_until_it_ends(tickets: Tickets, clock: Clock) -> None:
    ticket = given_ticket(tickets)
    claims = tickets.take(ticket, "town", ORIGIN, ADDRESS)
    assert (claims.site, claims.origin, claims.visitor) == ("town", ORIGIN, VISITOR)
    clock.now += 599
    assert tickets.take(ticket, "town", ORIGIN, ADDRESS) == claims
    clock.now += 1
    with pytest.raises(TicketExpired):
        tickets.take(ticket, "town", ORIGIN, ADDRESS)
    assert tickets.take(ticket, "town", ORIGIN, ADDRESS, late=60) == claims
    clock.now += 60
    with pytest.raises(TicketExpired):
        tickets.take(ticket, "town", ORIGIN, ADDRESS, late=60)


@pytest.mark.parametrize(
    ("site", "origin", "address"),
    [
        ("village", ORIGIN, ADDRESS),
        ("Town", ORIGIN, ADDRESS),
        ("town", "https://town.example:8443", ADDRESS),
        ("town", "http://town.example", ADDRESS),
        ("town", "https://town.example.", ADDRESS),
        ("town", "null", ADDRESS),
        ("town", ORIGIN, "203.0.113.8"),
        ("town", ORIGIN, ""),
        ("town", ORIGIN, "2001:db8::7"),
    ],
)
def test_a_ticket_replayed_from_elsewhere_is_refused(
    tickets: Tickets, site: str, origin: str, address: str
) -> None:
    with pytest.raises(TicketInvalid):
        tickets.take(given_ticket(tickets), site, origin, address)


@given(place=st.integers(0, 10_000), letter=st.characters(codec="ascii"))
def test_an_altered_letter_spoils_a_ticket(
    tmp_path_factory: pytest.TempPathFactory, place: int, letter: str
) -> None:
    tickets = Tickets(tmp_path_factory.getbasetemp() / "altered" / SECRET_FILE, 600)
    ticket = given_ticket(tickets)
    at = place % len(ticket)
    altered = ticket[:at] + letter + ticket[at + 1 :]
    if altered == ticket:
        return
    with pytest.raises(TicketInvalid):
        tickets.take(altered, "town", ORIGIN, ADDRESS)


@pytest.mark.parametrize(
    "ticket",
    ["", ".", "a", "a.b", "....", "\x00", "é.é", "\ud800.x", "A" * 5000, "e30.e30"],
)
def test_what_is_no_ticket_is_refused(tickets: Tickets, ticket: str) -> None:
    with pytest.raises(TicketInvalid):
        tickets.take(ticket, "town", ORIGIN, ADDRESS)


def test_claims_cannot_be_changed_nor_signatures_moved(tickets: Tickets) -> None:
    claims, _, signature = given_ticket(tickets).partition(".")
    said = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    said[-1] += 10_000
    longer = urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    for forged in (
        f"{longer}.{signature}",
        f"{longer}.",
        longer,
        f"{longer}.{tickets.signature('page', longer)}",
        f"{claims}.{tickets.signature('ticket', claims)}",
    ):
        with pytest.raises(TicketInvalid):
            tickets.take(forged, "town", ORIGIN, ADDRESS)


def test_a_ticket_says_nothing_else_and_hides_the_address(tickets: Tickets) -> None:
    ticket = given_ticket(tickets)
    claims = ticket.partition(".")[0]
    said = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert len(said) == len(Claims.__slots__)
    assert said[:3] == ["town", ORIGIN, VISITOR]
    assert ADDRESS not in str(said)
    other = Tickets(Path(str(tickets._path) + ".other"), 600)
    theirs = other.give("town", ORIGIN, VISITOR, ADDRESS)
    assert theirs.partition(".")[0] != claims, "the hash of the address has a key"
    with pytest.raises(TicketInvalid):
        tickets.take(theirs, "town", ORIGIN, ADDRESS)


def test_the_secret_is_for_the_server_only_and_outlives_it(tmp_path: Path) -> None:
    path = tmp_path / "office" / SECRET_FILE
    ticket = given_ticket(Tickets(path, 600))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == [SECRET_FILE]
    again = Tickets(path, 600)
    assert again.take(ticket, "town", ORIGIN, ADDRESS).visitor == VISITOR


def test_servers_that_begin_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    path = tmp_path / SECRET_FILE
    several = [Tickets(path, 600) for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        given_out = list(pool.map(given_ticket, several))
    for ticket in given_out:
        several[0].take(ticket, "town", ORIGIN, ADDRESS)


@pytest.mark.parametrize("text", ["", "zz", "ab" * 31, "é"])
def test_a_damaged_secret_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / SECRET_FILE
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SitesUnusable, match="damaged"):
        given_ticket(Tickets(path, 600))


def test_a_secret_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "office").write_text("a file")
    with pytest.raises(SitesUnusable, match="cannot be used"):
        given_ticket(Tickets(tmp_path / "office" / SECRET_FILE, 600))


def test_visitors_are_random(tickets: Tickets) -> None:
    found = {tickets.new_visitor() for _ in range(1000)}
    assert len(found) == 1000
    assert {len(visitor) for visitor in found} == {22}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("2001:db8:1:2::7", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("testclient", "testclient", True),
        ("testclient", "", False),
    ],
)
def test_a_household_is_an_address_or_the_network_of_a_home(
    one: str, other: str, same: bool
) -> None:
    assert (household(one) == household(other)) is same


def test_a_signature_is_for_one_purpose_and_text(tickets: Tickets) -> None:
    signature = tickets.signature("page", "town a.1.2.12345678")
    assert tickets.holds("page", "town a.1.2.12345678", signature)
    for purpose, text, told in (
        ("page", "town a.1.3.12345678", signature),
        ("address", "town a.1.2.12345678", signature),
        ("page", "town a.1.2.12345678", ""),
        ("page", "town a.1.2.12345678", "é" * 22),
        ("page", "town a.1.2.12345678", signature[:-1]),
    ):
        assert not tickets.holds(purpose, text, told)
