"""The desk without a page: what it keeps, whose it is, and what a browser cannot make it do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest
from starlette.requests import HTTPConnection

from rag.models import Answer, Filters
from rag.settings import Settings
from tests.ui.fake_pipeline import RECORD, FakePipeline
from ui.keeping.kept import NotKept
from ui.office import Office, open_office
from ui.panels.desk import Asked, Desk, Parts
from ui.people.person import LOCAL, STATE_KEY, Person, Role

CONTAINERS = "How many containers?"
NAMES = ("log", "now", "editing", "box", "history", "current", "asked")
EVE = Person("eve", Role.READER)
EVERYWHERE = Filters()


def by(person: Person | None = LOCAL, language: str = "en") -> gr.Request:
    scope: dict[str, Any] = {"type": "http", "headers": []}
    if person is not None:
        scope[STATE_KEY] = person
    headers = {"accept-language": language}
    return cast(gr.Request, SimpleNamespace(request=HTTPConnection(scope), headers=headers))


def event(**data: Any) -> gr.EventData:
    return cast(gr.EventData, SimpleNamespace(_data=data))


@pytest.fixture
def pipeline() -> FakePipeline:
    return FakePipeline()


@pytest.fixture
def office(pipeline: FakePipeline, tmp_path: Path) -> Office:
    return open_office(pipeline, Settings(office_dir=tmp_path, index_dir=tmp_path / "index"))


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office, cast(Parts, SimpleNamespace(**{name: name for name in NAMES})))


def last(updates: Any) -> dict[str, Any]:
    """What stands on the page in the end."""
    state: dict[str, Any] = {}
    for update in updates:
        state |= update
    return state


def test_an_answer_is_kept_and_shown_as_kept(desk: Desk, office: Office) -> None:
    page = last(desk.ask(CONTAINERS, "", Asked(), EVERYWHERE, by()))
    (kept,) = office.conversations.exchanges(page["current"], LOCAL)
    assert kept.question == CONTAINERS
    assert RECORD in page["log"]
    assert page["now"] == ""
    assert page["asked"] == Asked()


def test_a_follow_up_knows_what_the_server_kept(desk: Desk, pipeline: FakePipeline) -> None:
    id_ = last(desk.ask(CONTAINERS, "", Asked(), EVERYWHERE, by()))["current"]
    last(desk.ask("When do ferries leave?", id_, Asked(), EVERYWHERE, by()))
    assert [turn.question for turn in pipeline.histories[-1]] == [CONTAINERS]


def test_somebody_elses_conversation_is_neither_shown_nor_used(
    desk: Desk, office: Office, pipeline: FakePipeline
) -> None:
    id_ = last(desk.ask(CONTAINERS, "", Asked(), EVERYWHERE, by()))["current"]
    opened = desk.open(event(id=id_), by(EVE))
    assert opened["current"] == ""
    assert "There is no such conversation" in opened["now"]
    page = last(desk.ask("When do ferries leave?", id_, Asked(), EVERYWHERE, by(EVE)))
    assert pipeline.histories[-1] == ()
    assert page["current"] != id_
    assert len(office.conversations.exchanges(id_, LOCAL)) == 1
    assert desk.edit(id_, by(EVE)) == {"editing": ""}


def test_nobody_gets_nothing(desk: Desk, pipeline: FakePipeline) -> None:
    page = last(desk.ask(CONTAINERS, "", Asked(), EVERYWHERE, by(None)))
    assert "Nobody is signed in" in page["now"]
    assert pipeline.histories == []


def test_an_edited_question_replaces_the_last_one_only_once_it_is_answered(
    desk: Desk, office: Office
) -> None:
    id_ = last(desk.ask(CONTAINERS, "", Asked(), EVERYWHERE, by()))["current"]
    editing = desk.edit(id_, by())
    assert editing["box"] == CONTAINERS
    failed = last(desk.ask("Please break.", id_, editing["asked"], EVERYWHERE, by()))
    assert [k.question for k in office.conversations.exchanges(id_, LOCAL)] == [CONTAINERS]
    assert failed["box"] == "Please break."
    last(desk.ask("When do ferries leave?", id_, failed["asked"], EVERYWHERE, by()))
    kept = office.conversations.exchanges(id_, LOCAL)
    assert [k.question for k in kept] == ["When do ferries leave?"]


def test_asked_again_the_last_answer_is_replaced(desk: Desk, office: Office) -> None:
    id_ = last(desk.ask(CONTAINERS, "", Asked(), EVERYWHERE, by()))["current"]
    (before,) = office.conversations.exchanges(id_, LOCAL)
    last(desk.again(event(kept=True), id_, Asked(), EVERYWHERE, by()))
    (after,) = office.conversations.exchanges(id_, LOCAL)
    assert after.question == CONTAINERS
    assert after.answer.id != before.answer.id


def test_an_answer_that_cannot_take_the_place_of_the_last_one_leaves_it(
    desk: Desk, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = last(desk.ask(CONTAINERS, "", Asked(), EVERYWHERE, by()))["current"]
    monkeypatch.setattr("ui.keeping.rows.MOST_EXCHANGES", 0)  # adding fails, after the removal
    page = last(desk.again(event(kept=True), id_, Asked(), EVERYWHERE, by()))
    assert "Not kept" in page["now"]
    assert [k.question for k in office.conversations.exchanges(id_, LOCAL)] == [CONTAINERS]


def test_an_answer_goes_to_the_end_if_another_tab_went_on(desk: Desk, office: Office) -> None:
    id_ = last(desk.ask(CONTAINERS, "", Asked(), EVERYWHERE, by()))["current"]
    editing = desk.edit(id_, by())["asked"]
    last(desk.ask("When do ferries leave?", id_, Asked(), EVERYWHERE, by()))
    last(desk.ask("What of the airport?", id_, editing, EVERYWHERE, by()))
    kept = [k.question for k in office.conversations.exchanges(id_, LOCAL)]
    assert kept == [CONTAINERS, "When do ferries leave?", "What of the airport?"]


def test_what_is_told_of_one_answer_is_told_from_what_is_told_of_another(desk: Desk) -> None:
    runs = []
    for _ in range(2):
        updates = list(desk.ask(CONTAINERS, "", Asked(), EVERYWHERE, by()))
        found = [re.search('data-run="([^"]+)"', update["now"]) for update in updates]
        assert found.pop() is None  # the end
        assert all(found)
        runs.append({match[1] for match in found if match})
    assert [len(run) for run in runs] == [1, 1]
    assert not runs[0] & runs[1]


KEY = 'What is __i18n__{"__type__": "translation_metadata", "key": "ask.ask"}?'


def test_what_looks_like_a_key_of_a_text_comes_back_as_it_was_asked(
    desk: Desk, office: Office
) -> None:
    id_ = last(desk.ask(KEY, "", Asked(), EVERYWHERE, by()))["current"]
    boxes = [
        desk.edit(id_, by())["box"],
        desk.stop(Asked(KEY), "", by())["box"],
        last(desk.ask(f"{KEY} Please break.", id_, Asked(), EVERYWHERE, by()))["box"],
    ]
    assert not any("__i18n__" in box for box in boxes)
    last(desk.ask(boxes[0], id_, Asked(), EVERYWHERE, by()))
    assert [k.question for k in office.conversations.exchanges(id_, LOCAL)] == [KEY, KEY]


def test_an_answer_that_cannot_be_kept_is_shown_all_the_same(
    desk: Desk, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise NotKept("The disk is full; make room.")

    monkeypatch.setattr(type(office.conversations), "add", full)
    page = last(desk.ask(CONTAINERS, "", Asked(), EVERYWHERE, by()))
    assert RECORD in page["now"]
    assert "Not kept: The disk is full; make room." in page["now"]


def test_what_was_stopped_comes_back_unless_something_else_was_typed(desk: Desk) -> None:
    stopped = desk.stop(Asked(CONTAINERS), "", by())
    assert stopped["box"] == CONTAINERS
    assert "Stopped" in stopped["now"]
    assert desk.stop(Asked(CONTAINERS), "And", by())["box"] == "And"
    assert "now" not in desk.stop(Asked(), "", by())  # it was answered just before


def test_a_deleted_conversation_is_gone_on_with_as_a_new_one(desk: Desk, office: Office) -> None:
    id_ = last(desk.ask(CONTAINERS, "", Asked(), EVERYWHERE, by()))["current"]
    office.conversations.delete(id_, LOCAL)
    page = last(desk.ask("When do ferries leave?", id_, Asked(), EVERYWHERE, by()))
    assert page["current"] not in ("", id_)
    assert len(office.conversations.exchanges(page["current"], LOCAL)) == 1


def test_filters_reach_the_pipeline(office: Office, desk: Desk) -> None:
    told: list[Filters | None] = []
    stream = office.pipeline.stream

    def noted(question: str, *, filters: Filters | None = None, **more: Any) -> Any:
        told.append(filters)
        yield from stream(question, filters=filters, **more)

    object.__setattr__(office, "pipeline", SimpleNamespace(stream=noted))
    last(desk.ask(CONTAINERS, "", Asked(), Filters(tags=("a",)), by()))
    last(desk.ask(CONTAINERS, "", Asked(), EVERYWHERE, by()))
    assert told == [Filters(tags=("a",)), None]


def test_each_answer_is_told_of_in_the_readers_language(desk: Desk) -> None:
    updates: Sequence[dict[str, Any]] = list(
        desk.ask(CONTAINERS, "", Asked(), EVERYWHERE, by(language="zh-CN"))
    )
    assert "正在检索文件" in updates[0]["now"]
    assert "已核对" in updates[-1]["log"]
    assert not any(isinstance(value, Answer) for update in updates for value in update.values())
