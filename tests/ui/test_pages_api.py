from __future__ import annotations

import io
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from rag.models import Document
from tests.ui.fake_pipeline import RECORD, REPORT, cite
from tests.ui.paged import BERTHS, PagedPipeline, documents_of, paged_settings, several_pages
from ui.api import create_app
from ui.people.person import NotAllowed

Served = tuple[Document, TestClient]


@pytest.fixture(scope="module")
def plan_and_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("office")
    settings = paged_settings(home, plan=several_pages())
    plan = documents_of(settings)["plan"]
    app = create_app(PagedPipeline([plan]), settings)
    with TestClient(app, base_url="http://localhost:7860", raise_server_exceptions=False) as client:
        yield plan, client


@pytest.fixture
def plan(plan_and_client: Served) -> Document:
    return plan_and_client[0]


@pytest.fixture
def client(plan_and_client: Served) -> TestClient:
    return plan_and_client[1]


def test_a_page_is_a_picture_that_browsers_may_keep(plan: Document, client: TestClient) -> None:
    address = f"/api/documents/{plan.id}/pages/4.png?width=500"
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["content-type"] == "image/png"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "private" in response.headers["cache-control"]
    assert Image.open(io.BytesIO(response.content)).width == 500
    again = client.get(address, headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(
        address.replace("500", "400"), headers={"if-none-match": response.headers["etag"]}
    )
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("{plan}/pages/0.png", 404),
        ("{plan}/pages/7.png", 404),
        ("{plan}/pages/-1.png", 404),
        ("{plan}/pages/one.png", 422),
        ("{plan}/pages/1.png?width=99999", 422),
        ("{plan}/pages/1.png?width=0", 422),
        ("nothing/pages/1.png", 404),
        (f"{REPORT.id}/pages/1.png", 404),
        ("..%2f..%2fetc%2fpasswd/pages/1.png", 404),
    ],
)
def test_what_is_no_page_is_a_problem(
    plan: Document, client: TestClient, path: str, status: int
) -> None:
    response = client.get(f"/api/documents/{path.format(plan=plan.id)}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_a_page_of_its_own_says_for_print_where_it_is_from(
    plan: Document, client: TestClient
) -> None:
    link = cite(plan, BERTHS).permalink
    text = client.get(f"/p/{link}?from=elsewhere").text
    printed = re.search(r'<dl class="for-print">.*?</dl>', text, re.DOTALL)
    assert printed
    assert "<dd>plan.pdf</dd>" in printed[0]
    assert "<dd>page 4</dd>" in printed[0]
    assert f"<dd>http://localhost:7860/p/{link}</dd>" in printed[0]
    assert f">{BERTHS}</mark>" in text
    report = client.get(f"/p/{cite(REPORT, RECORD).permalink}").text
    assert "Harbour report 2023 · Port Office · 7 February 2024" in report
    assert "<dt>Cited words</dt>" not in report  # a report without pages


def test_a_page_of_its_own_speaks_the_language_of_the_browser(client: TestClient) -> None:
    path = f"/p/{cite(REPORT, RECORD).permalink}"
    chinese = client.get(path, headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert '<html lang="zh">' in chinese.text
    assert ">打印</button>" in chinese.text
    assert "2024年2月7日" in chinese.text
    assert '<div class="document" lang="en">' in chinese.text
    assert chinese.headers["vary"] == "accept-language"
    assert '<html lang="en">' in client.get(path).text
    gone = client.get("/p/nonsense", headers={"accept-language": "zh"})
    assert gone.status_code == 404
    assert "未找到" in gone.text


def test_a_page_of_its_own_may_run_nothing_but_its_button(client: TestClient) -> None:
    response = client.get(f"/p/{cite(REPORT, RECORD).permalink}")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for kind, tag in (("script-src", "script"), ("style-src", "style")):
        held = re.findall(f"<{tag}>(.*?)</{tag}>", response.text, re.DOTALL)
        assert len(held) == 1
        digest = b64encode(sha256(held[0].encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert not re.search(r"\son\w+=|style=", response.text.split("</style>")[1])


def test_pictures_are_only_for_those_who_are_signed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = paged_settings(tmp_path, plan=several_pages(1))
    plan = documents_of(settings)["plan"]
    app = create_app(PagedPipeline([plan]), settings)
    with TestClient(app, base_url="http://localhost:7860") as client:
        assert client.get(f"/api/documents/{plan.id}/pages/1.png").status_code == 200
        monkeypatch.setattr("ui.pages_api.person_of", _nobody)
        assert client.get(f"/api/documents/{plan.id}/pages/1.png").status_code == 403
        assert client.get(f"/p/{cite(REPORT, RECORD).permalink}").status_code == 403


def _nobody(_: object) -> None:
    raise NotAllowed("Nobody is signed in; sign in and try again.")
