"""The limit on questions and the audit log hold where the page and the API ask alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.models import Answer
from tests.ui.fake_pipeline import FakePipeline
from tests.ui.people.entry import settings_in
from ui.asking import told
from ui.office import Office, open_office
from ui.people.limits import TooOften
from ui.people.person import LOCAL, Person, Role
from ui.people.users import Users

LI = Person("li", Role.READER)


def office_in(folder: Path, **access: object) -> Office:
    settings = settings_in(folder, **access).model_copy(update={"index_dir": folder / "index"})
    return open_office(FakePipeline(), settings)


def answered(office: Office, person: Person, question: str = "ferries") -> Answer:
    *_, answer = told(office, person, question)
    assert isinstance(answer, Answer)
    return answer


def test_each_person_has_a_limit_of_their_own(tmp_path: Path) -> None:
    office = office_in(tmp_path, questions_per_minute=2)
    for _ in range(2):
        assert answered(office, LI).claims
    with pytest.raises(TooOften, match="more than 2 questions a minute; wait") as refused:
        told(office, LI, "ferries")  # before anything is streamed
    assert 1 <= refused.value.seconds <= 30
    assert answered(office, replace(LI, name="chen")).claims


def test_whoever_works_without_sign_in_has_none(tmp_path: Path) -> None:
    office = office_in(tmp_path, questions_per_minute=1)
    assert all(answered(office, LOCAL).claims for _ in range(5))


def test_a_refused_question_is_not_noted(tmp_path: Path) -> None:
    office = office_in(tmp_path, questions_per_minute=1)
    answered(office, LI)
    with pytest.raises(TooOften):
        told(office, LI, "ferries")
    assert [entry.action for entry in office.audit.entries()] == ["ask"]


def test_a_question_is_noted_also_of_a_reader_who_leaves(tmp_path: Path) -> None:
    office = office_in(tmp_path)
    events = told(office, LI, "ferries")
    next(events)
    assert office.audit.entries() == []  # nobody waits for it before the first claim
    events.close()
    assert [entry.person for entry in office.audit.entries()] == ["li"]


def test_a_question_is_noted_also_if_its_answer_breaks(tmp_path: Path) -> None:
    office = office_in(tmp_path)
    with pytest.raises(RuntimeError, match="broken on purpose"):
        answered(office, LI, "Please break.")
    assert [entry.person for entry in office.audit.entries()] == ["li"]


@pytest.mark.parametrize(("kept", "what"), [(False, ""), (True, "When do ferries leave?")])
def test_the_words_of_a_question_are_kept_only_on_demand(
    tmp_path: Path, kept: bool, what: str
) -> None:
    office = office_in(tmp_path, audit_questions=kept)
    answered(office, LI, "When do ferries leave?")
    (entry,) = office.audit.entries()
    assert (entry.person, entry.action, entry.what) == ("li", "ask", what)
    found = b"ferries" in b"".join(p.read_bytes() for p in (tmp_path / "office").iterdir())
    assert found is kept


def test_the_users_of_an_office_are_those_of_its_file(tmp_path: Path) -> None:
    office = office_in(tmp_path)
    Users(tmp_path / "users.json").add("li", Role.READER, "correct horse battery")
    assert office.access.users.known("li").person == LI
