"""The widget in pages of all kinds: strict ones, copies, single-page apps, nothing stored."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from docs.demo.serve import town_server
from tests.e2e.hosts import Visitor, html
from tests.e2e.widget_house import (
    BOXES,
    FERRY,
    AdmittingPipeline,
    House,
    ask,
    box_of,
    host_browser,
    new_visitor,
    quick_house,
    send,
    shown,
)
from ui.sites.site import Site
from ui.widget.bundle import script

pytestmark = pytest.mark.e2e

NO_ICON = '<link rel="icon" href="data:,">'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with host_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def pipeline() -> AdmittingPipeline:
    return AdmittingPipeline()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, pipeline: AdmittingPipeline) -> Iterator[House]:
    with quick_house(tmp_path_factory.mktemp("house"), pipeline) as opened:
        yield opened


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    with new_visitor(browser) as somebody:
        yield somebody


def strict(house: House) -> str:
    """A policy that allows nothing but what the widget's documentation asks for."""
    return (
        f"default-src 'none'; script-src 'self' {house.server}; connect-src {house.server}; "
        "style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def serve_strict(house: House, form: str) -> None:
    module = f'import {{ define }} from "{house.server}/widget.mjs";\ndefine();\n'
    head = {
        "launcher": house.snippet(),
        "inline": house.script,
        "module": '<script type="module" src="/use.mjs"></script>',
    }[form]
    element = f'<policy-qa site="town" server="{house.server}" inline></policy-qa>'
    page = html(head, "" if form == "launcher" else element)
    house.host.serve("/favicon.ico", "")
    house.host.serve("/use.mjs", module, content_type="text/javascript")
    house.host.serve("/", page.replace(NO_ICON, ""), content_security_policy=strict(house))


@pytest.mark.parametrize("form", ["launcher", "inline", "module"])
def test_a_strict_page_has_nothing_to_report(house: House, visitor: Visitor, form: str) -> None:
    serve_strict(house, form)
    page = visitor.open(f"{house.town}/")
    assert "5.2 million" in ask(page, BOXES)["answer"]
    page.locator("policy-qa").get_by_role("log").get_by_role("button", name="1").first.click()
    expect(page.locator('policy-qa a[href*="/s/town/"]').first).to_be_visible()
    assert ask(page, "Who won the world cup?")["abstained"]
    launcher = page.locator("policy-qa").get_by_role("textbox")
    assert launcher.evaluate("(box) => getComputedStyle(box).display") != "inline", "styled"
    visitor.assert_quiet()


def test_a_strict_page_would_report_what_the_widget_avoids(house: House, visitor: Visitor) -> None:
    """The alarm itself."""
    serve_strict(house, "launcher")
    page = visitor.open(f"{house.town}/")
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    with pytest.raises(AssertionError):
        visitor.assert_quiet()


@pytest.mark.parametrize("name", ["index.html", "strict.html"])
def test_the_pages_of_the_demo_work(house: House, visitor: Visitor, name: str) -> None:
    with town_server(0, house.server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        origin = f"http://localhost:{server.server_port}"
        house.sites.add(Site("ellerford", (origin,)))
        try:
            page = visitor.open(f"{origin}/{name}")
            if name == "index.html":
                page.get_by_role("button", name="Ask the Council").click()
            assert "5.2 million" in ask(page, BOXES)["answer"]
            header = page.request.get(page.url).headers.get("content-security-policy", "")
            assert ("default-src 'none'" in header) == (name == "strict.html")
            visitor.assert_quiet()
        finally:
            house.sites.remove("ellerford")
            server.shutdown()


def test_two_copies_with_two_sites_keep_apart(
    house: House, visitor: Visitor, pipeline: AdmittingPipeline
) -> None:
    house.host.serve("/", html(house.script, house.element("town") + house.element("harbour")))
    page = visitor.open(f"{house.town}/")
    assert "8 o'clock" in ask(page, FERRY, copy=1)["answer"]
    assert ask(page, FERRY, copy=0)["abstained"]
    assert "5.2 million" in ask(page, BOXES, copy=0)["answer"]
    assert [turn.question for turn in pipeline.histories[-1]] == [FERRY], "only its own questions"
    assert ask(page, BOXES, copy=1)["abstained"]
    assert ("8 o'clock" in shown(page, 0), "5.2 million" in shown(page, 1)) == (False, False)
    visitor.assert_quiet()


def test_the_script_may_be_there_twice(house: House, visitor: Visitor) -> None:
    house.host.serve("/", html(house.snippet() + house.snippet(), house.element("harbour")))
    page = visitor.open(f"{house.town}/")
    assert "8 o'clock" in ask(page, FERRY, copy=0)["answer"]
    page.evaluate(
        """async (address) => {
          const again = document.createElement('script');
          again.src = address;
          document.head.append(again);
          await new Promise((done) => { again.onload = done; });
        }""",
        f"{house.server}/widget.js",
    )
    assert "5.2 million" in ask(page, BOXES, copy=1)["answer"]
    visitor.assert_quiet()


FRESH = """() => {
  document.querySelector('policy-qa').remove();
  const fresh = document.createElement('policy-qa');
  fresh.setAttribute('site', 'town');
  fresh.setAttribute('inline', '');
  document.querySelector('main').append(fresh);
}"""


def test_a_single_page_app_takes_it_out_and_puts_it_back(
    house: House, visitor: Visitor, pipeline: AdmittingPipeline
) -> None:
    house.host.serve("/", html(house.script, f"<main>{house.element()}</main>"))
    page = visitor.open(f"{house.town}/")
    ask(page, BOXES)
    page.evaluate("window.kept = document.querySelector('policy-qa'); kept.remove()")
    page.evaluate("document.querySelector('main').append(kept)")
    ask(page, FERRY)
    assert [turn.question for turn in pipeline.histories[-1]] == [BOXES]
    for _ in range(20):
        page.evaluate(FRESH)
    ask(page, BOXES)
    assert page.evaluate("window.answers.length") == 3, "nothing is told twice"
    send(page, BOXES)
    page.evaluate("document.querySelector('policy-qa').remove()")  # with an answer on its way
    page.wait_for_timeout(500)
    visitor.assert_quiet()


def test_a_visit_goes_on_after_a_page_load(
    house: House, visitor: Visitor, pipeline: AdmittingPipeline
) -> None:
    house.host.serve("/", html(house.snippet()))
    page = visitor.open(f"{house.town}/")
    ask(page, BOXES)
    page.reload()
    ask(page, FERRY)
    assert [turn.question for turn in pipeline.histories[-1]] == [BOXES]
    visitor.assert_quiet()


NOTHING_KEPT = """
for (const name of ['sessionStorage', 'localStorage', 'indexedDB', 'caches']) {
  Object.defineProperty(window, name, { get() { throw new DOMException(name, 'SecurityError'); } });
}
const refuse = () => { throw new DOMException('cookie', 'SecurityError'); };
Object.defineProperty(Document.prototype, 'cookie', { get: refuse, set: refuse });
"""


def test_it_works_where_the_browser_keeps_nothing(
    house: House, visitor: Visitor, pipeline: AdmittingPipeline
) -> None:
    house.host.serve("/", html(house.snippet()))
    visitor.context.add_init_script(NOTHING_KEPT)
    page = visitor.open(f"{house.town}/")
    assert "5.2 million" in ask(page, BOXES)["answer"]
    ask(page, FERRY)
    assert [turn.question for turn in pipeline.histories[-1]] == [BOXES]
    visitor.assert_quiet()


def test_the_right_integrity_runs_and_a_wrong_one_does_not(house: House, visitor: Visitor) -> None:
    made, other = script("js"), script("mjs")
    tag = '<script src="{}/{}" data-site="town" integrity="{}" crossorigin="anonymous"></script>'
    for name in ("widget.js", made.name):
        house.host.serve("/", html("", tag.format(house.server, name, made.integrity)))
        page = visitor.open(f"{house.town}/")
        expect(page.locator("policy-qa")).to_be_attached()
    visitor.assert_quiet()
    house.host.serve("/", html("", tag.format(house.server, "widget.js", other.integrity)))
    page = visitor.open(f"{house.town}/")
    page.wait_for_load_state("load")
    assert page.evaluate("customElements.get('policy-qa') === undefined")
    assert any("integrity" in said for said in visitor.said)


SET_COOKIE = """(address) => fetch(address, { mode: 'no-cors', credentials: 'include' }).then(
  () => true)"""


def test_it_works_where_third_party_cookies_are_blocked(house: House, visitor: Visitor) -> None:
    house.host.serve("/", html(house.snippet()))
    house.other.serve("/cookie", html(), set_cookie="mine=1; SameSite=None; Secure")
    third = f"{house.other.origin('third.localhost')}/cookie"
    page = visitor.open(f"{house.host.origin('town.localhost')}/")
    assert page.evaluate(SET_COOKIE, third)
    assert visitor.context.cookies() == [], "they are blocked here"
    page = visitor.open(f"{house.town}/")
    assert "5.2 million" in ask(page, BOXES)["answer"]
    page.reload()
    assert "5.2 million" in shown_after_opening(page)
    visitor.assert_quiet()
    visitor.open(third)
    assert [cookie["name"] for cookie in visitor.context.cookies()] == ["mine"], "only those are"


def shown_after_opening(page: Page) -> str:
    box_of(page)
    return shown(page)
