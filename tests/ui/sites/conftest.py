from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette

from tests.ui.sites.visiting import Server, Visitor
from ui.office import Office


@pytest.fixture(autouse=True)
def no_staff_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Laying out the page of the staff takes seconds, and no visitor sees it."""

    def mount_nothing(app: FastAPI, _: Office) -> None:
        app.mount("/", Starlette())

    monkeypatch.setattr("ui.staff.mount_page", mount_nothing)
    monkeypatch.setattr("ui.api.for_people", lambda _: None)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path / "office")


@pytest.fixture
def visitor(server: Server) -> Iterator[Visitor]:
    with server.client() as client:
        visitor = Visitor(client)
        assert visitor.visit().status_code == 200
        yield visitor
