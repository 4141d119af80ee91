"""Hostile texts wherever texts come from: in a real browser they run nothing and request nothing.

They stand in documents (text, headings, tables, titles, publishers, tags, file names), figures,
questions, answers as a model writes them, reasons, names of conversations and comments. Every
place that shows them is opened; that they are shown, as text, proves that they were there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from ingest.split import split_document
from rag.figures import figures_of
from rag.models import Answer, Citation, Claim, Document, Filters, Span, Turn
from rag.permalink import permalink_to
from rag.pipeline import build_pipeline
from rag.register import Register
from rag.settings import ChatSettings, Settings, SplitSettings
from tests.chat_server import MODEL, chat_server, claims
from tests.e2e.browsing import ask, go_to_room
from tests.e2e.payloads import HOST, PAYLOADS
from tests.ui.fake_pipeline import FakePipeline
from tests.ui.serving import served
from ui.judging.opinion import Opinion
from ui.office import Office, open_office
from ui.people.person import LOCAL

pytestmark = pytest.mark.e2e

EACH = 20
"""Payloads in one answer."""
FIRST = 4
"""Payloads among the examples."""
PORT = "What was the container throughput of Shanghai Port in 2023?"
WATCH = """
Object.defineProperty(window, 'hacked', {
  set(value) { console.error('hacked: ' + value); }, get() { return undefined; },
});
"""
STRANGE = f"""() => [...document.querySelectorAll('*')].filter((element) =>
  [...element.attributes].some(({{name, value}}) =>
    (name.startsWith('on') && value.includes('hacked')) ||
    (['src', 'srcset', 'href', 'action', 'formaction', 'data', 'poster', 'ping', 'style', 'content',
      'background', 'srcdoc'].includes(name) && /{HOST}|hacked/.test(value) &&
      !(name === 'href' && element.origin === location.origin) &&
      !(name === 'src' && value.startsWith('/p/'))))
).map((element) => element.outerHTML.slice(0, 200))"""


def document_of(number: int) -> Document:
    """A document that holds one payload in its text, and others in everything else of it."""
    text, title, publisher, tag, name = (PAYLOADS[(number + n) % len(PAYLOADS)] for n in range(5))
    source = f"{number}/{name.replace('/', '∕')}.md"
    row = text.replace("|", "¦").replace("\n", " ")
    return Document(
        id=source,
        source=source,
        title=title,
        publisher=publisher,
        tags=(tag,),
        media_type="text/markdown",
        sha256=f"{number:064d}",
        text=(
            f"# {title}\n\n{text}\n\n## {text}\n\n- {text}\n\n> {text}\n\n"
            f"| Measure | {row} |\n|---|---|\n| {row} | 5.5 million |\n\n"
            f"The harbour handled 5.2 million {row} in 2023.\n\n{text}\n"
        ),
    )


DOCUMENTS = tuple(document_of(number) for number in range(len(PAYLOADS)))


def cite(document: Document) -> Citation:
    quoted = PAYLOADS[int(document.source.split("/")[0])]
    start = document.text.index(f"\n\n{quoted}\n\n") + 2
    span = Span(start, start + len(quoted))
    return Citation(
        document_id=document.id,
        document=document.name,
        title=document.title,
        source=document.source,
        published=None,
        span=span,
        quote=quoted,
        page=None,
        heading=(document.title, quoted),
        permalink=str(permalink_to(document, span)),
        also=(quoted,),
    )


class HostilePipeline(FakePipeline):
    """Its documents and all it says are payloads; a question that starts "refuse" is refused."""

    def __init__(self) -> None:
        super().__init__()
        self._documents = {document.id: document for document in DOCUMENTS}

    @property
    def register(self) -> Register:
        passages = [(p, d) for d in DOCUMENTS for p in split_document(d, SplitSettings())]
        figures = [replace(f, measure=p.text[:80]) for p, d in passages for f in figures_of(p, d)]
        return Register("hostile-1", figures, self._documents)

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Iterator[str | Claim | Answer]:
        yield question[:200]
        answer = hostile_answer(question, DOCUMENTS[:EACH])
        yield from answer.claims
        yield answer


def hostile_answer(question: str, documents: Sequence[Document]) -> Answer:
    base = FakePipeline().ask("containers" if not question.startswith("refuse") else "airport")
    places = tuple(cite(document) for document in documents)
    told = tuple(Claim(place.quote, (place,)) for place in places)
    return replace(
        base,
        question=question,
        claims=told if base.claims else (),
        nearest=() if base.claims else places,
        reason=" ".join(place.quote for place in places),
        model=places[0].quote if base.claims else None,
    )


class Site(NamedTuple):
    address: str
    office: Office
    conversation: str
    shared: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("hostile")
    settings = Settings(office_dir=folder / "office", review_file=folder / "review.sqlite3")
    pipeline = HostilePipeline()
    office = open_office(pipeline, settings, PAYLOADS[:FIRST])
    with served(pipeline, examples=PAYLOADS[:FIRST], settings=settings) as address:
        id_ = office.conversations.begin(LOCAL)
        for start in range(0, len(DOCUMENTS), EACH):
            fill(office, id_, PAYLOADS[start], DOCUMENTS[start : start + EACH])
            fill(office, id_, f"refuse {PAYLOADS[start]}", DOCUMENTS[start : start + EACH])
        for number, payload in enumerate(PAYLOADS):
            other = office.conversations.begin(LOCAL)
            fill(office, other, payload, DOCUMENTS[number : number + 1])
            if number % 2:
                office.conversations.rename(other, LOCAL, payload[:100])
        yield Site(address, office, id_, office.conversations.share(id_, LOCAL))


def fill(office: Office, id_: str, question: str, documents: Sequence[Document]) -> None:
    """Add an exchange, and judge it."""
    answer = hostile_answer(question, documents)
    office.conversations.add(id_, LOCAL, question, answer)
    if len(documents) > 1:
        comment = "\n".join(place.quote for place in (*answer.citations, *answer.nearest))
        office.judging.judge(LOCAL, answer.id, Opinion("wrong", "", comment[:2000]))


class Watched:
    """Pages of a browser in which nothing may run, and that may ask nobody else for anything."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self._address = address
        self._asked: list[str] = []
        self._said: list[str] = []
        self._context = context
        context.add_init_script(WATCH)
        context.on("request", self._note)
        context.on("console", lambda m: self._said.append(m.text) if m.type == "error" else None)
        context.on("dialog", lambda dialog: self._said.append(f"dialog: {dialog.message}"))
        context.on("weberror", lambda error: self._said.append(str(error.error)))

    def _note(self, request: Request) -> None:
        own = request.url.startswith((f"{self._address}/", "blob:", "data:"))
        if not own or (request.url.startswith("data:") and "hacked" in request.url):
            self._asked.append(request.url)
        elif request.resource_type != "fetch" and HOST in request.url.split("?")[0]:
            known = ("/p/", "/api/", "/files/")
            if not request.url.removeprefix(self._address).startswith(known):
                self._asked.append(request.url)

    def page(self, path: str = "/") -> Page:
        page = self._context.new_page()
        page.goto(f"{self._address}{path}")
        return page

    def assert_nothing_happened(self) -> None:
        for page in self._context.pages:
            for frame in page.frames:
                assert frame.evaluate(STRANGE) == []
        assert self._asked == []
        assert self._said == []


@pytest.fixture
def watched(browser: Browser, site: Site) -> Iterator[Watched]:
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        watch = Watched(context, site.address)
        yield watch
        watch.assert_nothing_happened()


def assert_shown(text: str, payloads: Sequence[str], least: float = 1.0) -> None:
    """The payloads stand in the text as they are written, however their blanks are shown."""
    said = "".join(text.split())
    lost = [p for p in payloads if "".join(p.replace("\x00", "").split()) not in said]
    assert len(lost) <= (1 - least) * len(payloads), lost


def text_of(page: Page, selector: str = "body") -> str:
    return str(page.locator(selector).first.evaluate("(element) => element.textContent"))


def test_there_are_enough_payloads() -> None:
    assert len(PAYLOADS) >= 100
    assert sum(HOST in payload for payload in PAYLOADS) >= 25


def test_a_watched_page_would_notice(browser: Browser, site: Site) -> None:
    """The alarm itself: markup that is not escaped is noticed."""
    with browser.new_context() as context:
        watch = Watched(context, site.address)
        page = watch.page("/healthz")
        page.evaluate("document.body.innerHTML = '<img src=x onerror=window.hacked=1>'")
        page.wait_for_timeout(300)
        with pytest.raises(AssertionError):
            watch.assert_nothing_happened()


def test_questions_answers_names_and_comments_are_text(site: Site, watched: Watched) -> None:
    page = watched.page(f"/?c={site.conversation}")
    page.locator(".exchange").nth(1).wait_for()
    page.locator(".judge-more").first.wait_for()
    assert_shown(text_of(page, "#room-ask"), PAYLOADS)
    comments = page.locator(".judge-comment textarea").evaluate_all(
        "(fields) => fields.map((field) => field.value).join(' ')"
    )
    assert_shown(comments, PAYLOADS[:5])


def test_what_is_asked_and_streamed_on_the_page_is_text(site: Site, watched: Watched) -> None:
    page = watched.page()
    expect(page.locator("#examples button")).to_have_count(FIRST)
    assert_shown(text_of(page, "#examples"), PAYLOADS[:FIRST])
    question = " ".join(p for p in PAYLOADS if "__i18n__" in p or "$" in p)
    for asked in (question, f"refuse {question}"):
        exchange = ask(page, asked)
        assert_shown(exchange.text_content() or "", PAYLOADS[:EACH])
    exchange.get_by_role("button", name="Edit question").click()
    box = page.locator("#question textarea")
    expect(box).to_have_value(re.compile("^refuse"))
    assert_shown(box.input_value().replace("\u2060", ""), [f"refuse {question}"])
    box.press("Enter")
    expect(page.locator(".editing")).to_have_count(0)
    expect(page.locator(".exchange")).to_have_count(2)
    assert_shown(page.locator(".exchange .question").last.text_content() or "", [question[:200]])


def test_documents_are_text_in_the_source_panel(site: Site, watched: Watched) -> None:
    page = watched.page()
    page.locator("#question textarea").wait_for()
    assert_shown(text_of(page, "#reader"), PAYLOADS)  # the shelf: titles and publishers
    panel = page.locator("#reader .sheet")
    for document in DOCUMENTS:
        detail = json.dumps({"detail": {"permalink": cite(document).permalink}})
        page.evaluate(f"document.dispatchEvent(new CustomEvent('policyqa:read', {detail}))")
        marked = panel.locator("mark").first
        expect(marked).to_be_visible()
        expect(panel).to_contain_text(" ".join(document.title.replace("\x00", "").split())[:20])


@pytest.mark.parametrize("room", ["Documents", "Figures", "Quality"])
def test_the_other_rooms_show_text(site: Site, watched: Watched, room: str) -> None:
    page = watched.page()
    go_to_room(page, room)
    panel = page.locator(f"#room-{room.lower()}")
    if room == "Documents":
        expect(panel).to_contain_text(PAYLOADS[0])
        assert_shown(panel.text_content() or "", PAYLOADS, least=0.3)
    elif room == "Figures":
        expect(panel).to_contain_text("5.2 million")
    page.wait_for_timeout(500)


def test_plain_pages_are_text(site: Site, watched: Watched) -> None:
    shared = watched.page(f"/c/{site.shared}")
    assert_shown(text_of(shared), PAYLOADS)
    page = watched.page("/healthz")
    for start in range(0, len(DOCUMENTS), 30):
        links = [f"/p/{quote(cite(d).permalink, safe='')}" for d in DOCUMENTS[start : start + 30]]
        page.evaluate(
            """(links) => Promise.all(links.map((link) => new Promise((done) => {
              const frame = document.createElement('iframe');
              frame.onload = done; frame.src = link; document.body.append(frame); })))""",
            links,
        )
    texts = [f.evaluate("document.body.textContent") for f in page.frames[1:]]
    assert len(texts) == len(DOCUMENTS)
    assert_shown(" ".join(texts), PAYLOADS)


def test_texts_and_exports_do_not_run_when_opened(site: Site, watched: Watched) -> None:
    for path in (
        f"/api/documents/{quote(DOCUMENTS[0].id, safe='/')}/text",
        "/api/documents",
        "/api/conversations?search=%3Cscript%3E",
    ):
        page = watched.page(path)
        assert page.locator("script, img, svg, iframe").count() == 0


def test_what_a_model_writes_is_text(
    browser: Browser, sample_index: Settings, tmp_path: Path
) -> None:
    """The real path from a chat server to the page, with claims that hold and payloads in them."""
    true = "Shanghai Port's container throughput was 49.158 million TEUs in 2023."
    with chat_server() as server:
        chat = ChatSettings(base_url=server.base_url, model=MODEL, kept_answers=0)
        settings = sample_index.model_copy(update={"chat": chat, "office_dir": tmp_path})
        with (
            build_pipeline(settings) as pipeline,
            served(pipeline, examples=[PORT], settings=settings) as address,
            browser.new_context() as context,
        ):
            watch = Watched(context, address)
            page = watch.page()
            said = [(f"{true} {payload}", [1]) for payload in PAYLOADS[:: len(PAYLOADS) // 12]]
            server.play(claims((true, [1]), *said))
            exchange = ask(page, PORT)
            expect(exchange.locator(".claim").first).to_contain_text("49.158")
            server.play("\n".join(PAYLOADS))
            ask(page, f"{PORT} {PAYLOADS[0]}")
            watch.assert_nothing_happened()
