"""A site's visitor as a client of a whole application, for the tests of sites."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from httpx import Response
from starlette.testclient import TestClient

from rag.live import AnyPipeline
from rag.settings import Settings
from tests.ui.fake_pipeline import FakePipeline
from ui.api import create_app
from ui.sites.site import Site
from ui.sites.store import FILE, Sites

ORIGIN = "https://town.example"
ADDRESS = "203.0.113.7"
TOWN = Site("town", origins=(ORIGIN,), suggestions=("When do ferries leave?",))
Event = tuple[int, str, Any]


class Server:
    """An application with some sites in a folder of its own."""

    def __init__(self, folder: Path, *sites: Site, pipeline: AnyPipeline | None = None) -> None:
        self.pipeline = pipeline or FakePipeline()
        self.settings = Settings(office_dir=folder)
        self.sites = Sites(folder / FILE)
        for site in sites or (TOWN,):
            self.sites.add(site)
        self.app: FastAPI = create_app(self.pipeline, self.settings, examples=[])

    def client(self, address: str = ADDRESS) -> TestClient:
        return TestClient(
            self.app,
            "http://127.0.0.1:7860",
            client=(address, 50000),
            raise_server_exceptions=False,
        )


class Visitor:
    """Somebody on a page of a site."""

    def __init__(
        self,
        client: TestClient,
        site: str = "town",
        origin: str | None = ORIGIN,
        ticket: str | None = None,
    ) -> None:
        self.client = client
        self.site = site
        self.headers = {"origin": origin} if origin is not None else {}
        self.ticket = ticket
        self.visitor = ""

    def post(self, route: str, body: Any, **headers: str | bytes) -> Response:
        told: dict[str, str | bytes] = {**self.headers}
        if self.ticket is not None:
            told["authorization"] = f"Bearer {self.ticket}"
        return self.client.post(
            f"/api/widget/{self.site}/{route}", json=body, headers=told | headers
        )

    def visit(self, **body: Any) -> Response:
        response = self.post("visit", body)
        if response.status_code == 200:
            self.ticket, self.visitor = response.json()["ticket"], response.json()["visitor"]
        return response

    def ask(self, question: str, ask: str = "a" * 20, **headers: str | bytes) -> Response:
        return self.post("ask", {"question": question, "ask": ask}, **headers)


def events_of(response: Response) -> list[Event]:
    """Number, name and data of each event of a stream."""
    blocks = [block for block in response.text.split("\n\n") if block and block[0] != ":"]
    return [_event(dict(line.split(": ", 1) for line in block.split("\n"))) for block in blocks]


def answer_of(response: Response) -> Any:
    *_, (_, name, answer) = events_of(response)
    assert name == "answer", answer
    return answer


def _event(fields: Mapping[str, str]) -> Event:
    return int(fields["id"]), fields["event"], json.loads(fields["data"])
