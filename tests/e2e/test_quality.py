"""The quality room in a browser, over a real index: runs, plots, comparison, review."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from eval.askers import ask_pipeline, pipeline_asker
from eval.cases.items import whole_case
from eval.cases.queue import ReviewQueue
from eval.dataset import Case, read_cases
from eval.manifest import make_plan
from eval.run import Asker
from eval.session import Session, conduct
from rag.models import Answer
from rag.pipeline import Pipeline
from rag.settings import Settings
from tests.e2e.browsing import PHONE, Opener, assert_accessible, go_to_room, shot
from tests.ui.serving import served

pytestmark = pytest.mark.e2e

CASES = 14
SPOILT = 3
"""Cases that the earlier run loses, for it asks something else in their place."""
MANY = 400
SLOW_MS = 90_000
"""A run loads its models first, on a machine that may be busy."""


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory, sample_index: Settings, repository: Path
) -> Settings:
    folder = tmp_path_factory.mktemp("quality")
    places = {
        "office_dir": folder / "office",
        "runs_dir": folder / "runs",
        "review_file": folder / "review.sqlite3",
    }
    settings = Settings(index_dir=sample_index.index_dir, **places)
    questions = settings.office_dir / "questions"
    questions.mkdir(parents=True)
    tuned = [
        line
        for line in (repository / "data" / "questions.jsonl").read_text("utf-8").splitlines()
        if json.loads(line).get("split", "tuned") == "tuned"
    ]
    step = len(tuned) // CASES
    (questions / "few.jsonl").write_text("\n".join(tuned[::step][:CASES]) + "\n", "utf-8")
    first = json.loads(tuned[0])
    many = [json.dumps({**first, "id": f"many{i}"}) for i in range(MANY)]
    (questions / "many.jsonl").write_text("\n".join(many) + "\n", "utf-8")
    with ReviewQueue(settings.review_file) as queue:
        queue.add([whole_case("drafted", read_cases(questions / "few.jsonl")[0], "v1")])
    return settings


@pytest.fixture(scope="module")
def earlier(office: Settings, real_pipeline: Pipeline) -> Path:
    """A run that was made on the command line before, and lost some cases."""
    path = office.office_dir / "questions" / "few.jsonl"
    cases = read_cases(path)
    spoilt = [case.id for case in cases if not case.absent][:SPOILT]
    asker = pipeline_asker(real_pipeline, office)

    def worse(case: Case) -> Answer:
        if case.id in spoilt:
            return real_pipeline.ask("Who won the chess cup of the Moon in 1650?")
        return ask_pipeline(real_pipeline, case)

    plan = make_plan([path], {"kind": "pipeline"}, asker.version(), 1)
    folder = office.runs_dir / "before"
    conduct(Session(cases, plan, report=folder), Asker(worse, asker.corpus, asker.version))
    return folder


@pytest.fixture(scope="module")
def address(office: Settings, earlier: Path, real_pipeline: Pipeline) -> Iterator[str]:
    foreign = office.runs_dir / "holiday pictures"
    foreign.mkdir()
    (foreign / "beach.txt").write_text("sand", "utf-8")
    with served(real_pipeline, settings=office) as running:
        yield running


def enter(page: Page) -> Page:
    go_to_room(page, "Quality")
    page.get_by_role("heading", name="Evaluation runs").wait_for()
    return page


def start(page: Page, file: str) -> None:
    for box in page.locator(".q-form input").all():
        box.set_checked(box.get_attribute("value") == f"questions/{file}")
    page.get_by_role("button", name="Start", exact=True).click()


def test_a_run_is_started_seen_by_all_and_compared_with_the_one_before(
    address: str, open_page: Opener
) -> None:
    page, other = enter(open_page(address)), enter(open_page(address))
    expect(page.locator(".q-runs tbody tr")).to_have_count(1)
    expect(page.get_by_text("The folder holiday pictures holds no run")).to_be_visible()
    expect(page.locator("[data-region=run]")).to_contain_text("no earlier run")
    start(page, "few.jsonl")
    for seen in (page, other):
        expect(seen.locator(".q-progress")).to_be_visible()
    page.reload()
    page.locator("#question textarea").wait_for()
    enter(page)
    expect(page.get_by_role("progressbar", name="Progress of the evaluation")).to_be_visible()
    for seen in (page, other):
        seen.get_by_text("The evaluation is finished.").wait_for(timeout=SLOW_MS)
        expect(seen.locator(".q-runs tbody tr")).to_have_count(2, timeout=SLOW_MS)
    chosen = page.locator(".q-runs [aria-pressed=true]")
    expect(chosen).to_have_count(1)
    expect(page.locator(".q-facts")).to_contain_text("the one in use")
    expect(page.locator(".q-compared h5").first).to_have_text(re.compile(r"Now right \([1-9]\)"))
    expect(page.locator(".q-compared table tbody tr").first).to_contain_text("pt")
    for title in ("by kind", "surest", "trusted", "Time of a question"):
        figure = page.locator("figure", has=page.get_by_text(title))
        expect(figure.locator("svg[role=img] > title")).to_have_count(1)
        figure.get_by_text("As a table").click()
        expect(figure.locator("table tbody tr").first).to_be_visible()
        figure.get_by_text("As a table").click()
    assert_accessible(page, "#quality")


def test_a_changed_case_opens_its_source_in_the_reader(address: str, open_page: Opener) -> None:
    page = enter(open_page(address))
    changed = page.locator(".q-compared .q-failed details").first
    changed.wait_for(timeout=SLOW_MS)
    changed.locator("summary").click()
    changed.locator("[data-open-place]").first.click()
    expect(page.locator("#reader mark.current").first).to_be_visible()


def test_every_size_and_both_palettes_show_the_room(address: str, open_page: Opener) -> None:
    page = enter(open_page(address))
    page.locator(".q-compared table").first.wait_for(timeout=SLOW_MS)
    shot(page, "quality")
    page.locator(".q-charts").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('.q-charts').scrollIntoView()")
    shot(page, "quality-charts", widths=[1440, 390])
    page.set_viewport_size(PHONE)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], "the room is wider than a phone"
    assert_accessible(page, "#quality")


def test_a_run_is_stopped_and_goes_on(address: str, open_page: Opener) -> None:
    page = enter(open_page(address))
    start(page, "many.jsonl")
    expect(page.locator(".q-progress")).to_contain_text(
        re.compile(rf"[1-9]\d* of {MANY} cases asked · about .* left"), timeout=SLOW_MS
    )
    page.get_by_role("button", name="Stop").click()
    stopped = page.get_by_text("The evaluation was stopped after")
    stopped.wait_for()
    done = int(re.findall(r"\d+", stopped.inner_text())[0])
    page.get_by_role("button", name=re.compile("Go on with the run")).click()
    expect(page.locator(".q-progress")).to_contain_text(f"of {MANY} cases", timeout=SLOW_MS)
    kept = int(re.findall(r"(\d+) of", page.locator(".q-progress p").inner_text())[0])
    assert 0 < done <= kept
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("The evaluation was stopped after").wait_for()


def test_a_waiting_case_is_checked_and_accepted(
    address: str, open_page: Opener, office: Settings
) -> None:
    page = enter(open_page(address))
    review = page.locator("[data-region=review]")
    expect(review).to_contain_text("1 waiting")
    review.locator("details summary").click()
    box = review.get_by_label("The case, as it will be asked")
    case = json.loads(box.input_value())
    box.fill("{")
    review.get_by_role("button", name="Check again").click()
    expect(review.get_by_text("This is no whole case yet")).to_be_visible()
    box = review.get_by_label("The case, as it will be asked")
    box.fill(json.dumps({**case, "id": "mended"}))
    assert_accessible(page, "#quality")
    shot(page, "quality-review", widths=[1440, 390])
    review.get_by_role("button", name="Accept").click()
    expect(review.get_by_text("Accepted.")).to_be_visible()
    stored = read_cases(office.office_dir / "questions" / "accepted.jsonl")
    assert [one.id for one in stored] == ["mended"]


def test_the_room_speaks_chinese(address: str, open_page: Opener) -> None:
    page = open_page(address, locale="zh-CN")
    page.get_by_role("tab", name="质量").click()
    expect(page.get_by_role("heading", name="评测记录")).to_be_visible()
    expect(page.locator(".q-charts")).to_contain_text("置信度")
    shot(page, "quality-zh", widths=[1440])
