"""What the server gives to the quality room's page, and what it refuses."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from eval.cases.items import Judgement, judged_answer, whole_case
from eval.cases.queue import ReviewQueue
from eval.dataset import Case, read_cases
from eval.report.tables import name_of
from eval.run import Asker
from eval.session import Session, conduct
from eval.summary import MEASURES
from rag.errors import CaseError
from rag.settings import Settings
from rag.wire import answer_to_json
from tests.eval.report.made import CORPUS, MANIFEST, NASTY, answer
from tests.ui.fake_pipeline import FakePipeline
from tests.ui.quality.made_runs import (
    EDITOR,
    READER,
    leave_unfinished,
    make_run,
    office_settings,
    write_cases,
)
from ui.office import open_office
from ui.panels.quality import Desk, _told
from ui.people.person import NotAllowed
from ui.words import words

EN, ZH = words("en"), words("zh")


def room(desk: Desk, run: str = "", **who: object) -> dict[str, str]:
    found = desk.room(run, who.get("person", EDITOR), who.get("w", EN))  # type: ignore[arg-type]
    return dict(found["regions"])


def text_of(html: str) -> str:
    return " ".join(HTMLParser(html).text(separator=" ").split())


def empty(tmp_path: Path) -> Desk:
    return Desk(open_office(FakePipeline(), office_settings(tmp_path)))


def test_the_newest_run_is_shown_with_the_one_before_it(desk: Desk) -> None:
    found = desk.room("", READER, EN)
    assert (found["run"], found["against"]) == ("command-line/tuesday", "command-line/monday")
    assert desk.room("command-line/monday", READER, EN)["against"] == ""


def test_the_list_holds_each_run_with_its_measures_and_a_sentence_for_what_is_none(
    desk: Desk,
) -> None:
    listed = room(desk)["list"]
    rows = HTMLParser(listed).css("tbody tr")
    cells = [[cell.text() for cell in row.css("td")] for row in rows]
    assert cells[1][:4] == ["cases.jsonl", "7", "42.9%", "60.0%"]
    assert "The folder foreign holds no run" in text_of(listed)


def test_every_plot_is_a_named_picture_with_a_table_beside_it(desk: Desk) -> None:
    figures = HTMLParser(room(desk)["run"]).css("figure")
    assert len(figures) == 5
    for figure in figures:
        svg = figure.css_first("svg")
        assert svg.attributes["role"] == "img"
        assert svg.css_first("title").text()
        assert svg.css_first("desc").text()
        assert figure.css("table tbody tr")
        assert "var(--ink" in (svg.html or "")


def test_plots_and_measures_are_in_the_language_of_the_reader(desk: Desk) -> None:
    shown = room(desk, w=ZH)["run"]
    figures = "".join(figure.html or "" for figure in HTMLParser(shown).css("svg"))
    for english in ("questions answered", "the documents do answer", ">cases<", "Lost at"):
        assert english not in figures
    assert "各置信度下文件能回答的比例" in figures
    assert "引文准确" in shown


def test_english_measures_are_called_as_the_evaluation_calls_them() -> None:
    assert {name: EN(f"quality.m_{name}") for name in MEASURES} == {
        name: name_of(name) for name in MEASURES
    }


def test_a_failed_case_tells_question_expectation_answer_and_reason(desk: Desk) -> None:
    shown = room(desk, "command-line/monday")["run"]
    failed = next(
        d for d in HTMLParser(shown).css(".q-failed details") if "Who chaired?" in d.text()
    )
    words_ = text_of(failed.html or "")
    for part in ("Gong Zheng", "Gong Zheng chaired the meeting.", "not cited", "wrongly cited"):
        assert part in words_
    place = failed.css_first("[data-open-place]")
    assert re.fullmatch(r"d1\.\d+\.\d+\.0{8}", place.attributes["data-open-place"] or "")


def test_the_words_of_held_out_cases_stay_away_from_the_page(desk: Desk) -> None:
    shown = unescape(room(desk, "command-line/monday")["run"])
    assert "Research spending?" not in shown
    assert NASTY not in shown
    assert "2 more are held out" in text_of(shown)
    changed = desk.compared("command-line/monday", "command-line/tuesday", READER, EN)["html"]
    assert "Research spending?" not in changed


def test_the_comparison_names_what_was_lost_and_gained(desk: Desk) -> None:
    found = desk.compared("command-line/tuesday", "command-line/monday", READER, EN)["html"]
    tree = HTMLParser(found)
    assert [h.text() for h in tree.css("h5")] == ["Now wrong (2)"]
    assert [s.text() for s in tree.css("summary")][:2] == ["All other measures", "How many TEUs?"]
    right = next(row for row in tree.css("tbody tr") if row.css_first("th").text() == "right")
    assert [cell.text() for cell in right.css("td")][:3] == ["60.0%", "20.0%", "-40.0 pt"]
    assert "No measure changed beyond what chance explains." in text_of(found)
    assert tree.css(".q-failed [data-open-place]")


def test_what_is_written_in_cases_and_answers_is_never_markup(tmp_path: Path) -> None:
    settings = office_settings(tmp_path)
    attack = '<img src=x onerror="hacked=1"><script>hacked=2</script>'
    cases = (Case("a", attack, attack, ((attack,),)), Case("b", "?", "b", (("x",),)))
    plan = {**MANIFEST, "cases": [{"file": attack, "sha256": "x"}], "index_version": attack}
    asker = Asker(lambda case: answer(case, reason=attack), CORPUS)
    conduct(Session(cases, plan, report=settings.runs_dir / "run"), asker)
    with ReviewQueue(settings.review_file) as queue:
        queue.add([whole_case("drafted", cases[0], attack)])
    for w in (EN, ZH):
        html = "".join(room(Desk(open_office(FakePipeline(), settings)), w=w).values())
        assert HTMLParser(html).css("img, script") == []
        assert "onerror" in html


def test_a_damaged_run_is_one_sentence(tmp_path: Path) -> None:
    settings = office_settings(tmp_path)
    folder = make_run(settings.runs_dir / "run")
    lines = (folder / "rows.jsonl").read_text().splitlines(keepends=True)
    (folder / "rows.jsonl").write_text("".join(lines[:3]))
    shown = room(Desk(open_office(FakePipeline(), settings)))["run"]
    assert "holds 3 of 7 rows" in text_of(shown)
    assert HTMLParser(shown).css("p.error")


def test_an_office_without_runs_says_so(tmp_path: Path) -> None:
    regions = room(empty(tmp_path))
    assert "No evaluation has been run yet." in text_of(regions["list"])
    assert regions["run"] == ""
    assert "no questions to ask" in text_of(regions["start"])


def test_a_reader_sees_everything_but_can_start_nothing(tmp_path: Path) -> None:
    settings = office_settings(tmp_path)
    write_cases(settings.office_dir / "questions" / "own.jsonl")
    leave_unfinished(settings.office_dir / "runs" / "old", {"cases": []})
    with ReviewQueue(settings.review_file) as queue:
        queue.add([whole_case("drafted", Case("a", "Where?", expect=(("x",),)), "v1")])
    desk = Desk(open_office(FakePipeline(), settings))
    seen, may = room(desk, person=READER), room(desk, person=EDITOR)
    assert "data-start" in may["start"]
    assert seen["start"] == ""
    assert "data-go-on" in may["list"]
    assert "data-go-on" not in seen["list"]
    assert "data-item" in may["review"]
    assert "data-item" not in seen["review"]
    assert "1 waiting" in text_of(seen["review"])


@pytest.mark.parametrize(
    "request_",
    [{"do": "start", "files": ["questions/own.jsonl"]}, {"do": "stop"}, {"do": "go-on"}, {}],
)
def test_a_reader_is_refused_by_the_server(tmp_path: Path, request_: dict[str, object]) -> None:
    settings = office_settings(tmp_path)
    write_cases(settings.office_dir / "questions" / "own.jsonl")
    office = open_office(FakePipeline(), settings)
    with pytest.raises(NotAllowed, match="editor"):
        Desk(office).change(request_, READER, EN)
    assert office.quality.progress is None


@pytest.mark.parametrize("do", ["show", "accept", "reject"])
def test_a_reader_cannot_review(tmp_path: Path, do: str) -> None:
    with pytest.raises(NotAllowed, match="editor"):
        empty(tmp_path).item({"do": do, "id": 1, "text": "{}"}, READER, EN)


@pytest.mark.parametrize(
    "request_",
    [
        None,
        [],
        "x",
        {"do": "start", "files": "questions/own.jsonl"},
        {"do": "start", "files": ["/etc/passwd"]},
        {"do": "start", "files": [3, None]},
        {"do": "go-on", "run": "page/../../etc"},
        {"do": "what"},
    ],
)
def test_nothing_that_a_browser_makes_up_starts_a_run(tmp_path: Path, request_: object) -> None:
    office = open_office(FakePipeline(), office_settings(tmp_path))
    with pytest.raises(CaseError):
        Desk(office).change(request_, EDITOR, EN)
    assert office.quality.progress is None


def test_a_run_of_the_command_line_does_not_go_on_from_the_page(tmp_path: Path) -> None:
    settings = office_settings(tmp_path)
    leave_unfinished(settings.runs_dir / "old", {"cases": []})
    with pytest.raises(CaseError, match="not begun on the page"):
        empty(tmp_path).change({"do": "go-on", "run": "command-line/old"}, EDITOR, EN)


def test_a_case_is_accepted_as_edited_and_known_from_then_on(tmp_path: Path) -> None:
    settings = office_settings(tmp_path)
    with ReviewQueue(settings.review_file) as queue:
        queue.add([whole_case("drafted", Case("a", "Where?", expect=(("x",),)), "v1")])
    desk = empty(tmp_path)
    stamp = desk.state(EDITOR, EN)["stamp"]
    with pytest.raises(CaseError, match="not JSON"):
        desk.item({"do": "accept", "id": 1, "text": "{"}, EDITOR, EN)
    text = json.dumps({"id": "b", "question": "Where to?", "expect": [["y"]]})
    told = desk.item({"do": "accept", "id": 1, "text": text}, EDITOR, EN)["html"]
    assert "Accepted" in told
    assert desk.state(EDITOR, EN)["stamp"] != stamp, "open pages learn of it"
    (case,) = read_cases(settings.office_dir / "questions" / "accepted.jsonl")
    assert (case.id, case.question) == ("b", "Where to?")
    assert "questions/accepted.jsonl (1 cases)" in text_of(room(desk)["start"])
    with ReviewQueue(settings.review_file) as queue:
        assert queue.get(1).reviewer == EDITOR.name
    late = desk.item({"do": "reject", "id": 1, "note": "no"}, EDITOR, EN)["html"]
    assert "Somebody else" in late


def test_a_judged_answer_is_shown_with_its_judgement_until_it_is_a_case(tmp_path: Path) -> None:
    settings = office_settings(tmp_path)
    said = answer_to_json(FakePipeline().ask("How many containers?"))
    judged = judged_answer(Judgement(said, "rita", "wrong", "wrong figure", "<b>no</b>"))
    with ReviewQueue(settings.review_file) as queue:
        queue.add([judged])
    desk = empty(tmp_path)
    listed = room(desk)["review"]
    assert "judged by rita, found wrong" in text_of(listed)
    shown = desk.item({"do": "show", "id": 1}, EDITOR, EN)["html"]
    assert "This is no whole case yet" in text_of(shown)
    assert "5.2 million containers" in text_of(shown)
    assert HTMLParser(shown).css("b") == []


def test_the_checks_of_the_command_line_are_shown(tmp_path: Path, sample_index: Settings) -> None:
    settings = office_settings(tmp_path).model_copy(update={"index_dir": sample_index.index_dir})
    case = Case("a", "Where?", expect=(("x",),), evidence=("words that no document holds",))
    with ReviewQueue(settings.review_file) as queue:
        queue.add([whole_case("imported", case, "v1")])
    desk = Desk(open_office(FakePipeline(), settings))
    shown = HTMLParser(desk.item({"do": "show", "id": 1}, EDITOR, EN)["html"])
    assert "words that no document holds" in shown.css_first("li.q-error").text()
    mended = json.dumps({"id": "a", "question": "Who gave the report?", "absent": True})
    again = desk.item({"do": "show", "id": 1, "text": mended}, EDITOR, EN)["html"]
    assert "no document holds" not in again


def test_a_review_file_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    settings = office_settings(tmp_path)
    settings.review_file.write_text("no database at all, but long enough to be read as one" * 20)
    assert "cannot be used" in text_of(room(empty(tmp_path))["review"])


def test_a_request_of_nobody_is_refused() -> None:
    nobody = SimpleNamespace(headers={}, request=None)
    told = _told(nobody, lambda person, w: {"html": "secret"})  # type: ignore[arg-type]
    assert set(told) == {"error"}
