"""A small application behind the gate, for the tests of everything at the door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import PlainTextResponse
from starlette.testclient import TestClient

from rag.settings import Settings
from ui.guard import SecurityHeaders
from ui.people import passwords
from ui.people.access import Access, open_access
from ui.people.audit import Audit
from ui.people.gate import Authenticator, Gate
from ui.people.person import Role, person_of, require
from ui.people.signing import router
from ui.problems import handle_problems

PHRASE = "correct horse battery"
PAGE = {"accept": "text/html,application/xhtml+xml"}


def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The least argon2 that there is: these tests are not about its strength."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1))
    passwords._nobodys.cache_clear()


def settings_in(folder: Path, host: str = "127.0.0.1", **access: Any) -> Settings:
    return Settings(
        office_dir=folder / "office",
        server={"host": host},
        access={"users_file": folder / "users.json", **access},
    )


class Entry:
    """The application, its access and its audit log."""

    def __init__(self, settings: Settings, *authenticators: Authenticator) -> None:
        self.access: Access = open_access(settings)
        self.audit = Audit(settings.office_dir / "audit.sqlite3")
        self.app = FastAPI()
        self.app.add_middleware(Gate, access=self.access, authenticators=authenticators)
        self.app.add_middleware(SecurityHeaders)
        handle_problems(self.app)
        self.app.include_router(router(self.access, self.audit))
        _add_routes(self.app)

    def add(self, name: str, role: Role = Role.READER) -> None:
        self.access.users.add(name, role, PHRASE)

    def client(
        self, address: str = "10.0.0.9", base_url: str = "http://127.0.0.1:7860"
    ) -> TestClient:
        return TestClient(
            self.app, base_url=base_url, client=(address, 4711), follow_redirects=False
        )

    def signed_in(self, name: str, **options: str) -> TestClient:
        client = self.client(**options)
        response = client.post("/sign-in", data={"name": name, "password": PHRASE})
        assert response.status_code == 303, response.text
        return client


def _add_routes(app: FastAPI) -> None:
    @app.get("/healthz")
    def alive() -> str:
        return "ok"

    @app.api_route("/who", methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"])
    def who(request: Request) -> PlainTextResponse:
        person = person_of(request)
        return PlainTextResponse(f"{person.name} {person.role} {request.client.host}")

    @app.post("/change")
    def change(request: Request) -> str:
        require(person_of(request), Role.EDITOR)
        return "changed"

    @app.get("/told")
    def told(request: Request) -> dict[str, str]:
        return {"scheme": request.url.scheme, **dict(request.headers)}

    @app.websocket("/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(person_of(websocket).name)
        await websocket.close()
