"""Opens the report of an evaluation in a real browser, as the one file that it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from eval.compare import compare
from eval.corpus import Corpus
from eval.report import to_html
from tests.eval.report.made import CORPUS, FAILED, MANIFEST, NASTY, PORT, RIGHT, made_run

pytestmark = pytest.mark.e2e

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
# The lowest contrast of any text that is shown, as WCAG counts it, with the text it was found at.
LEAST_CONTRAST = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = channels(colour).slice(0, 3).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      const parts = channels(colour);
      if (parts.length < 4 || parts[3] > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  let least = [21, ""];
  let counted = 0;
  for (const element of document.querySelectorAll("main *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const text = light(element.namespaceURI.endsWith("svg") ? style.fill : style.color);
    const back = light(ground(element));
    const ratio = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
    counted += 1;
    if (ratio < least[0]) least = [ratio, element.textContent.slice(0, 60)];
  }
  return [...least, counted];
}"""

Opener = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = made_run()
    path = tmp_path_factory.mktemp("report") / "report.html"
    html = to_html(
        run, corpus=CORPUS, manifest=MANIFEST, comparison=compare(run.rows[:-1], run.rows)
    )
    path.write_text(html, encoding="utf-8")
    return path


@pytest.fixture
def open_report(browser: Browser, report: Path) -> Iterator[Opener]:
    """Opens the report, and checks at the end that it asked for nothing and nothing went wrong."""
    contexts = []
    complaints: list[str] = []
    asked: list[str] = []

    def opener(hash_: str = "", path: Path = report, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": DESKTOP, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(f"{path.as_uri()}{hash_}")
        return page

    yield opener
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("data:", "file:"))] == []


def shown(page: Page) -> list[str]:
    """The ids of the cases that are shown."""
    ids: list[str] = page.evaluate(
        "[...document.querySelectorAll('.case')].filter((c) => c.checkVisibility())"
        ".map((c) => c.dataset.id)"
    )
    return ids


def case(page: Page, id_: str) -> Locator:
    return page.locator(f".case[data-id='{id_}']")


def choice(page: Page, label: str) -> Locator:
    """One of the lists to choose from, by its label."""
    return page.get_by_role("combobox", name=label, exact=True)


def test_the_words_of_others_do_nothing(open_report: Opener) -> None:
    page = open_report()
    nasty = case(page, "nasty")
    nasty.locator(":scope > summary").click()
    assert nasty.locator("summary bdi").first.text_content() == NASTY
    expect(nasty.locator("mark").first).to_have_text(
        "<b>Idle</b> land fell by 15.1 square kilometers."
    )
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert page.locator("main img, main b, main script").count() == 0
    bidi = "getComputedStyle(document.querySelector('.case bdi')).unicodeBidi"
    assert page.evaluate(bidi) == "isolate"


def test_even_an_injected_script_would_neither_run_nor_reach_out(
    browser: Browser, report: Path, tmp_path: Path
) -> None:
    injected = (
        "<script>window.hacked = 1</script><img src='https://example.org/x.png' "
        "onerror='window.hacked = 2'><p style='color: rgb(1, 2, 3)' id='own'>x</p></main>"
    )
    path = tmp_path / "injected.html"
    path.write_text(report.read_text(encoding="utf-8").replace("</main>", injected), "utf-8")
    page = browser.new_page()
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.get_by_label("Search").fill("TEUs")
    assert shown(page) == ["port"]
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert page.evaluate("getComputedStyle(own).color") != "rgb(1, 2, 3)"
    assert [url for url in asked if url.startswith("http")] == []
    page.close()


def test_the_filter_shows_what_fits_and_says_how_many(open_report: Opener) -> None:
    page = open_report()
    count = page.locator("output[name=count]")
    expect(count).to_have_text("7 of 7 cases")
    choice(page, "Result").select_option("failed")
    assert shown(page) == list(FAILED)
    expect(count).to_have_text("4 of 7 cases")
    choice(page, "Kind").select_option("figure")
    assert shown(page) == ["rd"]
    page.get_by_role("button", name="Clear").click()
    expect(count).to_have_text("7 of 7 cases")
    choice(page, "Lost at").select_option("wrongly answered")
    assert shown(page) == ["nasty"]


def test_a_title_with_several_blanks_can_be_chosen(open_report: Opener, tmp_path: Path) -> None:
    title = 'Work  report "of"  2023'
    documents = {**CORPUS.documents, "d1": replace(CORPUS.documents["d1"], title=title)}
    corpus = Corpus(documents, CORPUS.passages)
    path = tmp_path / "blanks.html"
    html = to_html(made_run(corpus=corpus), corpus=corpus, manifest=MANIFEST)
    path.write_text(html, encoding="utf-8")
    page = open_report(path=path)
    choice(page, "Document").select_option(title)
    assert shown(page) == ["port", "rd"]


def test_the_search_reads_questions_answers_and_reasons(open_report: Opener) -> None:
    page = open_report()
    search = page.get_by_label("Search")
    for words, found in {
        "TEUs?": ["port"],
        "gong zheng chaired": ["who"],
        "too long": ["long"],
        "{{ 7 * 7 }}": ["nasty"],
        "no such words": [],
    }.items():
        search.fill(words)
        assert shown(page) == found, words


def test_the_filter_lives_in_the_address(open_report: Opener) -> None:
    page = open_report()
    choice(page, "Split").select_option("held-out")
    page.get_by_label("Search").fill("rain & snow")
    assert page.evaluate("location.hash") == "#split=held-out&text=rain+%26+snow"
    page.get_by_label("Search").fill('rain & "snow')
    assert shown(page) == ["nasty"]
    page.reload()
    expect(choice(page, "Split")).to_have_value("held-out")
    expect(page.get_by_label("Search")).to_have_value('rain & "snow')
    assert shown(page) == ["nasty"]
    again = open_report("#result=right")
    assert shown(again) == list(RIGHT)


def test_a_link_opens_its_case(open_report: Opener) -> None:
    page = open_report("#case=who")
    who = case(page, "who")
    expect(who).to_have_attribute("open", "")
    expect(who.locator("mark").first).to_have_text("Gong Zheng chaired the meeting.")
    expect(who.locator(":scope > summary")).to_be_in_viewport()
    choice(page, "Result").select_option("right")
    who.evaluate("(row) => { location.hash = 'case=nasty'; }")
    expect(case(page, "nasty")).to_have_attribute("open", "")


def test_a_case_opens_by_keyboard_and_the_focus_is_seen(open_report: Opener) -> None:
    page = open_report()
    page.get_by_role("button", name="Clear").focus()
    page.keyboard.press("Tab")
    focused = "document.activeElement.closest('.case')?.dataset.id"
    assert page.evaluate(focused) == "port"
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Enter")
    port = case(page, "port")
    expect(port.locator("mark").first).to_have_text(PORT)
    expect(port.get_by_text("Passages retrieved")).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(port.get_by_text("Passages retrieved")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read(open_report: Opener, scheme: str) -> None:
    page = open_report(color_scheme=scheme)
    open_all(page)
    ratio, where, counted = page.evaluate(LEAST_CONTRAST)
    assert counted > 300
    assert ratio >= 4.5, where
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red = int(re.findall(r"\d+", ground)[0])
    assert (red > 128) is (scheme == "light")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_sticks_out_of_the_window(open_report: Opener, size: dict[str, int]) -> None:
    page = open_report(viewport=size)
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def test_on_paper_failed_cases_stand_open_and_controls_are_gone(open_report: Opener) -> None:
    page = open_report()
    case(page, "rd").locator(":scope > summary").click()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for id_ in FAILED:
        expect(case(page, id_).get_by_role("heading", name="Scores", exact=True)).to_be_visible()
    for id_ in RIGHT:
        expect(case(page, id_)).not_to_have_attribute("open", "")
    expect(page.locator("#filter")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= DESKTOP["width"]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    opened = [id_ for id_ in FAILED if case(page, id_).get_attribute("open") is not None]
    assert opened == ["rd"]


def test_everything_can_be_read_without_scripts(open_report: Opener) -> None:
    page = open_report(java_script_enabled=False)
    expect(page.locator("#filter")).to_be_hidden()
    port = case(page, "port")
    port.locator(":scope > summary").click()
    expect(port.locator("mark").first).to_have_text(PORT)


def test_a_thousand_cases_open_and_filter_at_once(
    open_report: Opener, tmp_path: Path, report: Path
) -> None:
    path = tmp_path / "thousand.html"
    run = made_run(times=143)
    assert len(run.rows) == 1001
    html = to_html(run, corpus=CORPUS, manifest=MANIFEST)
    path.write_text(html, encoding="utf-8")
    assert path.stat().st_size < 15_000_000
    page = open_report(path=path)
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable")
    metrics = {m["name"]: m["value"] for m in client.send("Performance.getMetrics")["metrics"]}
    # Time of the processor, since the clock would also measure what else the machine does.
    assert metrics["ProcessTime"] < 2
    expect(page.locator("output[name=count]")).to_have_text("1001 of 1001 cases")
    taken = page.evaluate(
        """() => {
          const form = document.getElementById("filter");
          form.elements.text.value = "chaired";
          const start = performance.now();
          form.dispatchEvent(new Event("input", { bubbles: true }));
          document.body.offsetHeight;
          return performance.now() - start;
        }"""
    )
    expect(page.locator("output[name=count]")).to_have_text("143 of 1001 cases")
    assert taken < 1000


def open_all(page: Page) -> None:
    """Open every case with its trace, and wait until all of it is laid out."""
    page.evaluate("for (const row of document.querySelectorAll('details')) row.open = true")
    page.wait_for_function("!document.querySelector('.case noscript')")
    page.evaluate("for (const row of document.querySelectorAll('details')) row.open = true")
    # Rows outside of the window are not laid out at once; here each must be.
    rows = "document.querySelectorAll('.case')"
    page.evaluate(f"for (const row of {rows}) row.style.contentVisibility = 'visible'")
