"""The public pages of documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from rag.models import Span
from rag.past import PastText, PastTexts
from rag.permalink import permalink_to
from rag.settings import Settings
from tests.ui.fake_pipeline import LONG, NOTICE, REPORT, FakePipeline
from tests.ui.sites.visiting import TOWN, Server
from ui.api import create_app
from ui.sites.page import address_of_page
from ui.sites.tickets import SECRET_FILE, Tickets

OLD_WORDS = "Ferries used to leave at seven, said Mr Quill."
OLD = replace(NOTICE, text=f"{OLD_WORDS}\n{NOTICE.text}", sha256="9" * 64)
GONE = replace(NOTICE, id="public/gone.txt", source="public/gone.txt", text="The pier was sold.\n")


@pytest.fixture
def server(tmp_path: Path) -> Server:
    server = Server.__new__(Server)
    made = Server(
        tmp_path / "office",
        replace(TOWN, documents=("/notice.txt", "/public/")),
        replace(TOWN, name="village", documents=("/reports/",)),
        replace(TOWN, name="county"),
        replace(TOWN, name="nothing", documents=("/elsewhere/",)),
    )
    server.pipeline, server.sites = made.pipeline, made.sites
    server.settings = Settings(office_dir=tmp_path / "office", index_dir=tmp_path / "index")
    PastTexts(server.settings.index_dir).keep(
        [PastText.of(OLD, (), date(2025, 1, 2)), PastText.of(GONE, (), date(2025, 1, 2))]
    )
    server.app = create_app(FakePipeline(), server.settings, examples=[])
    return server


@pytest.fixture
def client(server: Server) -> Iterator[TestClient]:
    with server.client() as client:
        yield client


def signed(server: Server, site: str, permalink: str) -> str:
    tickets = Tickets(server.settings.office_dir / SECRET_FILE, 600)
    return address_of_page(tickets, site, permalink)


def plain(site: str, permalink: str) -> str:
    return f"/s/{site}/{quote(permalink)}"


NOTICE_LINK = str(permalink_to(NOTICE, Span(0, 14)))
REPORT_LINK = str(permalink_to(REPORT, Span(0, 14)))
OLD_LINK = str(permalink_to(OLD, Span(0, len(OLD_WORDS))))
GONE_LINK = str(permalink_to(GONE, Span(0, 18)))


@pytest.mark.parametrize(
    ("site", "permalink", "status"),
    [
        ("town", NOTICE_LINK, 200),
        ("town", REPORT_LINK, 404),
        ("village", REPORT_LINK, 200),
        ("village", NOTICE_LINK, 404),
        ("county", NOTICE_LINK, 200),
        ("county", REPORT_LINK, 200),
        ("nothing", NOTICE_LINK, 404),
    ],
)
def test_a_site_shows_its_own_documents_only(
    server: Server, client: TestClient, site: str, permalink: str, status: int
) -> None:
    assert client.get(plain(site, permalink)).status_code == status
    assert client.get(signed(server, site, permalink)).status_code == status


def test_what_is_not_ones_own_looks_like_what_is_not_there(
    server: Server, client: TestClient
) -> None:
    server.sites.add(replace(TOWN, name="closed", on=False))
    pages = [
        client.get(plain(site, link))
        for site, link in (
            ("town", "no/such/file.md.0.5.12345678"),
            ("town", REPORT_LINK),
            ("town", str(permalink_to(LONG, Span(0, 5)))),
            ("town", "nonsense"),
            ("town", "notice.txt.9.1.12345678"),
            ("closed", NOTICE_LINK),
            ("nobody", NOTICE_LINK),
        )
    ]
    assert {page.status_code for page in pages} == {404}
    assert len({page.content for page in pages}) == 1
    varying = {"date", "x-request-id"}
    heads = [{k: v for k, v in p.headers.items() if k not in varying} for p in pages]
    assert all(head == heads[0] for head in heads)


@pytest.mark.parametrize("permalink", [NOTICE_LINK, "nonsense"])
def test_a_public_page_leads_nowhere_else_and_is_framed_by_nobody(
    client: TestClient, permalink: str
) -> None:
    page = client.get(plain("town", permalink))
    assert "<a " not in page.text
    assert "/p/" not in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["x-robots-tag"] == "noindex"
    assert "access-control-allow-origin" not in page.headers


def test_a_page_opens_from_a_link_on_any_other_page(client: TestClient) -> None:
    page = client.get(
        plain("town", NOTICE_LINK),
        headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    )
    assert page.status_code == 200


def test_earlier_words_are_shown_to_whoever_was_given_the_link(
    server: Server, client: TestClient
) -> None:
    for permalink, words in ((OLD_LINK, OLD_WORDS), (GONE_LINK, "The pier was sold.")):
        page = client.get(signed(server, "town", permalink))
        assert page.status_code == 200
        assert words in page.text


def test_nobody_guesses_earlier_words(server: Server, client: TestClient) -> None:
    wrong = replace(OLD, text="X" * len(OLD.text))
    for right_one, wrong_one in (
        (OLD_LINK, str(permalink_to(wrong, Span(0, len(OLD_WORDS))))),
        (GONE_LINK, GONE_LINK[:-8] + "00000000"),
    ):
        answers = [client.get(plain("town", link)) for link in (right_one, wrong_one)]
        assert [page.status_code for page in answers] == [answers[0].status_code] * 2
        assert OLD_WORDS not in answers[0].text
        assert "Quill" not in answers[0].text
        assert "pier" not in answers[0].text
        told = [
            page.text.replace(link, "")
            for page, link in zip(answers, (right_one, wrong_one), strict=True)
        ]
        assert told[0] == told[1], "a right guess looks like a wrong one"
    forged = signed(server, "village", OLD_LINK).replace("/village/", "/town/")
    assert "Quill" not in client.get(forged).text
    other = signed(server, "town", NOTICE_LINK).partition("?")[2]
    assert "Quill" not in client.get(f"{plain('town', OLD_LINK)}?{other}").text


def test_earlier_words_of_a_document_that_was_taken_away_are_gone(
    server: Server, client: TestClient
) -> None:
    link = signed(server, "town", OLD_LINK)
    server.sites.change("town", lambda site: replace(site, documents=("/public/",)))
    assert client.get(link).status_code == 404


def test_pages_are_limited_by_address(server: Server, client: TestClient) -> None:
    found = [client.get(plain("town", NOTICE_LINK)) for _ in range(61)]
    assert [page.status_code for page in found] == [200] * 60 + [429]
    assert int(found[-1].headers["retry-after"]) >= 1
    assert server.client("203.0.113.8").get(plain("town", NOTICE_LINK)).status_code == 200
