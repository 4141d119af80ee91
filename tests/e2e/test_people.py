"""Signing in, what a role may do, and the room of people, in a real browser."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import APIResponse, Page, expect

from rag.settings import Settings
from tests.e2e.browsing import DESKTOP, PATIENCE_MS, ask, assert_accessible, go_to_room, shot
from tests.ui.fake_pipeline import FERRIES, RECORD, FakePipeline
from tests.ui.people.entry import PHRASE, quick_hashes
from tests.ui.serving import served
from ui.people.person import Role
from ui.people.sessions import Sessions
from ui.people.users import Users

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class House:
    """A server where people sign in."""

    address: str
    folder: Path

    @property
    def users(self) -> Users:
        return Users(self.folder / "users.json")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    settings = Settings(
        office_dir=folder / "office",
        review_file=folder / "review.sqlite3",
        access={
            "sign_in": "users",
            "users_file": folder / "users.json",
            "questions_per_minute": 4,
            "sign_in_attempts": 4,
        },
    )
    with pytest.MonkeyPatch.context() as patch:
        quick_hashes(patch)
        users = Users(folder / "users.json")
        for name, role in (("chen", Role.ADMIN), ("wang", Role.EDITOR), ("li", Role.READER)):
            users.add(name, role, PHRASE)
        with served(FakePipeline(), settings=settings) as address:
            yield House(address, folder)


Visitor = Callable[..., Page]


@pytest.fixture
def visit(browser: object, house: House) -> Iterator[Visitor]:
    """Opens the page as a browser that nobody knows."""
    contexts = []

    def visitor(path: str = "/", **options: object) -> Page:
        context = browser.new_context(viewport=DESKTOP, **{"locale": "en-GB", **options})  # type: ignore[attr-defined]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(house.address + path)
        return page

    yield visitor
    for context in contexts:
        context.close()


def sign_in(page: Page, name: str, password: str = PHRASE) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def session_cookie(page: Page) -> Any:
    (cookie,) = (c for c in page.context.cookies() if c.get("name") == "policyqa_session")
    return cookie


def enter(visit: Visitor, name: str) -> Page:
    page = visit()
    sign_in(page, name)
    page.get_by_label("Your question").wait_for()
    expect(page.get_by_role("button", name=f"Signed in as {name}")).to_be_visible()
    return page


def test_one_signs_in_and_is_led_to_the_wanted_page(visit: Visitor, house: House) -> None:
    page = visit("/?c=none-of-mine")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    assert page.locator("script").count() == 0
    shot(page, "sign-in")
    assert_accessible(page)
    sign_in(page, "li", "not the password")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong; try again.")
    expect(page.get_by_label("Name")).to_have_value("li")
    sign_in(page, "li")
    page.get_by_label("Your question").wait_for()
    assert page.url.startswith(house.address + "/")
    expect(ask(page, "How many containers?")).to_contain_text(RECORD)


def test_the_sign_in_page_speaks_chinese(visit: Visitor) -> None:
    page = visit(locale="zh-CN")
    expect(page.get_by_label("密码")).to_be_visible()
    expect(page.get_by_role("button", name="登录")).to_be_visible()


def test_signing_out_closes_the_door_behind_one(visit: Visitor) -> None:
    page = enter(visit, "li")
    cookie = session_cookie(page)
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    page.get_by_role("button", name="Signed in as li").click()
    shot(page, "whoami", widths=[390])
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.go_back()
    page.reload()
    expect(page.get_by_label("Password")).to_be_visible()
    page.context.add_cookies([cookie])
    page.goto(page.url.split("/sign-in")[0])
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_session_that_ran_out_leads_to_sign_in(visit: Visitor, house: House) -> None:
    page = enter(visit, "li")
    Sessions(house.folder / "office" / "sessions.sqlite3", hours=12, idle_hours=2).end_of("li")
    time.sleep(5.5)  # for so long the server remembers what it read of a session
    page.reload()
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_planted_cookie_is_replaced_at_sign_in(visit: Visitor, house: House) -> None:
    page = visit()
    planted = {"name": "policyqa_session", "value": "planted", "url": house.address}
    page.context.add_cookies([planted])
    page.goto(house.address)
    sign_in(page, "li")
    page.get_by_label("Your question").wait_for()
    assert session_cookie(page)["value"] != "planted"
    answer = httpx.get(f"{house.address}/api/documents", cookies={"policyqa_session": "planted"})
    assert answer.status_code == 401


def component(page: Page, house: House, elem_id: str) -> int:
    config = page.request.get(f"{house.address}/config").json()
    found = (c["id"] for c in config["components"] if c["props"].get("elem_id") == elem_id)
    return int(next(found))


def call(page: Page, house: House, function: str, data: object) -> APIResponse:
    """Call a function of the room of people as its script would."""
    body = {
        "data": data,
        "fn_name": function,
        "session_hash": "s",
        "component_id": component(page, house, "people"),
    }
    return page.request.post(f"{house.address}/gradio_api/component_server", data=body)


@pytest.mark.parametrize("name", ["li", "wang"])
def test_only_admins_have_the_room_of_people_in_the_page_and_on_the_server(
    visit: Visitor, house: House, name: str
) -> None:
    page = enter(visit, name)
    expect(page.get_by_role("tab", name="Ask", exact=True)).to_be_visible()
    expect(page.get_by_role("tab", name="People", exact=True)).to_have_count(0)
    before = house.users.all()
    add = {"do": "add", "name": "mine", "role": "admin", "password": PHRASE}
    for request in (
        add,
        {"do": "role", "name": name, "role": "admin"},
        {"do": "remove", "name": "chen"},
        {"do": "password", "name": "chen", "password": PHRASE},
        {"do": "end", "name": "chen"},
    ):
        answer = call(page, house, "people_change", request).json()
        assert answer["error"], answer
        assert "needs the role admin" in answer["said"]
    assert house.users.all() == before
    assert "log" not in call(page, house, "people_log", {}).json()
    assert "chen" not in call(page, house, "people_room", {}).text()


def test_an_admin_adds_changes_and_removes_somebody(visit: Visitor, house: House) -> None:
    page = enter(visit, "chen")
    go_to_room(page, "People")
    form = page.locator(".people-add")
    form.get_by_label("Name").fill("Zhao")
    form.get_by_label("Role").select_option("editor")
    form.get_by_label("Password").fill("short")
    form.get_by_role("button", name="Add").click()
    assert house.users.get("zhao") is None  # the browser refuses it already
    form.get_by_label("Password").fill(PHRASE)
    form.get_by_role("button", name="Add").click()
    said = page.locator(".people-said")
    expect(said).to_have_text("zhao was added.")
    row = page.locator('tr[data-name="zhao"]')
    expect(row.get_by_label("Role of zhao")).to_have_value("editor")
    expect(row).to_contain_text("not signed in")

    other = visit()
    sign_in(other, "zhao")
    other.get_by_label("Your question").wait_for()
    row.get_by_label("Role of zhao").select_option("reader")
    expect(said).to_have_text("zhao is now reader.")
    other.reload()
    expect(other.get_by_label("Password")).to_be_visible()

    row.get_by_text("New password", exact=True).click()
    row.get_by_label("New password for zhao").last.fill("another good phrase")
    row.get_by_role("button", name="Set the password").click()
    expect(said).to_contain_text("zhao has a new password")
    sign_in(other, "zhao", "another good phrase")
    other.get_by_label("Your question").wait_for()

    shot(page, "people")
    assert_accessible(page, "#people")
    row.get_by_text("Remove", exact=True).click()
    row.get_by_role("button", name="Remove zhao").last.click()
    expect(said).to_have_text("zhao was removed.")
    expect(row).to_have_count(0)
    other.reload()
    expect(other.get_by_label("Password")).to_be_visible()

    page.get_by_label("Search the log").fill("zhao")
    log = page.locator(".people-log tbody tr")
    expect(log.first).to_contain_text("remove user")
    expect(log.filter(has_text="make reader")).to_have_count(1)
    expect(page.locator(".people-log")).not_to_contain_text("another good phrase")


def test_the_only_admin_cannot_be_removed(visit: Visitor, house: House) -> None:
    page = enter(visit, "chen")
    go_to_room(page, "People")
    row = page.locator('tr[data-name="chen"]')
    row.get_by_label("Role of chen").select_option("reader")
    expect(page.locator(".people-said.failed")).to_contain_text("chen is the only admin")
    expect(row.get_by_label("Role of chen")).to_have_value("admin")


def test_the_log_tells_that_somebody_asked_but_not_what(visit: Visitor, house: House) -> None:
    ask(enter(visit, "wang"), "When do ferries leave?")
    page = enter(visit, "chen")
    go_to_room(page, "People")
    page.get_by_label("Search the log").fill("wang ask")
    expect(page.locator(".people-log tbody tr").first).to_contain_text("wang")
    expect(page.locator(".people-log")).not_to_contain_text("ferries")


def test_too_many_questions_are_put_off_with_a_kind_sentence(visit: Visitor, house: House) -> None:
    house.users.add("sun", Role.READER, PHRASE)
    page = enter(visit, "sun")
    for _ in range(4):
        answer = page.request.post(f"{house.address}/api/ask", data={"question": "ferries"})
        assert answer.json()["claims"][0]["text"] == FERRIES
    refused = page.request.post(f"{house.address}/api/ask", data={"question": "ferries"})
    assert (refused.status, refused.json()["code"]) == (429, "too-often")
    assert 1 <= int(refused.headers["retry-after"]) <= 15
    said = ask(page, "When do ferries leave?").get_by_role("alert")
    expect(said).to_contain_text("You have asked many questions in a short time; please wait")
    other = enter(visit, "wang")  # whom it does not concern
    assert other.request.get(f"{house.address}/api/documents").status == 200


def test_guessing_is_slowed_down(visit: Visitor, house: House) -> None:
    house.users.add("zhou", Role.READER, PHRASE)
    page = visit()
    for _ in range(4):
        sign_in(page, "zhou", "a wrong guess")
        expect(page.get_by_role("alert")).to_contain_text("is wrong")
    sign_in(page, "zhou")
    expect(page.get_by_role("alert")).to_contain_text("Too many attempts; please wait")


def test_another_sites_page_cannot_act_for_whoever_is_signed_in(
    visit: Visitor, house: House
) -> None:
    page = enter(visit, "chen")
    target = f"{house.address}/sign-out"
    # Another port of the same machine is the same site: even SameSite cookies are sent there.
    with _foreign_page(f'<form method="post" action="{target}"><button>Go</button></form>') as evil:
        page.goto(evil)
        page.get_by_role("button", name="Go").click()
        expect(page.locator("body")).to_contain_text("foreign-page")
        page.goto(evil)
        read = page.evaluate(
            "(url) => fetch(url, {credentials: 'include'}).then(r => r.text(), e => 'refused')",
            f"{house.address}/api/documents",
        )
        assert read == "refused"
    page.goto(house.address)
    page.get_by_label("Your question").wait_for()


class _foreign_page:  # noqa: N801 - used as a function
    """A page of another site, at an address of its own."""

    def __init__(self, html: str) -> None:
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
