from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from rag.errors import IndexCorrupt
from rag.site_settings import SiteSettings
from tests.ui.fake_pipeline import RECORD, REPORT, FakePipeline, cite
from tests.ui.sites.visiting import ADDRESS, ORIGIN, TOWN, Server, Visitor, events_of
from ui.people.limits import TooOften
from ui.sites.limits import SiteLimits
from ui.sites.page import address_of_page
from ui.sites.store import FILE, Sites, SitesUnusable
from ui.sites.tickets import SECRET_FILE, TicketExpired, Tickets

QUESTION = "How many containers were there?"
ROW = json.loads(json.dumps(asdict(TOWN)))


class Failing(FakePipeline):
    """Fails as an index does whose files are damaged, at once or on its way."""

    def stream(self, question: str, **given: Any) -> Any:
        if question == QUESTION:
            yield "Searching the documents"
        raise IndexCorrupt("/srv/office/index/7 is damaged; run `policyqa ingest`.")


def test_where_things_lie_on_the_server_is_told_to_no_stranger(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = Server(tmp_path / "office")
    with server.client() as client:
        for name in (SECRET_FILE, FILE):
            (tmp_path / "office" / name).write_text("{", encoding="utf-8")
            for response in (
                Visitor(client).visit(),
                client.options("/api/widget/town/ask", headers={"origin": ORIGIN}),
                client.get(f"/s/town/{cite(REPORT, RECORD).permalink}"),
            ):
                if response.status_code == 204:
                    continue  # who may ask is known without the secret
                assert (response.status_code, response.json()["code"]) == (503, "sites-unusable")
                assert str(tmp_path) not in response.text
                assert name not in response.text
            assert name in caplog.text


@pytest.mark.parametrize("question", [QUESTION, "What else?"])
def test_what_fails_in_an_answer_is_not_told_to_visitors_in_the_words_for_administrators(
    tmp_path: Path, question: str
) -> None:
    server = Server(tmp_path / "office", pipeline=Failing())
    with server.client() as client:
        visitor = Visitor(client)
        visitor.visit()
        response = visitor.ask(question)
    told = events_of(response)[-1][2] if response.status_code == 200 else response.json()
    assert (told["status"], told["code"]) == (503, "index-corrupt")
    assert "/srv" not in response.text


@pytest.mark.parametrize(
    "odd",
    [
        {"documents": ""},
        {"documents": {}},
        {"documents": [7]},
        {"documents": [""]},
        {"documents": ["/"]},
        {"origins": [5]},
        {"origins": ORIGIN},
        {"suggestions": "How?"},
        {"name": 5},
        {"title": 5},
        {"rate": 1.5},
        {"rate": True},
        {"site_rate": "120"},
    ],
)
def test_a_row_of_another_form_is_never_taken_for_one_that_allows_more(
    tmp_path: Path, odd: dict[str, Any]
) -> None:
    (tmp_path / FILE).write_text(json.dumps({"sites": [ROW | odd]}), encoding="utf-8")
    with pytest.raises(SitesUnusable):
        Sites(tmp_path / FILE).all()


def test_a_file_of_sites_that_breaks_its_reader_is_damaged(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(SitesUnusable):
        Sites(tmp_path / FILE).all()


def test_a_ticket_from_before_the_clock_was_set_back_does_not_last_for_years(
    tmp_path: Path,
) -> None:
    now = 2e9
    tickets = Tickets(tmp_path / SECRET_FILE, 600, clock=lambda: now)
    ticket = tickets.give("town", ORIGIN, "v", ADDRESS)
    now -= 30
    assert tickets.take(ticket, "town", ORIGIN, ADDRESS)
    now -= 365 * 24 * 3600
    for late in (0, 3600):
        with pytest.raises(TicketExpired):
            tickets.take(ticket, "town", ORIGIN, ADDRESS, late=late)


def asked(limits: SiteLimits, sites: Sequence[Any], address: str) -> int:
    """How many questions are let through from one address, by a new visitor each."""
    passed = 0
    for number in range(1000):
        try:
            limits.may_ask(sites[number % len(sites)], f"{address} {number}", address)
        except TooOften:
            continue
        passed += 1
    return passed


def test_one_address_shuts_no_other_out_of_a_site_or_of_all_sites() -> None:
    greedy = replace(TOWN, rate=50, site_rate=60)
    limits = SiteLimits(SiteSettings())
    assert asked(limits, [greedy], "203.0.113.1") == 50
    assert asked(limits, [greedy], "203.0.113.2") == 10
    many = [replace(TOWN, name=f"town-{number}") for number in range(20)]
    limits = SiteLimits(SiteSettings(questions_per_minute=100))
    assert asked(limits, many, "203.0.113.1") == 50
    assert asked(limits, many, "203.0.113.2") == 50


def test_an_earlier_text_is_not_even_looked_for_without_the_link_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def versions(_: object, document_id: str) -> Any:
        looked.append(document_id)
        return iter(())

    monkeypatch.setattr("rag.past.PastTexts.versions", versions)
    server = Server(tmp_path / "office")
    link = "0123456789abcdef.0.5.00000000"
    tickets = Tickets(tmp_path / "office" / SECRET_FILE, 600)
    with server.client() as client:
        assert client.get(f"/s/town/{link}").status_code == 404
        assert looked == []
        assert client.get(address_of_page(tickets, "town", link)).status_code == 404
        assert set(looked) == {"0123456789abcdef"}


def test_pages_answer_head_and_name_the_methods_that_they_take(tmp_path: Path) -> None:
    with Server(tmp_path / "office").client() as client:
        link = f"/s/town/{cite(REPORT, RECORD).permalink}"
        assert client.get(link).status_code == client.head(link).status_code == 200
        assert client.head(link).content == b""
        for path in (link, "/widget.js", "/widget.mjs"):
            for method in ("POST", "OPTIONS", "DELETE"):
                response = client.request(method, path)
                assert response.status_code == 405
                assert response.headers["allow"] == "GET, HEAD"


def test_what_was_seen_of_a_forgotten_answer_is_not_left_out_of_the_next(tmp_path: Path) -> None:
    with Server(tmp_path / "office").client() as client:
        visitor = Visitor(client)
        visitor.visit()
        told = events_of(visitor.ask(QUESTION, **{"last-event-id": "99"}))
    assert [number for number, _, _ in told] == [1, 2, 3, 4]
    assert told[-1][1] == "answer"
