from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from rag.models import Document
from rag.settings import Settings
from tests.ui.fake_pipeline import LONG, NOTICE, REPORT, FakePipeline
from tests.ui.serving import served
from ui.api import create_app

LIST = "/api/documents"
TEXT = f"/api/documents/{REPORT.id}/text"


class Shelf(FakePipeline):
    """A pipeline whose documents can be changed."""

    def __init__(self) -> None:
        super().__init__()
        self.version = 1

    @property
    def index_version(self) -> str:
        return f"fake-{self.version}"

    def put(self, *documents: Document) -> None:
        self._documents = {document.id: document for document in documents}
        self.version += 1


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture(scope="module")
def opened(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(office_dir=tmp_path_factory.mktemp("office"))
    with TestClient(create_app(shelf, settings)) as client:
        yield client


@pytest.fixture
def client(opened: TestClient, shelf: Shelf) -> TestClient:
    shelf.put(LONG, REPORT, NOTICE)
    return opened


def titled(name: str, title: str = "Same title") -> Document:
    return replace(NOTICE, id=name, source=name, title=title)


def pages(client: TestClient, address: str) -> Iterator[list[dict[str, Any]]]:
    while address:
        answer = client.get(address)
        assert answer.status_code == 200
        yield answer.json()
        address = answer.links.get("next", {}).get("url", "")


def ids(listed: list[dict[str, Any]]) -> list[str]:
    return [entry["id"] for entry in listed]


@pytest.mark.parametrize("path", [LIST, TEXT])
def test_what_somebody_has_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    for known in (tag, f"W/{tag}", f'"old", {tag}', "*"):
        again = client.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert "no-cache" in again.headers["cache-control"]
    assert client.get(path, headers={"if-none-match": '"old"'}).content == first.content


def test_a_tag_changes_with_what_it_names(client: TestClient, shelf: Shelf) -> None:
    before = {path: client.get(path).headers["etag"] for path in (LIST, TEXT)}
    assert client.get(f"{LIST}?limit=1").headers["etag"] != before[LIST]
    shelf.put(replace(REPORT, text=REPORT.text + "More."), NOTICE)
    for path, tag in before.items():
        answer = client.get(path, headers={"if-none-match": tag})
        assert (answer.status_code, answer.headers["etag"] != tag) == (200, True)


def test_a_new_index_leaves_the_texts_as_they_are(client: TestClient, shelf: Shelf) -> None:
    tag = client.get(TEXT).headers["etag"]
    shelf.put(REPORT, titled("new.txt"))
    assert client.get(TEXT, headers={"if-none-match": tag}).status_code == 304


def test_head_answers_as_get_does_without_the_body(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with served(FakePipeline()) as address:
        for path in (LIST, TEXT, "/healthz", "/readyz", "/openapi.json"):
            whole, head = httpx.get(address + path), httpx.head(address + path)
            assert (head.status_code, head.content) == (200, b""), path
            assert head.headers.get("etag") == whole.headers.get("etag")
            assert head.headers["content-length"] == str(len(whole.content))
        tag = httpx.head(address + LIST).headers["etag"]
        assert httpx.head(address + LIST, headers={"if-none-match": tag}).status_code == 304
        assert httpx.head(f"{address}/api/documents/nothing/text").status_code == 404


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_the_pages_together_are_the_list(client: TestClient, limit: int) -> None:
    whole = client.get(LIST).json()
    told = list(pages(client, f"{LIST}?limit={limit}"))
    assert [entry for page in told for entry in page] == whole
    assert all(len(page) == limit for page in told[:-1])
    assert 0 < len(told[-1]) <= limit


def test_equal_titles_are_told_apart(client: TestClient, shelf: Shelf) -> None:
    shelf.put(*(titled(f"{i}.txt") for i in range(7)))
    told = [id_ for page in pages(client, f"{LIST}?limit=2") for id_ in ids(page)]
    assert told == [f"{i}.txt" for i in range(7)]


def test_a_cursor_stays_right_when_documents_come_and_go(client: TestClient, shelf: Shelf) -> None:
    shelf.put(*(titled(f"{c}.txt", c) for c in "bdf"))
    first = client.get(f"{LIST}?limit=2")
    assert ids(first.json()) == ["b.txt", "d.txt"]
    shelf.put(*(titled(f"{c}.txt", c) for c in "abefg"))  # the last one of the page is gone
    rest = [id_ for page in pages(client, first.links["next"]["url"]) for id_ in ids(page)]
    assert rest == ["e.txt", "f.txt", "g.txt"]


def test_filters_hold_on_every_page(client: TestClient, shelf: Shelf) -> None:
    dated = [
        replace(titled(f"{i}.txt", f"{i}"), published=date(2020 + i, 1, 1), tags=("sea",))
        for i in range(5)
    ]
    shelf.put(*dated, replace(dated[0], id="other", publisher="Port Office", tags=("Land",)))
    asked = f"{LIST}?limit=1&since=2021-01-01&until=2023-01-01&tag=SEA"
    told = [id_ for page in pages(client, asked) for id_ in ids(page)]
    assert told == ["1.txt", "2.txt", "3.txt"]
    assert ids(client.get(f"{LIST}?publisher=port office").json()) == ["other"]
    assert len(client.get(f"{LIST}?tag=sea&tag=land").json()) == 6
    assert client.get(f"{LIST}?publisher=nobody").json() == []


@pytest.mark.parametrize(
    "cursor", ["x", "=", "AAAA", "W10", "WyJhIl0", "e30", "ä", "W1tbW1s", "%00"]
)
def test_a_made_up_cursor_is_refused_in_one_sentence(client: TestClient, cursor: str) -> None:
    answer = client.get(f"{LIST}?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-cursor")
    assert answer.json()["detail"].count(".") == 1


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=1001", "limit=x", "since=soon"])
def test_other_limits_are_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"{LIST}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-request")


def test_a_name_that_is_no_utf_8_breaks_nothing(client: TestClient, shelf: Shelf) -> None:
    shelf.put(titled("bad\udcff.txt", "A\udcff"), titled("b.txt", "B"))
    first = client.get(f"{LIST}?limit=1")
    assert first.json()[0]["title"] == "A?"
    assert ids(client.get(first.links["next"]["url"]).json()) == ["b.txt"]
