"""The widget over two origins: who may use it, what a ticket is good for, what a site shows."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Frame, Page, Request, expect

from rag.embedding import Embedder
from tests.e2e.hosts import Visitor, html
from tests.e2e.widget_house import (
    DUES,
    GARDEN,
    PERMIT,
    SECOND,
    House,
    ask,
    box_of,
    host_browser,
    new_visitor,
    send,
    shown,
    sources_of,
    two_sites,
)

pytestmark = pytest.mark.e2e

SECRET = ("£37", "£52", "Harbour Office", "Harbour dues", "harbour.md")
"""What only the harbour's document says."""
NOT_READ = ("blocked by CORS policy", "Failed to load resource")
"""What Chromium itself logs where a page may not read a response."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with host_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[House]:
    with two_sites(tmp_path_factory.mktemp("house"), embedder) as opened:
        opened.host.serve("/", html(opened.snippet(), "<h1>Town</h1>"))
        opened.host.serve("/bare", html())
        opened.host.serve("/harbour", html(opened.snippet("harbour")))
        yield opened


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    with new_visitor(browser) as somebody:
        yield somebody


def test_a_listed_page_gets_answers_from_another_origin(house: House, visitor: Visitor) -> None:
    page = visitor.open(f"{house.town}/")
    assert page.evaluate("isSecureContext") is False, "nothing may rest on what only https has"
    answer = ask(page, PERMIT)
    assert "£60" in answer["answer"]
    assert sources_of(answer) == {"town/parking-scheme.md"}
    assert "£60" in shown(page)
    page.locator("policy-qa").get_by_role("log").get_by_role("button", name="1").first.click()
    with page.expect_popup() as opened:
        page.locator(f'policy-qa a[href^="{house.server}/s/town/"]').first.click()
    document = opened.value
    expect(document.locator("mark").first).to_contain_text("£60")
    links = document.locator("a").evaluate_all("(links) => links.map((link) => link.href)")
    ours = [link for link in links if link.startswith(f"{house.server}/")]
    assert [link for link in ours if not link.startswith(f"{house.server}/s/town/")] == []
    visitor.assert_quiet()


def test_nothing_is_asked_of_the_server_before_a_reader_opens_it(
    house: House, visitor: Visitor
) -> None:
    page = visitor.open(f"{house.town}/")
    expect(page.locator("policy-qa").get_by_role("button").first).to_be_visible()
    page.wait_for_timeout(500)
    ours = [url for url in visitor.asked if url.startswith(house.server)]
    assert ours == [f"{house.server}/widget.js"]
    visitor.assert_quiet()


@pytest.mark.parametrize(
    "name", ["other.lan", "town.lan.other.lan", "xtown.lan", "a.town.lan", "localhost"]
)
def test_a_page_that_is_not_listed_learns_nothing(
    house: House, visitor: Visitor, name: str
) -> None:
    page = visitor.open(f"{house.host.origin(name)}/")
    assert_refused(house, visitor, page, page)


def test_the_listed_name_at_another_port_learns_nothing(house: House, visitor: Visitor) -> None:
    house.other.serve("/", html(house.snippet()))
    page = visitor.open(f"{house.other.origin('town.lan')}/")
    assert_refused(house, visitor, page, page)


@pytest.mark.parametrize("attributes", ['sandbox="allow-scripts" src="/"', 'src="{data}"'])
def test_a_page_without_an_origin_learns_nothing(
    house: House, visitor: Visitor, attributes: str
) -> None:
    data = "data:text/html," + html(house.snippet()).replace('"', "'").replace("#", "%23")
    house.host.serve("/frames", html("", f"<iframe {attributes.format(data=data)}></iframe>"))
    page = visitor.open(f"{house.town}/frames")
    frame = page.frames[1]
    assert frame.evaluate("window.origin") == "null"
    assert_refused(house, visitor, page, frame)


TRY_ALL = """async ([server, site]) => {
  const text = (path, options) =>
    fetch(server + path, options).then((response) => response.text(), (error) => error.name);
  const json = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
  const own = ['visit', 'ask', 'feedback', 'stop'].map((what) => `/api/widget/${site}/${what}`);
  return Promise.all([
    ...own.map((path) => text(path, json)),
    text(own[0], { method: 'POST', body: '{}' }),
    ...['/api/documents', '/readyz', '/'].map((path) => text(path, { credentials: 'include' })),
    text(own[0], { method: 'POST', body: '{}', mode: 'no-cors' }),
  ]);
}"""


def assert_refused(house: House, visitor: Visitor, page: Page, frame: Page | Frame) -> None:
    """The widget says that it cannot be used here, and no script reads anything of the server."""
    got: list[tuple[int, str | None]] = []

    def note(request: Request) -> None:
        response = request.response()
        if "/api/widget/" in request.url and response is not None:
            got.append((response.status, response.headers.get("access-control-allow-origin")))

    page.on("requestfinished", note)
    box_of(frame)
    expect(frame.locator("policy-qa").get_by_text("cannot be reached just now")).to_be_visible()
    assert frame.evaluate(TRY_ALL, [house.server, "town"]) == ["TypeError"] * 9
    answered = httpx.post(
        f"{house.local}/api/widget/town/visit",
        json={},
        headers={"origin": frame.evaluate("window.origin")},
    )
    assert (answered.status_code, answered.json()["code"]) == (403, "unlisted-origin")
    assert "access-control-allow-origin" not in answered.headers
    assert frame.evaluate("window.answers") == []
    assert "£60" not in frame.locator("policy-qa").evaluate("(w) => w.shadowRoot.textContent")
    assert set(got) <= {(403, None)}
    visitor.assert_quiet(allowed=NOT_READ)


def test_a_foreign_page_that_frames_a_listed_one_cannot_read_it(
    house: House, visitor: Visitor
) -> None:
    house.other.serve("/frames", html("", f'<iframe src="{house.town}/"></iframe>'))
    page = visitor.open(f"{house.other.origin('other.lan')}/frames")
    read = "() => { try { return String(frames[0].document); } catch (e) { return e.name; } }"
    assert page.evaluate(read) == "SecurityError"


def test_a_ticket_that_ended_is_renewed_without_a_word(house: House, visitor: Visitor) -> None:
    page = visitor.open(f"{house.town}/")
    done: list[tuple[str, int]] = []
    page.on("response", lambda r: done.append((r.url.rpartition("/")[2], r.status)))
    ask(page, PERMIT)
    house.clock.ahead += 700
    try:
        again = ask(page, SECOND)
    finally:
        house.clock.ahead = 0
    assert "£110" in again["answer"]
    posts = [(what, status) for what, status in done if what in ("visit", "ask")]
    assert posts == [
        *[("visit", 200), ("ask", 200)],
        *[("ask", 401), ("visit", 200), ("ask", 200)],
    ]
    visitor.assert_quiet(allowed=("401",))


REPLAY = """async ([server, site, ticket, question]) => {
  const ask = crypto.getRandomValues(new Uint32Array(4)).join('-');
  const response = await fetch(`${server}/api/widget/${site}/ask`, {
    method: 'POST', body: JSON.stringify({ question, ask }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ticket}` },
  });
  return [response.status, await response.text()];
}"""


def ticket_of(house: House, visitor: Visitor) -> str:
    """A ticket as the town's page got it."""
    page = visitor.open(f"{house.town}/")
    with page.expect_response("**/visit") as response:
        ask(page, PERMIT)
    return str(response.value.json()["ticket"])


@pytest.mark.parametrize(
    ("name", "site"),
    [("www.town.lan", "town"), ("saltness.lan", "harbour"), ("town.lan", "harbour")],
    ids=["another page of the site", "another site", "another site on the same page"],
)
def test_a_ticket_is_of_no_use_anywhere_else(
    house: House, visitor: Visitor, name: str, site: str
) -> None:
    ticket = ticket_of(house, visitor)
    thief = visitor.open(f"{house.host.origin(name)}/bare")
    status, text = thief.evaluate(REPLAY, [house.server, site, ticket, PERMIT])
    assert (status, json.loads(text)["code"]) == (401, "ticket-invalid")
    owner = visitor.open(f"{house.town}/bare")
    assert owner.evaluate(REPLAY, [house.server, "town", ticket, PERMIT])[0] == 200


def test_a_ticket_is_of_no_use_at_another_address(house: House, visitor: Visitor) -> None:
    headers = {"origin": house.town, "authorization": f"Bearer {ticket_of(house, visitor)}"}
    body = {"question": PERMIT, "ask": "0123456789abcdef-again"}
    for address, status in (("127.0.0.2", 401), ("127.0.0.1", 200)):
        transport = httpx.HTTPTransport(local_address=address)
        with httpx.Client(transport=transport, base_url=house.local, timeout=30) as client:
            got = client.post("/api/widget/town/ask", json=body, headers=headers)
            assert got.status_code == status


def test_a_site_never_shows_what_was_given_to_another(house: House, visitor: Visitor) -> None:
    page = visitor.open(f"{house.town}/")
    answer = ask(page, DUES)
    assert all(source.startswith("town/") for source in sources_of(answer))
    assert [word for word in SECRET if word in shown(page)] == []
    ticket = ticket_of(house, visitor)
    page = visitor.open(f"{house.town}/bare")
    for question in [
        DUES,
        "Which dues are there?",
        "What does a yacht pay?",
        "Who is in Saltness?",
    ]:
        status, text = page.evaluate(REPLAY, [house.server, "town", ticket, question])
        assert (status, "event: answer" in text) == (200, True)
        assert [word for word in SECRET if word in text] == []
    page = visitor.open(f"{house.host.origin('saltness.lan')}/harbour")
    assert "£37" in ask_named(page, DUES), "the harbour's own readers are told"


def ask_named(page: Page, question: str) -> str:
    """Ask a copy whose launcher has another name."""
    page.locator("policy-qa").get_by_role("button").first.click()
    return str(ask(page, question)["answer"])


def test_a_document_of_another_site_has_no_page_here(house: House, visitor: Visitor) -> None:
    page = visitor.open(f"{house.host.origin('saltness.lan')}/harbour")
    ask_named(page, DUES)
    path = page.evaluate("window.answers[0].citations[0].url")
    assert path.startswith("/s/harbour/")
    assert "£37" in visitor.open(f"{house.server}{path}").locator("main").inner_text()
    foreign = path.replace("/s/harbour/", "/s/town/")
    invented = foreign.replace("harbour.md", "nothing.md")
    got, none = (httpx.get(f"{house.local}{place}") for place in (foreign, invented))
    assert (got.status_code, none.status_code) == (404, 404)
    assert got.text == none.text
    staff = httpx.get(f"{house.local}{path.replace('/s/harbour/', '/p/')}")
    assert staff.status_code == 401


def test_a_site_that_is_switched_off_says_so_kindly(house: House, visitor: Visitor) -> None:
    page = visitor.open(f"{house.town}/")
    place = ask(page, PERMIT)["citations"][0]["url"]
    with house.changed_town(on=False):
        send(page, GARDEN)
        said = page.locator("policy-qa").get_by_text("cannot be asked here at the moment")
        expect(said.first).to_be_visible()
        assert "£48" not in shown(page)
        assert httpx.get(f"{house.local}{place}").status_code == 404
    assert httpx.get(f"{house.local}{place}").status_code == 200
    visitor.assert_quiet(allowed=("403",))


def test_who_asks_too_often_is_told_to_wait(house: House, visitor: Visitor) -> None:
    with house.changed_town(rate=1):
        page = visitor.open(f"{house.town}/")
        ask(page, PERMIT)
        with page.expect_response("**/ask") as response:
            send(page, GARDEN)
        assert response.value.status == 429
        assert 1 <= int(response.value.headers["retry-after"]) <= 60
        expect(page.locator("policy-qa").get_by_text("short pause").first).to_be_visible()
    visitor.assert_quiet(allowed=("429",))
