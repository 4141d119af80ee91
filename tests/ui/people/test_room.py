from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.ui.fake_pipeline import ATTACK, FakePipeline
from tests.ui.keeping.kept_talks import BUDGET
from tests.ui.people.entry import PHRASE, settings_in
from ui.judging.opinion import Given, Opinion
from ui.judging.store import JudgementStore
from ui.keeping.conversations import Conversations
from ui.keeping.kept import UnknownConversation
from ui.panels.whoami import whoami
from ui.people.access import open_access
from ui.people.audit import Audit
from ui.people.desk import PeopleDesk
from ui.people.person import LOCAL, NotAllowed, Person, Role
from ui.people.room import users_table
from ui.people.users import User
from ui.words import words

EN, ZH = words("en"), words("zh")
CHEN, LI, WANG = Person("chen", Role.ADMIN), Person("li", Role.READER), Person("wang", Role.EDITOR)


def desk_in(folder: Path, **access: Any) -> PeopleDesk:
    settings = settings_in(folder, **{"sign_in": "users", **access})
    return PeopleDesk(open_access(settings), Audit(folder / "audit.sqlite3"))


@pytest.fixture
def desk(tmp_path: Path) -> PeopleDesk:
    made = desk_in(tmp_path)
    made.access.users.add("chen", Role.ADMIN, PHRASE)
    made.access.users.add("li", Role.READER, PHRASE)
    return made


def log_of(desk: PeopleDesk) -> list[tuple[str, str, str]]:
    return [(e.person, e.action, e.what) for e in reversed(desk.audit.entries())]


def test_every_change_is_made_and_noted(desk: PeopleDesk) -> None:
    users = desk.access.users
    said = [
        desk.change(request, CHEN, EN)["said"]
        for request in (
            {"do": "add", "name": "Wang", "role": "editor", "password": PHRASE},
            {"do": "role", "name": "wang", "role": "reader"},
            {"do": "password", "name": "wang", "password": "another good phrase"},
            {"do": "end", "name": "wang"},
            {"do": "remove", "name": "li"},
        )
    ]
    assert said[0] == "wang was added."
    assert [user.name for user in users.all().values()] == ["chen", "wang"]
    assert users.known("wang").role is Role.READER
    assert users.check("wang", "another good phrase") is not None
    assert log_of(desk) == [
        ("chen", "add editor", "wang"),
        ("chen", "make reader", "wang"),
        ("chen", "set password", "wang"),
        ("chen", "end sessions", "wang"),
        ("chen", "remove user", "li"),
    ]


@pytest.mark.parametrize("caller", [LI, WANG])
@pytest.mark.parametrize("do", ["add", "role", "password", "remove", "end", "", "x"])
def test_nobody_but_an_admin_changes_anything(desk: PeopleDesk, caller: Person, do: str) -> None:
    before = dict(desk.access.users.all())
    with pytest.raises(NotAllowed):
        desk.change({"do": do, "name": "li", "role": "admin", "password": PHRASE}, caller, EN)
    with pytest.raises(NotAllowed):
        desk.log({}, caller, EN)
    assert "chen" not in desk.room(caller, EN)
    assert dict(desk.access.users.all()) == before
    assert log_of(desk) == []


@pytest.mark.parametrize(
    "request_",
    [
        None,
        [],
        "add",
        {},
        {"do": "x"},
        {"do": "add"},
        {"do": ["add"], "name": "li"},
        {"do": "add", "name": "new", "role": "boss", "password": PHRASE},
        {"do": "add", "name": "new", "role": "reader", "password": "short"},
        {"do": "add", "name": "li", "role": "reader", "password": PHRASE},
        {"do": "add", "name": "a b", "role": "reader", "password": PHRASE},
        {"do": "remove", "name": "nobody"},
        {"do": "remove", "name": "chen"},
        {"do": "role", "name": "chen", "role": "reader"},
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(
    desk: PeopleDesk, request_: Any
) -> None:
    before = dict(desk.access.users.all())
    answer = desk.change(request_, CHEN, EN)
    assert answer["error"]
    assert answer["said"].endswith(".")
    assert dict(desk.access.users.all()) == before
    assert log_of(desk) == []


def test_a_change_of_oneself_asks_for_the_page_anew(desk: PeopleDesk) -> None:
    own = {"do": "password", "name": "Chen", "password": "another good phrase"}
    assert desk.change(own, CHEN, EN)["again"]
    assert not desk.change({**own, "name": "li"}, CHEN, EN)["again"]


def test_who_is_signed_in_is_shown_until_the_session_counts_no_more(desk: PeopleDesk) -> None:
    desk.access.sessions.begin(desk.access.users.known("li"))
    row = 'tr[data-name="li"]'
    assert "signed in, last seen" in LexborHTMLParser(desk.room(CHEN, EN)).css_first(row).text()
    desk.access.users.set_role("li", Role.EDITOR)
    assert "not signed in" in LexborHTMLParser(desk.room(CHEN, EN)).css_first(row).text()


def test_the_log_is_paged_from_newest_to_oldest(desk: PeopleDesk) -> None:
    for number in range(120):
        desk.audit.note(LI, "ask", f"n{number}.")
    seen: list[str] = []
    request: dict[str, str] = {"search": "ask"}
    while True:
        page = LexborHTMLParser(desk.log(request, CHEN, EN))
        seen += [cells[3].text() for tr in page.css("tbody tr") if (cells := tr.css("td"))]
        older = [b for b in page.css("button[data-before]") if b.attributes["data-before"]]
        if not older:
            break
        request["before"] = str(older[0].attributes["data-before"])
    assert seen == [f"n{number}." for number in reversed(range(120))]


@pytest.mark.parametrize("before", ["-1", "x", "9" * 30, "1; DROP TABLE entries", "²", ""])
def test_an_odd_place_in_the_log_is_its_beginning(desk: PeopleDesk, before: str) -> None:
    desk.audit.note(LI, "ask")
    assert "li" in desk.log({"before": before}, CHEN, EN)


def test_what_people_wrote_is_shown_as_text(desk: PeopleDesk) -> None:
    desk.audit.note(Person(ATTACK, Role.READER), ATTACK, ATTACK)
    user = User(ATTACK, Role.READER, "", "", ATTACK)
    table = users_table({ATTACK: user}, {ATTACK: 1e9}, Person(ATTACK, Role.ADMIN), EN)
    shown = whoami("users", Person(ATTACK, Role.READER), EN)
    for html in (desk.room(CHEN, EN), table, shown):
        tree = LexborHTMLParser(html)
        assert tree.css("script, img") == []
        assert ATTACK in tree.text() or ATTACK[:10] in tree.text()


def test_without_sign_in_the_room_says_so_and_a_proxys_people_are_not_changed(
    tmp_path: Path,
) -> None:
    off = desk_in(tmp_path, sign_in="off")
    assert "Sign-in is off" in off.room(LOCAL, EN)
    assert "登录功能未启用" in off.room(LOCAL, ZH)
    proxy = desk_in(tmp_path, sign_in="proxy", proxy_addresses=("::1",))
    assert '<form class="people-add"' not in proxy.room(CHEN, EN)
    add = {"do": "add", "name": "li", "role": "reader", "password": PHRASE}
    assert proxy.change(add, CHEN, EN)["error"]


def test_who_is_signed_in_may_sign_out_where_there_is_something_to_sign_out_of() -> None:
    assert whoami("off", LOCAL, EN) == ""
    assert 'action="/sign-out"' in whoami("users", LI, EN)
    assert "Signed in as li (reader)" in whoami("users", LI, EN)
    assert "<form" not in whoami("proxy", LI, EN)
    assert "当前用户：li（读者）" in whoami("users", LI, ZH)


def test_who_gets_the_name_of_somebody_removed_gets_nothing_of_theirs(desk: PeopleDesk) -> None:
    folder = desk.access.office_dir
    kept = Conversations(folder / "conversations.sqlite3")
    judgements = JudgementStore(folder / "judgements.sqlite3")
    given = Given(FakePipeline().ask(BUDGET), ())
    id_ = kept.begin(LI)
    kept.add(id_, LI, BUDGET, given.answer)
    token = kept.share(id_, LI)
    judgements.add_given("li", given)
    judgements.put("li", given, Opinion("right", "", ""))
    desk.change({"do": "remove", "name": "Li"}, CHEN, EN)
    assert kept.listed(LI) == []
    with pytest.raises(UnknownConversation):
        kept.shared(token)
    assert judgements.given("li", given.answer.id) is None
    assert judgements.judged("li", given.answer.id) is None
