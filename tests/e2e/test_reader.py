"""Reads documents in a real browser: as text, as pages, from citation to citation, and in print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from rag.models import Document
from tests.e2e.browsing import PHONE, Opener, ask, assert_accessible, go_to_room, shot
from tests.ui.fake_pipeline import FERRIES, LONG, NOTICE, QUAY, RECORD, REPORT, cite
from tests.ui.paged import (
    BERTHS,
    DREDGED,
    PagedPipeline,
    documents_of,
    paged_settings,
    several_pages,
)
from tests.ui.serving import served

pytestmark = pytest.mark.e2e

ACCENTS = Document(
    id="accents",
    source="accents.txt",
    title="Straßen in Zürich",
    language="de",
    media_type="text/markdown",
    sha256="3" * 64,
    text="Die Straße in ZÜRICH.\n\nEin Café\nin Zürich und ein caf\u0065\u0301.\n",
)


@dataclass(frozen=True)
class Office:
    """Where it is served, and its document of pages."""

    address: str
    plan: Document


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    settings = paged_settings(tmp_path_factory.mktemp("office"), plan=several_pages())
    plan = documents_of(settings)["plan"]
    with served(PagedPipeline([plan, ACCENTS]), settings=settings) as address:
        yield Office(address, plan)


def read(page: Page, **what: str) -> None:
    """Open a place or a document as any room of the page may."""
    page.evaluate(
        "(detail) => document.dispatchEvent(new CustomEvent('policyqa:read', {detail}))", what
    )


def panel(page: Page) -> Locator:
    return page.locator("#reader")


BOX_IN_VIEW = """(box) => {
  const sheet = box.closest(".sheet").getBoundingClientRect();
  const head = document.querySelector(".sheet-head").getBoundingClientRect();
  const own = box.getBoundingClientRect();
  const image = box.parentElement.querySelector("img");
  return own.width > 20 && own.height > 3 && own.top >= head.bottom && own.bottom <= sheet.bottom
    && image.complete && image.naturalWidth >= image.clientWidth;
}"""
INK_IN_BOX = """(box) => {
  const image = box.parentElement.querySelector("img");
  const scale = image.naturalWidth / image.clientWidth;
  const own = box.getBoundingClientRect(), around = image.getBoundingClientRect();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(own.width * scale);
  canvas.height = Math.round(own.height * scale);
  const pen = canvas.getContext("2d");
  pen.drawImage(image, (own.left - around.left) * scale, (own.top - around.top) * scale,
    canvas.width, canvas.height, 0, 0, canvas.width, canvas.height);
  const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
  let dark = 0;
  for (let i = 0; i < data.length; i += 4) dark += data[i] < 110;
  return dark / (data.length / 4);
}"""


def open_berths(page: Page) -> Locator:
    """Ask, and open the first citation, which is of the document of pages."""
    exchange = ask(page, "How many berths?")
    exchange.locator("button.cite").first.click()
    page.locator("#cited").wait_for()
    return exchange


def test_cited_words_are_marked_on_the_picture_of_their_page(
    office: Office, open_page: Opener
) -> None:
    page = open_page(office.address)
    open_berths(page)
    box = page.locator("mark.box.current")
    expect(box).to_have_count(1)
    page.wait_for_function(BOX_IN_VIEW, arg=box.element_handle())
    assert page.locator(".page:has(mark.current)").get_attribute("data-page") == "4"
    assert 0.03 < box.evaluate(INK_IN_BOX) < 0.6  # letters are under it, not white
    expect(panel(page).locator(".which")).to_have_text("Source 1 · page 4")
    loaded = page.locator(".as-pages img[src]").count()
    assert 1 <= loaded < 6  # those far away are not asked for
    shot(page, "reader-pages")
    assert_accessible(page, "#reader")


def test_text_and_pages_show_the_same_words_and_the_choice_is_kept(
    office: Office, open_page: Opener
) -> None:
    page = open_page(office.address)
    exchange = open_berths(page)
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page.locator("mark.current")).to_have_text(BERTHS)
    expect(page.locator(".page-mark[data-page='4']")).to_have_attribute("data-label", "page 4")
    expect(panel(page).locator(".which")).to_have_text("Source 1 · page 4")
    shot(page, "reader-text", widths=(1440, 390))
    exchange.locator("button.cite").nth(2).click()
    expect(page.locator("mark.current")).to_have_text(DREDGED)
    expect(page.locator(".as-pages")).to_have_count(0)
    page.get_by_role("button", name="Pages", exact=True).click()
    expect(page.locator(".as-pages .page")).to_have_count(6)
    expect(page.locator(".page:has(mark.current)")).to_have_attribute("data-page", "6")


def test_pages_can_be_enlarged(office: Office, open_page: Opener) -> None:
    page = open_page(office.address)
    open_berths(page)
    before = page.locator("mark.current").bounding_box()
    page.get_by_role("button", name="Enlarge").click()
    after = page.locator("mark.current").bounding_box()
    assert before
    assert after
    assert after["width"] > 1.8 * before["width"]
    expect(page.locator("mark.current")).to_be_in_viewport()


def test_next_and_previous_go_through_all_documents_of_an_answer(
    office: Office, open_page: Opener
) -> None:
    page = open_page(office.address)
    exchange = open_berths(page)
    nth = panel(page).locator(".nth")
    expect(nth).to_have_text("1 of 3")
    forward = page.get_by_role("button", name="Next citation")
    back = page.get_by_role("button", name="Previous citation")
    expect(back).to_have_attribute("aria-disabled", "true")
    forward.click()
    expect(nth).to_have_text("2 of 3")
    expect(page.locator("mark.current")).to_have_text(RECORD)
    expect(forward).to_be_focused()  # so that it can be pressed again
    expect(exchange.locator("button.cite.open")).to_have_text("[2]")
    page.keyboard.press("Enter")
    expect(nth).to_have_text("3 of 3")
    expect(page.locator(".sheet-head")).to_contain_text(office.plan.title)
    expect(forward).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("p")
    expect(page.locator("mark.current")).to_have_text(RECORD)
    page.keyboard.press("n")
    expect(nth).to_have_text("3 of 3")
    page.keyboard.press("n")
    expect(nth).to_have_text("3 of 3")


def test_find_counts_and_goes_through_all_matches(office: Office, open_page: Opener) -> None:
    page = open_page(office.address)
    read(page, document=LONG.id)
    page.get_by_role("button", name="Find", exact=True).click()
    field = page.get_by_role("searchbox", name="Find in document")
    field.fill("of the ARCHIVE  holds 16")
    expect(panel(page).locator(".count")).to_have_text(re.compile(r"^1 of \d+$"))
    wanted = sum("of the archive holds 16" in line for line in LONG.text.splitlines())
    expect(panel(page).locator(".count")).to_have_text(f"1 of {wanted}")
    assert page.evaluate("CSS.highlights.get('policyqa-found').size") == wanted
    field.press("Shift+Enter")
    expect(panel(page).locator(".count")).to_have_text(f"{wanted} of {wanted}")
    last = [i for i in range(2500) if "holds 16" in f"holds {i * 7}"][-1]
    here = page.evaluate(
        """() => { const [range] = CSS.highlights.get("policyqa-here");
        const box = range.getBoundingClientRect();
        const sheet = document.querySelector("#reader .sheet").getBoundingClientRect();
        return [range.startContainer.data, box.top > sheet.top && box.bottom < sheet.bottom]; }"""
    )
    assert f"Entry {last} " in here[0]
    assert here[1]
    field.fill("nothing of the kind")
    expect(panel(page).locator(".count")).to_have_text("No matches")
    field.press("Escape")
    expect(field).to_be_hidden()
    assert page.evaluate("CSS.highlights.size") == 0
    expect(page.locator(".document")).to_be_visible()


def test_find_knows_no_accents_and_shows_pages_as_text(office: Office, open_page: Opener) -> None:
    page = open_page(office.address)
    read(page, document=ACCENTS.id)
    page.get_by_role("button", name="Find", exact=True).click()
    field = page.get_by_role("searchbox", name="Find in document")
    for typed, found in (("zurich", 2), ("CAFÉ", 2), ("cafe in", 1), ("zürich. ein", 0)):
        field.fill(typed)
        said = f"1 of {found}" if found else "No matches"
        expect(panel(page).locator(".count")).to_have_text(said)
    read(page, document=office.plan.id)
    expect(page.locator(".as-pages")).to_have_count(1)
    field.fill("twelve new berths")
    expect(panel(page).locator(".count")).to_have_text("1 of 1")
    expect(page.locator(".as-pages")).to_have_count(0)
    shot(page, "reader-find", widths=(1440, 390))
    assert_accessible(page, "#reader")


def test_any_room_opens_a_place_in_a_drawer(office: Office, open_page: Opener) -> None:
    page = open_page(office.address)
    go_to_room(page, "Figures")
    expect(panel(page)).to_be_hidden()
    link = cite(REPORT, QUAY).permalink
    page.evaluate(
        """(link) => { const button = document.createElement("button");
        button.dataset.openPlace = link; button.textContent = "Show it";
        document.querySelector("#room-figures").prepend(button); }""",
        link,
    )
    page.get_by_role("button", name="Show it").click()
    expect(page.locator("#cited")).to_have_text(QUAY)
    expect(panel(page)).to_be_visible()
    expect(panel(page).locator(".steps")).to_be_hidden()
    page.wait_for_timeout(300)  # it slides in
    shot(page, "reader-drawer", widths=(1440,))
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Show it")).to_be_focused()
    read(page, permalink=cite(NOTICE, FERRIES).permalink)
    expect(page.locator("#cited")).to_have_text(FERRIES)


def test_the_page_of_its_own_prints_with_its_source_and_a_mark(
    office: Office, open_page: Opener
) -> None:
    page = open_page(office.address)
    open_berths(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open on its own page").click()
    leaf = opened.value
    expect(leaf.locator("#cited")).to_have_text(BERTHS)
    expect(leaf.locator(".for-print")).to_be_hidden()
    leaf.evaluate("window.print = () => { window.printed = true; }")
    leaf.get_by_role("button", name="Print").click()
    assert leaf.evaluate("window.printed") is True
    assert_accessible(leaf)
    leaf.emulate_media(media="print", color_scheme="dark")
    head = leaf.locator(".for-print")
    expect(head).to_contain_text("plan.pdf")
    expect(head).to_contain_text("page 4")
    expect(head).to_contain_text(f"{office.address}/p/{cite(office.plan, BERTHS).permalink}")
    expect(leaf.get_by_role("button", name="Print")).to_be_hidden()
    style = leaf.locator("#cited").evaluate(
        "(mark) => { const s = getComputedStyle(mark); return [s.textDecorationLine, s.color]; }"
    )
    assert style == ["underline", "rgb(0, 0, 0)"]
    assert len(leaf.pdf()) > 5000


def test_on_a_phone_the_sheet_holds_text_first_and_pages_when_wanted(
    office: Office, open_page: Opener
) -> None:
    page = open_page(office.address, viewport=PHONE, has_touch=True, is_mobile=True)
    exchange = ask(page, "How many berths?")
    exchange.locator("button.cite").first.tap()
    expect(page.locator("mark.current")).to_have_text(BERTHS)
    expect(page.locator(".as-pages")).to_have_count(0)
    page.get_by_role("button", name="Pages", exact=True).tap()
    box = page.locator("mark.box.current")
    expect(box).to_have_count(1)
    page.wait_for_function(BOX_IN_VIEW, arg=box.element_handle())
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    small = page.evaluate(
        """() => [...document.querySelectorAll("#reader button, #reader a")]
        .filter((b) => b.checkVisibility()).map((b) => b.getBoundingClientRect())
        .filter((box) => box.width < 24 || box.height < 24).length"""
    )
    assert small == 0
    page.get_by_role("button", name="Close").tap()
    expect(panel(page)).to_be_hidden()


def test_the_panel_speaks_chinese_to_who_reads_chinese(office: Office, open_page: Opener) -> None:
    page = open_page(office.address, locale="zh-CN")
    read(page, permalink=cite(office.plan, BERTHS).permalink)
    page.locator("#cited").wait_for()
    expect(panel(page).get_by_role("button", name="关闭", exact=True)).to_be_visible()
    expect(panel(page).locator(".which")).to_have_text("来源 · 第 4 页")
    expect(panel(page).locator("figcaption").first).to_have_text("第 1 页，共 6 页")
    page.get_by_role("button", name="文本", exact=True).click()
    expect(panel(page).locator(".document")).to_have_attribute("lang", office.plan.language)


def test_a_file_that_changed_since_is_shown_as_text_with_a_note(
    tmp_path: Path, open_page: Opener
) -> None:
    settings = paged_settings(tmp_path, plan=several_pages())
    plan = documents_of(settings)["plan"]
    (tmp_path / "documents" / "plan.pdf").write_bytes(several_pages(2))
    with served(PagedPipeline([plan]), settings=settings) as address:
        page = open_page(address)
        read(page, permalink=cite(plan, BERTHS).permalink)
        expect(page.locator("mark.current")).to_have_text(BERTHS)
        expect(page.locator("#reader .note")).to_contain_text("cannot be shown as pictures")
        expect(page.locator(".views")).to_be_hidden()


def test_what_is_hostile_in_a_document_of_pages_stays_text(
    tmp_path: Path, open_page: Opener
) -> None:
    attack = '<img src=x onerror="window.hacked=1">'
    settings = paged_settings(tmp_path, plan=several_pages())
    plan = documents_of(settings)["plan"]
    hostile = replace(plan, title=attack, publisher=attack, language=f'"{attack}')
    with served(PagedPipeline([hostile]), settings=settings) as address:
        page = open_page(address)
        for view in ("Pages", "Text"):
            read(page, permalink=cite(hostile, BERTHS).permalink)
            page.get_by_role("button", name=view, exact=True).click()
            expect(page.locator("#reader .doc-title")).to_contain_text("onerror")
        assert page.evaluate("window.hacked") is None
