from __future__ import annotations

import io
import socket
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from rag.settings import LibrarySettings, Settings
from tests.ui.fake_pipeline import FakePipeline
from tests.ui.library.conftest import Child
from tests.ui.serving import served, wait_until
from ui.api import create_app
from ui.people.person import LOCAL, Role

TEXT = b"# Ferry notice\n\nThe ferry line to Northbank opened on 4 May 2023.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "office" / "uploads"


@pytest.fixture
def roles() -> list[Role]:
    """The role of whoever asks is the last one."""
    return [Role.EDITOR]


@pytest.fixture
def client(
    tmp_path: Path, child: Child, roles: list[Role], monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    settings = Settings(
        office_dir=tmp_path / "office",
        index_dir=tmp_path / "index",
        library=LibrarySettings(file_mb=1, total_mb=2),
    )
    monkeypatch.setattr("ui.library.routes.person_of", lambda _: replace(LOCAL, role=roles[-1]))
    with TestClient(create_app(FakePipeline(), settings)) as opened:
        yield opened
        wait_until(lambda: not opened.get("/api/library/state").json()["busy"])


Upload = Callable[..., Any]


@pytest.fixture
def upload(client: TestClient) -> Upload:
    def once(name: str, body: Any = TEXT, **params: str) -> Any:
        return client.post("/api/library", params={"name": name, **params}, content=body)

    return once


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("[!.]*"))


def incoming(folder: Path) -> list[Path]:
    return list((folder / ".incoming").iterdir())


def test_a_file_is_checked_stored_and_ingested(
    upload: Upload, folder: Path, child: Child, client: TestClient
) -> None:
    answer = upload("notices/ferry.md")
    assert answer.status_code == 201
    assert answer.json()["title"] == "Ferry notice"
    assert answer.json()["name"] == "ferry.md"
    assert (folder / "ferry.md").read_bytes() == TEXT
    assert incoming(folder) == []
    wait_until(lambda: client.get("/api/library/state").json()["number"] == 1)
    assert child.orders[0]["attached"] == {"prefix": "uploads", "folder": str(folder)}


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("x.pdf", b"%PDF-1.7\nrubbish", "x.pdf"),
        ("x.pdf", TEXT, "x.pdf is not a PDF"),
        ("x.docx", b"PK\x03\x04cut", "x.docx"),
        ("x.md", b" \n", "x.md is empty"),
        ("x.zip", b"PK\x03\x04cut", "x.zip is a damaged ZIP archive"),
        ("x.exe", TEXT, "x.exe cannot be read: its name does not end in"),
        ("../..", TEXT, "cannot be read"),
    ],
)
def test_a_bad_file_is_told_at_once_in_one_sentence_and_left_out(
    upload: Upload, folder: Path, child: Child, name: str, body: bytes, told: str
) -> None:
    answer = upload(name, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-source")
    assert told in answer.json()["detail"]
    assert answer.json()["detail"].endswith(".")
    assert files(folder) == []
    assert child.orders == []


def test_an_archive_is_taken_with_its_readable_files(upload: Upload, folder: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/ferry.md", TEXT)
        archive.writestr("a/tool.exe", b"MZ")
    answer = upload("all.zip", packed.getvalue())
    assert (answer.status_code, answer.json()["members"]) == (201, 1)
    assert "tool.exe" in answer.json()["warnings"][0]


def test_an_equal_name_is_asked_about_replaced_or_kept_beside(
    upload: Upload, folder: Path, client: TestClient
) -> None:
    assert client.get("/api/library/name", params={"name": "ferry.md"}).json()["taken"] is False
    upload("ferry.md")
    assert client.get("/api/library/name", params={"name": "x/ferry.md"}).json() == {
        "name": "ferry.md",
        "taken": True,
        "replaceable": True,
        "free": "ferry (2).md",
    }
    answer = upload("ferry.md", TEXT + b"More.")
    assert (answer.status_code, answer.json()["code"]) == (409, "name-taken")
    assert (folder / "ferry.md").read_bytes() == TEXT
    assert upload("ferry.md", TEXT + b"More.", existing="both").json()["name"] == "ferry (2).md"
    assert upload("ferry.md", TEXT + b"New.", existing="replace").status_code == 201
    assert (folder / "ferry.md").read_bytes() == TEXT + b"New."
    assert files(folder) == ["ferry (2).md", "ferry.md"]


def test_a_file_that_is_too_large_is_refused_whether_it_says_so_or_not(
    upload: Upload, folder: Path
) -> None:
    body = b"x" * ((1 << 20) + 1)
    assert upload("x.md", body).status_code == 413
    chunks = (body[i : i + 65536] for i in range(0, len(body), 65536))
    assert upload("x.md", chunks).status_code == 413
    assert not folder.exists() or (files(folder) == [] and incoming(folder) == [])


def test_a_sender_who_goes_away_leaves_nothing(tmp_path: Path, folder: Path, child: Child) -> None:
    settings = Settings(office_dir=tmp_path / "office", index_dir=tmp_path / "index")
    with served(FakePipeline(), settings=settings) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as line:
            head = f"POST /api/library?name=a.md HTTP/1.1\r\nHost: {host}:{port}\r\n"
            line.sendall(head.encode() + b"Content-Length: 1000\r\n\r\n" + TEXT)
            wait_until(lambda: len(list(folder.glob(".incoming/*/a.md"))) == 1)
        wait_until(lambda: incoming(folder) == [])
    assert files(folder) == []
    assert child.orders == []


def test_a_full_library_says_so(upload: Upload) -> None:
    assert upload("a.md", TEXT + b"word " * 200_000).status_code == 201
    assert upload("b.md", TEXT + b"term " * 200_000).status_code == 201
    answer = upload("c.md", TEXT + b"noun " * 200_000)
    assert (answer.status_code, answer.json()["code"]) == (507, "no-room")
    assert "library.total_mb" in answer.json()["detail"]


def test_only_the_library_takes_large_bodies(client: TestClient) -> None:
    body = b"x" * 100_000
    assert client.post("/api/library/ingest", content=body).status_code == 413
    assert client.post("/api/ask", content=body).status_code == 413


def test_an_upload_is_removed_and_put_back(
    upload: Upload, folder: Path, client: TestClient, child: Child
) -> None:
    upload("ferry.md")
    answer = client.delete("/api/library/file", params={"name": "ferry.md"})
    assert answer.status_code == 200
    assert files(folder) == []
    back = client.post("/api/library/restore", params=answer.json())
    assert back.json() == {"name": "ferry.md"}
    assert files(folder) == ["ferry.md"]
    missing = client.delete("/api/library/file", params={"name": "../../index"})
    assert (missing.status_code, missing.json()["code"]) == (422, "bad-input")


def test_readers_see_and_change_nothing(
    upload: Upload, folder: Path, client: TestClient, roles: list[Role], child: Child
) -> None:
    upload("ferry.md")
    token = client.delete("/api/library/file", params={"name": "ferry.md"}).json()["token"]
    upload("parks.md")
    wait_until(lambda: not client.get("/api/library/state").json()["busy"])
    roles.append(Role.READER)
    began = len(child.orders)
    refused = [
        upload("other.md"),
        upload("parks.md", existing="replace"),
        client.delete("/api/library/file", params={"name": "parks.md"}),
        client.post("/api/library/restore", params={"token": token}),
        client.post("/api/library/ingest"),
        client.get("/api/library/name", params={"name": "parks.md"}),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert files(folder) == ["parks.md"]
    assert len(child.orders) == began
    assert client.get("/api/library/state").status_code == 200


def test_the_version_changes_with_uploads_and_removals(upload: Upload, client: TestClient) -> None:
    seen = [client.get("/api/library/state").json()["version"]]
    upload("ferry.md")
    seen.append(client.get("/api/library/state").json()["version"])
    client.delete("/api/library/file", params={"name": "ferry.md"})
    seen.append(client.get("/api/library/state").json()["version"])
    assert len(set(seen)) == 3


def test_progress_is_told_in_the_readers_language(client: TestClient, child: Child) -> None:
    child.lines = [{"stage": "reading", "done": 1_000_000, "total": 2_000_000}, *child.lines]
    child.free.clear()
    client.post("/api/library/ingest")
    wait_until(lambda: client.get("/api/library/state").json()["total"] == 2_000_000)
    english = client.get("/api/library/state", headers={"accept-language": "en"}).json()
    chinese = client.get("/api/library/state", headers={"accept-language": "zh-CN"}).json()
    child.free.set()
    assert english["stage"] == "Reading files. 1.0 of 2.0 MB"
    assert chinese["stage"].startswith("正在读取文件")
