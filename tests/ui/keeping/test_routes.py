"""The routes of conversations: one's own, and what was shared."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import docx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from starlette.types import Receive, Scope, Send

from rag.settings import Settings
from tests.ui.fake_pipeline import ATTACK, FERRIES, RECORD, FakePipeline
from tests.ui.keeping.kept_talks import ANN, BEN, BUDGET, CONTAINERS, conversation
from ui.keeping.conversations import Conversations
from ui.keeping.routes import router
from ui.office import Office, open_office
from ui.people.person import STATE_KEY, Person
from ui.problems import handle_problems


@pytest.fixture
def office(tmp_path: Path) -> Office:
    settings = Settings().model_copy(update={"office_dir": tmp_path / "office"})
    return open_office(FakePipeline(), settings, [])


@pytest.fixture
def kept(office: Office) -> Conversations:
    return office.conversations


def client(office: Office, person: Person | None) -> TestClient:
    """The routes as this person meets them; nobody is one whom the gate did not let in."""
    app = FastAPI()
    handle_problems(app)
    app.include_router(router(office))

    async def gate(scope: Scope, receive: Receive, send: Send) -> None:
        if person is not None and scope["type"] == "http":
            scope[STATE_KEY] = person
        await app(scope, receive, send)

    return TestClient(gate, base_url="http://office.example", raise_server_exceptions=False)


def test_the_list_is_of_ones_own_and_can_be_searched(office: Office, kept: Conversations) -> None:
    id_ = conversation(kept, CONTAINERS, BUDGET)
    conversation(kept, CONTAINERS, person=BEN)
    (row,) = client(office, ANN).get("/api/conversations").json()
    assert (row["id"], row["title"], row["questions"], row["shared"]) == (id_, CONTAINERS, 2, False)
    assert row["began"].endswith("+00:00")
    assert "token" not in row
    assert client(office, ANN).get("/api/conversations?search=airport").json() == [row]
    assert client(office, ANN).get("/api/conversations?search=%25").json() == []
    assert (
        client(office, ANN).get("/api/conversations", params={"search": "x" * 201}).status_code
        == 422
    )


def test_an_export_is_a_file_of_ones_own(office: Office, kept: Conversations) -> None:
    id_ = conversation(kept, CONTAINERS)
    answer = client(office, ANN).get(f"/api/conversations/{id_}/export.md")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    assert f"{RECORD}[^1]" in answer.text
    assert "<http://office.example/p/reports/harbour.md." in answer.text
    answer = client(office, ANN).get(f"/api/conversations/{id_}/export.docx")
    assert RECORD in [p.text for p in docx.Document(BytesIO(answer.content)).paragraphs]
    for kind in ("md", "docx"):
        theirs = client(office, BEN).get(f"/api/conversations/{id_}/export.{kind}")
        nobodys = client(office, BEN).get(f"/api/conversations/{'A' * 22}/export.{kind}")
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.json() == nobodys.json()
    assert client(office, ANN).get(f"/api/conversations/{id_}/export.exe").status_code == 422


@pytest.mark.parametrize(
    ("title", "plain", "encoded"),
    [
        ("Board view", "Board view", "Board%20view"),
        (
            "Überblick 第二季度",
            "Uberblick",
            "%C3%9Cberblick%20%E7%AC%AC%E4%BA%8C%E5%AD%A3%E5%BA%A6",
        ),
        ("第二季度", "conversation", "%E7%AC%AC%E4%BA%8C%E5%AD%A3%E5%BA%A6"),
        ('../..\\a"b;c%d', "a b c d", "a%20b%20c%20d"),
        ("a\u202eb\u200bc", "abc", "abc"),
        ("...", "conversation", "conversation"),
        ("x" * 120, "x" * 80, "x" * 80),
    ],
)
def test_a_file_name_is_safe_everywhere(
    office: Office, kept: Conversations, title: str, plain: str, encoded: str
) -> None:
    id_ = conversation(kept, CONTAINERS)
    kept.rename(id_, ANN, title)
    headers = client(office, ANN).get(f"/api/conversations/{id_}/export.md").headers
    assert headers["content-disposition"] == (
        f"attachment; filename=\"{plain}.md\"; filename*=UTF-8''{encoded}.md"
    )


def test_a_shared_page_is_read_by_others_and_does_nothing(
    office: Office, kept: Conversations
) -> None:
    id_ = conversation(kept, CONTAINERS, BUDGET, f"attack {ATTACK}")
    token = kept.share(id_, ANN)
    answer = client(office, BEN).get(f"/c/{token}")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "private, no-store"
    page = HTMLParser(answer.text)
    assert page.css_first("h1").text() == CONTAINERS
    assert page.css("img") == []
    assert len(page.css("script")) <= 1  # the button that prints
    marks = [a.attributes["href"] for a in page.css("sup a")]
    assert marks == [f"#{li.attributes['id']}" for li in page.css(".kept-notes li")]
    assert [a.attributes["href"] for a in page.css(".kept-back")] == [
        f"#{a.attributes['id']}" for a in page.css("sup a")
    ]
    links = [a.attributes["href"] or "" for a in page.css(".kept-place")]
    assert links
    assert all(link.startswith("http://office.example/p/") for link in links)
    assert FERRIES in page.body.text()  # type: ignore[union-attr]
    assert id_ not in answer.text


def test_a_shared_page_is_exported_by_others(office: Office, kept: Conversations) -> None:
    token = kept.share(conversation(kept, CONTAINERS), ANN)
    page = HTMLParser(client(office, BEN).get(f"/c/{token}").text)
    for link in page.css(".kept-export a"):
        answer = client(office, BEN).get(f"/c/{link.attributes['href']}")
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment;")


def test_a_page_no_longer_shared_is_not_found(office: Office, kept: Conversations) -> None:
    id_ = conversation(kept, CONTAINERS)
    token = kept.share(id_, ANN)
    kept.unshare(id_, ANN)
    answer = client(office, ANN).get(f"/c/{token}")
    assert answer.status_code == 404
    assert "stopped sharing" in answer.text
    assert client(office, ANN).get(f"/c/{token}/export.md").status_code == 404
    assert client(office, ANN).get(f"/c/{id_}").status_code == 404  # an id is no token


def test_the_page_speaks_the_readers_language(office: Office, kept: Conversations) -> None:
    token = kept.share(conversation(kept, CONTAINERS), ANN)
    answer = client(office, BEN).get(f"/c/{token}", headers={"accept-language": "zh-CN"})
    assert '<html lang="zh">' in answer.text
    assert "注释" in answer.text


@pytest.mark.parametrize(
    "path",
    ["/api/conversations", "/api/conversations/x/export.md", "/c/x", "/c/x/export.docx"],
)
def test_whoever_the_gate_did_not_let_in_reads_nothing(office: Office, path: str) -> None:
    answer = client(office, None).get(path)
    assert answer.status_code == 403
    assert answer.json()["code"] == "not-allowed"


def test_a_damaged_file_is_told_in_a_sentence(office: Office) -> None:
    folder = office.settings.office_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "conversations.sqlite3").write_bytes(b"damage" * 1000)
    listed = client(office, ANN).get("/api/conversations")
    assert (listed.status_code, listed.json()["code"]) == (503, "not-kept")
    page = client(office, ANN).get("/c/x")
    assert page.status_code == 503
    assert "questions are still answered" in page.text
    assert str(folder) not in listed.text + page.text
